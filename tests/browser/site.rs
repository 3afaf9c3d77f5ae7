//! A server of its own for every test, with the demo city, on a free port of the loopback.

use std::net::SocketAddr;

use serde_json::{Value, json};
use zeyou::domain::{EngagementStatus, Role, Scopes};
use zeyou::http::{Access, Metrics};
use zeyou::service::accounts::{NewAccount, NewKey};
use zeyou::service::{Acting, Service};

/// A running server.
pub(crate) struct Site {
    pub(crate) service: Acting,
    pub(crate) address: SocketAddr,
    pub(crate) client: reqwest::Client,
    /// Deleted with the server.
    _folder: tempfile::TempDir,
}

impl Site {
    /// Starts a server with the demo city.
    pub(crate) async fn demo() -> Self {
        let site = Self::empty().await;
        let report = site.service.import_demo().await.expect("the demo is imported");
        assert_eq!(report.errors, [], "the demo data are good");
        site
    }

    /// Starts a server with the catalogue only.
    pub(crate) async fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let service = Service::open(&folder.path().join("zeyou.db")).await.expect("an empty log opens");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address");
        let access = Access { demo: true, ..Access::default() };
        let server = zeyou::http::listen(service.clone(), Metrics::default(), access, listener, zeyou::console::routes);
        actix_web::rt::spawn(server.expect("the server listens").workers(1).disable_signals().run());
        let signed = [("authorization".parse().expect("a name"), "Bearer zy_planner_demo".parse().expect("a value"))];
        let client = reqwest::Client::builder().no_proxy().default_headers(signed.into_iter().collect());
        let client = client.build().expect("a client");
        service.accounts().make_demo("E00001").await.expect("the demo's accounts");
        let service = service.operator();
        Self { service, address, client, _folder: folder }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Confirmed engagements without a rating, of one college: (engagement, college).
    pub(crate) fn free_engagements(&self) -> Vec<(String, String)> {
        let current = self.service.live().current();
        let state = &current.snapshot.state;
        let open = state
            .engagements
            .iter()
            .filter(|(id, entry)| entry.value.status != EngagementStatus::Proposed && state.ratings.get(id).is_none());
        open.map(|(id, entry)| (id.to_string(), entry.value.college.to_string())).collect()
    }

    /// The key of an account that rates for the engagement's enterprise.
    async fn rater(&self, engagement: &str) -> String {
        let enterprise = {
            let current = self.service.live().current();
            let id = engagement.parse().expect("a code");
            current.snapshot.state.engagements.get(&id).expect("an engagement").enterprise.clone()
        };
        let name = format!("rater-{}", uuid::Uuid::new_v4().simple());
        let new = NewAccount { name, role: Role::EnterpriseRater(enterprise) };
        let made = self.service.accounts().create(new).await.expect("an account");
        let key = NewKey { label: "test".to_owned(), scopes: Scopes::ALL, days: 1 };
        self.service.accounts().make_key(&made.account.id, key).await.expect("a key").key
    }

    /// Rates an engagement over the API; the seq from which every ranking includes it.
    pub(crate) async fn rate(&self, engagement: &str, mark: u8) -> u64 {
        let marks = json!({"overall": mark, "supply": mark, "skill": mark, "stay": mark, "help": mark});
        let request = self.client.post(self.url("/api/v1/ratings")).header("Idempotency-Key", engagement);
        let request = request.bearer_auth(self.rater(engagement).await);
        let answer = request.json(&json!({"engagement": engagement, "marks": marks})).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 201);
        answer.json::<Value>().await.expect("a body")["seq"].as_u64().expect("a seq")
    }

    /// What the API answers.
    pub(crate) async fn api(&self, path: &str) -> Value {
        let answer = self.client.get(self.url(path)).send().await.expect("an answer");
        answer.json().await.expect("a body")
    }
}
