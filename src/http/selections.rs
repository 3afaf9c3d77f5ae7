//! The team of k, and the selection over many parks.

use actix_web::{HttpRequest, HttpResponse, web};

use super::body::read_json_within;
use super::problem::{Problem, respond};
use super::query::{FILTERS, Query, filtered, min_seq, path_id};
use crate::domain::{DemandKind, ParkId, PresetId, SelectionQuestion, Team};
use crate::service::{SelectionAnswer, Service};

/// A nation of wishes and pairs.
const MAX_SELECTION: usize = 1024 * 1024;

/// Colleges that together cover the park's need best.
#[utoipa::path(get, path = "/api/v1/parks/{park}/portfolio", tag = "ranking", operation_id = "portfolio",
    summary = "最佳组合 The team of k",
    description = "联合覆盖需求最多的若干院校：每所的单独覆盖、边际贡献与缺席损失，尚未满足的需求，与名单前若干所的比较；`exact=true` 证明最优或给出差距。只推荐，不指派。\n\nColleges that together cover the need best: what each covers alone, adds, and would be missed by; what stays unmet; what the first of the shortlist would cover instead. With `exact=true` it is proven best, or the gap is stated. It recommends, it never assigns.",
    params(("park" = ParkId, Path, description = "园区代码 The park's code", example = "P0001"),
        ("size" = Option<u16>, Query, minimum = 1, maximum = 20, description = "几所，默认 3 Members, default 3"),
        ("exact" = Option<bool>, Query, description = "是否证明最优，默认 false Whether to prove it best, default false"),
        ("preset" = Option<PresetId>, Query, description = "权重预设，默认按园区阶段 Weight preset; by the park's stage if left out"),
        ("kind" = Option<DemandKind>, Query, description = "只计此类需求 Only needs of this kind count"),
        ("exclude" = Option<String>, Query, description = "不要的院校代码，逗号分隔 Codes of colleges not wanted, separated by commas"),
        ("max_km" = Option<u16>, Query, minimum = 1, maximum = 5000, description = "最远距离（公里） Only colleges within this distance"),
        ("Zeyou-Min-Seq" = Option<u64>, Header, nullable = false, description = "等到此序号已计入 Wait until this event is included")),
    responses((status = 200, description = "组合 The team", body = Team), (status = 400), (status = 404), (status = 422), (status = 503)))]
pub(super) async fn portfolio(request: HttpRequest, service: web::Data<Service>) -> HttpResponse {
    let answer = async {
        let query = Query::read(&request, &[&["size", "exact"], &FILTERS[..]].concat())?;
        let question = filtered(path_id(&request, "park")?, &query)?;
        let size = query.number("size", 1, 20)?.unwrap_or(3) as usize;
        let exact = query.flag("exact")?.unwrap_or(false);
        service.at_least(min_seq(&request)?).await?;
        let team = service.team(question, size, exact).await?;
        Ok::<_, Problem>(HttpResponse::Ok().json(team))
    };
    respond(&request, answer.await)
}

/// Which colleges should work with which parks, all at once.
#[utoipa::path(post, path = "/api/v1/selections/solve", tag = "scenarios", operation_id = "solve_selection",
    request_body = SelectionQuestion,
    summary = "多园区统筹择优 Select for many parks at once",
    description = "在现行模型上为多个园区同时择优：各园区的意愿数、院校承接能力、必选与排除的配对、城市限额、最远距离、最低分、保留现有合作。回答最优解与证明、每个名额与每个必选或排除的价格、互相更愿意的配对、与简单规则的比较；意愿相互矛盾时状态为 `infeasible`，并给出最小矛盾集与最小让步。只推荐，不指派。\n\nSelects for many parks at once on the live model: wishes, capacities, forced and forbidden pairs, quotas of cities, distance, lowest score, running engagements kept. Answers the optimum with its proof, the price of every place and every forced or forbidden pair, blocking pairs and comparisons; contradictory wishes have the status `infeasible` with minimal conflicts and the least relaxation. It recommends, it never assigns.",
    responses((status = 200, description = "统筹结果 The selection", body = SelectionAnswer),
        (status = 400), (status = 408), (status = 413), (status = 415), (status = 422), (status = 503)))]
pub(super) async fn solve(request: HttpRequest, payload: web::Payload, service: web::Data<Service>) -> HttpResponse {
    let answer = async {
        let question: SelectionQuestion = read_json_within(&request, payload, MAX_SELECTION).await?;
        Ok::<_, Problem>(HttpResponse::Ok().json(service.solve(question).await?))
    };
    respond(&request, answer.await)
}
