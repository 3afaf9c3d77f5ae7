//! Decisions: recorded once, read for ever.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::body::read_json_within;
use super::problem::{Problem, respond};
use super::query::path_id;
use super::scenarios::MAX_SCENARIO;
use crate::domain::{DecisionId, DecisionReview, NewDecision};
use crate::service::{Acting, DecisionMade};

/// Records that a scenario or a selection was adopted. A recommendation to both sides, never an assignment.
#[utoipa::path(post, path = "/api/v1/decisions", tag = "scenarios", operation_id = "record_decision", request_body = NewDecision,
    summary = "记录决定 Record a decision",
    description = "记录采纳了哪个情景或哪些配对：参会角色、回避及原因、理由、复查日期。只是向双方的推荐，绝非指派；不改变任何名次，记下后不可更改。\n\nRecords which scenario or pairs were adopted: roles that took part, recusals, reasons, the day of review. A recommendation to both sides, never an assignment; it changes no ranking and cannot be changed.",
    responses((status = 201, description = "已记录 Recorded", body = DecisionMade,
            headers(("ETag" = String, description = "版本 Its revision"), ("Location" = String, description = "其地址 Its address"))),
        (status = 400), (status = 408), (status = 413), (status = 415), (status = 422), (status = 503), (status = 507)))]
pub(super) async fn create(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let answer = async {
        let new: NewDecision = read_json_within(&request, payload, MAX_SCENARIO).await?;
        let made = service.decide(new).await?;
        Ok::<_, Problem>(
            HttpResponse::Created()
                .insert_header((header::LOCATION, format!("/api/v1/decisions/{}", made.id)))
                .insert_header((header::ETAG, format!("\"{}\"", made.written.rev)))
                .json(made),
        )
    };
    respond(&request, answer.await)
}

/// What a decision expected beside what came.
#[utoipa::path(get, path = "/api/v1/decisions/{id}/review", tag = "scenarios", operation_id = "review_decision",
    summary = "复查决定 Expected against realised",
    description = "逐对比较：作出决定时（`as_of_seq`，含所采纳情景的改动）预期的名次、得分与满意度；此后双方确认的合作、给出的评价及其均值；以及现在的名次。不知道的为 null。未列配对时取情景所选或所列的配对。\n\nPair by pair: rank, score and satisfaction expected when it was taken (at `as_of_seq`, under the scenario it adopted); engagements confirmed and ratings given since, with their mean; and the standing now. What is not known is null. If the decision names no pairs, those its scenario selects or lists.",
    params(("id" = DecisionId, Path, description = "决定代码 The decision's code")),
    responses((status = 200, description = "复查 The review", body = DecisionReview), (status = 404), (status = 422), (status = 503)))]
pub(super) async fn review(request: HttpRequest, service: Acting) -> HttpResponse {
    let answer = async {
        let id: DecisionId = path_id(&request, "id")?;
        Ok::<_, Problem>(HttpResponse::Ok().json(service.review_decision(&id).await?))
    };
    respond(&request, answer.await)
}
