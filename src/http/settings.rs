//! Settings that are not safe: the program refuses to start with them, and says why.

use std::net::ToSocketAddrs;

use super::access::Access;
use crate::service::oidc::{OidcSettings, secure};
use crate::service::{Service, ServiceError};

/// Why it does not start, in both languages.
fn refuse(zh: &str, en: &str) -> ServiceError {
    ServiceError::Unsafe(format!("{zh} / {en}"))
}

/// Whether every address that a name stands for is this machine's own.
fn is_loopback(listen: &str) -> bool {
    listen.to_socket_addrs().is_ok_and(|mut addresses| addresses.all(|address| address.ip().is_loopback()))
}

/// Refuses what can be told from the settings alone.
pub(super) fn check(listen: &str, access: Access, redis: Option<&str>) -> Result<(), ServiceError> {
    let loopback = is_loopback(listen);
    if access.demo && !loopback {
        return Err(refuse(
            "--demo 的账号人人可用，只能监听本机地址（如 127.0.0.1:8080）",
            "--demo has accounts for everybody: it listens on a loopback address only, e.g. 127.0.0.1:8080",
        ));
    }
    if access.demo && access.behind_tls {
        return Err(refuse(
            "--demo 不能对外提供，不能与 --behind-tls 同用",
            "--demo is not for others: not with --behind-tls",
        ));
    }
    if access.open && !loopback {
        return Err(refuse(
            "--without-accounts 让任何人都能读写，只能监听本机地址",
            "--without-accounts lets everybody read and write: it listens on a loopback address only",
        ));
    }
    if access.open && access.behind_tls {
        return Err(refuse(
            "--without-accounts 不能与 --behind-tls 同用：代理会把它对外开放",
            "--without-accounts not with --behind-tls: the proxy would open it to others",
        ));
    }
    if access.open && access.demo {
        return Err(refuse(
            "--demo 有自己的账号，不能与 --without-accounts 同用",
            "--demo has accounts of its own: not with --without-accounts",
        ));
    }
    if !loopback && !access.behind_tls {
        return Err(refuse(
            "监听对外地址时密码与密钥会以明文传输：请在前面放置终结 TLS 的代理并加 --behind-tls，或监听本机地址",
            "on an address that others reach, passwords and keys would travel in plain text: put a proxy that ends TLS before it and say --behind-tls, or listen on a loopback address",
        ));
    }
    if let Some(url) = redis {
        let far = url.strip_prefix("redis://").map(|rest| rest.rsplit_once('@').map_or(rest, |(_, host)| host));
        let host = far.and_then(|host| host.split('/').next()).unwrap_or_default();
        let plain = far.is_some() && !host.is_empty();
        let with_port = if host.contains(':') { host.to_owned() } else { format!("{host}:6379") };
        if plain && url.contains('@') && !is_loopback(&with_port) {
            return Err(refuse(
                "redis:// 会以明文把密码送到别的机器：请用 rediss://",
                "redis:// would send the password to another machine in plain text: use rediss://",
            ));
        }
    }
    Ok(())
}

/// Refuses a provider that would be believed without reason.
pub(super) fn check_provider(oidc: &OidcSettings, access: Access) -> Result<(), ServiceError> {
    if access.open || access.demo {
        return Err(refuse(
            "--oidc-issuer 不能与 --demo 或 --without-accounts 同用：那里没有要绑定的账号",
            "--oidc-issuer not with --demo or --without-accounts: there are no accounts to bind",
        ));
    }
    if !secure(&oidc.issuer) || oidc.issuer.contains(['?', '#']) {
        return Err(refuse(
            "--oidc-issuer 须为 https:// 地址，不含 ? 与 #：明文传来的身份谁都可以伪造",
            "--oidc-issuer must be an https:// address without ? and #: anybody could forge an identity that travels in plain text",
        ));
    }
    let after_host = oidc.public.split_once("://").map(|(_, rest)| rest.trim_end_matches('/'));
    if !secure(&oidc.public) || after_host.is_none_or(|rest| rest.contains(['/', '?', '#', '@'])) {
        return Err(refuse(
            "--public-url 须为 https://主机 这样的地址，不带路径：提供方要把授权码送回那里",
            "--public-url must be an address like https://HOST, without a path: the provider sends its code back there",
        ));
    }
    if oidc.client.is_empty() || oidc.secret.as_ref().is_some_and(String::is_empty) {
        return Err(refuse(
            "--oidc-client-id 与客户端密钥不能为空；没有密钥就不要给",
            "--oidc-client-id and the client's secret must not be empty; leave the secret out if there is none",
        ));
    }
    Ok(())
}

/// Refuses what the accounts tell.
pub(super) async fn check_accounts(service: &Service, access: Access) -> Result<(), ServiceError> {
    if !access.demo && service.accounts().has_demo().await? {
        return Err(refuse(
            "这个数据库里有演示账号，其密钥人人皆知：请删除这些账号（zeyou account erase），或用 --demo 启动",
            "this database has the demo's accounts, whose keys everybody knows: erase them (zeyou account erase), or start with --demo",
        ));
    }
    Ok(())
}
