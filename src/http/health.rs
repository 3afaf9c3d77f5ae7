//! Whether the process lives and serves.

use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::service::Service;

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
    description = "供负载均衡使用；`seq` 为已计入的最后一个事件。For load balancers; `seq` is the last event that is included.",
    responses((status = 200, description = "就绪 Ready", body = Health)))]
pub(super) async fn ready(service: web::Data<Service>) -> HttpResponse {
    let seq = service.live().current().snapshot.state.seq;
    HttpResponse::Ok().json(Health { status: "ready", seq: Some(seq) })
}
