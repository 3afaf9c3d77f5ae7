//! P24: secrets with a mark of their own, put into every place that takes one, and looked for wherever a real process writes.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use reqwest::{Client, StatusCode};
use serde_json::json;

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn zeyou(database: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zeyou"));
    command.env("ZEYOU_DATABASE_URL", database).env("RUST_LOG", "debug").args(arguments);
    let done = command.output().expect("zeyou runs");
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{arguments:?}: {told}");
    format!("{}\n{told}", String::from_utf8_lossy(&done.stdout))
}

/// The bytes of everything in a folder.
fn read_all(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read_all(&path, found);
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).expect("a file")));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_written_anywhere() {
    let server = crate::servers::Postgres::shared();
    let folder = tempfile::tempdir().expect("a folder");
    // The server trusts everybody, so any password will do; nobody answers at the address of Redis.
    let database = server.database().replace("zeyou@", "zeyou:CANARYdatabase@");
    let redis = "redis://:CANARYredis@127.0.0.1:1/";
    zeyou(&database, &["import", concat!(env!("CARGO_MANIFEST_DIR"), "/data/demo")]);
    let log = std::fs::File::create(folder.path().join("stderr")).expect("a file");
    let mut child = Command::new(env!("CARGO_BIN_EXE_zeyou"))
        .env("ZEYOU_DATABASE_URL", &database)
        .env("ZEYOU_REDIS_URL", redis)
        .env("RUST_LOG", "debug")
        .args(["serve", "--rating-window-days", "0", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .expect("started");
    let mut lines = BufReader::new(child.stdout.take().expect("stdout")).lines();
    let running = Running(child);
    let greeting = lines.next().expect("a greeting").expect("text");
    let address =
        greeting.split("http://").nth(1).and_then(|rest| rest.split('/').next()).expect("an address").to_owned();
    let base = format!("http://{address}");
    let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let mut told: Vec<(String, Vec<u8>)> = Vec::new();
    let made = |name: &str, role: &str, belongs: &str| {
        let link = zeyou(&database, &["account", "create", name, "--role", role, "--belongs", belongs]);
        let link =
            link.split("/welcome/").nth(1).and_then(|rest| rest.split_whitespace().next()).expect("a link").to_owned();
        let key = zeyou(&database, &["key", "create", name, "--label", "c", "--scope", "read,write,rate,accounts"]);
        let key = key.lines().find(|line| line.starts_with("zy_")).expect("a key").to_owned();
        (link, key)
    };
    let (link, manager) = made("canary-manager", "park_manager", "P0001");
    let (planner_link, planner) = made("canary-planner", "planner", "");
    let (_, admin) = made("canary-admin", "admin", "");
    let (_, supervisor) = made("canary-supervisor", "supervisor", "");
    let form = async |path: String, cookie: &str, body: String| {
        let request = client.post(format!("{base}{path}")).header("origin", &base).header("cookie", cookie);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = request.header("accept", "text/html").body(body).send().await.expect("an answer");
        let cookie = answer.headers().get("set-cookie").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        (answer.status(), cookie, answer.bytes().await.expect("a body").to_vec())
    };
    // A second factor's secret is on its page by intent: it is taken from there and looked for everywhere else.
    let page =
        client.get(format!("{base}/welcome/{planner_link}")).send().await.expect("a page").text().await.expect("text");
    let factor =
        page.split("id=\"secret\">").nth(1).and_then(|rest| rest.split('<').next()).expect("a secret").to_owned();
    let (status, session, _) =
        form(format!("/welcome/{link}"), "zeyou_session=x", "password=CANARYpassword37x".into()).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    for (name, password) in
        [("canary-manager", "CANARYwrong37xxx"), ("canary-manager", "CANARYpassword37x"), ("CANARYname", "CANARYwrong")]
    {
        let (_, _, body) = form("/login".into(), "zeyou_session=x", format!("name={name}&password={password}")).await;
        // The name that was typed stands in the form again; so it is cut out here.
        told.push(("login".into(), String::from_utf8_lossy(&body).replace(name, "").into_bytes()));
    }
    let (status, _, body) =
        form(format!("/welcome/{planner_link}"), "zeyou_session=x", "password=CANARYother37xx&code=000000".into())
            .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    told.push((
        "welcome".into(),
        String::from_utf8_lossy(&body).replace(&factor, "").replace(&planner_link, "").into_bytes(),
    ));
    let rating_link = zeyou(&database, &["links", "--open"]);
    let token =
        rating_link.split("/r/").nth(1).and_then(|rest| rest.split_whitespace().next()).expect("a link").to_owned();
    let mac = token.rsplit('.').next().expect("a mac").to_owned();
    for (who, path) in [
        (&manager, "/api/v1/me"),
        (&manager, "/api/v1/keys"),
        (&admin, "/metrics"),
        (&admin, "/api/v1/accounts"),
        (&admin, "/api/v1/keys"),
        (&admin, "/api/v1/audit?page_size=200"),
        (&admin, "/audit"),
        (&admin, "/accounts"),
        (&planner, "/data/export.xlsx"),
        (&supervisor, "/api/v1/flags"),
        (&manager, "/openapi.json"),
        (&manager, "/health/ready"),
    ] {
        let answer = client.get(format!("{base}{path}")).bearer_auth(who).send().await.expect("an answer");
        told.push((path.to_owned(), answer.bytes().await.expect("a body").to_vec()));
    }
    let with = async |key: String, path: &str| {
        let answer = client.get(format!("{base}{path}")).bearer_auth(key).send().await.expect("an answer");
        answer.bytes().await.expect("a body").to_vec()
    };
    told.push(("a forged key".into(), with(format!("{manager}CANARYforged"), "/api/v1/me").await));
    told.push(("a forged link".into(), with(manager.clone(), "/r/CANARYtoken.20990101.CANARYmac").await));
    let (status, _, _) = form(
        format!("/r/{token}"),
        "",
        "key=6f9619ff-8b86-4011-b42d-00c04fc964ff&rev=0&overall=4&supply=4&skill=4&stay=4&help=4".into(),
    )
    .await;
    assert!(status.is_success() || status.is_redirection(), "{status}");
    for body in
        [json!({"label": "CANARYlabel", "scopes": ["CANARYscope"], "days": 1}), json!({"password": "CANARYbody"})]
    {
        let answer = client.post(format!("{base}/api/v1/keys")).bearer_auth(&manager).json(&body).send().await;
        let text = answer.expect("an answer").text().await.expect("text");
        // A word that is refused may be said back, as any value.
        told.push(("a refused body".into(), text.replace("CANARYscope", "").into_bytes()));
    }
    let signed = client.get(format!("{base}/parks/P0001")).header("cookie", &session).send().await.expect("an answer");
    assert_eq!(signed.status(), StatusCode::OK);
    told.push(("a page".into(), signed.bytes().await.expect("a body").to_vec()));
    let pid = running.0.id();
    told.push(("cmdline".into(), std::fs::read(format!("/proc/{pid}/cmdline")).expect("/proc")));
    let out = |name: &str| folder.path().join(name).to_str().expect("a path").to_owned();
    for (name, arguments) in [
        ("backup", &["backup", &out("copy.db")][..]),
        ("audit", &["audit", "export"]),
        ("verify", &["verify"]),
        ("doctor", &["doctor", "--redis-url", redis]),
        ("list", &["account", "list"]),
        ("keys", &["key", "list"]),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zeyou"));
        let done = command.env("ZEYOU_DATABASE_URL", &database).env("RUST_LOG", "debug").args(arguments).output();
        let done = done.expect("zeyou runs");
        told.push((name.into(), [done.stdout, done.stderr].concat()));
    }
    // A password that is wrong in form, and a server that is not there.
    for url in ["postgres://zeyou:CANARYaway@127.0.0.1:1/x", "mysql://u:CANARYscheme@h/x"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zeyou"));
        let done =
            command.env("ZEYOU_DATABASE_URL", url).env("RUST_LOG", "debug").arg("verify").output().expect("runs");
        assert!(!done.status.success());
        told.push((url.split(':').next().unwrap_or_default().into(), [done.stdout, done.stderr].concat()));
    }
    drop(running);
    read_all(folder.path(), &mut told);
    let secret_of = |key: &str| key.rsplit('_').next().expect("a secret").to_owned();
    let cookie = session.split('=').nth(1).expect("a cookie").to_owned();
    let mut secrets = vec!["CANARY".to_owned(), factor, link, planner_link, mac, cookie];
    secrets.extend([&manager, &planner, &admin, &supervisor].map(|key| secret_of(key)));
    let mut looked = 0;
    for (place, bytes) in &told {
        looked += bytes.len();
        for secret in &secrets {
            let at = bytes.windows(secret.len()).position(|window| window == secret.as_bytes());
            let near = at.map(|at| String::from_utf8_lossy(&bytes[at.saturating_sub(120)..(at + 60).min(bytes.len())]));
            assert!(at.is_none(), "{place} tells {secret}: {near:?}");
        }
    }
    println!("{} secrets, {} places, {looked} bytes, 0 hits", secrets.len(), told.len());
    assert!(told.len() > 25 && looked > 100_000);
}
