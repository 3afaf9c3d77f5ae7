//! Shortlists, explanations, verification.

use actix_web::{HttpRequest, HttpResponse, web};

use super::problem::{Problem, respond};
use super::query::{min_seq, path_id, question};
use crate::domain::{CollegeId, Explanation, Shortlist};
use crate::service::{CodeCheck, Service};

/// A park's shortlist. 200; 404 unknown park or preset; 422 bad parameter; 400/503 for `Zeyou-Min-Seq`.
#[utoipa::path(get, path = "/api/v1/parks/{park}/shortlist", tag = "ranking",
    params(("park" = String, Path), ("top" = Option<u16>, Query, description = "1-100, default 10"), ("preset" = Option<String>, Query),
        ("kind" = Option<String>, Query, description = "hire, train, intern, order_class, tech_project"),
        ("exclude" = Option<String>, Query, description = "college codes, comma-separated"), ("max_km" = Option<u16>, Query),
        ("explore" = Option<bool>, Query), ("Zeyou-Min-Seq" = Option<u64>, Header)),
    responses((status = 200, body = Shortlist), (status = 404), (status = 422), (status = 503)))]
pub(super) async fn shortlist(request: HttpRequest, service: web::Data<Service>) -> HttpResponse {
    let answer = async {
        let question = question(&request)?;
        let published = service.at_least(min_seq(&request)?).await?;
        let bytes = Service::shortlist_json(&published, question)?;
        Ok::<_, Problem>(HttpResponse::Ok().content_type("application/json").body(bytes))
    };
    respond(&request, answer.await)
}

/// Why a college has its rank. 200; 404 unknown park, preset or unranked college; 422 bad parameter.
#[utoipa::path(get, path = "/api/v1/parks/{park}/colleges/{college}/explanation", tag = "ranking",
    params(("park" = String, Path), ("college" = String, Path), ("preset" = Option<String>, Query), ("kind" = Option<String>, Query)),
    responses((status = 200, body = Explanation), (status = 404), (status = 422)))]
pub(super) async fn explanation(request: HttpRequest, service: web::Data<Service>) -> HttpResponse {
    let answer = async {
        let question = question(&request)?;
        let college: CollegeId = path_id(&request, "college")?;
        let published = service.at_least(min_seq(&request)?).await?;
        Ok::<_, Problem>(HttpResponse::Ok().json(Service::explain(&published, &question, &college)?))
    };
    respond(&request, answer.await)
}

/// Recomputes a printed ranking. 200; 404 for what is no code of this log.
#[utoipa::path(get, path = "/api/v1/verify/{verify_code}", tag = "ranking", params(("verify_code" = String, Path)),
    responses((status = 200, body = CodeCheck), (status = 404)))]
pub(super) async fn verify(request: HttpRequest, service: web::Data<Service>) -> HttpResponse {
    let answer = async {
        let check = service.verify_code(request.match_info().query("verify_code")).await?;
        Ok::<_, Problem>(HttpResponse::Ok().json(check))
    };
    respond(&request, answer.await)
}
