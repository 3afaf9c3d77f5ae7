//! The parameters of the satisfaction model.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::body::read_json;
use super::parameters::MinSeq;
use super::problem::{Problem, respond};
use super::query::{min_seq, required_match};
use crate::domain::Model;
use crate::service::{Acting, Written};

/// The parameters every ranking uses now.
#[utoipa::path(get, path = "/api/v1/models/current", tag = "models", operation_id = "read_model",
    summary = "现行满意度模型参数 The model parameters in force",
    description = "所有名单现在使用的参数；`ETag` 为其版本。The parameters every ranking uses now; `ETag` is their revision.",
    params(MinSeq),
    responses((status = 200, description = "参数 The parameters", body = Model, headers(("ETag" = String, description = "版本 Its revision"))),
        (status = 400), (status = 503)))]
pub(super) async fn read(request: HttpRequest, service: Acting) -> HttpResponse {
    let answer = async {
        service.wait(min_seq(&request)?).await?;
        let (model, rev) = service.model()?;
        Ok::<_, Problem>(HttpResponse::Ok().insert_header((header::ETAG, format!("\"{rev}\""))).json(model))
    };
    respond(&request, answer.await)
}

/// Puts parameters into force, such as those `zeyou fit` wrote. Answers given before still verify.
#[utoipa::path(put, path = "/api/v1/models/current", tag = "models", operation_id = "activate_model", request_body = Model,
    summary = "启用模型参数 Put model parameters into force",
    description = "启用一组参数，如 `zeyou fit` 写出的文件；此后的名单都用它，此前的回答仍可复核。已启用的同一组不再写入。\n\nPuts parameters into force, such as a file of `zeyou fit`: every later ranking uses them, earlier answers still verify. Parameters in force already are not written again.",
    params(("If-Match" = String, Header, description = "所依据的版本 The revision it is based on, from `ETag` or `rev`", example = "\"1\"")),
    responses((status = 200, description = "已启用 In force", body = Written, headers(("ETag" = String, description = "版本 Its revision"))),
        (status = 400), (status = 408), (status = 412), (status = 413), (status = 415), (status = 422), (status = 428), (status = 503), (status = 507)))]
pub(super) async fn activate(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let answer = async {
        let model: Model = read_json(&request, payload).await?;
        let written = service.activate(model, Some(required_match(&request)?)).await?;
        Ok::<_, Problem>(HttpResponse::Ok().insert_header((header::ETAG, format!("\"{}\"", written.rev))).json(written))
    };
    respond(&request, answer.await)
}
