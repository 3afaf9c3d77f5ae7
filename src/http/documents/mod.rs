//! The OpenAPI document, made from the code.

mod directory;

use actix_web::http::StatusCode;
use serde_json::{Value, json};
use utoipa::OpenApi;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};

use super::problem::ProblemBody;
use super::titles::title;
use crate::domain::{
    College, Decision, Demand, Engagement, Enterprise, Industry, Major, Occupation, Park, Preset, Programme, Relation,
    Scenario, Sheet,
};
use crate::service::Written;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Zeyou 择优",
        description = "为园区择优推荐合作院校：每个名次都有理由、不确定性和复核码；只推荐，不指派。\
                       出错时返回 RFC 9457 问题（`application/problem+json`），默认中文，`Accept-Language: en` 为英文；\
                       每个回答都带 `X-Request-Id`。\n\n\
                       Picks partner colleges for industrial parks on merit: every rank has its reasons, its uncertainty and a code \
                       to recompute it; it recommends, it never assigns. Errors are RFC 9457 problems, Chinese unless \
                       `Accept-Language` names English first. Every answer carries an `X-Request-Id`."
    ),
    security(()),
    servers((url = "/", description = "本服务 This server")),
    tags(
        (name = "ranking", description = "名单、缘由、复核 Shortlists, reasons, verification"),
        (name = "scenarios", description = "情景推演与多园区择优 What if, and many parks at once"),
        (name = "ratings", description = "企业对合作的评价 How satisfied an enterprise was with an engagement"),
        (name = "directory", description = "名录：列出、查看、登记、关闭 The directory: list, read, put, close"),
        (name = "models", description = "满意度模型的参数 Parameters of the satisfaction model"),
        (name = "events", description = "实时变更 What changed, live"),
        (name = "accounts", description = "账号与密钥 Accounts and keys"),
        (name = "operations", description = "运维 For operators")
    ),
    paths(
        super::ranking::shortlist,
        super::ranking::explanation,
        super::ranking::compare,
        super::ranking::flags,
        super::changes::changes,
        super::ranking::verify,
        super::ranking::criteria,
        super::scenarios::evaluate,
        super::scenarios::create,
        super::decisions::create,
        super::decisions::review,
        super::scenarios::evaluation,
        super::scenarios::compare,
        super::selections::portfolio,
        super::selections::solve,
        super::sensitivity::sensitivity,
        super::sensitivity::ahp,
        super::models::read,
        super::models::activate,
        super::published::published,
        super::ratings::create,
        super::ratings::read,
        super::ratings::revise,
        super::ratings::withdraw,
        super::ratings::revisions,
        super::flags::review,
        super::flags::of_college,
        super::flags::appeals,
        super::flags::appeal,
        super::flags::answer,
        super::tickets::list,
        super::tickets::contact,
        super::tickets::answer,
        super::tickets::feedback,
        super::tickets::give_feedback,
        super::stream::events,
        super::audit::list,
        super::audit::head,
        super::accounts::me,
        super::accounts::own_data,
        super::accounts::change_password,
        super::accounts::data,
        super::accounts::list,
        super::accounts::create,
        super::accounts::erase,
        super::accounts::disable,
        super::accounts::reset,
        super::accounts::keys,
        super::accounts::create_key,
        super::accounts::revoke_key,
        super::health::live,
        super::health::ready,
        super::metrics::scrape,
    ),
    components(schemas(
        Park, Enterprise, College, Programme, Demand, Engagement, Preset, Industry, Occupation, Major, Sheet, Scenario, Decision, Relation, Written,
        ProblemBody
    ))
)]
struct Document;

/// Status; slug, kind of place and place of an example; what the status means wherever it occurs, in both languages.
type Refusal = (u16, &'static str, &'static str, &'static str, &'static str, &'static str);

/// All refusals.
const REFUSALS: [Refusal; 17] = [
    (400, "malformed-request", "", "", "请求、请求头或键格式错误", "The request, a header or a key is malformed"),
    (401, "not-signed-in", "header", "Authorization", "请先登录，或带上 API 密钥", "Sign in, or send an API key"),
    (403, "forbidden", "header", "Authorization", "本账号不能做这件事", "Not for this account, key or engagement"),
    (404, "not-found", "", "", "没有这个对象", "There is nothing by that code"),
    (406, "not-acceptable", "header", "Accept", "只能以 JSON 回答", "The answer is JSON"),
    (408, "request-timeout", "pointer", "", "请求体未及时到齐", "The body did not arrive in time"),
    (409, "already-rated", "pointer", "/engagement", "与现状冲突", "It conflicts with what there is"),
    (412, "revision-conflict", "header", "If-Match", "已被他人修改", "Somebody changed it meanwhile"),
    (413, "body-too-large", "pointer", "", "请求体过大", "The body is too large"),
    (414, "uri-too-long", "", "", "地址过长", "The address is too long"),
    (415, "unsupported-media-type", "header", "Content-Type", "须为未压缩的 JSON", "Send plain JSON"),
    (422, "out-of-range", "parameter", "top", "取值不合规则", "A value breaks a rule"),
    (428, "precondition-required", "header", "If-Match", "须带 If-Match", "Send If-Match"),
    (429, "rate-limited", "", "", "提交过于频繁", "It was done too often"),
    (431, "header-too-large", "", "", "请求头过大或过多", "The headers are too large or too many"),
    (503, "unavailable", "", "", "暂不可用或尚未更新到所要的序号", "Unavailable now, or not up to the seq asked for"),
    (507, "storage-full", "", "", "存储已满", "The storage is full"),
];

/// Refusals that every address knows.
const EVERYWHERE: [&str; 4] = ["400", "406", "414", "431"];

/// The whole document.
pub(super) fn document() -> utoipa::openapi::OpenApi {
    let mut document = Document::openapi();
    let paths = &mut document.paths.paths;
    paths.extend(directory::paths::<Park>());
    paths.extend(directory::paths::<Enterprise>());
    paths.extend(directory::paths::<College>());
    paths.extend(directory::paths::<Programme>());
    paths.extend(directory::paths::<Demand>());
    paths.extend(directory::paths::<Engagement>());
    paths.extend(directory::paths::<Relation>());
    paths.extend(directory::paths::<Preset>());
    paths.extend(directory::paths::<Industry>());
    paths.extend(directory::paths::<Occupation>());
    paths.extend(directory::paths::<Major>());
    // The lists of scenarios and decisions can also be posted to.
    let mut decisions = directory::paths::<Decision>();
    // Recorded once: nothing is put or closed.
    decisions[1].1.put = None;
    for (at, item) in directory::paths::<Scenario>().into_iter().chain(decisions) {
        match paths.get_mut(&at) {
            Some(known) => known.merge_operations(item),
            None => drop(paths.insert(at, item)),
        }
    }
    for (path, item) in paths.iter_mut() {
        let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.delete].into_iter().flatten();
        for responses in operations.map(|operation| &mut operation.responses.responses) {
            // A replica that is being built anew answers no question.
            let signed = (!path.starts_with("/health/")).then_some(["401", "403", "404", "429"]).into_iter().flatten();
            for status in EVERYWHERE.into_iter().chain(path.starts_with("/api/").then_some("503")).chain(signed) {
                responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(Response::new("")));
            }
            for (status, response) in responses.iter_mut().filter(|(status, _)| status.as_str() >= "400") {
                *response = RefOr::Ref(Ref::from_response_name(format!("Problem{status}")));
            }
        }
    }
    let components = document.components.get_or_insert_default();
    for refusal in REFUSALS {
        let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem")));
        let problem = problem.example(Some(example(refusal))).build();
        let (status, .., zh, en) = refusal;
        let response =
            ResponseBuilder::new().description(format!("{zh} {en}")).content("application/problem+json", problem);
        components.responses.insert(format!("Problem{status}"), RefOr::T(response.build()));
    }
    document
}

/// A problem as a reader may meet it.
fn example((status, slug, kind, place, detail, _): Refusal) -> Value {
    let (title, _) = title(slug, StatusCode::from_u16(status).unwrap_or_default());
    let mut problem = json!({"type": format!("https://zeyou/errors/{slug}"), "title": title, "status": status,
        "detail": detail, "instance": "urn:uuid:0b2f6c9e-6f3e-4a6c-9d0e-5f6b8f5d2c11"});
    if !kind.is_empty() {
        problem["errors"] = json!([{kind: place, "code": slug, "detail": detail}]);
    }
    problem
}

/// The document as JSON text.
pub fn openapi_json() -> String {
    document().to_pretty_json().unwrap_or_default()
}
