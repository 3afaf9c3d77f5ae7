//! What colleges are told of their satisfaction.

use actix_web::{HttpRequest, HttpResponse};

use super::parameters::MinSeq;
use super::problem::{Problem, respond};
use super::query::{Query, min_seq, path_id};
use crate::domain::{CollegeId, PublishedSatisfaction};
use crate::service::Acting;

/// The newest published figures; below three enterprises none, and nothing is said of how many there are.
#[utoipa::path(get, path = "/api/v1/colleges/{id}/satisfaction", tag = "ratings", operation_id = "published_satisfaction",
    summary = "已公布的满意度 Published satisfaction",
    description = "院校看到的满意度：每周最多公布一次，且自上次公布后至少有三家企业作出新的评价才会变动；均值取一位小数，企业家数只给区间。不足三家时 `suppressed` 为 true，不说有几家。\n\nWhat a college is told of its satisfaction: published once a week at most, and moved only by new answers of at least three enterprises since; the mean to one decimal, the number of enterprises as a band. Below three `suppressed` is true, and nothing is said of how many.",
    params(("id" = CollegeId, Path, description = "院校代码 The college's code", example = "C0001"), MinSeq),
    responses((status = 200, description = "已公布的数字 What was published", body = PublishedSatisfaction), (status = 404), (status = 422), (status = 503)))]
pub(super) async fn published(request: HttpRequest, service: Acting) -> HttpResponse {
    let answer = async {
        Query::read(&request, &[])?;
        let id: CollegeId = path_id(&request, "id")?;
        Ok::<_, Problem>(HttpResponse::Ok().json(service.published(&id, min_seq(&request)?).await?))
    };
    respond(&request, answer.await)
}
