//! What a request costs, and who has spent too much: by account, by address, and by address for ways in.

use actix_web::HttpMessage;
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::web::Data;

use super::access::Access;
use super::address::client;
use crate::service::{Acting, Service, ServiceError, Spending};

/// A what-if, or anything that replays the log or searches.
const WHAT_IF: u32 = 20;
/// Taking everything home.
const EXPORT: u32 = 100;

/// Units that a request costs; 0: nothing.
fn cost(method: &Method, path: &str) -> u32 {
    const LONG: [&str; 9] = [
        "/scenarios/evaluate",
        "/evaluation",
        "/scenarios/compare",
        "/selections",
        "/sensitivity",
        "/portfolio",
        "/lab",
        "/changes",
        "/verify/",
    ];
    const FREE: [&str; 5] = ["/assets/", "/health/", "/docs", "/openapi.json", "/favicon.ico"];
    if FREE.iter().any(|start| path.starts_with(start)) || path == "/metrics" || method == Method::OPTIONS {
        0
    } else if path.starts_with("/data/export") {
        EXPORT
    } else if LONG.iter().any(|part| path.contains(part))
        || path.starts_with("/data/check")
        || path.starts_with("/data/load")
    {
        WHAT_IF
    } else {
        1
    }
}

/// A try to get in.
fn enters(method: &Method, path: &str) -> bool {
    let ways = ["/login", "/login/code"].contains(&path) || path.starts_with("/welcome/") || path.starts_with("/r/");
    ways && method == Method::POST
}

/// Takes what the request costs, after it is known who asks.
pub(super) async fn spend(request: &ServiceRequest) -> Result<(), ServiceError> {
    let (method, path) = (request.method(), request.path());
    if Access::of(request.request()).open {
        return Ok(());
    }
    let Some(service) = request.app_data::<Data<Service>>() else { return Ok(()) };
    let address = client(request.request());
    if enters(method, path) {
        return service.spend(Spending::WayIn { address }).await;
    }
    let acting = request.extensions().get::<Acting>().cloned();
    let account = acting.as_ref().map(|acting| acting.principal().id.as_str());
    match cost(method, path) {
        0 => Ok(()),
        units => service.spend(Spending::Request { account, address, units }).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_costs_what_it_takes() {
        let get = |path| cost(&Method::GET, path);
        assert_eq!(get("/api/v1/parks/P0001/shortlist"), 1);
        assert_eq!(get("/parks/P0001/lab"), 20);
        assert_eq!(cost(&Method::POST, "/api/v1/scenarios/evaluate"), 20);
        assert_eq!(get("/api/v1/scenarios"), 1, "a list of what is kept");
        assert_eq!(get("/data/export.xlsx"), 100);
        assert_eq!((get("/assets/x/console.css"), get("/health/ready"), get("/metrics")), (0, 0, 0));
        assert!(enters(&Method::POST, "/login") && !enters(&Method::GET, "/login"));
    }
}
