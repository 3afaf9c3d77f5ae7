//! What each refusal of a use case is in HTTP.

use actix_web::http::{StatusCode as S, header};

use super::directory::Entity;
use super::problem::{Place, Problem};
use crate::domain::{
    College, Decision, Demand, Engagement, Enterprise, Industry, Major, Occupation, Park, Preset, Programme, Relation,
    Scenario,
};
use crate::service::ServiceError;
use crate::store::StoreError;

impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Invalid(_, invalid) if invalid.rule == "invalid-verify-code" => {
                Self::of(S::NOT_FOUND, invalid).at(Place::Parameter("verify_code".to_owned()))
            }
            ServiceError::Invalid(pointer, invalid) => Self::invalid(Place::Body(pointer), invalid),
            ServiceError::Parameter(name, invalid) => Self::parameter(name, invalid),
            ServiceError::NotFound(what, id) => {
                let id: String = id.chars().take(64).collect();
                let (zh, en) = (format!("没有{}“{id}”", in_chinese(what)), format!("there is no {what} `{id}`"));
                Self::new(S::NOT_FOUND, "not-found", zh, en)
            }
            ServiceError::NewCode(what, id, begin) => {
                let kind = in_chinese(what);
                let zh = format!("没有{kind}“{id}”；新建的代码须以“{begin}-”开头");
                let en = format!("there is no {what} `{id}`; a new one's code begins with `{begin}-`");
                Self::new(S::NOT_FOUND, "not-found", zh, en)
            }
            ServiceError::Forbidden => {
                let (zh, en) = ("本账号的角色不能做这件事", "the account's role may not do this");
                Self::new(S::FORBIDDEN, "forbidden", zh, en).at(Place::Header("Authorization"))
            }
            ServiceError::WrongScope => {
                let (zh, en) = ("这个密钥没有所需的权限", "the key was not made for this");
                Self::new(S::FORBIDDEN, "wrong-scope", zh, en).at(Place::Header("Authorization"))
            }
            ServiceError::Account(error) => error.into(),
            ServiceError::NoEngagement(_) => {
                let (zh, en) = ("没有可评价的已确认合作", "there is no confirmed engagement to rate");
                Self::new(S::FORBIDDEN, "no-engagement", zh, en).at(Place::Body("/engagement".to_owned()))
            }
            ServiceError::AlreadyRated(id) => {
                let (zh, en) = ("该合作已评价，可修改原评价", "the engagement has been rated; revise that rating");
                Self::new(S::CONFLICT, "already-rated", zh, en)
                    .at(Place::Body("/engagement".to_owned()))
                    .with(header::LOCATION, format!("/api/v1/ratings/{id}"))
            }
            ServiceError::RatingWindow(window) => {
                let (opens, closes) = (window.opens, window.closes);
                let (zh_end, en_end) =
                    closes.map_or(Default::default(), |day| (format!("，{day} 止"), format!(" until {day}")));
                let zh = format!("该合作不在评价期内：{opens} 起{zh_end}");
                let en = format!("the engagement can be rated from {opens}{en_end}");
                Self::new(S::CONFLICT, "rating-window", zh, en).at(Place::Body("/engagement".to_owned()))
            }
            ServiceError::RevisionLimit(from) => {
                let zh = format!("修改过于频繁（间隔 30 天，365 天内至多 3 次），{from} 起可再修改");
                let en = format!("revised too often (30 days apart, at most three in 365 days): again from {from}");
                Self::new(S::CONFLICT, "revision-limit", zh, en).at(Place::Body("/marks".to_owned()))
            }
            ServiceError::RatingWithdrawn => {
                Self::new(S::CONFLICT, "rating-withdrawn", "该评价已撤回", "the rating was withdrawn")
                    .at(Place::Parameter("id".to_owned()))
            }
            ServiceError::HasAccount => {
                let (zh, en) = (
                    "该企业已有评价账号，由企业自行登录评价，不再代发链接",
                    "the enterprise has an account that rates: it signs in and rates by itself",
                );
                Self::new(S::CONFLICT, "has-account", zh, en).at(Place::Parameter("id".to_owned()))
            }
            ServiceError::NoFollowUp => {
                let zh = "没有待追评的整改：须院校已答复或逾期未答复，且只追评一次";
                let en = "no rectification waits for a follow-up: the college must have answered or be late, and it is given once";
                Self::new(S::CONFLICT, "no-followup", zh, en).at(Place::Body("/followup".to_owned()))
            }
            ServiceError::NotFlagged => {
                let (zh, en) =
                    ("这组评价并未被提示，也没有审核过", "the block is not flagged, and was never decided on");
                Self::new(S::CONFLICT, "not-flagged", zh, en).at(Place::Body("/block".to_owned()))
            }
            ServiceError::AlreadyAnswered => {
                let (zh, en) = ("已处理过，不能重复", "it was answered already");
                Self::new(S::CONFLICT, "already-answered", zh, en).at(Place::Parameter("id".to_owned()))
            }
            ServiceError::BadLink => {
                let (zh, en) = ("评价链接无效或已过期", "the rating link is not valid or no longer valid");
                Self::new(S::NOT_FOUND, "bad-link", zh, en)
            }
            ServiceError::UsedLink => {
                let (zh, en) = ("评价链接已经用过", "the rating link has been used");
                Self::new(S::GONE, "used-link", zh, en)
            }
            ServiceError::PossibleDuplicate(id, name) => {
                let zh =
                    format!("可能与“{name}”（{id}）是同一所院校；确属不同的，请以 ?confirm=possible-duplicate 重发");
                let en = format!(
                    "it may be the same college as {name} ({id}); if it is another, send it with ?confirm=possible-duplicate"
                );
                Self::new(S::CONFLICT, "possible-duplicate", zh, en).at(Place::Body("/name".to_owned()))
            }
            ServiceError::PreconditionRequired => {
                let (zh, en) = ("须带 If-Match（所依据的版本）", "send If-Match with the revision you saw");
                Self::new(S::PRECONDITION_REQUIRED, "precondition-required", zh, en).at(Place::Header("If-Match"))
            }
            ServiceError::RevisionConflict(rev) => {
                let zh = format!("已被他人修改，当前版本为 {rev}");
                let en = format!("somebody changed it; the revision is now {rev}");
                Self::new(S::PRECONDITION_FAILED, "revision-conflict", zh, en)
                    .at(Place::Header("If-Match"))
                    .with(header::ETAG, format!("\"{rev}\""))
            }
            ServiceError::InvalidSeq(head) => {
                let (zh, en) =
                    (format!("序号超出日志末尾 {head}"), format!("the seq lies beyond the end of the log, {head}"));
                Self::new(S::BAD_REQUEST, "invalid-seq", zh, en).at(Place::Header("Zeyou-Min-Seq"))
            }
            ServiceError::ReplicaBehind(seq) => {
                let (zh, en) =
                    (format!("尚未更新到 {seq}，请稍后再试"), format!("seq {seq} is not served yet; try again"));
                Self::new(S::SERVICE_UNAVAILABLE, "replica-behind", zh, en)
                    .at(Place::Header("Zeyou-Min-Seq"))
                    .with(header::RETRY_AFTER, "1")
            }
            ServiceError::Rebuilding => rebuilding(),
            ServiceError::Busy => {
                let (zh, en) = ("正在推演的情景过多，请稍后再试", "too many scenarios are being worked out; try again");
                Self::new(S::SERVICE_UNAVAILABLE, "busy", zh, en).with(header::RETRY_AFTER, "1")
            }
            ServiceError::RateLimited(wait) => {
                let seconds = (wait.as_secs() + 1).to_string();
                let (zh, en) = ("提交过于频繁，请稍后再试", "too often; try again later");
                Self::new(S::TOO_MANY_REQUESTS, "rate-limited", zh, en).with(header::RETRY_AFTER, seconds)
            }
            ServiceError::OutOfTime(pointer) => {
                let (zh, en) = ("超出时限，请减少改动或园区", "the time is up; ask with fewer changes or parks");
                Self::new(S::SERVICE_UNAVAILABLE, "scenario-timeout", zh, en)
                    .at(Place::Body(pointer))
                    .with(header::RETRY_AFTER, "30")
            }
            ServiceError::Store(error) => refused_by_log(error),
            ServiceError::Redis(error) => unavailable().because(&error),
            error @ (ServiceError::NoLinkKey | ServiceError::Unsafe(_)) => unavailable().because(&error),
        }
    }
}

/// What was not found, as the console calls it.
fn in_chinese(what: &str) -> &str {
    match what {
        "park" => Park::ZH,
        "enterprise" => Enterprise::ZH,
        "college" => College::ZH,
        "ranked college" => "参与排名的院校",
        "programme" => Programme::ZH,
        "demand" => Demand::ZH,
        "engagement" => Engagement::ZH,
        "preset" => Preset::ZH,
        "industry" => Industry::ZH,
        "occupation" => Occupation::ZH,
        "major" => Major::ZH,
        "relation" => Relation::ZH,
        "scenario" => Scenario::ZH,
        "decision" => Decision::ZH,
        "rating" => "评价",
        "appeal" => "申诉",
        "ticket" => "整改单",
        other => other,
    }
}

fn refused_by_log(error: StoreError) -> Problem {
    let key = Place::Header("Idempotency-Key");
    match error {
        StoreError::KeyReuse => {
            let (zh, en) = ("该 Idempotency-Key 已用于另一请求", "the Idempotency-Key was used for another request");
            Problem::new(S::UNPROCESSABLE_ENTITY, "idempotency-key-reuse", zh, en).at(key)
        }
        StoreError::KeyInFlight => {
            let (zh, en) =
                ("同一 Idempotency-Key 的请求正在处理", "a request with this Idempotency-Key is still running");
            Problem::new(S::CONFLICT, "idempotency-in-progress", zh, en).at(key).with(header::RETRY_AFTER, "1")
        }
        StoreError::Full => {
            let (zh, en) = ("磁盘已满，未写入", "the disk is full; nothing was written");
            Problem::new(S::INSUFFICIENT_STORAGE, "storage-full", zh, en)
        }
        StoreError::ServerFull => {
            let zh = "数据库服务器的磁盘已满，未写入；腾出空间后以同一 Idempotency-Key 重试即可";
            let en = "the disk of the database server is full; nothing was written: once there is room, the same Idempotency-Key is good";
            Problem::new(S::SERVICE_UNAVAILABLE, "storage-full", zh, en).with(header::RETRY_AFTER, "5")
        }
        StoreError::OutcomeUnknown => {
            let zh = "不能确定是否已写入：请以同一 Idempotency-Key 重试，不会重复计入";
            let en = "whether it was written is not known: retry with the same Idempotency-Key, it will count once";
            Problem::new(S::SERVICE_UNAVAILABLE, "outcome-unknown", zh, en).with(header::RETRY_AFTER, "2")
        }
        StoreError::Forked => rebuilding(),
        error => unavailable().because(&error),
    }
}

fn unavailable() -> Problem {
    let zh = "暂时无法写入，请稍后以同一 Idempotency-Key 重试";
    let en = "the log cannot be written now; retry with the same Idempotency-Key";
    Problem::new(S::SERVICE_UNAVAILABLE, "unavailable", zh, en).with(header::RETRY_AFTER, "2")
}

/// What is served here must not be asked for.
pub(super) fn rebuilding() -> Problem {
    let (zh, en) = ("本副本正在按日志重建，请稍后再试", "this replica is being built anew from the log; try again");
    Problem::new(S::SERVICE_UNAVAILABLE, "rebuilding", zh, en).with(header::RETRY_AFTER, "5")
}
