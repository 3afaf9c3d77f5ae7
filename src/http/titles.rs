//! The title of each kind of problem: the same for every occurrence, in both languages.

use actix_web::http::StatusCode;

/// Slug, Chinese, English.
const TITLES: [(&str, &str, &str); 56] = [
    ("already-rated", "已评价", "Already rated"),
    ("bad-link", "评价链接无效", "Rating link not valid"),
    ("body-too-large", "请求体过大", "Body too large"),
    ("busy", "推演繁忙", "Busy"),
    ("contradictory", "相互矛盾", "Contradictory"),
    ("duplicate-field", "字段重复", "Duplicate field"),
    ("header-too-large", "请求头过大", "Header too large"),
    ("idempotency-in-progress", "同键请求处理中", "Request in progress"),
    ("idempotency-key-invalid", "幂等键无效", "Invalid idempotency key"),
    ("idempotency-key-required", "缺少幂等键", "Idempotency key required"),
    ("idempotency-key-reuse", "幂等键已被使用", "Idempotency key reused"),
    ("invalid-characters", "含有不允许的字符", "Invalid characters"),
    ("invalid-date", "日期无效", "Invalid date"),
    ("invalid-id", "代码无效", "Invalid id"),
    ("invalid-if-match", "If-Match 无效", "Invalid If-Match"),
    ("invalid-period", "起止日期无效", "Invalid period"),
    ("invalid-precision", "精度无效", "Invalid precision"),
    ("invalid-seq", "序号无效", "Invalid seq"),
    ("invalid-sheet", "准则表无效", "Invalid criteria sheet"),
    ("invalid-verify-code", "复核码无效", "Invalid verification code"),
    ("invalid-weights", "权重无效", "Invalid weights"),
    ("log-broken", "日志损坏", "Log broken"),
    ("malformed-json", "JSON 格式错误", "Malformed JSON"),
    ("malformed-query", "查询参数格式错误", "Malformed query"),
    ("malformed-request", "请求格式错误", "Malformed request"),
    ("method-not-allowed", "方法不允许", "Method not allowed"),
    ("missing-field", "缺少字段", "Missing field"),
    ("name-taken", "名称已占用", "Name taken"),
    ("no-engagement", "没有可评价的合作", "No engagement"),
    ("not-acceptable", "无法按要求的格式回答", "Not acceptable"),
    ("not-found", "未找到", "Not found"),
    ("outcome-unknown", "结果未定", "Outcome unknown"),
    ("overloaded", "负荷过高", "Overloaded"),
    ("out-of-range", "超出范围", "Out of range"),
    ("precondition-required", "须带版本", "Precondition required"),
    ("rate-limited", "过于频繁", "Too often"),
    ("rating-withdrawn", "评价已撤回", "Rating withdrawn"),
    ("rebuilding", "正在重建", "Being built anew"),
    ("repeated", "重复列出", "Listed twice"),
    ("replica-behind", "尚未更新到所要的序号", "Replica behind"),
    ("request-timeout", "请求超时", "Request timeout"),
    ("revision-conflict", "版本冲突", "Revision conflict"),
    ("stale", "数据过旧", "Stale"),
    ("stopping", "即将停止", "Stopping"),
    ("storage-full", "存储已满", "Storage full"),
    ("time-budget-exceeded", "超出时限", "Time budget exceeded"),
    ("too-long", "文字过长", "Too long"),
    ("too-many", "数量过多", "Too many"),
    ("unavailable", "暂不可用", "Unavailable"),
    ("unknown-code", "代码不存在", "Unknown code"),
    ("unknown-field", "未知字段", "Unknown field"),
    ("unsupported-encoding", "不支持的内容编码", "Unsupported encoding"),
    ("unsupported-media-type", "不支持的内容类型", "Unsupported media type"),
    ("unsupported", "不支持的组合", "Unsupported"),
    ("uri-too-long", "地址过长", "URI too long"),
    ("wrong-type", "类型错误", "Wrong type"),
];

/// The title of a kind of problem in Chinese and in English.
pub(crate) fn title(slug: &str, status: StatusCode) -> (&'static str, &'static str) {
    let found = TITLES.iter().find(|(known, ..)| *known == slug);
    let reason = status.canonical_reason().unwrap_or("Error");
    found.map_or((reason, reason), |(_, zh, en)| (*zh, *en))
}
