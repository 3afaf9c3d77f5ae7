//! Shortlists, explanations, verification.

use actix_web::{HttpRequest, HttpResponse};

use super::parameters::{Filters, ListParameters, MinSeq};
use super::problem::{Problem, respond};
use super::query::{Query, min_seq, path_id, question};
use crate::domain::{
    CollegeId, Comparisons, DemandKind, Explanation, Flags, ParkId, PresetId, Question, Sheet, Shortlist,
};
use crate::service::{Acting, CodeCheck};

/// Colleges in order of merit for the park's need, with contributions that add up to the score, intervals, ties, the
/// probability of belonging to the best `top`, named exclusions and unmet need. It recommends, it never assigns.
#[utoipa::path(get, path = "/api/v1/parks/{park}/shortlist", tag = "ranking", operation_id = "shortlist",
    summary = "园区择优名单 A park's shortlist",
    description = "按园区需求择优排序：贡献相加即为总分，附区间、并列、入选概率、未入选的原因和缺口。只推荐，不指派。\n\nColleges in order of merit for the park's need: contributions that add up to the score, intervals, ties, chances, named exclusions, unmet need. It recommends, it never assigns.",
    params(("park" = ParkId, Path, description = "园区代码 The park's code", example = "P0001"),
        ListParameters, Filters, MinSeq),
    responses((status = 200, description = "名单 The shortlist", body = Shortlist), (status = 400), (status = 404), (status = 422), (status = 503)))]
pub(super) async fn shortlist(request: HttpRequest, service: Acting) -> HttpResponse {
    let answer = async {
        let question = question(&request)?;
        let bytes = service.shortlist_json(question, min_seq(&request)?).await?;
        Ok::<_, Problem>(HttpResponse::Ok().content_type("application/json").body(bytes))
    };
    respond(&request, answer.await)
}

/// Strengths, weakness, what would lift it one rank, and the shares of groups of enterprises in its satisfaction.
#[utoipa::path(get, path = "/api/v1/parks/{park}/colleges/{college}/explanation", tag = "ranking", operation_id = "explanation",
    summary = "名次的缘由 Why a college has its rank",
    description = "长处、短处、怎样才能上升一位，以及评价在满意度中的份额：至少三家企业合为一组，不显示任何一家。评价的企业不足三家时按缺省值计算。\n\nA sentence, strengths, weakness, what would lift it one rank, and the shares of its ratings in its satisfaction: at least three enterprises make a group, no single one is shown. Below three enterprises it counts by its prior.",
    params(("park" = ParkId, Path, description = "园区代码 The park's code", example = "P0001"),
        ("college" = CollegeId, Path, description = "院校代码 The college's code", example = "C0001"),
        ListParameters, Filters, MinSeq),
    responses((status = 200, description = "缘由 The reasons", body = Explanation), (status = 400), (status = 404), (status = 422), (status = 503)))]
pub(super) async fn explanation(request: HttpRequest, service: Acting) -> HttpResponse {
    let answer = async {
        let question = question(&request)?;
        let college: CollegeId = path_id(&request, "college")?;
        let explanation = service.explain(question, college, min_seq(&request)?).await?;
        Ok::<_, Problem>(HttpResponse::Ok().json(explanation))
    };
    respond(&request, answer.await)
}

/// The colleges pair by pair: by how much the first leads, the exact standard deviation of the difference, and the
/// probability that it is better; tie groups from these.
#[utoipa::path(get, path = "/api/v1/parks/{park}/compare", tag = "ranking", operation_id = "compare_colleges",
    summary = "院校两两比较 Colleges pair by pair",
    description = "两所至十所院校两两比较：总分与满意度之差、差的精确标准差（共同评价企业造成的相关已扣除）与前者更好的概率，并据此划分并列。\n\nTwo to ten colleges pair by pair: the differences of score and satisfaction, their exact standard deviations (what shared raters have in common is taken off), the probability that the first is better, and tie groups from these.",
    params(("park" = ParkId, Path, description = "园区代码 The park's code", example = "P0001"),
        ("colleges" = String, Query, pattern = "^([A-Za-z0-9][A-Za-z0-9._:-]{0,63})(,[A-Za-z0-9][A-Za-z0-9._:-]{0,63}){1,9}$", description = "院校代码，逗号分隔，2–10 个 Codes of 2–10 colleges, separated by commas", example = "C0001,C0002"),
        ("preset" = Option<PresetId>, Query, description = "权重预设，默认按园区阶段 Weight preset; by the park's stage if left out"),
        ("kind" = Option<DemandKind>, Query, description = "只计此类需求 Only needs of this kind count"),
        MinSeq),
    responses((status = 200, description = "比较 The comparisons", body = Comparisons), (status = 400), (status = 404), (status = 422), (status = 503)))]
pub(super) async fn compare(request: HttpRequest, service: Acting) -> HttpResponse {
    let answer = async {
        let park: ParkId = path_id(&request, "park")?;
        let query = Query::read(&request, &["colleges", "preset", "kind"])?;
        let mut colleges: Vec<CollegeId> = Vec::new();
        for code in query.text("colleges").unwrap_or_default().split(',').filter(|code| !code.is_empty()) {
            colleges.push(code.parse().map_err(|invalid| Problem::parameter("colleges", invalid))?);
        }
        colleges.sort_unstable();
        colleges.dedup();
        let question = Question { preset: query.parse("preset")?, kind: query.parse("kind")?, ..Question::of(park) };
        let compared = service.compare_colleges(question, colleges, min_seq(&request)?).await?;
        Ok::<_, Problem>(HttpResponse::Ok().json(compared))
    };
    respond(&request, answer.await)
}

/// Blocks of ratings (a college's from one park, or of one fortnight) that stand out and therefore count less.
#[utoipa::path(get, path = "/api/v1/flags", tag = "ranking", operation_id = "flags",
    summary = "可疑的成组评价 Ratings that stand out",
    description = "某校来自同一园区或同一两周的评价若与其余评价明显不同，模型即降低其权重；此处列出这些评价组、条数、偏离、所余权重与原因。只标示，不删除任何评价，也不说谁怎样评价。\n\nA college's ratings from one park or of one fortnight that stand out from its others count less; these blocks are listed with their number, shift, remaining weight and the reason. They are shown, never deleted; never who rated how.",
    params(MinSeq),
    responses((status = 200, description = "可疑评价组 The flags", body = Flags), (status = 400), (status = 422), (status = 503)))]
pub(super) async fn flags(request: HttpRequest, service: Acting) -> HttpResponse {
    let answer = async {
        Query::read(&request, &[])?;
        Ok::<_, Problem>(HttpResponse::Ok().json(service.flags(min_seq(&request)?).await?))
    };
    respond(&request, answer.await)
}

/// Rebuilds the state the code was printed on, asks the same question again and compares.
#[utoipa::path(get, path = "/api/v1/verify/{verify_code}", tag = "ranking", operation_id = "verify",
    summary = "复核名单 Recompute a printed ranking",
    description = "重建打印时的状态，再问同一问题并比较；不符时不给出名单。\n\nRebuilds the state the code was printed on, asks the same question again and compares; a list that does not match is not told.",
    params(("verify_code" = String, Path, description = "复核码，大小写与连字符不限 The code; case and hyphens do not matter")),
    responses((status = 200, description = "复核结果 The outcome", body = CodeCheck), (status = 404), (status = 503)))]
pub(super) async fn verify(request: HttpRequest, service: Acting) -> HttpResponse {
    let answer = async {
        let check = service.verify_code(request.match_info().query("verify_code")).await?;
        Ok::<_, Problem>(HttpResponse::Ok().json(check))
    };
    respond(&request, answer.await)
}

/// Anchors of the twelve criteria and every constant of scoring.
#[utoipa::path(get, path = "/api/v1/criteria", tag = "ranking", operation_id = "criteria",
    summary = "现行准则表 The criteria sheet in force",
    description = "十二项准则的锚点与全部计分常数。Anchors of the twelve criteria and every constant of scoring.",
    responses((status = 200, description = "准则表 The sheet", body = Sheet)))]
pub(super) async fn criteria(request: HttpRequest, service: Acting) -> HttpResponse {
    let answer = service.criteria().map(|sheet| HttpResponse::Ok().json(&*sheet));
    respond(&request, answer.map_err(Problem::from))
}
