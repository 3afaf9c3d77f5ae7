//! Ratings: submit, read, revise, withdraw.

use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpRequest, HttpResponse, web};

use super::body::read_json;
use super::metrics::Metrics;
use super::problem::{Place, Problem, respond};
use super::query::{idempotency_key, path_id, required_match};
use crate::domain::{Comment, RatingId, without_personal_data};
use crate::service::{Acting, RatingBody, RatingHistory, RatingShown, RatingWritten, RevisionBody};

/// Refuses a comment with a telephone or identity number, unless that was confirmed.
fn check_comment(comment: Option<&Comment>, confirmed: bool) -> Result<(), Problem> {
    match comment.filter(|_| !confirmed) {
        Some(comment) => without_personal_data(comment.as_str())
            .map_err(|invalid| Problem::invalid(Place::Body("/comment".to_owned()), invalid)),
        None => Ok(()),
    }
}

/// Only a confirmed engagement can be rated, once. Every ranking asked after the answer includes the rating. The same key
/// with the same body is answered as the first time (`Idempotent-Replayed: true`).
#[utoipa::path(post, path = "/api/v1/ratings", tag = "ratings", operation_id = "submit_rating", request_body = RatingBody,
    summary = "提交评价 Submit a rating",
    description = "已确认的合作可评价一次：自开始后 30 天（或结束之日，取早者）起，合作关闭后至结束后若干天止（默认 180 天）；此后所有名单都计入。以同一键重发同一请求，得到首次的回答（`Idempotent-Replayed: true`）。\n\nA confirmed engagement can be rated once: from 30 days after its start (or its end, if earlier) until some days (180 by default) after the end of a closed one. Every ranking asked after the answer includes it. The same key with the same body is answered as the first time.",
    params(("Idempotency-Key" = String, Header, description = "重试同一请求用同一键，1–255 个可打印 ASCII 字符 The same for every try of one request, 1-255 printable ASCII characters")),
    responses((status = 201, description = "已记录 Recorded", body = RatingWritten,
            headers(("ETag" = String, description = "版本 Its revision"), ("Location" = String, description = "其地址 Its address"))),
        (status = 400), (status = 403), (status = 408), (status = 409), (status = 413), (status = 415), (status = 422), (status = 429), (status = 503), (status = 507)))]
pub(super) async fn create(
    request: HttpRequest,
    payload: web::Payload,
    service: Acting,
    metrics: web::Data<Metrics>,
) -> HttpResponse {
    let answer = async {
        let body: RatingBody = read_json(&request, payload).await?;
        let key = idempotency_key(&request)?;
        check_comment(body.comment.as_ref(), body.confirm_personal_data)?;
        let (written, replayed) = service.rate(key, body).await?;
        let mut response = HttpResponse::Created();
        response.insert_header((header::LOCATION, format!("/api/v1/ratings/{}", written.id)));
        response.insert_header((header::ETAG, format!("\"{}\"", written.rev)));
        if replayed {
            response.insert_header((HeaderName::from_static("idempotent-replayed"), "true"));
        } else {
            metrics.rating_accepted();
        }
        Ok::<_, Problem>(response.json(written))
    };
    respond(&request, answer.await)
}

/// Its current answers; a withdrawn rating is a conflict.
#[utoipa::path(get, path = "/api/v1/ratings/{id}", tag = "ratings", operation_id = "read_rating",
    summary = "查看评价 Read a rating",
    description = "现行的回答；已撤回的评价返回冲突。Its current answers; a withdrawn rating is a conflict.", params(("id" = RatingId, Path, description = "评价编号（UUID） The rating's UUID")),
    responses((status = 200, description = "评价 The rating", body = RatingShown, headers(("ETag" = String, description = "版本 Its revision"))),
        (status = 404), (status = 409), (status = 422)))]
pub(super) async fn read(request: HttpRequest, service: Acting) -> HttpResponse {
    let answer = async {
        let (rating, rev) = service.rating(path_id(&request, "id")?).await?;
        Ok::<_, Problem>(HttpResponse::Ok().insert_header((header::ETAG, format!("\"{rev}\""))).json(rating))
    };
    respond(&request, answer.await)
}

/// Replaces all its answers.
#[utoipa::path(put, path = "/api/v1/ratings/{id}", tag = "ratings", operation_id = "revise_rating", request_body = RevisionBody,
    summary = "修改评价 Revise a rating",
    description = "全部回答一并替换。首次提交后 14 天内可自由修改；此后须写明理由（`reason`），两次修改至少相隔 30 天，365 天内至多 3 次。\n\nReplaces all its answers. Free for 14 days after the first submission; after that with a `reason`, 30 days apart, at most three in 365 days.", params(("id" = RatingId, Path, description = "评价编号（UUID） The rating's UUID"), ("If-Match" = String, Header, description = "所依据的版本 The revision it is based on, from `ETag` or `rev`", example = "\"1\"")),
    responses((status = 200, description = "已修改 Revised", body = RatingWritten, headers(("ETag" = String, description = "版本 Its revision"))),
        (status = 400), (status = 404), (status = 408), (status = 409), (status = 412), (status = 413), (status = 415), (status = 422), (status = 428), (status = 429), (status = 503), (status = 507)))]
pub(super) async fn revise(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let answer = async {
        let body: RevisionBody = read_json(&request, payload).await?;
        let id = path_id(&request, "id")?;
        check_comment(body.comment.as_ref(), body.confirm_personal_data)?;
        let written = service.revise(id, required_match(&request)?, body).await?;
        Ok::<_, Problem>(HttpResponse::Ok().insert_header((header::ETAG, format!("\"{}\"", written.rev))).json(written))
    };
    respond(&request, answer.await)
}

/// Rankings no longer count it; the engagement can then be rated anew.
#[utoipa::path(delete, path = "/api/v1/ratings/{id}", tag = "ratings", operation_id = "withdraw_rating",
    summary = "撤回评价 Withdraw a rating",
    description = "名单不再计入；该合作可重新评价。Rankings no longer count it; the engagement can then be rated anew.", params(("id" = RatingId, Path, description = "评价编号（UUID） The rating's UUID"), ("If-Match" = String, Header, description = "所依据的版本 The revision it is based on, from `ETag` or `rev`", example = "\"1\"")),
    responses((status = 200, description = "已撤回 Withdrawn", body = RatingWritten),
        (status = 400), (status = 404), (status = 409), (status = 412), (status = 422), (status = 428), (status = 429), (status = 503), (status = 507)))]
pub(super) async fn withdraw(request: HttpRequest, service: Acting) -> HttpResponse {
    let answer = async {
        let id = path_id(&request, "id")?;
        let written = service.withdraw(id, required_match(&request)?).await?;
        Ok::<_, Problem>(HttpResponse::Ok().json(written))
    };
    respond(&request, answer.await)
}

/// Its revisions, with their reasons and how they came; for the enterprise that rates only.
#[utoipa::path(get, path = "/api/v1/ratings/{id}/revisions", tag = "ratings", operation_id = "list_rating_revisions",
    summary = "评价的历次修改 All revisions of a rating",
    description = "由先到后，含理由、追评与经谁的链接提交；只有评价企业自己能看。From the first to the last, with reason, follow-up and whose link it came by; for the enterprise that rates only.", params(("id" = RatingId, Path, description = "评价编号（UUID） The rating's UUID")),
    responses((status = 200, description = "历次修改 Its revisions", body = RatingHistory), (status = 404), (status = 422)))]
pub(super) async fn revisions(request: HttpRequest, service: Acting) -> HttpResponse {
    let answer = async {
        let history = service.revisions(path_id(&request, "id")?).await?;
        Ok::<_, Problem>(HttpResponse::Ok().json(history))
    };
    respond(&request, answer.await)
}
