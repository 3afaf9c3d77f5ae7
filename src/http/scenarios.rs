//! Scenarios: what if?

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use futures_util::stream;
use serde_json::json;

use super::body::read_json_within;
use super::problem::{Problem, respond};
use crate::domain::{ParkChoice, ScenarioAnswer, ScenarioQuestion};
use crate::service::Service;

/// Bodies of scenarios may be larger than others: a hundred changes, each a whole entry of the directory.
pub(super) const MAX_SCENARIO: usize = 256 * 1024;

/// Hypothetical changes in, shortlists before and after with the causes of every move out; nothing is stored.
#[utoipa::path(post, path = "/api/v1/scenarios/evaluate", tag = "scenarios", operation_id = "evaluate_scenario",
    request_body = ScenarioQuestion,
    summary = "推演情景 Evaluate a scenario",
    description = "在现状（或 `base_seq` 处）的分支上依次施加假设的改动，回答每个园区改动前后的名单、名次与得分的变化及其原因（按准则、按改动拆分，合计即为变化）、缺口变化、进出名单的院校。什么都不存。`parks` 为 `\"all\"` 时逐批以 NDJSON 返回全部园区的简报与进度，断开即停。\n\nApplies hypothetical changes one after the other on a fork of what is served (or of the state at `base_seq`) and answers each park's lists before and after, moves of rank and score split by criterion and by change (the parts add up), unmet need, who enters and who leaves. Nothing is stored. With `parks` as `\"all\"` it streams all parks in short with the progress as NDJSON, and stops when the client goes.",
    responses((status = 200, description = "前后名单与差异；全国为 NDJSON Lists and differences; NDJSON for the nation", body = ScenarioAnswer),
        (status = 400), (status = 408), (status = 413), (status = 415), (status = 422), (status = 503)))]
pub(super) async fn evaluate(request: HttpRequest, payload: web::Payload, service: web::Data<Service>) -> HttpResponse {
    let answer = async {
        let question: ScenarioQuestion = read_json_within(&request, payload, MAX_SCENARIO).await?;
        answered(&service, question).await
    };
    respond(&request, answer.await)
}

/// The answer to a scenario's question, as one body or, for the nation, as a stream.
pub(super) async fn answered(service: &Service, question: ScenarioQuestion) -> Result<HttpResponse, Problem> {
    if question.parks != ParkChoice::All {
        return Ok(HttpResponse::Ok().json(service.evaluate_scenario(question).await?));
    }
    let progress = service.evaluate_nation(question).await?;
    let lines = stream::unfold(progress, |mut progress| async move {
        let batch = progress.recv().await?;
        let mut text: String = batch.parks.iter().map(|park| json!(park).to_string() + "\n").collect();
        text += &(json!({"done": batch.done, "of": batch.of}).to_string() + "\n");
        Some((Ok::<_, actix_web::Error>(Bytes::from(text)), progress))
    });
    Ok(HttpResponse::Ok().content_type("application/x-ndjson").streaming(Box::pin(lines)))
}
