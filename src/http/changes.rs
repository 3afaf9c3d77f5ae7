//! What changed in a park's shortlist, and which events did it.

use actix_web::{HttpRequest, HttpResponse};

use super::parameters::{Between, MinSeq};
use super::problem::{Problem, respond};
use super::query::{Query, min_seq, path_id};
use crate::domain::{Changes, Invalid, ParkId, Question};
use crate::service::Acting;

/// Both shortlists' ranks and scores, the moves criterion by criterion, and the events in between that concern the park
/// or the listed colleges.
#[utoipa::path(get, path = "/api/v1/parks/{park}/changes", tag = "ranking", operation_id = "changes",
    summary = "名单变化及原因 What changed in a shortlist, and why",
    description = "比较两个序号时的名单：名次、总分、进出，逐项准则的变动（相加即为总分的变动），其间有关的事件，以及每所院校的评价在满意度变动中的份额；某校只有一两家企业的新评价时，这些评价不计入比较（`withheld`）。\n\nCompares the shortlists at two seqs: ranks, scores, who came and went, the move of each criterion (they sum to the score's), the events in between that concern the park or these colleges, and the share of a college's ratings in the move of satisfaction. What only one or two enterprises said of a college in between is left out of the comparison (`withheld`).",
    params(("park" = ParkId, Path, description = "园区代码 The park's code", example = "P0001"),
        Between, MinSeq),
    responses((status = 200, description = "变化 The changes", body = Changes), (status = 400), (status = 404), (status = 422), (status = 503)))]
pub(super) async fn changes(request: HttpRequest, service: Acting) -> HttpResponse {
    let answer = async {
        let park: ParkId = path_id(&request, "park")?;
        let query = Query::read(&request, &["from_seq", "to_seq", "top", "preset", "kind"])?;
        let missing = || Problem::parameter("from_seq", Invalid::missing_field("from_seq"));
        let from = query.number("from_seq", 1, u32::MAX)?.ok_or_else(missing)?;
        let to = query.number("to_seq", 1, u32::MAX)?.map(u64::from);
        let question = Question {
            preset: query.parse("preset")?,
            top: query.number("top", 1, 100)?.map_or(10, |top| top as u16),
            kind: query.parse("kind")?,
            ..Question::of(park)
        };
        service.wait(min_seq(&request)?).await?;
        Ok::<_, Problem>(HttpResponse::Ok().json(service.changes(question, u64::from(from), to).await?))
    };
    respond(&request, answer.await)
}
