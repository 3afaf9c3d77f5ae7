//! Ratings: submit, read, revise, withdraw.

use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::read_json;
use super::metrics::Metrics;
use super::problem::{Problem, respond};
use super::query::{idempotency_key, path_id, required_match};
use crate::domain::{Comment, Marks, Rating};
use crate::service::{RatingBody, RatingWritten, Service};

/// New answers for a rating.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RevisionBody {
    marks: Marks,
    #[serde(default)]
    comment: Option<Comment>,
}

/// Submits a rating. 201; 400 key or JSON; 403 no confirmed engagement; 409 rated already; 422 bad value or reused key.
#[utoipa::path(post, path = "/api/v1/ratings", tag = "ratings", request_body = RatingBody, params(("Idempotency-Key" = String, Header)),
    responses((status = 201, body = RatingWritten), (status = 400), (status = 403), (status = 409), (status = 422)))]
pub(super) async fn create(
    request: HttpRequest,
    payload: web::Payload,
    service: web::Data<Service>,
    metrics: web::Data<Metrics>,
) -> HttpResponse {
    let answer = async {
        let body: RatingBody = read_json(&request, payload).await?;
        let key = idempotency_key(&request)?;
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

/// Reads a rating. 200; 404; 409 withdrawn.
#[utoipa::path(get, path = "/api/v1/ratings/{id}", tag = "ratings", params(("id" = String, Path)),
    responses((status = 200, body = Rating), (status = 404), (status = 409)))]
pub(super) async fn read(request: HttpRequest, service: web::Data<Service>) -> HttpResponse {
    let answer = path_id(&request, "id").and_then(|id| {
        let (rating, rev) = service.rating(id)?;
        Ok(HttpResponse::Ok().insert_header((header::ETAG, format!("\"{rev}\""))).json(rating))
    });
    respond(&request, answer)
}

/// Revises a rating. 200; 412 stale `If-Match`; 428 without it; 404; 409 withdrawn.
#[utoipa::path(put, path = "/api/v1/ratings/{id}", tag = "ratings", request_body = RevisionBody, params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = RatingWritten), (status = 404), (status = 409), (status = 412), (status = 428)))]
pub(super) async fn revise(request: HttpRequest, payload: web::Payload, service: web::Data<Service>) -> HttpResponse {
    let answer = async {
        let body: RevisionBody = read_json(&request, payload).await?;
        let id = path_id(&request, "id")?;
        let written = service.revise(id, required_match(&request)?, body.marks, body.comment).await?;
        Ok::<_, Problem>(HttpResponse::Ok().insert_header((header::ETAG, format!("\"{}\"", written.rev))).json(written))
    };
    respond(&request, answer.await)
}

/// Withdraws a rating. 200; 412 stale `If-Match`; 428 without it; 404; 409 withdrawn already.
#[utoipa::path(delete, path = "/api/v1/ratings/{id}", tag = "ratings", params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = RatingWritten), (status = 404), (status = 409), (status = 412), (status = 428)))]
pub(super) async fn withdraw(request: HttpRequest, service: web::Data<Service>) -> HttpResponse {
    let answer = async {
        let id = path_id(&request, "id")?;
        let written = service.withdraw(id, required_match(&request)?).await?;
        Ok::<_, Problem>(HttpResponse::Ok().json(written))
    };
    respond(&request, answer.await)
}
