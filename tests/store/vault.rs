//! Secrets at rest and accounts in backups, run as an operator runs them.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use zeyou::domain::Role;
use zeyou::service::Service;
use zeyou::service::accounts::{Accounts, NewAccount};
use zeyou::store::{Address, Store, Vault};

use crate::servers::Postgres;

const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/demo");
const KEYS: [&str; 2] =
    ["AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "IAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="];

fn zeyou(address: &str, key: Option<&Path>, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zeyou"));
    command.env_remove("RUST_LOG").env_remove("ZEYOU_SECRET_KEY_FILE").env("ZEYOU_DATABASE_URL", address);
    if let Some(key) = key {
        command.env("ZEYOU_SECRET_KEY_FILE", key);
    }
    command.args(arguments).output().expect("zeyou runs")
}

fn good(address: &str, key: Option<&Path>, arguments: &[&str]) -> String {
    let answer = zeyou(address, key, arguments);
    assert!(answer.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&answer.stderr));
    String::from_utf8(answer.stdout).expect("text")
}

fn refused(address: &str, key: Option<&Path>, arguments: &[&str]) -> String {
    let answer = zeyou(address, key, arguments);
    assert!(!answer.status.success(), "{arguments:?}");
    String::from_utf8_lossy(&answer.stderr).into_owned() + &String::from_utf8_lossy(&answer.stdout)
}

fn key_file(folder: &Path, name: &str, text: &str) -> std::path::PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("written");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).expect("private");
    path
}

/// The second factor and the rating link of an account, as whoever has the keys reads them.
async fn read(address: &str, vault: &str) -> Result<(String, String), String> {
    let vault = if vault.is_empty() { Vault::default() } else { Vault::parse(vault)? };
    let address: Address = address.parse().map_err(|_| "address")?;
    let store = Store::open_read_only(&address).await.map_err(|error| error.to_string())?.sealed_by(vault);
    let stored = store.account_named("wang").await.expect("read").expect("an account");
    let secret = store.open_factor(&stored.id, &stored.totp.expect("a factor")).map_err(|error| error.to_string())?;
    let link = store.secret("rating-link").await.map_err(|error| error.to_string())?.expect("a key");
    store.close().await;
    Ok((format!("{secret:?}"), format!("{link:?}")))
}

async fn stored(address: &str) -> (usize, usize) {
    let address: Address = address.parse().expect("an address");
    let store = Store::open_read_only(&address).await.expect("store");
    let found = store.sealed_and_plain().await.expect("read");
    store.close().await;
    found
}

async fn sealed_rotated_and_refused(address: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let first = key_file(folder.path(), "first", KEYS[0]);
    good(address, None, &["import", DEMO]);
    good(address, None, &["account", "create", "wang", "--role", "planner"]);
    let plain = read(address, "").await.expect("read");
    assert_eq!(stored(address).await, (0, 2));
    let told = good(address, None, &["doctor"]);
    assert!(told.contains("! 库中密文") && told.contains("--secret-key-file"), "{told}");
    // Any start with a key seals what lies there.
    good(address, Some(&first), &["export", folder.path().join("out").to_str().expect("a path")]);
    assert_eq!(stored(address).await, (2, 0));
    assert_eq!(read(address, KEYS[0]).await.expect("read"), plain, "the same secrets");
    let told = good(address, Some(&first), &["doctor"]);
    assert!(told.contains("✓ 库中密文"), "{told}");
    // Another key, or none: nothing starts, and it is said why.
    let second = key_file(folder.path(), "second", KEYS[1]);
    for key in [None, Some(second.as_path())] {
        for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["links"], &["doctor"]] {
            let told = refused(address, key, command);
            assert!(told.contains("--secret-key-file") && told.contains("does not open"), "{command:?}: {told}");
        }
    }
    // New key first, old one second; then the old one is not needed any more.
    let both = key_file(folder.path(), "both", &format!("{}\n{}\n", KEYS[1], KEYS[0]));
    good(address, Some(&both), &["import", DEMO]);
    assert_eq!(read(address, KEYS[1]).await.expect("read"), plain);
    assert!(read(address, KEYS[0]).await.is_err_and(|error| error.contains("does not open")));
    // A new account's is sealed at once.
    good(address, Some(&second), &["account", "create", "li", "--role", "supervisor"]);
    assert_eq!(stored(address).await, (3, 0));
}

#[tokio::test]
async fn secrets_are_sealed_rotated_and_refused_without_their_key_on_sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    sealed_rotated_and_refused(folder.path().join("a.db").to_str().expect("a path")).await;
}

#[tokio::test]
async fn secrets_are_sealed_rotated_and_refused_without_their_key_on_postgresql() {
    let server = Postgres::shared();
    sealed_rotated_and_refused(&server.database()).await;
}

#[tokio::test]
async fn a_backup_has_the_accounts_as_they_are_stored() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("a path").to_owned();
    let (log, copy, into, server) = (path("a.db"), path("copy"), path("b.db"), Postgres::shared());
    let key = key_file(folder.path(), "key", KEYS[0]);
    good(&log, None, &["import", DEMO]);
    good(&log, None, &["account", "create", "wang", "--role", "planner"]);
    let told = good(&log, None, &["backup", &path("plain")]);
    assert!(told.contains("1 个账号") && told.contains("2 secrets in it are not sealed"), "{told}");
    good(&log, Some(&key), &["import", DEMO]);
    let api_key = good(&log, Some(&key), &["key", "create", "wang", "--label", "x"]).trim().to_owned();
    let (secrets, id) = (read(&log, KEYS[0]).await.expect("read"), api_key.split('_').nth(1).expect("an id"));
    let link = good(&log, Some(&key), &["account", "create", "li", "--role", "supervisor"]);
    // A backup needs no key: what is sealed stays so.
    let told = good(&log, None, &["backup", &copy]);
    assert!(!told.contains("not sealed"), "{told}");
    let digest = told.split("digest ").nth(1).and_then(|rest| rest.split(')').next()).expect("a digest").to_owned();
    let bytes = std::fs::read(&copy).expect("read");
    let secret = api_key.rsplit('_').next().expect("a secret").as_bytes();
    assert!(!bytes.windows(secret.len()).any(|part| part == secret));
    for target in [into, server.database()] {
        let told = good(&target, None, &["restore", &copy]);
        assert!(told.contains(&digest) && told.contains("2 个账号"), "{told}");
        assert!(refused(&target, None, &["serve", "--listen", "127.0.0.1:0"]).contains("--secret-key-file"));
        assert_eq!(read(&target, KEYS[0]).await.expect("read"), secrets);
        assert!(good(&target, None, &["key", "list"]).contains(id), "the key is there");
        let address: Address = target.parse().expect("an address");
        let accounts = Accounts::beside(&address, Vault::parse(KEYS[0]).expect("a key")).await.expect("accounts");
        assert!(accounts.of_key(&api_key).await.expect("asked").is_some(), "and opens");
        // A link that was open is not: it may have been used since.
        let link = link.trim().rsplit("/welcome/").next().expect("a link");
        assert!(accounts.welcome(link).await.is_err());
        accounts.close().await;
        assert!(refused(&target, None, &["restore", &copy]).contains("请恢复到空库"));
    }
}

#[tokio::test]
async fn of_the_first_admins_links_one_holds_and_none_is_made_once_there_is_an_admin() {
    let folder = tempfile::tempdir().expect("a folder");
    let service = Service::open(&folder.path().join("a.db")).await.expect("service");
    let accounts = service.accounts();
    // Whoever else there is does not matter.
    let new = NewAccount { name: "li".to_owned(), role: Role::ParkManager("P0001".parse().expect("a code")) };
    let li = accounts.create(new).await.expect("made");
    let token = |path: &str| path.trim_start_matches("/welcome/").to_owned();
    accounts.accept(&token(&li.path), "三月 blossom 37 trains".to_owned(), "").await.expect("in");
    let first = accounts.first_admin().await.expect("asked").expect("a link").path;
    assert!(accounts.welcome(&token(&first)).await.is_ok());
    let second = accounts.first_admin().await.expect("asked").expect("a link").path;
    assert!(accounts.welcome(&token(&first)).await.is_err(), "the earlier one is good for nothing");
    let welcome = accounts.welcome(&token(&second)).await.expect("the new one holds");
    let secret = totp_rs::Secret::try_from_base32(&welcome.factor.expect("a factor").0).expect("base32");
    let factor = totp_rs::Builder::new().with_secret(secret).with_account_name("x").build().expect("a factor");
    let code = factor.generate_current().to_string();
    accounts.accept(&token(&second), "三月 blossom 37 trains".to_owned(), &code).await.expect("in");
    assert!(accounts.first_admin().await.expect("asked").is_none(), "there is an admin");
    accounts.disable("admin", true).await.expect("disabled");
    assert!(accounts.first_admin().await.expect("asked").is_none(), "one that was disabled is not made anew");
}
