//! The directory's addresses, which all have one shape.

use serde_json::{Value, json};
use utoipa::openapi::PathItem;
use utoipa::{PartialSchema, ToSchema};

use crate::http::directory::Entity;

/// The two addresses of one kind of entry.
pub(super) fn paths<E: Entity<Id: PartialSchema> + ToSchema>() -> [(String, PathItem); 2] {
    let at = format!("/api/v1/{}", E::PATH);
    [(at.clone(), item(json!({"get": list::<E>()}))), (format!("{at}/{{id}}"), item(one::<E>()))]
}

fn item(value: Value) -> PathItem {
    serde_json::from_value(value).unwrap_or_else(|error| unreachable!("the operations below are well-formed: {error}"))
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn schema_of<T: PartialSchema>() -> Value {
    serde_json::to_value(T::schema()).unwrap_or_default()
}

fn parameter(place: &str, name: &str, text: &str, schema: Value) -> Value {
    json!({"in": place, "name": name, "description": text, "required": place == "path", "schema": schema})
}

fn min_seq() -> Value {
    let text = "等到此序号已计入 Wait until this event is included";
    parameter("header", "Zeyou-Min-Seq", text, json!({"type": "integer", "minimum": 0, "examples": [1]}))
}

fn if_match() -> Value {
    let text = "仅当仍是此版本时才写入 Write only if this is still the revision";
    parameter(
        "header",
        "If-Match",
        text,
        json!({"type": "string", "pattern": "^(\"[0-9]{1,9}\"|[0-9]{1,9})$", "examples": ["\"1\""]}),
    )
}

/// An answer with an entry or with what became of it.
fn answer(text: &str, schema: &Value) -> Value {
    let etag = json!({"description": "版本 Its revision", "schema": {"type": "string"}});
    json!({"description": text, "headers": {"ETag": etag}, "content": {"application/json": {"schema": schema}}})
}

/// The answers of an operation; what a refusal says is filled in later.
fn answers(good: Value, refusals: &[&str]) -> Value {
    let mut answers = good;
    for status in refusals {
        answers[*status] = json!({"description": ""});
    }
    answers
}

fn operation<E: Entity>(id: &str, summary: String, text: &str, parameters: Vec<Value>, responses: Value) -> Value {
    let id = format!("{id}_{}", E::PATH);
    json!({"tags": ["directory"], "operationId": id, "summary": summary, "description": text,
           "parameters": parameters, "responses": responses})
}

fn list<E: Entity<Id: PartialSchema> + ToSchema>() -> Value {
    let text = json!({"type": "string"});
    let size = json!({"type": "integer", "minimum": 1, "maximum": 200, "default": 50});
    let mut parameters = vec![
        parameter("query", "q", "代码或名称包含此文字 Its code or name contains this text", text.clone()),
        parameter("query", "after", "从此代码之后开始 After this code", schema_of::<E::Id>()),
        parameter("query", "page_size", "每页多少 How many a page", size),
        min_seq(),
    ];
    for filter in E::FILTERS {
        let meaning = format!("只列 {filter} 等于此值的 Only entries whose `{filter}` is this");
        parameters.push(parameter("query", filter, &meaning, text.clone()));
    }
    let next = json!({"type": ["string", "null"], "description": "下一页的地址 Address of the next page"});
    let page = json!({"type": "object", "required": ["items", "next_page"],
        "properties": {"items": {"type": "array", "items": reference(&E::name())}, "next_page": next}});
    let good = json!({"200": {"description": "一页 One page", "content": {"application/json": {"schema": page}}}});
    let summary = format!("列出{} List {}", E::ZH, E::PATH);
    let text = "按代码排序，逐页列出；已关闭的不列。In order of code, page by page; closed entries are not listed.";
    operation::<E>("list", summary, text, parameters, answers(good, &["422", "503"]))
}

fn one<E: Entity<Id: PartialSchema> + ToSchema>() -> Value {
    let (zh, what, entry, written) = (E::ZH, E::WHAT, reference(&E::name()), reference("Written"));
    let id = || parameter("path", "id", "代码 Its code", schema_of::<E::Id>());
    let good = json!({"200": answer("该条目 The entry", &entry)});
    let text = "已关闭的条目视为不存在。A closed entry is not found.";
    let refusals = answers(good, &["404", "422", "503"]);
    let read = operation::<E>("read", format!("查看{zh} Read a {what}"), text, vec![id(), min_seq()], refusals);
    let good = json!({"200": answer("已更改 Changed", &written), "201": answer("已新建 Made", &written)});
    let text = "新建、更改或重新开放；正文须完整。Makes, changes or reopens it; the body is the whole entry.";
    let mut refusals = answers(good, &["408", "412", "413", "415", "422", "503", "507"]);
    let mut parameters = vec![id(), if_match()];
    if E::PATH == "colleges" {
        let text = "确认与已有的同名院校不是同一所 Confirms that it is not the college of the same name that is there";
        parameters.push(parameter("query", "confirm", text, json!({"type": "string", "enum": ["possible-duplicate"]})));
        refusals["409"] = json!({"description": ""});
    }
    let mut put = operation::<E>("put", format!("登记{zh} Put a {what}"), text, parameters, refusals);
    put["requestBody"] = json!({"required": true, "content": {"application/json": {"schema": entry}}});
    let mut one = json!({"get": read, "put": put});
    if E::CLOSES {
        let good = json!({"200": answer("已关闭 Closed", &written)});
        let text = "不再参与排名；历史保留，可再登记。It no longer counts; its past stays, and it can be put again.";
        let refusals = answers(good, &["404", "412", "422", "503", "507"]);
        one["delete"] =
            operation::<E>("close", format!("关闭{zh} Close a {what}"), text, vec![id(), if_match()], refusals);
    }
    one
}
