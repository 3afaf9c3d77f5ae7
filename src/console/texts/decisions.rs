//! Decisions and their review.

texts! {
    TITLE = "决定与复核", "Decisions and their review";
    LEAD = "作过哪些决定，依据哪个序号的数据；到复核日，把当时的预期与后来的结果放在一起看。", "What was decided, on the data of which seq; on its day of review what was expected is set beside what came.";
    NONE = "还没有决定：在“多园区统筹择优”或“已存的情景”里采纳一个。", "No decision yet: adopt a selection or a kept scenario.";
    NAME = "决定", "Decision";
    WHAT = "采纳", "Adopts";
    PAIRS = "{n} 对", "{n} pairs";
    SCENARIO = "情景 {id}", "scenario {id}";
    ATTENDEES = "参加", "Took part";
    RECUSALS = "回避", "Stood aside";
    REASONS = "理由", "Reasons";
    REVIEW_ON = "复核日", "Review";
    DUE = "已到复核日", "due for review";
    NOT_DUE = "未到复核日", "not due yet";
    RECORDED = "决定 {id} 已记录；到复核日可对照实际结果。", "Decision {id} is recorded; on its day of review it is set beside what came.";
    THEN = "预期由日志重新计算：{stamp}", "What was expected is computed again from the log: {stamp}";
    NOW = "现在：{stamp}", "Now: {stamp}";
    SUMMARY = "{n} 对里，{confirmed} 对已有双方确认的合作，{rated} 对有新的评价；满意度高于预期 {up} 对，低于预期 {down} 对。", "Of {n} pairs, {confirmed} have a confirmed engagement since and {rated} a new rating; satisfaction is above what was expected in {up} and below in {down}.";
    TABLE = "预期与结果", "Expected and realised";
    EXPECTED = "当时预期", "Expected then";
    RANKED = "第 {rank} 名，{score} 分", "rank {rank}, {score} points";
    SATISFACTION = "满意度（预期 → 新评价）", "Satisfaction (expected → ratings since)";
    SINCE = "此后", "Since";
    SINCE_TEXT = "提出 {proposed}，确认 {confirmed}，评价 {ratings}", "{proposed} proposed, {confirmed} confirmed, {ratings} ratings";
    STANDING = "现在名次", "Standing now";
    UNKNOWN = "不知道", "not known";
    MORE = "另有 {n} 对，见数据接口。", "{n} more pairs: see the API.";
    CODES = "当时名单的复核码", "Verification codes of the lists as they stood then";
    CODES_TEXT = "任何人都可以凭复核码从日志重新算出当时的名单（未加情景的改动）。", "With a code anyone can recompute the list as it stood then (without a scenario's changes) from the log.";
}
