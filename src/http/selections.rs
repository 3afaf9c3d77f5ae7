//! The team of k, and the selection over many parks.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};

use super::body::read_json_within;
use super::parameters::{Filters, MinSeq};
use super::problem::{Problem, respond};
use super::query::{FILTERS, Query, filtered, min_seq, path_id};
use crate::domain::{Invalid, ParkId, SelectionQuestion, Team};
use crate::service::{Acting, SelectionAnswer};

/// A nation of wishes and pairs.
const MAX_SELECTION: usize = 1024 * 1024;

/// Colleges that together cover the park's need best.
#[utoipa::path(get, path = "/api/v1/parks/{park}/portfolio", tag = "ranking", operation_id = "portfolio",
    summary = "最佳组合 The team of k",
    description = "联合覆盖需求最多的若干院校：每所的单独覆盖、边际贡献与缺席损失，尚未满足的需求，与名单前若干所的比较；`exact=true` 证明最优或给出差距，`time_limit_ms` 限定用时（到时即止，`stopped` 为真）。只推荐，不指派。\n\nColleges that together cover the need best: what each covers alone, adds, and would be missed by; what stays unmet; what the first of the shortlist would cover instead. With `exact=true` it is proven best, or the gap is stated; `time_limit_ms` says how long that may take (`stopped` if it was not done). It recommends, it never assigns.",
    params(("park" = ParkId, Path, description = "园区代码 The park's code", example = "P0001"),
        ("size" = Option<u16>, Query, minimum = 1, maximum = 20, description = "几所，默认 3 Members, default 3"),
        ("exact" = Option<bool>, Query, description = "是否证明最优，默认 false Whether to prove it best, default false"),
        ("time_limit_ms" = Option<u32>, Query, minimum = 1, maximum = 60000, description = "证明最多用时（毫秒），须同时 exact=true Longest time for the proof, milliseconds; with exact=true only"),
        Filters, MinSeq),
    responses((status = 200, description = "组合 The team", body = Team), (status = 400), (status = 404), (status = 422), (status = 503)))]
pub(super) async fn portfolio(request: HttpRequest, service: Acting) -> HttpResponse {
    let answer = async {
        let query = Query::read(&request, &[&["size", "exact", "time_limit_ms"], &FILTERS[..]].concat())?;
        let question = filtered(path_id(&request, "park")?, &query)?;
        let size = query.number("size", 1, 20)?.unwrap_or(3) as usize;
        let exact = query.flag("exact")?.unwrap_or(false);
        let limit = query.number("time_limit_ms", 1, 60_000)?;
        if limit.is_some() && !exact {
            let (zh, en) = ("time_limit_ms 只与 exact=true 同用", "`time_limit_ms` goes with exact=true only");
            return Err(Problem::parameter("time_limit_ms", Invalid::new("contradictory", zh, en)));
        }
        let limit = limit.map(|limit| Duration::from_millis(limit.into()));
        service.wait(min_seq(&request)?).await?;
        let team = service.team(question, size, exact, limit).await?;
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
pub(super) async fn solve(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let answer = async {
        let question: SelectionQuestion = read_json_within(&request, payload, MAX_SELECTION).await?;
        Ok::<_, Problem>(HttpResponse::Ok().json(service.solve(question).await?))
    };
    respond(&request, answer.await)
}
