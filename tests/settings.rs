//! Settings that are not safe: the program ends before it serves, and says why in both languages.

use std::path::Path;
use std::process::{Command, Output};

fn zeyou(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zeyou"));
    command
        .current_dir(folder)
        .env_remove("ZEYOU_DATABASE_URL")
        .env_remove("ZEYOU_REDIS_URL")
        .env_remove("ZEYOU_BEHIND_TLS");
    command.args(arguments).output().expect("zeyou runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn what_is_not_safe_does_not_start_and_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let cases: [(&[&str], &str, &str); 13] = [
        (&["--listen", "0.0.0.0:0"], "明文", "--behind-tls"),
        (&["--listen", "[::]:0"], "明文", "--behind-tls"),
        (&["--listen", "0.0.0.0:0", "--without-accounts"], "只能监听本机", "loopback"),
        (&["--listen", "[::]:0", "--without-accounts"], "只能监听本机", "loopback"),
        (&["--listen", "127.0.0.1:0", "--without-accounts", "--behind-tls"], "--behind-tls", "proxy"),
        (&["--listen", "0.0.0.0:0", "--without-accounts", "--behind-tls"], "只能监听本机", "loopback"),
        (&["--listen", "0.0.0.0:0", "--demo"], "只能监听本机", "loopback"),
        (&["--listen", "[::]:0", "--demo"], "只能监听本机", "loopback"),
        (&["--listen", "0.0.0.0:0", "--demo", "--behind-tls"], "只能监听本机", "loopback"),
        (&["--listen", "127.0.0.1:0", "--demo", "--behind-tls"], "不能对外提供", "not for others"),
        (&["--listen", "127.0.0.1:0", "--demo", "--without-accounts"], "自己的账号", "accounts of its own"),
        (&["--listen", "127.0.0.1:0", "--redis-url", "redis://u:p@192.0.2.1/"], "明文", "rediss://"),
        (&["--listen", "nowhere.invalid:80"], "明文", "--behind-tls"),
    ];
    for (arguments, zh, en) in cases {
        let ended = zeyou(folder.path(), &[&["serve"], arguments].concat());
        let told = text(&ended.stderr);
        assert!(!ended.status.success() && ended.stdout.is_empty(), "{arguments:?} starts");
        assert!(told.contains(zh) && told.contains(en), "{arguments:?}: {told}");
    }
    assert!(!folder.path().join("zeyou.db").exists(), "refused before anything was made");
}

#[test]
fn what_would_let_somebody_in_easily_is_not_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/data/demo/colleges.csv");
    assert!(zeyou(folder.path(), &["import", data]).status.success());
    let made = zeyou(folder.path(), &["account", "create", "li", "--role", "supervisor"]);
    assert!(made.status.success() && text(&made.stdout).contains("/welcome/"), "{}", text(&made.stderr));
    let cases: [(&[&str], &str); 8] = [
        (&["account", "create", "li", "--role", "supervisor"], "there is an account of that name"),
        (&["account", "create", "x", "--role", "supervisor"], "2-40"),
        (&["account", "create", "wang", "--role", "operator"], "possible values"),
        (&["account", "create", "wang", "--role", "park_manager"], "belongs"),
        (&["key", "create", "li", "--label", "x", "--days", "0"], "1"),
        (&["key", "create", "li", "--label", "x", "--days", "3650"], "366"),
        (&["key", "create", "li", "--label", "x", "--scope", "everything"], "possible values"),
        (&["key", "create", "nobody", "--label", "x"], "no such account"),
    ];
    for (arguments, en) in cases {
        let ended = zeyou(folder.path(), arguments);
        assert!(!ended.status.success() && text(&ended.stderr).contains(en), "{arguments:?}: {}", text(&ended.stderr));
    }
    let key = zeyou(folder.path(), &["key", "create", "li", "--label", "x"]);
    let key = text(&key.stdout).trim().to_owned();
    assert!(key.starts_with("zy_") && key.len() > 50, "{key}");
    let listed = text(&zeyou(folder.path(), &["key", "list"]).stdout);
    let id = key.split('_').nth(1).expect("an id");
    assert!(listed.contains(id) && !listed.contains(key.rsplit('_').next().expect("a secret")), "{listed}");
    assert!(zeyou(folder.path(), &["key", "revoke", id]).status.success());
    assert!(!zeyou(folder.path(), &["key", "revoke", id]).status.success(), "once");
    assert!(zeyou(folder.path(), &["account", "erase", "li"]).status.success());
    assert!(!text(&zeyou(folder.path(), &["account", "list"]).stdout).contains("li,"), "erased");
}
