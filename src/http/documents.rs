//! The OpenAPI document, made from the code.

use utoipa::OpenApi;

use crate::domain::{
    College, Demand, Engagement, Enterprise, Industry, Major, Occupation, Park, Preset, Programme, Sheet,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Zeyou 择优",
        description = "Picks partner colleges for industrial parks on merit. Errors are RFC 9457 problems (application/problem+json), Chinese unless Accept-Language says en."
    ),
    paths(
        super::ranking::shortlist,
        super::ranking::explanation,
        super::ranking::verify,
        super::ratings::create,
        super::ratings::read,
        super::ratings::revise,
        super::ratings::withdraw,
        super::stream::events,
    ),
    components(schemas(
        Park, Enterprise, College, Programme, Demand, Engagement, Preset, Industry, Occupation, Major, Sheet
    ))
)]
struct Document;

/// The document with the directory's routes, which all have one shape.
pub(super) fn document() -> utoipa::openapi::OpenApi {
    use utoipa::openapi::path::{HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn};
    use utoipa::openapi::request_body::RequestBodyBuilder;
    use utoipa::openapi::{ContentBuilder, PathItem, Ref, Required, ResponseBuilder};
    let mut document = Document::openapi();
    let kinds = [
        ("parks", "Park", true),
        ("enterprises", "Enterprise", true),
        ("colleges", "College", true),
        ("programmes", "Programme", true),
        ("demands", "Demand", true),
        ("engagements", "Engagement", false),
        ("presets", "Preset", false),
        ("industries", "Industry", false),
        ("occupations", "Occupation", false),
        ("majors", "Major", false),
    ];
    for (path, name, closes) in kinds {
        let schema = || Some(Ref::from_schema_name(name));
        let ok = |text: &str| ResponseBuilder::new().description(text.to_owned());
        let problem = || ResponseBuilder::new().description("problem").build();
        let query = |name: &str| {
            ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query).required(Required::False).build()
        };
        let id = || {
            ParameterBuilder::new()
                .name("id")
                .parameter_in(ParameterIn::Path)
                .required(Required::True)
                .schema(Some(
                    utoipa::openapi::schema::ObjectBuilder::new().schema_type(utoipa::openapi::schema::Type::String),
                ))
                .build()
        };
        let json = || ContentBuilder::new().schema(schema()).build();
        let operation =
            |what: &str| OperationBuilder::new().tag("directory").operation_id(Some(format!("{what}_{path}")));
        let list = operation("list").parameter(query("q")).parameter(query("after")).parameter(query("page_size"));
        let list = list.response("200", ok("a page: items, next_page").build()).response("422", problem());
        document.paths.paths.insert(format!("/api/v1/{path}"), PathItem::new(HttpMethod::Get, list));
        let read = operation("read")
            .parameter(id())
            .response("200", ok(name).content("application/json", json()).build())
            .response("404", problem());
        let body = RequestBodyBuilder::new().content("application/json", json()).required(Some(Required::True)).build();
        let put = operation("put").parameter(id()).request_body(Some(body)).response("200", ok("changed").build());
        let put = put.response("201", ok("made").build()).response("412", problem()).response("422", problem());
        let mut one = PathItem::new(HttpMethod::Get, read);
        one.merge_operations(PathItem::new(HttpMethod::Put, put));
        if closes {
            let close =
                operation("close").parameter(id()).response("200", ok("closed").build()).response("404", problem());
            one.merge_operations(PathItem::new(HttpMethod::Delete, close));
        }
        document.paths.paths.insert(format!("/api/v1/{path}/{{id}}"), one);
    }
    document
}

/// The document as JSON text.
pub fn openapi_json() -> String {
    document().to_pretty_json().unwrap_or_default()
}
