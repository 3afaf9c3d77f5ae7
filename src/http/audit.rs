//! The audit log, for who oversees and who keeps the system.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::problem::{Problem, respond};
use super::query::{Query, encoded};
use crate::service::{Acting, AuditEnd, AuditRow};

/// Entries on one page unless asked otherwise.
const PAGE: u32 = 50;

/// A page of the audit log.
#[derive(Serialize, ToSchema)]
pub(super) struct AuditPage {
    /// 记录，新的在前 The entries, the newest first.
    items: Vec<AuditRow>,
    /// 下一页的地址 The address of the next page; `null` on the last.
    next_page: Option<String>,
}

/// What is asked of the audit log.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only the document reads it")]
pub(super) struct AuditParameters {
    /// 此序号之前的记录 Entries before this one
    #[param(minimum = 1)]
    before: Option<u32>,
    /// 此化名的记录 Entries of this pseudonym
    #[param(max_length = 64)]
    principal: Option<String>,
    /// 每页条数，默认 50 Entries on a page, default 50
    #[param(minimum = 1, maximum = 200)]
    page_size: Option<u32>,
}

/// Who was let in or refused and read what is sensitive, the newest first. Reading is recorded itself.
#[utoipa::path(get, path = "/api/v1/audit", tag = "accounts", operation_id = "list_audit", summary = "审计记录 The audit log",
    description = "谁登录、被拒绝、查看了敏感数据、改动了账号与密钥：时间（UTC）、化名、角色、动作、对象、结果、一分钟内的次数、请求编号；不含正文与密文。新的在前；查看本身也会记录。\n\nWho signed in, was refused, read what is sensitive, changed accounts and keys: when (UTC), pseudonym, role, action, object, result, how often within a minute, request id; no bodies, no secrets. The newest first; reading is recorded itself.",
    params(AuditParameters),
    responses((status = 200, description = "记录 The entries", body = AuditPage), (status = 422), (status = 503)))]
pub(super) async fn list(request: HttpRequest, service: Acting) -> HttpResponse {
    let answer = async {
        let query = Query::read(&request, &["before", "principal", "page_size"])?;
        let before = query.number("before", 1, u32::MAX)?.map(i64::from);
        let size = query.number("page_size", 1, 200)?.unwrap_or(PAGE) as usize;
        let who = query.text("principal").unwrap_or_default();
        let (items, more) = service.audit_entries(before, who, size).await?;
        let next_page = items.last().filter(|_| more).map(|last| {
            let of = if who.is_empty() { String::new() } else { format!("principal={}&", encoded(who)) };
            format!("/api/v1/audit?{of}page_size={size}&before={}", last.seq)
        });
        Ok::<_, Problem>(HttpResponse::Ok().json(AuditPage { items, next_page }))
    };
    respond(&request, answer.await)
}

/// The last entry and the chain over all: to be noted on another system.
#[utoipa::path(get, path = "/api/v1/audit/head", tag = "accounts", operation_id = "audit_head", summary = "审计链末端 The end of the audit log",
    description = "最后一条记录的序号与覆盖全部记录的链值；请定期抄录到别的系统，以便发现整体改写。The last entry and the chain over all entries: note it on another system now and then, so that rewriting the whole shows.",
    responses((status = 200, description = "末端 The end", body = AuditEnd), (status = 422), (status = 503)))]
pub(super) async fn head(request: HttpRequest, service: Acting) -> HttpResponse {
    let answer = async {
        Query::read(&request, &[])?;
        Ok::<_, Problem>(HttpResponse::Ok().json(service.audit_end().await?))
    };
    respond(&request, answer.await)
}
