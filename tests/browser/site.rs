//! A server of its own for every test, with the demo city, on a free port of the loopback.

use std::net::SocketAddr;

use serde_json::{Value, json};
use zeyou::domain::EngagementStatus;
use zeyou::http::Metrics;
use zeyou::service::Service;

/// A running server.
pub(crate) struct Site {
    pub(crate) service: Service,
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
        let server = zeyou::http::listen(service.clone(), Metrics::default(), listener, zeyou::console::routes);
        actix_web::rt::spawn(server.expect("the server listens").workers(1).disable_signals().run());
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
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

    /// Rates an engagement over the API; the seq from which every ranking includes it.
    pub(crate) async fn rate(&self, engagement: &str, mark: u8) -> u64 {
        let marks = json!({"overall": mark, "supply": mark, "skill": mark, "stay": mark, "help": mark});
        let request = self.client.post(self.url("/api/v1/ratings")).header("Idempotency-Key", engagement);
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
