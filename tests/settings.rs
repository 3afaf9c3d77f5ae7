//! Settings that are not safe: the program ends before it serves, and says why in both languages.

#[path = "servers/mod.rs"]
#[expect(dead_code, reason = "shared with tests that do more with a server")]
mod servers;

use std::path::Path;
use std::process::{Command, Output};

use servers::Postgres;

fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zeyou"));
    command.current_dir(folder).stdin(std::process::Stdio::null());
    std::env::vars().filter(|(name, _)| name.starts_with("ZEYOU_")).for_each(|(name, _)| {
        command.env_remove(name);
    });
    command
}

fn zeyou(folder: &Path, arguments: &[&str]) -> Output {
    command(folder).args(arguments).output().expect("zeyou runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A set-up that is not safe: what is given, the setting that the message names, and words of its remedy in both languages.
struct Unsafe {
    arguments: Vec<String>,
    variables: Vec<(&'static str, String)>,
    names: &'static str,
    zh: &'static str,
    en: &'static str,
}

fn with(arguments: &[&str], names: &'static str, zh: &'static str, en: &'static str) -> Unsafe {
    let arguments = arguments.iter().map(ToString::to_string).collect();
    Unsafe { arguments, variables: Vec::new(), names, zh, en }
}

fn on(database: String, names: &'static str, zh: &'static str, en: &'static str) -> Unsafe {
    let variables = vec![("ZEYOU_DATABASE_URL", database)];
    Unsafe { variables, ..with(&["--listen", "127.0.0.1:0"], names, zh, en) }
}

/// How the server is reached and who is let in.
fn reached() -> Vec<Unsafe> {
    let plain = |listen: &str| with(&["--listen", listen], "--behind-tls", "明文", "put a proxy that ends TLS");
    let open = |more: &[&str]| with(&[&["--without-accounts"], more].concat(), "--without-accounts", "", "");
    let demo = |more: &[&str]| with(&[&["--demo"], more].concat(), "--demo", "", "");
    vec![
        plain("0.0.0.0:0"),
        plain("[::]:0"),
        plain("nowhere.invalid:80"),
        Unsafe { zh: "只能监听本机", en: "loopback address only", ..open(&["--listen", "0.0.0.0:0"]) },
        Unsafe {
            zh: "只能监听本机", en: "loopback address only", ..open(&["--listen", "0.0.0.0:0", "--behind-tls"])
        },
        Unsafe {
            zh: "不能与 --behind-tls 同用",
            en: "the proxy would open it",
            ..open(&["--listen", "127.0.0.1:0", "--behind-tls"])
        },
        Unsafe { zh: "只能监听本机", en: "loopback address only", ..demo(&["--listen", "0.0.0.0:0"]) },
        Unsafe {
            zh: "不能对外提供",
            en: "not with --behind-tls",
            ..demo(&["--listen", "127.0.0.1:0", "--behind-tls"])
        },
        Unsafe {
            zh: "自己的账号",
            en: "accounts of its own",
            ..demo(&["--listen", "127.0.0.1:0", "--without-accounts"])
        },
        with(&["--redis-url", "redis://u:p@192.0.2.1/"], "redis://", "明文", "use rediss://"),
        with(&["--redis-url", "redis://:p@cache.example:6379/0"], "redis://", "明文", "use rediss://"),
        with(&["--ratings-per-hour", "0"], "--ratings-per-hour", "", "is not in 1.."),
    ]
}

/// A provider that would be believed without reason.
fn provider(folder: &Path) -> Vec<Unsafe> {
    let empty = folder.join("empty");
    std::fs::write(&empty, "\n").expect("written");
    let empty = empty.display().to_string();
    let base = |issuer: &'static str, public: &'static str, more: &[&str]| -> Vec<String> {
        let given = ["--oidc-issuer", issuer, "--oidc-client-id", "zeyou", "--public-url", public];
        given.iter().chain(more).map(ToString::to_string).collect()
    };
    let (good, here) = ("https://id.example", "https://zeyou.example");
    let case = |arguments: Vec<String>, names, zh, en| Unsafe { arguments, variables: Vec::new(), names, zh, en };
    vec![
        case(base("http://id.example", here, &[]), "--oidc-issuer", "https://", "anybody could forge"),
        case(base("https://id.example/?realm=x", here, &[]), "--oidc-issuer", "https://", "without ? and #"),
        case(base(good, "http://zeyou.example", &[]), "--public-url", "https://主机", "https://HOST"),
        case(base(good, "https://zeyou.example/login", &[]), "--public-url", "不带路径", "without a path"),
        case(base(good, here, &["--without-accounts"]), "--oidc-issuer", "没有要绑定的账号", "no accounts to bind"),
        case(base(good, here, &["--demo"]), "--oidc-issuer", "没有要绑定的账号", "no accounts to bind"),
        case(base(good, here, &["--oidc-client-secret-file", &empty]), "secret", "不能为空", "must not be empty"),
        case(base(good, here, &["--oidc-client-secret-file", "/nowhere/secret"]), "/nowhere/secret", "", ""),
        with(&["--oidc-issuer", good, "--public-url", here], "--oidc-client-id", "", "required"),
        with(&["--oidc-issuer", good, "--oidc-client-id", "zeyou"], "--public-url", "", "required"),
    ]
}

/// Keys that seal nothing.
fn keys(folder: &Path) -> Vec<Unsafe> {
    use std::os::unix::fs::PermissionsExt;
    let file = |name: &str, text: &str, mode: u32| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("written");
        std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).expect("set");
        path.display().to_string()
    };
    let good = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    let zero = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let case = |path: String, zh, en| with(&["--secret-key-file", &path], "--secret-key-file", zh, en);
    vec![
        case(file("open", good, 0o644), "chmod 600", "other users can read"),
        case(file("zero", zero, 0o600), "openssl rand", "base64 of"),
        case(file("short", "c2hvcnQ=", 0o600), "openssl rand", "base64 of"),
        case(file("nothing", "# no key\n", 0o600), "openssl rand", "base64 of"),
        case(folder.join("absent").display().to_string(), "拒绝启动", "refusing to start"),
    ]
}

/// Databases that lose what was acknowledged, or whose walls bind nobody.
fn databases(servers: &mut Vec<Postgres>) -> Vec<Unsafe> {
    let lossy = [
        ("fsync=off", "fsync"),
        ("full_page_writes=off", "full_page_writes"),
        ("synchronous_commit=off", "synchronous_commit"),
        ("default_transaction_read_only=on", "transaction_read_only"),
    ];
    let mut cases = Vec::new();
    for (setting, names) in lossy {
        let server = Postgres::start(&[setting]);
        cases.push(on(server.address("postgres"), names, "拒绝启动", "set it to"));
        servers.push(server);
    }
    let server = Postgres::start(&[]);
    server.sql("postgres", "CREATE ROLE passer LOGIN BYPASSRLS");
    for (role, names) in [("postgres", "SUPERUSER"), ("passer", "BYPASSRLS")] {
        let address = server.address("postgres").replace("zeyou@", &format!("{role}@"));
        cases.push(on(address, names, "普通角色", "make a plain role"));
    }
    servers.push(server);
    cases.push(on("mysql://root@localhost/zeyou".to_owned(), "mysql", "", "use postgres://"));
    cases
}

#[test]
fn what_is_not_safe_does_not_start_and_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut servers = Vec::new();
    let mut cases = reached();
    cases.extend(provider(folder.path()));
    cases.extend(keys(folder.path()));
    cases.extend(databases(&mut servers));
    for Unsafe { arguments, variables, names, zh, en } in &cases {
        let mut command = command(folder.path());
        let ended = command.arg("serve").args(arguments).envs(variables.iter().cloned()).output().expect("zeyou runs");
        let told = text(&ended.stderr);
        assert!(!ended.status.success() && ended.stdout.is_empty(), "{arguments:?} {variables:?} starts");
        for word in [names, zh, en] {
            assert!(told.contains(word), "{arguments:?} {variables:?}: no {word:?} in {told}");
        }
    }
    assert!(!folder.path().join("zeyou.db").exists(), "refused before anything was made");
    println!("{} of {} unsafe set-ups are refused, beside those of a database that is there", cases.len(), cases.len());
    assert!(cases.len() >= 25, "{}", cases.len());
}

#[test]
fn a_database_that_is_there_is_refused_where_it_is_not_safe() {
    let folder = tempfile::tempdir().expect("a folder");
    // The demo's accounts, whose keys everybody knows.
    let demo = start(folder.path(), &["--demo", "--listen", "127.0.0.1:0"]);
    let told = text(&zeyou(folder.path(), &["--database", "zeyou-demo.db", "serve", "--listen", "127.0.0.1:0"]).stderr);
    assert!(told.contains("stop it first"), "a second process on one file: {told}");
    stop(demo);
    let refused = zeyou(folder.path(), &["--database", "zeyou-demo.db", "serve", "--listen", "127.0.0.1:0"]);
    let told = text(&refused.stderr);
    assert!(!refused.status.success() && told.contains("--demo") && told.contains("zeyou account erase"), "{told}");
    assert!(told.contains("演示账号"), "{told}");
    for name in ["demo-planner", "demo-park", "demo-enterprise", "demo-college", "demo-supervisor", "demo-admin"] {
        assert!(zeyou(folder.path(), &["--database", "zeyou-demo.db", "account", "erase", name]).status.success());
    }
    stop(start(folder.path(), &["--database", "zeyou-demo.db", "--listen", "127.0.0.1:0"]));
}

/// A server that greets.
fn start(folder: &Path, arguments: &[&str]) -> std::process::Child {
    use std::io::{BufRead, BufReader};
    let mut command = command(folder);
    command.arg("serve").args(arguments).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null());
    let mut server = command.spawn().expect("zeyou runs");
    let mut greeting = String::new();
    let mut output = BufReader::new(server.stdout.take().expect("stdout"));
    output.read_line(&mut greeting).expect("text");
    assert!(greeting.contains("http://"), "{arguments:?}: {greeting}");
    // Read to its end, so that nobody greets into a closed pipe.
    std::thread::spawn(move || output.lines().map_while(Result::ok).for_each(drop));
    server
}

fn stop(mut server: std::process::Child) {
    servers::signal(server.id(), "TERM");
    server.wait().expect("ended");
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
