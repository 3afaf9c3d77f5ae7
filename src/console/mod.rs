//! The console: pages for people. A page extracts, calls one use case and renders; it has no other way to data.
//!
//! Every page is whole HTML made on the server and works without scripts. Scripts fetch the same pages and put parts of
//! them into place (`frame` says which).

mod access;
mod accounts;
mod answer;
mod appeals;
mod assets;
mod audit;
mod bar;
mod board;
mod changes;
mod compare;
mod data;
mod decision_form;
mod decisions;
mod engagements;
mod entry;
mod failure;
mod figures;
mod flag_forms;
mod flags;
mod form;
mod frame;
mod help;
mod home;
mod home_news;
mod lab;
mod lab_assumed;
mod lab_departments;
mod lab_join;
mod lab_list;
mod lab_state;
mod lab_weights;
mod language;
mod link;
mod map;
mod mirror;
mod needs;
mod oidc;
mod overtake;
mod password;
mod phone;
mod questionnaire;
mod rate;
mod ratings;
mod relations;
mod rows;
mod scenarios;
mod selections;
mod selections_file;
mod selections_form;
mod selections_list;
mod selections_map;
mod selections_state;
mod selections_words;
mod slope;
mod supply;
mod supply_form;
mod table_file;
mod team;
mod texts;
mod tickets;
mod tour;
mod upload;
mod upload_report;
mod visit;
mod why;
mod words;

use actix_web::middleware::Compress;
use actix_web::{HttpRequest, HttpResponse, web};

/// Adds the pages, what they load, and the answer for what is no route.
pub fn routes(config: &mut web::ServiceConfig) {
    let page = |path: &str| web::resource(path.to_owned()).default_service(web::to(failure::wrong_method));
    let both = |path: &str| web::resource(path.to_owned()).default_service(web::to(failure::read_or_sent));
    let sent = |path: &str| web::resource(path.to_owned()).default_service(web::to(failure::only_sent));
    macro_rules! pages {
        ($($path:literal => $handler:path;)*) => {
            config$(.service(
                page($path).route(web::get().to($handler)).route(web::head().to($handler)).wrap(Compress::default()),
            ))*
        };
    }
    pages! {
        "/" => home::page;
        "/parks/{park}" => board::page;
        "/parks/{park}/shortlist.csv" => table_file::file;
        "/parks/{park}/changes" => changes::page;
        "/parks/{park}/team" => team::page;
        "/parks/{park}/compare" => compare::page;
        "/parks/{park}/lab" => lab::page;
        "/parks/{park}/colleges/{college}" => why::page;
        "/engagements/{id}/link" => link::page;
        "/help" => help::page;
        "/tour/{step}" => tour::step;
        "/parks/{park}/engagements" => engagements::page;
        "/scenarios" => scenarios::page;
        "/selections" => selections::page;
        "/selections/pairs.csv" => selections_file::csv;
        "/selections/pairs.xlsx" => selections_file::xlsx;
        "/decisions" => decisions::list;
        "/decisions/{id}" => decisions::page;
        "/flags" => flags::page;
        "/tickets" => tickets::page;
        "/colleges/{college}/reviews" => appeals::page;
        "/needs" => needs::choose;
        "/colleges" => supply::choose;
        "/data" => data::page;
        "/accounts" => accounts::page;
        "/audit" => audit::page;
        "/data/export.xlsx" => data::export;
        "/data/templates/{table}.xlsx" => data::template;
    }
    .service(
        both("/parks/{park}/needs")
            .route(web::get().to(needs::page))
            .route(web::post().to(needs::save))
            .wrap(Compress::default()),
    )
    .service(
        both("/relations")
            .route(web::get().to(relations::page))
            .route(web::head().to(relations::page))
            .route(web::post().to(relations::add))
            .wrap(Compress::default()),
    )
    .service(sent("/relations/end").route(web::post().to(relations::end)))
    .service(sent("/flags/review").route(web::post().to(flag_forms::review)))
    .service(sent("/flags/answer").route(web::post().to(flag_forms::answer)))
    .service(sent("/colleges/{college}/appeal").route(web::post().to(appeals::lodge)))
    .service(sent("/tickets/step").route(web::post().to(tickets::step)).wrap(Compress::default()))
    .service(sent("/tickets/feedback").route(web::post().to(tickets::give)).wrap(Compress::default()))
    .service(sent("/parks/{park}/needs/paste").route(web::post().to(needs::paste)).wrap(Compress::default()))
    .service(sent("/parks/{park}/needs/close").route(web::post().to(needs::close)))
    .service(
        both("/colleges/{college}")
            .route(web::get().to(supply::page))
            .route(web::post().to(supply::save))
            .wrap(Compress::default()),
    )
    .service(sent("/colleges/{college}/paste").route(web::post().to(supply::paste)).wrap(Compress::default()))
    .service(sent("/colleges/{college}/facts").route(web::post().to(supply::save_facts)))
    .service(sent("/colleges/{college}/close").route(web::post().to(supply::close)))
    .service(sent("/parks/{park}/lab/keep").route(web::post().to(lab::keep)))
    .service(sent("/scenarios/adopt").route(web::post().to(scenarios::decide)))
    .service(sent("/selections/adopt").route(web::post().to(selections::decide)))
    .service(
        both("/login")
            .route(web::get().to(access::page))
            .route(web::head().to(access::page))
            .route(web::post().to(access::sign_in)),
    )
    .service(both("/login/code").route(web::get().to(access::code_page)).route(web::post().to(access::code)))
    .service(page("/login/oidc").route(web::get().to(oidc::leave)))
    .service(page("/login/oidc/callback").route(web::get().to(oidc::come_back)))
    .service(sent("/welcome/{link}/oidc").route(web::post().to(oidc::leave_to_bind)))
    .service(sent("/login/demo").route(web::post().to(access::demo)))
    .service(sent("/logout").route(web::post().to(access::sign_out)))
    .service(both("/welcome/{link}").route(web::get().to(access::welcome)).route(web::post().to(access::accept)))
    .service(
        both(password::PATH)
            .route(web::get().to(password::page))
            .route(web::head().to(password::page))
            .route(web::post().to(password::change)),
    )
    .service(sent("/accounts/make").route(web::post().to(accounts::make)))
    .service(sent("/accounts/change").route(web::post().to(accounts::change)))
    .service(sent("/accounts/key").route(web::post().to(accounts::make_key)))
    .service(sent("/accounts/revoke").route(web::post().to(accounts::revoke)))
    .service(sent("/data/check").route(web::post().to(upload::check)).wrap(Compress::default()))
    .service(sent("/data/load").route(web::post().to(upload::load)).wrap(Compress::default()))
    .service(sent("/data/returned").route(web::post().to(upload::returned)))
    .service(sent("/data/undo").route(web::post().to(data::undo)).wrap(Compress::default()))
    .service(
        page("/r/{token}")
            .route(web::get().to(rate::page))
            .route(web::head().to(rate::page))
            .route(web::post().to(rate::submit))
            .wrap(Compress::default()),
    )
    .service(web::resource("/assets/{hash}/{name}").route(web::get().to(assets::serve)))
    .default_service(web::to(nothing));
}

/// What is no route: a page for a browser, a problem for a program.
async fn nothing(request: HttpRequest) -> HttpResponse {
    let for_programs = ["/api/", "/health", "/metrics", "/openapi.json", "/docs"];
    let accept = request.headers().get("accept").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !accept.contains("text/html") || for_programs.iter().any(|start| request.path().starts_with(start)) {
        return crate::http::not_found(request).await;
    }
    failure::answer(&request, &crate::http::Problem::not_found())
}
