//! Looks at a set-up and says what to mend.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::foundation;
use super::open::{ENGINE, SNAPSHOT_EVERY, state_at};
use super::{Service, ServiceError};
use crate::domain::Timestamp;
use crate::live::Redis;
use crate::store::{Address, Schema, Store, StoreError, Vault};

/// Free space below which writing may soon end, and below which it is worth a warning.
const ROOM: (u64, u64) = (256 << 20, 2 << 30);
/// Clocks that differ by more confuse whoever reads times.
const APART: Duration = Duration::from_secs(5);
/// File systems of a network, on which a lock or a shared WAL cannot be trusted.
const REMOTE: [&str; 8] = ["nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "ceph", "glusterfs"];

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grave {
    /// As it should be.
    Good,
    /// It works; better to mend it.
    Warning,
    /// It does not work, or what is acknowledged may be lost.
    Bad,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How grave it is.
    pub grave: Grave,
    /// What it is, Chinese and English.
    pub what: [String; 2],
    /// What to do about it, Chinese and English; none if it is good.
    pub mend: Option<[String; 2]>,
}

impl Finding {
    fn good(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { grave: Grave::Good, what: [zh.into(), en.into()], mend: None }
    }

    fn mend(self, grave: Grave, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { grave, mend: Some([zh.into(), en.into()]), ..self }
    }
}

impl Service {
    /// Looks at the database, its disk, the clock, Redis if there is one, the model and the snapshots. Only reads.
    pub async fn examine(address: &Address, vault: &Vault, redis: Option<(&str, &str)>) -> Vec<Finding> {
        let mut findings = Vec::new();
        match Store::open_to_look(address).await {
            Ok(store) => {
                let store = store.sealed_by(vault.clone());
                findings
                    .push(Finding::good(format!("数据库可达：{address}"), format!("the database answers: {address}")));
                let looked = look(&store, &mut findings).await;
                if let Err(error) = looked {
                    findings.push(failed(&error));
                }
                store.close().await;
            }
            Err(error) => findings.push(unreachable(address, &error)),
        }
        if let Address::File(path) = address {
            findings.extend(disk(path));
        }
        findings.push(clock());
        if let Some((url, namespace)) = redis {
            findings.push(hint(url, namespace).await);
        }
        findings
    }
}

async fn look(store: &Store, findings: &mut Vec<Finding>) -> Result<(), ServiceError> {
    let Schema { found, needed } = store.schema().await?;
    if found == 0 {
        let what = Finding::good("库中还没有择优的表", "there are no tables of Zeyou yet");
        findings.push(what.mend(
            Grave::Bad,
            "运行一次 zeyou serve 或 zeyou import，会自动建表；若本应有数据，请检查地址",
            "run `zeyou serve` or `zeyou import` once, which makes them; if there should be data, check the address",
        ));
        return Ok(());
    }
    let what = Finding::good(format!("表结构第 {found} 版"), format!("tables of version {found}"));
    if found < needed {
        findings.push(what.mend(
            Grave::Bad,
            format!("本程序需要第 {needed} 版：用本程序运行一次 zeyou serve 即自动升级"),
            format!("this program needs version {needed}: run `zeyou serve` of this version once, which adds what is missing"),
        ));
        return Ok(());
    }
    findings.push(match found > needed {
        false => what,
        true => what.mend(
            Grave::Warning,
            format!("库已由更新的程序升级（本程序为第 {needed} 版）；可以并行运行，尽快换用新版"),
            format!(
                "a newer program has migrated it (this one knows version {needed}); both work, replace this one soon"
            ),
        ),
    });
    if let Some(apart) = store.clock_apart().await? {
        let (zh, en) = ("数据库与本机时钟", "the clocks of the database and of this machine");
        let seconds = apart.as_secs_f64();
        let what = Finding::good(format!("{zh}相差 {seconds:.1} 秒"), format!("{en} differ by {seconds:.1} s"));
        findings.push(if apart <= APART {
            what
        } else {
            what.mend(
                Grave::Warning,
                "两台机器都启用 NTP（chrony 或 systemd-timesyncd）",
                "run NTP on both machines (chrony or systemd-timesyncd)",
            )
        });
    }
    findings.push(secrets(store).await?);
    let head = store.head().await?;
    if let Some(last) = store.events(head.seq.saturating_sub(1), 1).await?.pop() {
        let ahead = last.at.micros() - store.now().micros();
        if ahead > APART.as_micros() as i64 {
            let what = Finding::good("最后一个事件的时间在将来", "the last event is dated in the future");
            findings.push(what.mend(
                Grave::Bad,
                "校准本机时钟后再写入",
                "set this machine's clock before anything else is written",
            ));
        }
    }
    let saved = store.newest_snapshot(ENGINE).await?;
    let behind = head.seq - saved.min(head.seq);
    let what = match saved {
        0 => Finding::good("没有本版本程序的状态快照", "there is no snapshot of this version"),
        _ => Finding::good(
            format!("状态快照在序号 {saved}，其后 {behind} 个事件"),
            format!("the snapshot stands at seq {saved}, {behind} events behind"),
        ),
    };
    findings.push(if behind <= 2 * SNAPSHOT_EVERY && saved > 0 || head.seq <= SNAPSHOT_EVERY {
        what
    } else {
        what.mend(
            Grave::Warning,
            "下次启动要重放日志并重算全部匹配（数十秒）；正常停止一次（SIGTERM）会留下快照",
            "the next start replays the log and may fit every pair again (tens of seconds); a stop in good order (SIGTERM) leaves one",
        )
    });
    let state = state_at(store, head.seq).await?;
    let (model, shipped) = (&state.model.id, foundation::model().id);
    let what = Finding::good(
        format!("共 {} 个事件，现行模型参数 {model}", head.seq),
        format!("{} events, model parameters {model} are in force", head.seq),
    );
    findings.push(if head.seq == 0 || model.as_str().starts_with("default-") && *model != shipped {
        what.mend(
            Grave::Warning,
            format!("本版本附带 {shipped}：可用 PUT /api/v1/models/current 启用 models/default.json，旧排名仍可复核"),
            format!("this version ships {shipped}: PUT models/default.json to /api/v1/models/current; old rankings still verify"),
        )
    } else {
        what
    });
    Ok(())
}

/// Whether stored secrets are sealed, and open with the keys given.
async fn secrets(store: &Store) -> Result<Finding, ServiceError> {
    let (sealed, plain) = store.sealed_and_plain().await?;
    let what = Finding::good(
        format!("库中密文：已封存 {sealed} 个，明文 {plain} 个"),
        format!("stored secrets: {sealed} are sealed, {plain} are not"),
    );
    if let Err(error) = store.check_sealed().await {
        let (zh, en) = ("给出封存它们的 --secret-key-file", "give the --secret-key-file that they were sealed with");
        return Ok(Finding {
            what: [format!("{}：{error}", what.what[0]), format!("{}: {error}", what.what[1])],
            ..what
        }
        .mend(Grave::Bad, zh, en));
    }
    Ok(match plain {
        0 => what,
        _ => what.mend(
            Grave::Warning,
            "两步验证的密钥与评价链接的密钥以明文存放：用 openssl rand -base64 32 建一个密钥文件（chmod 600，与数据库和备份分开），以 --secret-key-file 启动，启动时自动封存",
            "second factors and the key of rating links are stored as they are: make a key file by `openssl rand -base64 32` (chmod 600, apart from database and backups) and start with --secret-key-file, which seals them",
        ),
    })
}

fn failed(error: &ServiceError) -> Finding {
    let what = Finding::good(format!("检查未能完成：{error}"), format!("the examination could not go on: {error}"));
    what.mend(
        Grave::Bad,
        "运行 zeyou verify 找出第一个坏事件，并从备份恢复",
        "run `zeyou verify`, which names the first bad event, and restore a backup",
    )
}

fn unreachable(address: &Address, error: &StoreError) -> Finding {
    let what = Finding::good(
        format!("数据库不可用：{address}：{error}"),
        format!("the database cannot be used: {address}: {error}"),
    );
    let (zh, en) = match error {
        StoreError::Unsafe { setting, wanted, .. } => (
            format!("把 PostgreSQL 的 {setting} 改为 {wanted} 并重新加载配置"),
            format!("set {setting} of PostgreSQL to {wanted} and reload its configuration"),
        ),
        StoreError::Bypass { role, .. } => (
            format!("为择优建一个普通角色代替 {role}，并让它拥有数据库：见 docs/operations.md"),
            format!(
                "make a plain role for Zeyou in place of {role}, and let it own the database: see docs/operations.md"
            ),
        ),
        StoreError::OldSqlite(_) => {
            ("用 SQLite 3.51.3 或更新版本重新构建".to_owned(), "build it with SQLite 3.51.3 or newer".to_owned())
        }
        _ if matches!(address, Address::File(_)) => (
            "检查路径与权限；尚无数据库时先运行 zeyou serve 或 zeyou import".to_owned(),
            "check the path and its permissions; if there is none yet, run `zeyou serve` or `zeyou import`".to_owned(),
        ),
        _ => (
            "检查地址、密码、TLS 与 PostgreSQL 是否在运行（须为主库）".to_owned(),
            "check address, password, TLS, and whether PostgreSQL runs (it must be the primary)".to_owned(),
        ),
    };
    what.mend(Grave::Bad, zh, en)
}

/// Free space where the file lies, and whether that is a local disk.
fn disk(path: &Path) -> Vec<Finding> {
    let folder = path.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."));
    let Ok(folder) = folder.canonicalize() else { return Vec::new() };
    let mut findings = Vec::new();
    if let Some(free) = free_bytes(&folder) {
        let what = Finding::good(format!("磁盘可用 {} MB", free >> 20), format!("{} MB of disk are free", free >> 20));
        let mend = |what: Finding, grave| {
            what.mend(
                grave,
                "腾出空间：日志只增不减，满盘时写入一律被拒",
                "make room: the log only grows, and a full disk refuses every write",
            )
        };
        findings.push(match free {
            free if free < ROOM.0 => mend(what, Grave::Bad),
            free if free < ROOM.1 => mend(what, Grave::Warning),
            _ => what,
        });
    }
    if let Some(kind) = file_system(&folder).filter(|kind| REMOTE.contains(&kind.as_str())) {
        let what = Finding::good(
            format!("数据库在网络文件系统（{kind}）上"),
            format!("the database lies on a network file system ({kind})"),
        );
        findings.push(what.mend(
            Grave::Bad,
            "移到本地磁盘，或改用 PostgreSQL：SQLite 的锁与 WAL 在网络文件系统上不可靠",
            "move it to a local disk, or use PostgreSQL: locks and WAL of SQLite cannot be trusted there",
        ));
    }
    findings
}

#[cfg(unix)]
fn free_bytes(folder: &Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(folder).ok()?;
    Some(stat.f_bavail * stat.f_frsize)
}

#[cfg(not(unix))]
fn free_bytes(_folder: &Path) -> Option<u64> {
    None
}

/// The kind of the file system a folder lies on, from the kernel's table of mounts.
fn file_system(folder: &Path) -> Option<String> {
    let mounts = std::fs::read_to_string("/proc/self/mounts").ok()?;
    let mounted = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ');
        let (point, kind) = (fields.nth(1)?, fields.next()?);
        folder.starts_with(point).then(|| (point.len(), kind.to_owned()))
    });
    // The last one of a point covers those before it.
    mounted.enumerate().max_by_key(|(at, (len, _))| (*len, *at)).map(|(_, (_, kind))| kind)
}

fn clock() -> Finding {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as i64);
    let today = Timestamp::from_micros(now).day();
    let what =
        Finding::good(format!("今天是 {today}（园区时区）"), format!("today is {today} in the parks' time zone"));
    // This program is younger than that.
    if today.days() > 20_400 {
        return what;
    }
    what.mend(Grave::Bad, "本机时钟走错：启用 NTP 并校准", "this machine's clock is wrong: run NTP")
}

async fn hint(url: &str, namespace: &str) -> Finding {
    let asked = match Redis::new(url, namespace) {
        Ok(hint) => hint.ping().await,
        Err(error) => Err(error.to_string()),
    };
    match asked {
        Ok(()) => Finding::good("Redis 可达", "Redis answers"),
        Err(error) => Finding::good(format!("Redis 不可用：{error}"), format!("Redis cannot be used: {error}")).mend(
            Grave::Warning,
            "检查地址与密码；没有 Redis 也正确，只是副本间晚至半秒看到新评价",
            "check address and password; without it nothing is wrong, other replicas only see new ratings up to half a second later",
        ),
    }
}
