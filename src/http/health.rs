//! Whether the process lives and serves.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::Problem;
use crate::live::Standing;
use crate::service::Service;

/// A replica that has not seen the log for so long is not asked any more, if there are others.
const MAX_STALENESS: Duration = Duration::from_secs(60);

/// Whether the process lives and serves.
#[derive(Serialize, ToSchema)]
pub(super) struct Health {
    /// `live` or `ready`.
    #[schema(example = "ready")]
    status: &'static str,
    /// Last event of the served state; only of `ready`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    seq: Option<u64>,
}

/// The process answers.
#[utoipa::path(get, path = "/health/live", tag = "operations", operation_id = "live",
    summary = "进程存活 The process answers",
    description = "供进程监管使用。For whatever restarts the process.",
    responses((status = 200, description = "存活 Alive", body = Health)))]
pub(super) async fn live() -> HttpResponse {
    HttpResponse::Ok().json(Health { status: "live", seq: None })
}

/// The state is loaded and served.
#[utoipa::path(get, path = "/health/ready", tag = "operations", operation_id = "ready",
    summary = "可以服务 The state is loaded and served",
    description = "供负载均衡使用；`seq` 为已计入的最后一个事件。503 的 `type` 说明原因：`rebuilding`（日志已非所服务的历史，或状态有误，正在重建）、`log-broken`（日志损坏）、`stale`（60 秒未见日志）、`stopping`（即将停止）。\n\nFor load balancers; `seq` is the last event that is included. The `type` of a 503 says why not: `rebuilding` (the log no longer holds what is served, or the state was wrong), `log-broken`, `stale` (the log was not seen for 60 seconds), `stopping`.",
    responses((status = 200, description = "就绪 Ready", body = Health), (status = 503)))]
pub(super) async fn ready(request: HttpRequest, service: web::Data<Service>) -> HttpResponse {
    match unready(&service) {
        Some(problem) => problem.response(&request),
        None => {
            let seq = service.seq();
            HttpResponse::Ok().json(Health { status: "ready", seq: Some(seq) })
        }
    }
}

fn unready(service: &Service) -> Option<Problem> {
    let problem = |slug, zh: String, en: String| {
        Some(Problem::new(StatusCode::SERVICE_UNAVAILABLE, slug, zh, en).with(RETRY_AFTER, "5"))
    };
    match service.live().standing() {
        Standing::Serving => {}
        Standing::Forked => {
            let (zh, en) = (
                "日志已不含本副本所服务的历史，正在重建",
                "the log no longer holds what is served here; it is being built anew",
            );
            return problem("rebuilding", zh.to_owned(), en.to_owned());
        }
        Standing::Diverged => {
            let (zh, en) =
                ("本副本的状态与日志不符，正在重建", "the state here is not what the log says; it is being built anew");
            return problem("rebuilding", zh.to_owned(), en.to_owned());
        }
        Standing::Broken(seq) => {
            let (zh, en) = (format!("日志在第 {seq} 个事件处损坏"), format!("the log is broken at seq {seq}"));
            return problem("log-broken", zh, en);
        }
        Standing::Stopping => {
            return problem("stopping", "即将停止".to_owned(), "the process is about to end".to_owned());
        }
    }
    let age = service.live().freshness().age();
    if age > MAX_STALENESS {
        let age = age.as_secs();
        let (zh, en) = (format!("已 {age} 秒未见日志"), format!("the log was not seen for {age} seconds"));
        return problem("stale", zh, en);
    }
    None
}
