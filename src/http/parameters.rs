//! Parameters that several addresses share, as the OpenAPI document tells them; `query` reads them.

use utoipa::IntoParams;

use crate::domain::{DemandKind, PresetId};

/// What filters every question that ranks.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only the document reads it")]
pub(super) struct Filters {
    /// 权重预设，默认按园区阶段 Weight preset; by the park's stage if left out
    preset: Option<PresetId>,
    /// 只计此类需求 Only needs of this kind count
    kind: Option<DemandKind>,
    /// 不要的院校代码，逗号分隔 Codes of colleges not wanted, separated by commas
    #[param(pattern = "^([A-Za-z0-9][A-Za-z0-9._:-]{0,63})?(,([A-Za-z0-9][A-Za-z0-9._:-]{0,63})?)*$")]
    exclude: Option<String>,
    /// 最远距离（公里） Only colleges within this distance
    #[param(minimum = 1, maximum = 5000)]
    max_km: Option<u16>,
}

/// What a list is asked with.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only the document reads it")]
pub(super) struct ListParameters {
    /// 名单长度，默认 10 Length of the list, default 10
    #[param(minimum = 1, maximum = 100)]
    top: Option<u16>,
    /// 是否给出探索席位，默认 true Whether to name an exploration seat, default true
    explore: Option<bool>,
    /// 同类企业契合度的权重（%），从十二项中按比例扣出；0 只显示不计分，不填则不计算 Percent of the weight for affinity (what
    /// enterprises like the park's own would say), taken from the twelve in proportion; 0 shows it only, left out it is not worked out
    #[param(minimum = 0, maximum = 20)]
    affinity: Option<u8>,
    /// 是否计算权重不确定时的名次可接受度，默认 false Whether to tell how far ranks hold if the weights are uncertain
    uncertain_weights: Option<bool>,
}

/// Two states of a list that are compared.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only the document reads it")]
pub(super) struct Between {
    /// 之前的序号 The seq before
    #[param(minimum = 1)]
    from_seq: u32,
    /// 之后的序号，默认现在；其间最多 100000 个事件 The seq after, now if left out; at most 100000 events in between
    #[param(minimum = 1)]
    to_seq: Option<u32>,
    /// 名单长度，默认 10 Length of the lists, default 10
    #[param(minimum = 1, maximum = 100)]
    top: Option<u16>,
    /// 权重预设，默认按园区阶段 Weight preset; by the park's stage if left out
    preset: Option<PresetId>,
    /// 只计此类需求 Only needs of this kind count
    kind: Option<DemandKind>,
}

/// The reader wants to see at least this event.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only the document reads it")]
pub(super) struct MinSeq {
    /// 等到此序号已计入 Wait until this event is included
    #[param(rename = "Zeyou-Min-Seq", nullable = false)]
    min_seq: Option<u64>,
}
