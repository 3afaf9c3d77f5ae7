//! Flags decided on, appeals and answers.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::read_json;
use super::problem::{Problem, respond};
use super::query::path_id;
use crate::domain::{AppealId, CollegeId};
use crate::service::{
    Acting, AppealShown, AppealWritten, CollegeReview, FlagDecided, FlagDecision, NewAppeal, NewAppealAnswer,
};

/// What a college is told of flags on its ratings.
#[derive(Serialize, ToSchema)]
pub(super) struct CollegeReviews {
    /// Open flags first, then decisions.
    items: Vec<CollegeReview>,
}

/// Appeals.
#[derive(Serialize, ToSchema)]
pub(super) struct Appeals {
    /// Those that wait first.
    items: Vec<AppealShown>,
}

/// Decides on a flagged block.
#[utoipa::path(post, path = "/api/v1/flags/reviews", tag = "ratings", operation_id = "review_flag", request_body = FlagDecision,
    summary = "审核一组可疑评价 Decide on a flag",
    description = "`upheld`：这组评价（至决定之日止）不计入；`dismissed`：全部计入，不再减权，直到有足够多的新评价再次可疑。须写明理由；可再次决定，旧决定留在日志中。\n\n`upheld`: the block's ratings up to this day do not count; `dismissed`: they count in full, until enough newer ones stand out again. A reason is required; one may decide anew, the log keeps every decision.",
    responses((status = 201, description = "已记录 Recorded", body = FlagDecided, headers(("ETag" = String, description = "版本 Its revision"))),
        (status = 400), (status = 408), (status = 409), (status = 413), (status = 415), (status = 422), (status = 503), (status = 507)))]
pub(super) async fn review(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let answer = async {
        let new: FlagDecision = read_json(&request, payload).await?;
        let made = service.review_flag(new).await?;
        let etag = (header::ETAG, format!("\"{}\"", made.written.rev));
        Ok::<_, Problem>(HttpResponse::Created().insert_header(etag).json(made))
    };
    respond(&request, answer.await)
}

/// What a college is told.
#[utoipa::path(get, path = "/api/v1/colleges/{id}/reviews", tag = "ratings", operation_id = "list_college_reviews",
    summary = "本校评价的审核情况 Flags on a college's ratings",
    description = "是否有评价正在审核及其结果；所涉企业不足三家时，不说明是哪一组、也不附理由。Whether ratings are under review, and what came of it; with fewer than three enterprises neither the block nor the reason is told.",
    params(("id" = CollegeId, Path, description = "院校代码 The college's code")),
    responses((status = 200, description = "审核情况 The flags", body = CollegeReviews), (status = 404), (status = 422), (status = 503)))]
pub(super) async fn of_college(request: HttpRequest, service: Acting) -> HttpResponse {
    let answer = async {
        let id: CollegeId = path_id(&request, "id")?;
        Ok::<_, Problem>(HttpResponse::Ok().json(CollegeReviews { items: service.college_reviews(&id).await? }))
    };
    respond(&request, answer.await)
}

/// Appeals that may be read.
#[utoipa::path(get, path = "/api/v1/appeals", tag = "ratings", operation_id = "list_appeals",
    summary = "列出申诉 List appeals",
    description = "院校看到自己的申诉，监督看到全部；待答复的在前。A college sees its own, a supervisor all; those that wait come first.",
    responses((status = 200, description = "申诉 The appeals", body = Appeals)))]
pub(super) async fn appeals(request: HttpRequest, service: Acting) -> HttpResponse {
    let answer = service.appeals().map(|items| HttpResponse::Ok().json(Appeals { items }));
    respond(&request, answer.map_err(Problem::from))
}

/// Appeals for a college.
#[utoipa::path(post, path = "/api/v1/appeals", tag = "ratings", operation_id = "lodge_appeal", request_body = NewAppeal,
    summary = "申诉 Appeal",
    description = "院校对审核中的评价或审核决定提出书面申诉；待答复的至多 3 件。A college appeals in writing against ratings under review or a decision; at most three wait for an answer.",
    responses((status = 201, description = "已收到 Lodged", body = AppealWritten, headers(("ETag" = String, description = "版本 Its revision"))),
        (status = 400), (status = 404), (status = 408), (status = 413), (status = 415), (status = 422), (status = 503), (status = 507)))]
pub(super) async fn appeal(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let answer = async {
        let new: NewAppeal = read_json(&request, payload).await?;
        let made = service.appeal(new).await?;
        let etag = (header::ETAG, format!("\"{}\"", made.written.rev));
        Ok::<_, Problem>(HttpResponse::Created().insert_header(etag).json(made))
    };
    respond(&request, answer.await)
}

/// Answers an appeal, once.
#[utoipa::path(post, path = "/api/v1/appeals/{id}/answer", tag = "ratings", operation_id = "answer_appeal", request_body = NewAppealAnswer,
    summary = "答复申诉 Answer an appeal",
    description = "答复一次，须写明理由；申诉成立时另行重新审核。Once, with a reason; if it is granted, the flag is decided on anew beside it.",
    params(("id" = AppealId, Path, description = "申诉代码 The appeal's code")),
    responses((status = 201, description = "已答复 Answered", body = AppealWritten, headers(("ETag" = String, description = "版本 Its revision"))),
        (status = 400), (status = 404), (status = 408), (status = 409), (status = 413), (status = 415), (status = 422), (status = 503), (status = 507)))]
pub(super) async fn answer(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let answer = async {
        let new: NewAppealAnswer = read_json(&request, payload).await?;
        let made = service.answer_appeal(path_id(&request, "id")?, new).await?;
        let etag = (header::ETAG, format!("\"{}\"", made.written.rev));
        Ok::<_, Problem>(HttpResponse::Created().insert_header(etag).json(made))
    };
    respond(&request, answer.await)
}
