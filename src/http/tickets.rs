//! Rectification tickets and colleges' feedback.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::body::read_json;
use super::problem::{Problem, respond};
use super::query::path_id;
use crate::domain::{EngagementId, TicketId};
use crate::service::{Acting, FeedbackShown, NewFeedback, NewStep, Tickets, Written};

fn created(written: Written) -> HttpResponse {
    HttpResponse::Created().insert_header((header::ETAG, format!("\"{}\"", written.rev))).json(written)
}

/// Tickets as far as the reader may know them.
#[utoipa::path(get, path = "/api/v1/tickets", tag = "ratings", operation_id = "list_tickets",
    summary = "列出整改单 List rectification tickets",
    description = "任一项为 2 分及以下的评价即开一单：1 个工作日内联系企业，15 个工作日内院校答复（工作日为周一至周五，不计法定节假日），随后企业可追评一次。园区看到谁、哪项合作；院校看到哪一方面、进度与期限（以周为界），看不到企业、园区、合作、分数与日期；往来企业不足三家时院校只看到件数。\n\nA rating with any mark of 2 or less opens one: contact within one working day, the college's answer within 15 (Monday to Friday; public holidays are not known), then one follow-up rating. A park sees who and which engagement; a college sees the aspect, how far it is and the week it is due, no enterprise, park, engagement, score or day; with fewer than three partner enterprises only how many are open.",
    responses((status = 200, description = "整改单 The tickets", body = Tickets)))]
pub(super) async fn list(request: HttpRequest, service: Acting) -> HttpResponse {
    let answer = service.tickets().map(|tickets| HttpResponse::Ok().json(tickets));
    respond(&request, answer.map_err(Problem::from))
}

/// The park contacted the enterprise.
#[utoipa::path(post, path = "/api/v1/tickets/{id}/contact", tag = "ratings", operation_id = "contact_ticket", request_body = NewStep,
    summary = "记录已联系企业 Note that the enterprise was contacted",
    description = "园区记录一次。The park, once.", params(("id" = TicketId, Path, description = "整改单代码 The ticket's code")),
    responses((status = 201, description = "已记录 Noted", body = Written, headers(("ETag" = String, description = "版本 Its revision"))),
        (status = 400), (status = 404), (status = 408), (status = 409), (status = 413), (status = 415), (status = 422), (status = 503), (status = 507)))]
pub(super) async fn contact(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let answer = async {
        let new: NewStep = read_json(&request, payload).await?;
        Ok::<_, Problem>(created(service.contact_ticket(path_id(&request, "id")?, new).await?))
    };
    respond(&request, answer.await)
}

/// The college says what it will change.
#[utoipa::path(post, path = "/api/v1/tickets/{id}/answer", tag = "ratings", operation_id = "answer_ticket", request_body = NewStep,
    summary = "答复整改单 Answer a ticket",
    description = "院校答复一次：将如何改进。The college, once: what it will change.", params(("id" = TicketId, Path, description = "整改单代码 The ticket's code")),
    responses((status = 201, description = "已答复 Answered", body = Written, headers(("ETag" = String, description = "版本 Its revision"))),
        (status = 400), (status = 404), (status = 408), (status = 409), (status = 413), (status = 415), (status = 422), (status = 503), (status = 507)))]
pub(super) async fn answer(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let answer = async {
        let new: NewStep = read_json(&request, payload).await?;
        Ok::<_, Problem>(created(service.answer_ticket(path_id(&request, "id")?, new).await?))
    };
    respond(&request, answer.await)
}

/// What the college said, once it may be seen.
#[utoipa::path(get, path = "/api/v1/engagements/{id}/feedback", tag = "ratings", operation_id = "read_feedback",
    summary = "院校对合作的反馈 A college's feedback",
    description = "双方都提交后、或首方提交满 14 天后，企业才看到；不计分。The enterprise sees it once both have spoken or 14 days after the first; it is never scored.", params(("id" = EngagementId, Path, description = "合作代码 The engagement's code")),
    responses((status = 200, description = "反馈 The feedback", body = FeedbackShown), (status = 404), (status = 422)))]
pub(super) async fn feedback(request: HttpRequest, service: Acting) -> HttpResponse {
    let answer =
        path_id::<EngagementId>(&request, "id").and_then(|id| Ok(HttpResponse::Ok().json(service.feedback(&id)?)));
    respond(&request, answer)
}

/// A college's feedback.
#[utoipa::path(post, path = "/api/v1/engagements/{id}/feedback", tag = "ratings", operation_id = "give_feedback", request_body = NewFeedback,
    summary = "院校反馈 Give a college's feedback",
    description = "1–5 与一句话，每项合作一次，不计分。1–5 and one sentence, once an engagement; never scored.", params(("id" = EngagementId, Path, description = "合作代码 The engagement's code")),
    responses((status = 201, description = "已记录 Recorded", body = Written, headers(("ETag" = String, description = "版本 Its revision"))),
        (status = 400), (status = 403), (status = 404), (status = 408), (status = 409), (status = 413), (status = 415), (status = 422), (status = 503), (status = 507)))]
pub(super) async fn give_feedback(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let answer = async {
        let new: NewFeedback = read_json(&request, payload).await?;
        Ok::<_, Problem>(created(service.give_feedback(path_id(&request, "id")?, new).await?))
    };
    respond(&request, answer.await)
}
