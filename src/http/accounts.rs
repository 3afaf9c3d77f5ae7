//! Accounts and keys: an admin keeps all of them, everybody their own keys.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::access::{Access, by_session};
use super::address::came_from;
use super::body::read_json;
use super::problem::{Place, Problem, respond};
use crate::domain::{Role, Scopes};
use crate::service::Acting;
use crate::service::accounts::{Account, Invited, KeyMade, KeyShown, NewAccount, NewKey, PasswordChange, SubjectData};

/// An account to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountBody {
    /// 登录名 The name to sign in with.
    name: String,
    /// 角色 The role.
    #[schema(example = "park_manager")]
    role: String,
    /// 所属园区、企业、院校的代码，或规划人员的城市 The code of its park, enterprise or college, or a planner's city.
    #[serde(default)]
    belongs: String,
}

/// A key to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyBody {
    /// 用途 What it is for.
    label: String,
    /// 权限：read、write、rate、accounts What it may do of what the role may.
    scopes: Vec<String>,
    /// 有效天数，1–366 Days that it holds.
    days: u32,
    /// 为谁创建，默认自己；他人的只有管理员可以 Whose it is; one's own if left out, another's by an admin only.
    #[serde(default)]
    #[schema(nullable = false)]
    account: Option<String>,
}

/// One's own password, and the one from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordBody {
    /// 现在的密码 The present password.
    password: String,
    /// 新密码，12–128 个字符 The new one, 12-128 characters, not a common one.
    new_password: String,
}

/// Who asks.
#[derive(Serialize, ToSchema)]
pub(super) struct Me {
    /// 日志中的化名 The pseudonym that the log holds.
    id: String,
    /// 角色 The role.
    role: &'static str,
    /// 所属 What it belongs to.
    belongs: String,
    /// 权限 What this way in may be used for.
    scopes: Vec<&'static str>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct AccountList {
    items: Vec<Account>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct KeyList {
    items: Vec<KeyShown>,
}

/// Who the request's key or session is of.
#[utoipa::path(get, path = "/api/v1/me", tag = "accounts", operation_id = "me", summary = "当前身份 Who asks",
    description = "本请求的密钥或会话属于谁。Whose key or session this is.",
    responses((status = 200, description = "身份 Who", body = Me)))]
pub(super) async fn me(service: Acting) -> HttpResponse {
    let who = service.principal();
    let (id, role, belongs) = (who.id.clone(), who.role.code(), who.role.belongs().to_owned());
    HttpResponse::Ok().json(Me { id, role, belongs, scopes: who.scopes.names() })
}

/// Everything that is kept of one's own account: to take along.
#[utoipa::path(get, path = "/api/v1/me/data", tag = "accounts", operation_id = "own_data", summary = "自己的全部数据 Everything of oneself",
    description = "账号、密钥（不含密文）、会话、审计记录，以及本账号写入的一切（评价及其评语、修改理由）。The account, its keys without their secrets, its sessions, its audit entries, and everything it wrote, ratings with their comments and reasons too.",
    responses((status = 200, description = "数据 The data", body = SubjectData), (status = 404), (status = 503)))]
pub(super) async fn own_data(request: HttpRequest, service: Acting) -> HttpResponse {
    let answer = async { Ok::<_, Problem>(HttpResponse::Ok().json(service.own_data().await?)) };
    respond(&request, answer.await)
}

/// Changes one's own password.
#[utoipa::path(post, path = "/api/v1/me/password", tag = "accounts", operation_id = "change_password", request_body = PasswordBody,
    summary = "修改自己的密码 Change one's own password",
    description = "须给出现在的密码；本账号的全部会话随即结束，以会话提出的由 `Set-Cookie` 换新；密钥不变。The present one is asked for; all sessions of the account end, one that asks goes on by the cookie in the answer; keys stay.",
    responses((status = 204, description = "已修改 Changed"), (status = 404), (status = 408), (status = 413), (status = 415), (status = 422)))]
pub(super) async fn change_password(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let answer = async {
        let PasswordBody { password, new_password } = read_json(&request, payload).await?;
        let change =
            PasswordChange { password, new_password, from: came_from(&request), by_session: by_session(&request) };
        let mut response = HttpResponse::NoContent();
        if let Some(begun) = service.change_password(change).await? {
            response.cookie(Access::of(&request).cookie(&begun.token));
        }
        Ok::<_, Problem>(response.finish())
    };
    respond(&request, answer.await)
}

/// Everything that is kept of an account but what it wrote.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/data", tag = "accounts", operation_id = "account_data", summary = "账号的数据 What is kept of an account",
    description = "应本人要求导出：账号、密钥（不含密文）、会话、审计记录；管理员看不到它写入的评价。To be given to whom it is about: the account, its keys without their secrets, its sessions, its audit entries; an admin sees no rating it gave.",
    params(("id" = String, Path, description = "账号化名或名称 Its pseudonym or name")),
    responses((status = 200, description = "数据 The data", body = SubjectData), (status = 404), (status = 503)))]
pub(super) async fn data(request: HttpRequest, id: web::Path<String>, service: Acting) -> HttpResponse {
    let answer = async { Ok::<_, Problem>(HttpResponse::Ok().json(service.account_data(&id).await?)) };
    respond(&request, answer.await)
}

/// All accounts.
#[utoipa::path(get, path = "/api/v1/accounts", tag = "accounts", operation_id = "list_accounts", summary = "账号 Accounts",
    description = "全部账号，管理员可见。All accounts; for admins.",
    responses((status = 200, description = "账号 The accounts", body = AccountList)))]
pub(super) async fn list(request: HttpRequest, service: Acting) -> HttpResponse {
    let answer =
        async { Ok::<_, Problem>(HttpResponse::Ok().json(AccountList { items: service.list_accounts().await? })) };
    respond(&request, answer.await)
}

/// Makes an account; the one-time link in the answer sets its password.
#[utoipa::path(post, path = "/api/v1/accounts", tag = "accounts", operation_id = "create_account", request_body = AccountBody,
    summary = "新建账号 Make an account",
    description = "回答中的一次性链接（七天）用于设置密码与两步验证。The one-time link in the answer (seven days) sets password and second factor.",
    responses((status = 201, description = "账号与链接 The account and its link", body = Invited), (status = 408), (status = 413), (status = 415), (status = 422)))]
pub(super) async fn create(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let answer = async {
        let body: AccountBody = read_json(&request, payload).await?;
        let role = Role::parse(&body.role, &body.belongs);
        let role = role.map_err(|invalid| Problem::invalid(Place::Body("/role".to_owned()), invalid))?;
        let made = service.create_account(NewAccount { name: body.name, role }).await?;
        Ok::<_, Problem>(HttpResponse::Created().json(made))
    };
    respond(&request, answer.await)
}

/// Erases an account: its name, password, keys and sessions.
#[utoipa::path(delete, path = "/api/v1/accounts/{id}", tag = "accounts", operation_id = "erase_account", summary = "删除账号 Erase an account",
    description = "删除名称、密码、密钥与会话；日志只留化名。Erases name, password, keys and sessions; the log keeps the pseudonym only.",
    params(("id" = String, Path, description = "账号化名或名称 Its pseudonym or name")),
    responses((status = 204, description = "已删除 Erased"), (status = 404)))]
pub(super) async fn erase(request: HttpRequest, id: web::Path<String>, service: Acting) -> HttpResponse {
    let answer = async {
        service.erase_account(&id).await?;
        Ok::<_, Problem>(HttpResponse::NoContent().finish())
    };
    respond(&request, answer.await)
}

/// Lets nobody in by it any more.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/disable", tag = "accounts", operation_id = "disable_account", summary = "停用账号 Disable an account",
    description = "会话立即结束，密钥失效。Its sessions end at once, its keys are good for nothing.",
    params(("id" = String, Path, description = "账号化名或名称 Its pseudonym or name")),
    responses((status = 204, description = "已停用 Disabled"), (status = 404)))]
pub(super) async fn disable(request: HttpRequest, id: web::Path<String>, service: Acting) -> HttpResponse {
    let answer = async {
        service.disable_account(&id, true).await?;
        Ok::<_, Problem>(HttpResponse::NoContent().finish())
    };
    respond(&request, answer.await)
}

/// A new one-time link.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/reset", tag = "accounts", operation_id = "reset_account", summary = "重置账号 Let an account in anew",
    description = "旧密码、两步验证与会话作废。Its password, second factor and sessions end.",
    params(("id" = String, Path, description = "账号化名或名称 Its pseudonym or name")),
    responses((status = 200, description = "账号与链接 The account and its link", body = Invited), (status = 404)))]
pub(super) async fn reset(request: HttpRequest, id: web::Path<String>, service: Acting) -> HttpResponse {
    let answer = async { Ok::<_, Problem>(HttpResponse::Ok().json(service.reset_account(&id).await?)) };
    respond(&request, answer.await)
}

/// Keys: one's own, an admin's list has all.
#[utoipa::path(get, path = "/api/v1/keys", tag = "accounts", operation_id = "list_keys", summary = "API 密钥 API keys",
    description = "自己的有效密钥；管理员看到全部。不含密文。One's own live keys, an admin's list has all; never a secret.",
    responses((status = 200, description = "密钥 The keys", body = KeyList)))]
pub(super) async fn keys(request: HttpRequest, service: Acting) -> HttpResponse {
    let answer = async { Ok::<_, Problem>(HttpResponse::Ok().json(KeyList { items: service.keys().await? })) };
    respond(&request, answer.await)
}

/// Makes a key; it is shown in this answer only.
#[utoipa::path(post, path = "/api/v1/keys", tag = "accounts", operation_id = "create_key", request_body = KeyBody, summary = "新建密钥 Make a key",
    description = "密钥只在此回答中出现一次。每个账号最多两个有效密钥，便于轮换。The key is in this answer only. An account has two live ones at most, to change over.",
    responses((status = 201, description = "密钥 The key", body = KeyMade), (status = 404), (status = 408), (status = 413), (status = 415), (status = 422)))]
pub(super) async fn create_key(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let answer = async {
        let body: KeyBody = read_json(&request, payload).await?;
        let scopes = Scopes::parse(body.scopes.iter().map(String::as_str));
        let scopes = scopes.map_err(|invalid| Problem::invalid(Place::Body("/scopes".to_owned()), invalid))?;
        let new = NewKey { label: body.label, scopes, days: body.days };
        Ok::<_, Problem>(HttpResponse::Created().json(service.make_key(body.account.as_deref(), new).await?))
    };
    respond(&request, answer.await)
}

/// Ends a key.
#[utoipa::path(delete, path = "/api/v1/keys/{id}", tag = "accounts", operation_id = "revoke_key", summary = "吊销密钥 Revoke a key",
    description = "自己的；管理员可吊销任何密钥。One's own; an admin any.",
    params(("id" = String, Path, description = "密钥编号 The key's public part")),
    responses((status = 204, description = "已吊销 Revoked"), (status = 404)))]
pub(super) async fn revoke_key(request: HttpRequest, id: web::Path<String>, service: Acting) -> HttpResponse {
    let answer = async {
        service.revoke_key(&id).await?;
        Ok::<_, Problem>(HttpResponse::NoContent().finish())
    };
    respond(&request, answer.await)
}
