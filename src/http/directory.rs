//! The directory: list (filter, page), read, put, close. One shape for every kind of entry.

use std::str::FromStr;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::body::{MAX_BODY, read_json_within};
use super::guard;
use super::problem::{Place, Problem, respond};
use super::query::{Query, encoded, if_match, min_seq, path_id};
use super::scenarios::MAX_SCENARIO;
use crate::domain::{
    College, CollegeId, Decision, DecisionId, Demand, DemandId, Engagement, EngagementId, Enterprise, EnterpriseId,
    Event, Industry, IndustryId, Invalid, Major, MajorRef, Occupation, OccupationId, Park, ParkId, Preset, PresetId,
    Programme, ProgrammeId, Relation, RelationId, Scenario, ScenarioId,
};
use crate::engine::Keyed;
use crate::service::{Acting, Listed, ReadOf};

/// One kind of entry.
pub(super) trait Entity:
    ReadOf + Serialize + DeserializeOwned + Keyed<Id: FromStr<Err = Invalid> + std::fmt::Display> + 'static
{
    const PATH: &'static str;
    /// Its name in Chinese.
    const ZH: &'static str;
    /// Whether an entry can be closed.
    const CLOSES: bool;
    /// Bodies larger than this are refused, bytes.
    const LIMIT: usize = MAX_BODY;
    /// Fields that a list can be filtered by.
    const FILTERS: &'static [&'static str];
    fn put(self) -> Event;
    /// The event that closes an entry; `None` if nothing does.
    fn close(id: Self::Id) -> Option<Event>;
}

macro_rules! entities {
    ($($name:ident $id:ident $path:literal $zh:literal [$($filter:literal),*] $put:ident $close:expr;)*) => {$(
        impl Entity for $name {
            const PATH: &'static str = $path;
            const ZH: &'static str = $zh;
            const CLOSES: bool = {
                let close: Option<fn($id) -> Event> = $close;
                close.is_some()
            };
            const FILTERS: &'static [&'static str] = &[$($filter),*];
            fn put(self) -> Event {
                Event::$put(self)
            }
            fn close(id: $id) -> Option<Event> {
                let close: Option<fn($id) -> Event> = $close;
                close.map(|close| close(id))
            }
        }
    )*};
}

entities! {
    Park ParkId "parks" "园区" ["city", "stage"] ParkPut Some(Event::ParkClosed);
    Enterprise EnterpriseId "enterprises" "企业" ["park", "industry"] EnterprisePut Some(Event::EnterpriseClosed);
    College CollegeId "colleges" "院校" ["city", "kind"] CollegePut Some(Event::CollegeClosed);
    Programme ProgrammeId "programmes" "院校所开专业" ["college", "major", "basis"] ProgrammePut Some(Event::ProgrammeClosed);
    Demand DemandId "demands" "需求" ["park", "enterprise", "kind"] DemandPut Some(Event::DemandClosed);
    Engagement EngagementId "engagements" "合作" ["enterprise", "college", "status"] EngagementPut None;
    Relation RelationId "relations" "关联关系" ["enterprise", "college", "kind"] RelationPut Some(Event::RelationClosed);
    Preset PresetId "presets" "权重预设" [] PresetPut None;
    Industry IndustryId "industries" "行业" [] IndustryPut None;
    Occupation OccupationId "occupations" "职业" [] OccupationPut None;
    Major MajorRef "majors" "目录专业" ["level"] MajorPut None;
}

impl Entity for Scenario {
    const PATH: &'static str = "scenarios";
    const ZH: &'static str = "情景";
    const CLOSES: bool = true;
    const LIMIT: usize = MAX_SCENARIO;
    const FILTERS: &'static [&'static str] = &["owner"];
    fn put(self) -> Event {
        Event::ScenarioPut(self)
    }
    fn close(id: ScenarioId) -> Option<Event> {
        Some(Event::ScenarioClosed(id))
    }
}

impl Entity for Decision {
    const PATH: &'static str = "decisions";
    const ZH: &'static str = "决定";
    const CLOSES: bool = false;
    const FILTERS: &'static [&'static str] = &["scenario"];
    fn put(self) -> Event {
        Event::DecisionRecorded(self)
    }
    fn close(_: DecisionId) -> Option<Event> {
        None
    }
}

/// What confirms that a college is not one that is there already.
const DUPLICATE: &str = "possible-duplicate";

/// Routes of one kind of entry.
pub(super) fn routes<E: Entity>(config: &mut web::ServiceConfig) {
    let list_at = web::resource(format!("/api/v1/{}", E::PATH)).route(web::get().to(list::<E>));
    config.service(list_at.default_service(web::to(guard::method_not_allowed_list)));
    one::<E>(config);
}

/// The routes of one entry.
pub(super) fn one<E: Entity>(config: &mut web::ServiceConfig) {
    let one_at = web::resource(format!("/api/v1/{}/{{id}}", E::PATH))
        .route(web::get().to(read::<E>))
        .route(web::put().to(put::<E>));
    config.service(if E::CLOSES {
        one_at.route(web::delete().to(close::<E>)).default_service(web::to(guard::method_not_allowed_one))
    } else {
        one_at.default_service(web::to(guard::method_not_allowed_open))
    });
}

pub(super) async fn list<E: Entity>(request: HttpRequest, service: Acting) -> HttpResponse {
    let answer = async {
        let known: Vec<&str> = E::FILTERS.iter().copied().chain(["q", "after", "page_size"]).collect();
        let query = Query::read(&request, &known)?;
        let after: Option<E::Id> = query.parse("after").map_err(|_| {
            let (zh, en) = ("after 不是列表中的位置", "after is no place in a list");
            let problem = Problem::new(StatusCode::BAD_REQUEST, "invalid-cursor", zh, en);
            problem.at(Place::Parameter("after".to_owned()))
        })?;
        let size = query.number("page_size", 1, 200)?.unwrap_or(50) as usize;
        let listed = service.list(after.as_ref(), size, min_seq(&request)?, |entry: &E| {
            let (id, value) = (entry.key().to_string(), serde_json::to_value(entry).unwrap_or(Value::Null));
            let wanted = |field: &&str| query.text(field).is_none_or(|text| value[*field] == text);
            let found =
                |text: &str| id.contains(text) || value["name"].as_str().is_some_and(|name| name.contains(text));
            (E::FILTERS.iter().all(wanted) && query.text("q").is_none_or(found)).then_some((id, value))
        });
        let Listed { items, more } = listed.await?;
        let next_page = items.last().filter(|_| more).map(|(last, _)| {
            let kept = known
                .iter()
                .filter(|name| **name != "after")
                .filter_map(|name| query.text(name).map(|text| format!("{name}={}&", encoded(text))));
            format!("/api/v1/{}?{}after={}", E::PATH, kept.collect::<String>(), encoded(last))
        });
        let items: Vec<Value> = items.into_iter().map(|(_, value)| value).collect();
        Ok::<_, Problem>(HttpResponse::Ok().json(json!({"items": items, "next_page": next_page})))
    };
    respond(&request, answer.await)
}

pub(super) async fn read<E: Entity>(request: HttpRequest, service: Acting) -> HttpResponse {
    let answer = async {
        let id: E::Id = path_id(&request, "id")?;
        let (value, rev) = service.read::<E>(&id, min_seq(&request)?).await?;
        Ok::<_, Problem>(HttpResponse::Ok().insert_header((header::ETAG, format!("\"{rev}\""))).json(value))
    };
    respond(&request, answer.await)
}

async fn put<E: Entity>(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let answer = async {
        let value: E = read_json_within(&request, payload, E::LIMIT).await?;
        let id: E::Id = path_id(&request, "id")?;
        if *value.key() != id {
            let invalid =
                Invalid::new("invalid-id", "正文中的 id 与地址不同", "the id of the body differs from the address");
            return Err(Problem::invalid(Place::Body("/id".to_owned()), invalid));
        }
        let confirmed = confirmed::<E>(&request)?;
        let written = service.put_if_new(value.put(), if_match(&request)?, confirmed).await?;
        let mut response = if written.created { HttpResponse::Created() } else { HttpResponse::Ok() };
        Ok(response.insert_header((header::ETAG, format!("\"{}\"", written.rev))).json(written))
    };
    respond(&request, answer.await)
}

/// Whether the sender confirms that an entry is not one that is there already.
fn confirmed<E: Entity>(request: &HttpRequest) -> Result<bool, Problem> {
    if E::PATH != "colleges" {
        return Ok(true);
    }
    let query = Query::read(request, &["confirm"])?;
    match query.text("confirm") {
        None => Ok(false),
        Some(DUPLICATE) => Ok(true),
        Some(other) => Err(Problem::parameter("confirm", Invalid::unknown_word(other, &[DUPLICATE]))),
    }
}

async fn close<E: Entity>(request: HttpRequest, service: Acting) -> HttpResponse {
    let answer = async {
        let id: E::Id = path_id(&request, "id")?;
        service.read::<E>(&id, None).await?;
        let event = E::close(id).ok_or_else(Problem::not_found)?;
        let written = service.put(event, if_match(&request)?).await?;
        Ok(HttpResponse::Ok().insert_header((header::ETAG, format!("\"{}\"", written.rev))).json(written))
    };
    respond(&request, answer.await)
}
