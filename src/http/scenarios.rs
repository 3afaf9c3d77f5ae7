//! Scenarios: what if?

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use futures_util::stream;
use serde_json::json;

use super::body::read_json_within;
use super::problem::{Problem, respond};
use super::query::{Query, path_id};
use crate::domain::{Invalid, NewScenario, ParkChoice, ScenarioAnswer, ScenarioId, ScenarioQuestion};
use crate::service::{Acting, ScenarioMade, SideBySide};

/// Bodies of scenarios may be larger than others: a hundred changes, each a whole entry of the directory.
pub(super) const MAX_SCENARIO: usize = 256 * 1024;

/// Hypothetical changes in, shortlists before and after with the causes of every move out; nothing is stored.
#[utoipa::path(post, path = "/api/v1/scenarios/evaluate", tag = "scenarios", operation_id = "evaluate_scenario",
    request_body = ScenarioQuestion,
    summary = "推演情景 Evaluate a scenario",
    description = "在现状（或 `base_seq` 处）的分支上依次施加假设的改动，回答每个园区改动前后的名单、名次与得分的变化及其原因（按准则、按改动拆分，合计即为变化）、缺口变化、进出名单的院校。什么都不存。`parks` 为 `\"all\"` 时逐批以 NDJSON 返回全部园区的简报与进度，断开即停；超出时限时最后一行为 `error`。给出 `selection` 则另答改动前后的统筹择优（全国时在最后一批之后，单独一行）。\n\nApplies hypothetical changes one after the other on a fork of what is served (or of the state at `base_seq`) and answers each park's lists before and after, moves of rank and score split by criterion and by change (the parts add up), unmet need, who enters and who leaves. Nothing is stored. With `parks` as `\"all\"` it streams all parks in short with the progress as NDJSON, and stops when the client goes; if the time is up, the last line is an `error`. With `selection` it also answers the selection before and after (of all parks: in a line of its own after the last batch).",
    responses((status = 200, description = "前后名单与差异；全国为 NDJSON Lists and differences; NDJSON for the nation", body = ScenarioAnswer),
        (status = 400), (status = 408), (status = 413), (status = 415), (status = 422), (status = 503)))]
pub(super) async fn evaluate(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let answer = async {
        let question: ScenarioQuestion = read_json_within(&request, payload, MAX_SCENARIO).await?;
        answered(&request, &service, question).await
    };
    respond(&request, answer.await)
}

/// The answer to a scenario's question, as one body or, for the nation, as a stream.
pub(super) async fn answered(
    request: &HttpRequest,
    service: &Acting,
    question: ScenarioQuestion,
) -> Result<HttpResponse, Problem> {
    if question.parks != ParkChoice::All {
        return Ok(HttpResponse::Ok().json(service.evaluate_scenario(question).await?));
    }
    let progress = service.evaluate_nation(question).await?;
    let lines = stream::unfold((progress, request.clone()), |(mut progress, request)| async move {
        let text = match progress.recv().await? {
            Ok(batch) => {
                let parks: String = batch.parks.iter().map(|park| json!(park).to_string() + "\n").collect();
                let selection = batch.selection.map(|moved| json!({"selection": moved}).to_string() + "\n");
                parks
                    + &selection.unwrap_or_default()
                    + &json!({"done": batch.done, "of": batch.of, "as_of": batch.as_of}).to_string()
                    + "\n"
            }
            // The status has gone out long since: the last line is the problem.
            Err(error) => format!("{{\"error\":{}}}\n", Problem::from(error).json(&request)),
        };
        Some((Ok::<_, actix_web::Error>(Bytes::from(text)), (progress, request)))
    });
    Ok(HttpResponse::Ok().content_type("application/x-ndjson").streaming(Box::pin(lines)))
}

/// Keeps a scenario under a new code.
#[utoipa::path(post, path = "/api/v1/scenarios", tag = "scenarios", operation_id = "create_scenario", request_body = NewScenario,
    summary = "保存情景 Keep a scenario",
    description = "保存情景的名称、负责人、说明与问题，代码由系统给出；之后可查看、更改、关闭、再推演、并列比较。不带 `base_seq` 时，每次推演都从现状出发。\n\nKeeps a scenario's name, owner, description and question under a code that is given; it can then be read, changed, closed, evaluated again and compared. Without a `base_seq` every evaluation starts from the present.",
    responses((status = 201, description = "已保存 Kept", body = ScenarioMade,
            headers(("ETag" = String, description = "版本 Its revision"), ("Location" = String, description = "其地址 Its address"))),
        (status = 400), (status = 408), (status = 413), (status = 415), (status = 422), (status = 503), (status = 507)))]
pub(super) async fn create(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let answer = async {
        let new: NewScenario = read_json_within(&request, payload, MAX_SCENARIO).await?;
        let made = service.keep_scenario(new).await?;
        Ok::<_, Problem>(
            HttpResponse::Created()
                .insert_header((header::LOCATION, format!("/api/v1/scenarios/{}", made.id)))
                .insert_header((header::ETAG, format!("\"{}\"", made.written.rev)))
                .json(made),
        )
    };
    respond(&request, answer.await)
}

/// Evaluates a kept scenario, from its own base or from the present.
#[utoipa::path(get, path = "/api/v1/scenarios/{id}/evaluation", tag = "scenarios", operation_id = "scenario_evaluation",
    summary = "推演已存情景 Evaluate a kept scenario",
    description = "如同直接推演其问题；`base=now` 改以现状为起点。出错的改动以其在问题中的指针指出。\n\nAs if its question were asked; `base=now` starts from the present instead of its own `base_seq`. A change at fault is named by its pointer within the question.",
    params(("id" = ScenarioId, Path, description = "情景代码 The scenario's code"),
        ("base" = Option<String>, Query, description = "`own`（默认）或 `now` `own` (default) or `now`")),
    responses((status = 200, description = "前后名单与差异；全国为 NDJSON Lists and differences; NDJSON for the nation", body = ScenarioAnswer),
        (status = 400), (status = 404), (status = 422), (status = 503)))]
pub(super) async fn evaluation(request: HttpRequest, service: Acting) -> HttpResponse {
    let answer = async {
        let query = Query::read(&request, &["base"])?;
        let id: ScenarioId = path_id(&request, "id")?;
        let rebase = match query.text("base") {
            None | Some("own") => false,
            Some("now") => true,
            Some(other) => return Err(Problem::parameter("base", Invalid::unknown_word(other, &["own", "now"]))),
        };
        answered(&request, &service, service.kept_question(&id, rebase)?).await
    };
    respond(&request, answer.await)
}

/// Two to four kept scenarios side by side.
#[utoipa::path(get, path = "/api/v1/scenarios/compare", tag = "scenarios", operation_id = "compare_scenarios",
    summary = "并列比较情景 Scenarios side by side",
    description = "二至四个已存情景：各自的回答（全国情景只给名次），以及每个园区每所院校在改动前和各情景下的名次。\n\nTwo to four kept scenarios: each one's answer (of a scenario of all parks only ranks), and per park every listed college's rank before and under each.",
    params(("ids" = String, Query, description = "情景代码，逗号分隔 Codes of scenarios, separated by commas")),
    responses((status = 200, description = "并列 Side by side", body = SideBySide), (status = 400), (status = 404), (status = 422), (status = 503)))]
pub(super) async fn compare(request: HttpRequest, service: Acting) -> HttpResponse {
    let answer = async {
        let query = Query::read(&request, &["ids"])?;
        let codes = query.text("ids").unwrap_or_default().split(',').filter(|code| !code.is_empty());
        let ids = codes.map(str::parse).collect::<Result<Vec<ScenarioId>, Invalid>>();
        let ids = ids.map_err(|invalid| Problem::parameter("ids", invalid))?;
        Ok::<_, Problem>(HttpResponse::Ok().json(service.compare_scenarios(&ids).await?))
    };
    respond(&request, answer.await)
}
