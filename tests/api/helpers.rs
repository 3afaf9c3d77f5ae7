//! A server of its own for every test, and short words for what is asked of it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use zeyou::domain::{EngagementStatus, RatingId, Role, Scopes};
use zeyou::http::{Access, Metrics};
use zeyou::service::accounts::{NewAccount, NewKey};
use zeyou::service::{Acting, Service};

/// A running server.
pub(crate) struct Api {
    pub(crate) service: Acting,
    pub(crate) address: SocketAddr,
    /// Keys by role and what it belongs to.
    keys: Mutex<BTreeMap<String, String>>,
    client: reqwest::Client,
    /// Deleted with the server.
    _folder: tempfile::TempDir,
}

/// An engagement that can be rated and has not been.
#[derive(Clone, Debug)]
pub(crate) struct Free {
    pub(crate) engagement: String,
    pub(crate) enterprise: String,
    pub(crate) college: String,
    pub(crate) park: String,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Last segment of the problem's type.
    pub(crate) fn slug(&self) -> String {
        self.json()["type"].as_str().and_then(|text| text.rsplit('/').next()).unwrap_or_default().to_owned()
    }

    /// What is to blame: a JSON pointer, `?name` for a parameter, `name:` for a header.
    pub(crate) fn place(&self) -> String {
        let error = &self.json()["errors"][0];
        let text = |kind: &str| error[kind].as_str().map(str::to_owned);
        let parameter = text("parameter").map(|name| format!("?{name}"));
        text("pointer").or(parameter).or(text("header").map(|name| format!("{name}:"))).unwrap_or_default()
    }

    /// Asserts a whole problem, and that it tells nothing of the inside.
    #[track_caller]
    pub(crate) fn is_problem(&self, case: &str, status: u16, slug: &str) {
        assert_eq!((self.status, self.slug().as_str()), (status, slug), "{case}: {}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json", "{case}");
        let body = self.json();
        assert_eq!(body["status"], status, "{case}: the body repeats the status");
        for field in ["type", "title", "detail"] {
            assert!(body[field].as_str().is_some_and(|text| !text.is_empty()), "{case}: no {field} in {}", self.text);
        }
        let id = self.header("x-request-id");
        assert_eq!(body["instance"], format!("urn:uuid:{id}"), "{case}: the request has one name");
        let chinese = !body["title"].as_str().expect("a title").is_ascii();
        assert_eq!(
            chinese,
            self.header("content-language").starts_with("zh-CN"),
            "{case}: the title's language {}",
            self.text
        );
        let placeless = matches!(status, 404 | 405 | 414 | 429 | 431 | 500..) || slug == "malformed-request";
        assert!(placeless || body["errors"].is_array(), "{case}: no errors in {}", self.text);
        for error in body.get("errors").map(|errors| errors.as_array().expect("a list")).into_iter().flatten() {
            assert_eq!((&error["code"], &error["detail"]), (&json!(slug), &body["detail"]), "{case}");
            let places = ["pointer", "parameter", "header"].iter().filter(|kind| error[**kind].is_string());
            assert_eq!(places.count(), 1, "{case}: one place in {}", self.text);
        }
        assert!(body.get("errors") != Some(&json!([])), "{case}: never an empty list");
        let lower = self.text.to_lowercase();
        for inside in ["sqlite", "select ", "panicked", "src/", ".rs:"] {
            assert!(!lower.contains(inside), "{case}: the answer tells of the inside ({inside:?}): {}", self.text);
        }
        assert!(self.text.len() < 2_000, "{case}: the answer echoes too much: {}", self.text);
    }

    #[track_caller]
    pub(crate) fn ok(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.json()
    }
}

/// Starts a server with the demo city.
pub(crate) async fn spawn_app() -> Api {
    spawn(|service| service).await
}

/// A server whose scenarios of the whole nation may take so long.
pub(crate) async fn spawn_within(budget: Duration) -> Api {
    spawn(|service| service.with_nation_budget(budget)).await
}

/// A server of a service that is set otherwise.
pub(crate) async fn spawn(set: impl FnOnce(Service) -> Service) -> Api {
    spawn_with(set, Access::default()).await
}

/// A server that is reached and lets in so.
pub(crate) async fn spawn_as(access: Access) -> Api {
    spawn_with(|service| service, access).await
}

/// The same, reached and let in so.
pub(crate) async fn spawn_with(set: impl FnOnce(Service) -> Service, access: Access) -> Api {
    let folder = tempfile::tempdir().expect("a folder");
    let service = set(Service::open(&folder.path().join("zeyou.db")).await.expect("an empty log opens"));
    let report = service.operator().import_demo().await.expect("the demo is imported");
    assert_eq!(report.errors, [], "the demo data are good");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address");
    let server = zeyou::http::listen(service.clone(), Metrics::default(), access, listener, zeyou::console::routes)
        .expect("the server listens");
    actix_web::rt::spawn(server.workers(1).disable_signals().run());
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(60))
        .build()
        .expect("a client");
    Api { service: service.operator(), address, keys: Mutex::default(), client, _folder: folder }
}

/// A request with a form's fields.
pub(crate) fn with_form(request: RequestBuilder, fields: &[(&str, &str)]) -> RequestBuilder {
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    request.header("content-type", "application/x-www-form-urlencoded").body(pairs.join("&"))
}

/// The present day in the parks' time zone.
pub(crate) fn today() -> zeyou::domain::Date {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    zeyou::domain::Timestamp::from_micros(since.as_micros() as i64).day()
}

/// The OpenAPI document.
pub(crate) fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(|| serde_json::from_str(&zeyou::http::openapi_json()).expect("JSON"))
}

/// The document's operation that answers a method at an address.
fn operation(method: &str, path: &str) -> Option<&'static Value> {
    let fits = |template: &str| {
        let (wanted, given): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
        let same = |(a, b): (&&str, &&str)| a == b || (a.starts_with('{') && !b.is_empty());
        wanted.len() == given.len() && wanted.iter().zip(&given).all(same)
    };
    let paths = document()["paths"].as_object().expect("paths");
    paths.iter().find(|(template, _)| fits(template)).and_then(|(_, item)| item.get(method))
}

/// Five marks: `overall` and four fixed ones.
pub(crate) fn marks(overall: u8) -> Value {
    json!({"overall": overall, "supply": 4, "skill": 3, "stay": "unknown", "help": 5})
}

impl Api {
    /// Who may ask this: the tests that are not about access ask as whoever that is.
    fn role_for(&self, method: &str, path: &str, body: &[u8]) -> Role {
        let current = self.service.live().current();
        let state = &current.snapshot.state;
        let rater = |engagement: &str| {
            let known = engagement.parse().ok().and_then(|id| state.engagements.get(&id).cloned());
            let firm = || state.enterprises.iter().next().expect("an enterprise").0.clone();
            Role::EnterpriseRater(known.map_or_else(firm, |known| known.enterprise))
        };
        let catalogue = ["relations/", "models/", "presets/", "industries/", "occupations/", "majors/"];
        let below = path.strip_prefix("/api/v1/").unwrap_or(path);
        if let Some(id) = below.strip_prefix("ratings/") {
            let id = id.split('/').next().unwrap_or_default();
            let engagement = id.parse::<RatingId>().ok().and_then(|id| state.engagement_of(id).cloned());
            return rater(engagement.as_ref().map_or("", |id| id.as_str()));
        }
        if below == "ratings" {
            let body: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
            return rater(body["engagement"].as_str().unwrap_or_default());
        }
        if path == "/metrics" {
            return Role::Admin;
        }
        let writes = method != "GET";
        if writes && catalogue.iter().any(|start| below.starts_with(start)) {
            Role::Supervisor
        } else {
            Role::Planner(None)
        }
    }

    /// A key of an account with this role.
    pub(crate) async fn key(&self, role: Role) -> String {
        let name = format!("{}.{}", role.code(), role.belongs());
        if let Some(key) = self.keys.lock().expect("keys").get(&name) {
            return key.clone();
        }
        let key = self.new_key(role, Scopes::ALL).await;
        self.keys.lock().expect("keys").insert(name, key.clone());
        key
    }

    /// A key of a new account.
    pub(crate) async fn new_key(&self, role: Role, scopes: Scopes) -> String {
        let name = format!("t-{}", uuid::Uuid::new_v4().simple());
        let made = self.service.accounts().create(NewAccount { name, role }).await.expect("an account");
        let key = NewKey { label: "test".to_owned(), scopes, days: 1 };
        self.service.accounts().make_key(&made.account.id, key).await.expect("a key").key
    }

    /// The same bytes with a key in the head.
    async fn with_key(&self, bytes: &[u8]) -> Vec<u8> {
        let Some(end) = bytes.windows(2).position(|two| two == b"\r\n") else { return bytes.to_vec() };
        let line = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let words: Vec<&str> = line.split(' ').collect();
        let [method, path, "HTTP/1.1"] = words[..] else { return bytes.to_vec() };
        let path = path.split('?').next().unwrap_or_default();
        let body = bytes.windows(4).position(|four| four == b"\r\n\r\n").map_or(&[][..], |at| &bytes[at + 4..]);
        let key = self.key(self.role_for(method, path, body)).await;
        [&bytes[..end], format!("\r\nAuthorization: Bearer {key}").as_bytes(), &bytes[end..]].concat()
    }

    /// A request of the province's planner that is not sent yet.
    pub(crate) async fn signed(&self, method: Method, path: &str) -> RequestBuilder {
        self.request(method, path).bearer_auth(self.key(Role::Planner(None)).await)
    }

    /// A request that is not sent yet.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("http://{}{path}", self.address))
    }

    /// Sends it; whatever is answered must be among the answers that the OpenAPI document lists.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Answer {
        let mut request = request.build().expect("a request");
        if !["authorization", "cookie"].iter().any(|name| request.headers().contains_key(*name)) {
            let body = request.body().and_then(|body| body.as_bytes()).unwrap_or_default().to_vec();
            let role = self.role_for(request.method().as_str(), request.url().path(), &body);
            let key = format!("Bearer {}", self.key(role).await);
            request.headers_mut().insert("authorization", key.parse().expect("a header"));
        }
        let (method, path) = (request.method().as_str().to_lowercase(), request.url().path().to_owned());
        let response = self.client.execute(request).await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        if let Some(operation) = operation(&method, &path) {
            let listed = &operation["responses"][status.to_string()];
            assert!(listed.is_object(), "{method} {path}: {status} is not documented");
        }
        Answer { status, headers, text: response.text().await.expect("a body") }
    }

    /// The head of an answer whose body does not end.
    pub(crate) async fn head_of(&self, request: RequestBuilder) -> Answer {
        let response = self.client.execute(request.build().expect("a request")).await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = if status == 200 { String::new() } else { response.text().await.expect("a body") };
        Answer { status, headers, text }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(body)).await
    }

    pub(crate) async fn put_if(&self, path: &str, rev: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PUT, path).header("if-match", rev).json(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    pub(crate) async fn delete_if(&self, path: &str, rev: &str) -> Answer {
        self.send(self.request(Method::DELETE, path).header("if-match", rev)).await
    }

    /// The shortlist of a park; `query` like `top=5`.
    pub(crate) async fn shortlist(&self, park: &str, query: &str) -> Answer {
        self.get(&format!("/api/v1/parks/{park}/shortlist?{query}")).await
    }

    pub(crate) async fn rate(&self, engagement: &str, overall: u8, key: &str) -> Answer {
        self.post_rating(key, json!({"engagement": engagement, "marks": marks(overall)}).to_string()).await
    }

    /// Any bytes as a rating.
    pub(crate) async fn post_rating(&self, key: &str, body: impl Into<reqwest::Body>) -> Answer {
        let request = self.request(Method::POST, "/api/v1/ratings").header("content-type", "application/json");
        self.send(request.header("idempotency-key", key).body(body)).await
    }

    pub(crate) fn free_engagements(&self) -> Vec<Free> {
        let current = self.service.live().current();
        let state = &current.snapshot.state;
        let open = state
            .engagements
            .iter()
            .filter(|(id, entry)| entry.value.status != EngagementStatus::Proposed && state.ratings.get(id).is_none());
        open.map(|(id, entry)| {
            let enterprise = state.enterprises.get(&entry.value.enterprise).expect("its enterprise");
            Free {
                engagement: id.to_string(),
                enterprise: enterprise.id.to_string(),
                college: entry.value.college.to_string(),
                park: enterprise.park.to_string(),
            }
        })
        .collect()
    }

    pub(crate) fn free_engagement(&self) -> Free {
        self.free_engagements().into_iter().next().expect("the demo leaves engagements unrated")
    }

    /// An unrated engagement of a college that the enterprise's park ranks, and that enough enterprises rated for ratings to count.
    pub(crate) async fn ranked_engagement(&self) -> Free {
        for free in self.free_engagements() {
            let shortlist = self.shortlist(&free.park, "top=100").await.ok(200);
            let counts = |item: &Value| item["satisfaction"]["suppressed"] != true;
            if item_of(&shortlist, &free.college).is_some_and(counts) {
                return free;
            }
        }
        panic!("no unrated engagement belongs to a ranked college")
    }

    pub(crate) fn seq(&self) -> u64 {
        self.service.live().current().snapshot.state.seq
    }

    /// Sends bytes as they are; reads one answer.
    pub(crate) async fn raw(&self, bytes: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.expect("a connection");
        // The server may answer and close before it has read everything.
        let _ = stream.write_all(&self.with_key(bytes).await).await;
        tokio::time::timeout(Duration::from_secs(30), read_answer(&mut stream)).await.expect("an answer in time")
    }

    /// Everything the server writes until it closes.
    pub(crate) async fn raw_to_the_end(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).await.expect("a connection");
        stream.write_all(&self.with_key(bytes).await).await.expect("sent");
        let mut text = String::new();
        let whole = stream.read_to_string(&mut text);
        tokio::time::timeout(Duration::from_secs(30), whole).await.expect("closed in time").expect("text");
        text
    }

    pub(crate) async fn lives_on(&self) {
        assert_eq!(self.get("/health/ready").await.status, 200, "the server lives on");
    }
}

/// Reads head and body of one answer, or what came before the connection ended.
async fn read_answer(stream: &mut TcpStream) -> Answer {
    let (mut bytes, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        if let Some(answer) = parse(&bytes, false) {
            return answer;
        }
        match stream.read(&mut chunk).await {
            Ok(read) if read > 0 => bytes.extend_from_slice(&chunk[..read]),
            _ => break,
        }
    }
    parse(&bytes, true).unwrap_or_else(|| panic!("no answer but {:?}", String::from_utf8_lossy(&bytes)))
}

fn parse(bytes: &[u8], ended: bool) -> Option<Answer> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        let name: reqwest::header::HeaderName = name.parse().expect("a header name");
        headers.append(name, value.trim().parse().expect("a header value"));
    }
    let length = headers.get("content-length").and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let whole = ended || length.is_some_and(|length| body.len() >= length);
    whole.then(|| Answer { status, headers, text: body.to_owned() })
}

/// The college's item of a shortlist.
pub(crate) fn item_of<'a>(shortlist: &'a Value, college: &str) -> Option<&'a Value> {
    shortlist["items"].as_array()?.iter().find(|item| item["college"]["id"] == college)
}

/// A number that must be there.
#[track_caller]
pub(crate) fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

pub(crate) fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
}

/// Points of all parts.
pub(crate) fn sum(parts: &Value) -> f64 {
    list(parts).iter().map(|part| number(&part["points"])).sum()
}

/// Asks as an account of this role.
pub(crate) async fn as_role(api: &Api, role: &Role, method: Method, path: &str, body: Option<&Value>) -> Answer {
    let request = api.request(method, path).bearer_auth(api.key(role.clone()).await);
    api.send(match body {
        Some(body) => request.json(body),
        None => request,
    })
    .await
}
