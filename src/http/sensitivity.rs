//! How much a ranking depends on its weights; weights from comparisons.

use actix_web::{HttpRequest, HttpResponse, web};

use super::body::read_json;
use super::parameters::MinSeq;
use super::problem::{Problem, respond};
use super::query::{min_seq, path_id};
use crate::domain::{AhpQuestion, AhpWeights, ParkId, Sensitivity, SensitivityQuestion};
use crate::service::Acting;

/// Within which weights the order holds.
#[utoipa::path(post, path = "/api/v1/parks/{park}/sensitivity", tag = "scenarios", operation_id = "sensitivity",
    request_body = SensitivityQuestion,
    summary = "权重敏感性 How much a ranking depends on its weights",
    description = "每项权重在什么区间内第一名不变、名单不变（其余按比例缩放，精确）；权重不确定时的名次可接受度（Dirichlet 抽样，种子在回答中）；使某院校升至某名次所需的最小单项改动；多部门权重并列与分歧；TOPSIS 与熵权仅供对照。\n\nThe interval of every weight in which the first and the list hold (the others rescaled in proportion; exact); rank acceptability under uncertain weights (Dirichlet draws; the seed is in the answer); the smallest single changes that lift a college to a rank; departments side by side and where they disagree; TOPSIS and entropy weights for comparison only.",
    params(("park" = ParkId, Path, description = "园区代码 The park's code", example = "P0001"),
        MinSeq),
    responses((status = 200, description = "敏感性 The sensitivity", body = Sensitivity),
        (status = 400), (status = 404), (status = 408), (status = 413), (status = 415), (status = 422), (status = 503)))]
pub(super) async fn sensitivity(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let answer = async {
        let asked: SensitivityQuestion = read_json(&request, payload).await?;
        let park: ParkId = path_id(&request, "park")?;
        let answer = service.sensitivity(park, asked, min_seq(&request)?).await?;
        Ok::<_, Problem>(HttpResponse::Ok().json(answer))
    };
    respond(&request, answer.await)
}

/// Weights from pairwise comparisons, with their consistency.
#[utoipa::path(post, path = "/api/v1/weights/ahp", tag = "scenarios", operation_id = "ahp", request_body = AhpQuestion,
    summary = "两两比较得权重 Weights from comparisons",
    description = "层次分析法：两两比较矩阵的主特征向量即权重（合计 100），附一致性比率（低于 0.1 为一致）与最不协调的一对比较。\n\nAnalytic hierarchy process: the principal eigenvector of the comparisons as weights that sum to 100, the consistency ratio (below .1 is consistent), and the comparison that fits the others least.",
    responses((status = 200, description = "权重 The weights", body = AhpWeights),
        (status = 400), (status = 408), (status = 413), (status = 415), (status = 422)))]
pub(super) async fn ahp(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let answer = async {
        let asked: AhpQuestion = read_json(&request, payload).await?;
        Ok::<_, Problem>(HttpResponse::Ok().json(service.ahp(&asked)?))
    };
    respond(&request, answer.await)
}
