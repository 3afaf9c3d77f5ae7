//! Why the log did not do what was asked.

use std::path::PathBuf;

/// Why the log did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process has the log open for writing.
    #[error("another process is using the database {0}: stop it first, or ask it over HTTP")]
    Locked(PathBuf),
    /// The linked SQLite is too old to be trusted.
    #[error("SQLite {0} can lose committed writes, 3.51.3 or newer is needed")]
    OldSqlite(String),
    /// A setting of the database would lose acknowledged writes.
    #[error(
        "拒绝启动：PostgreSQL 设置 {setting}={value} 会丢失已确认的写入，请改为 {wanted} / \
         refusing to start: PostgreSQL has {setting}={value}, which loses acknowledged writes; set it to {wanted}"
    )]
    Unsafe {
        /// The setting.
        setting: &'static str,
        /// What it is.
        value: String,
        /// What it must be.
        wanted: &'static str,
    },
    /// The role that Zeyou signs in as is bound by no row-level security.
    #[error(
        "拒绝启动：PostgreSQL 角色 {role} 有 {attribute} 属性，行级安全对它无效；请建一个普通角色（CREATE ROLE zeyou LOGIN NOSUPERUSER \
         NOBYPASSRLS）并让它拥有数据库，见 docs/operations.md / refusing to start: the PostgreSQL role {role} has {attribute}, \
         which no row-level security binds; make a plain role (CREATE ROLE zeyou LOGIN NOSUPERUSER NOBYPASSRLS) that owns \
         the database, see docs/operations.md"
    )]
    Bypass {
        /// The role.
        role: String,
        /// What it may.
        attribute: &'static str,
    },
    /// Row-level security does not do what it should.
    #[error(
        "拒绝启动：PostgreSQL 行级安全未生效（{0}）：请让择优的角色拥有这些表，再启动一次 / refusing to start: row-level security \
         of PostgreSQL does not hold ({0}): let Zeyou's role own the tables and start again"
    )]
    NoWall(&'static str),
    /// The address names a kind of database that Zeyou does not know.
    #[error("`{0}://` is no database Zeyou knows: use postgres://…, sqlite:PATH or a path")]
    Scheme(String),
    /// A stored row cannot be read.
    #[error("the log is corrupt at seq {seq}: {what}")]
    Corrupt {
        /// The bad row.
        seq: i64,
        /// What is wrong.
        what: String,
    },
    /// An entry of the audit log does not continue its chain.
    #[error("审计记录第 {seq} 条损坏 / the audit log is broken at entry {seq}: {what}")]
    BrokenAudit {
        /// The bad entry.
        seq: i64,
        /// What is wrong.
        what: String,
    },
    /// Somebody else made this revision of the subject first.
    #[error("another change of {0} came first")]
    Conflict(String),
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReuse,
    /// A request with this idempotency key is still running.
    #[error("a request with this idempotency key is still running")]
    KeyInFlight,
    /// The disk is full.
    #[error("the disk is full")]
    Full,
    /// The disk of the database server is full.
    #[error("the disk of the database server is full")]
    ServerFull,
    /// The writer has stopped.
    #[error("the log is closed for writing")]
    Closed,
    /// Nothing was written, and it may be tried again.
    #[error("nothing was written: {0}")]
    Unavailable(String),
    /// The connection was lost at the commit and it cannot be found out in time whether it counts.
    #[error("it is not known whether this was written: repeat it with the same key")]
    OutcomeUnknown,
    /// The log no longer holds what is served.
    #[error("the log no longer holds what is served here")]
    Forked,
    /// There are no tables of Zeyou in it.
    #[error(
        "数据库中没有择优的日志：先运行一次 zeyou serve 或 zeyou import，或检查地址 / \
         there is no log of Zeyou in this database: run `zeyou serve` or `zeyou import` on it once, or check the address"
    )]
    NoLog,
    /// The tables are those of an older version.
    #[error(
        "数据库表结构是第 {found} 版，本程序需要第 {needed} 版：用本程序对它运行一次 zeyou serve 即自动升级（只增不改，旧版本仍可使用） / \
         the database has tables of version {found}, this program needs version {needed}: run `zeyou serve` of this \
         version on it once, which adds what is missing (the version before can still use it)"
    )]
    OldSchema {
        /// What the database has.
        found: i64,
        /// What this program needs.
        needed: i64,
    },
    /// What would be written is there already.
    #[error("{0} 已存在，不会覆盖 / {0} is there already and is not overwritten")]
    Exists(PathBuf),
    /// A log is only restored into an empty one.
    #[error("the database holds a log already: restore into an empty one / 数据库中已有日志：请恢复到空库")]
    NotEmpty,
    /// A stored secret does not open with the keys that were given.
    #[error(
        "密文 {0} 打不开：请用 --secret-key-file 给出封存它的密钥（轮换时旧密钥留在第二行）/ the secret {0} does not open: give the key it \
         was sealed with by --secret-key-file (in a rotation the old key stays on the second line)"
    )]
    Sealed(String),
    /// The file of keys cannot be used.
    #[error("拒绝启动：--secret-key-file {0}：{1} / refusing to start")]
    SecretKey(PathBuf, String),
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The file system failed.
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
}

/// Whether a server had no room for what it was to write: then it wrote nothing of it.
pub(super) fn is_server_full(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.code().as_deref() == Some("53100"))
}

/// What a group of appends that was rolled back tells each of its requesters.
pub(super) fn rolled_back(error: &StoreError) -> StoreError {
    match error {
        StoreError::Database(error) if is_server_full(error) => StoreError::ServerFull,
        StoreError::Database(sqlx::Error::Database(database)) if database.message().contains("disk is full") => {
            StoreError::Full
        }
        StoreError::Full => StoreError::Full,
        StoreError::ServerFull => StoreError::ServerFull,
        StoreError::OutcomeUnknown => StoreError::OutcomeUnknown,
        StoreError::Forked => StoreError::Forked,
        other => StoreError::Unavailable(other.to_string()),
    }
}
