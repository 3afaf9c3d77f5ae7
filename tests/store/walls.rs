//! Row-level security on PostgreSQL: another log's rows are not there, events stay, and a role that no wall holds is refused.

use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use zeyou::domain::{Date, Event};
use zeyou::store::{Address, Draft, Store, Unit, Writer};

use crate::contract::opened;
use crate::servers::Postgres;

fn options(address: &str) -> PgConnectOptions {
    address.parse().expect("options")
}

/// A connection of Zeyou's own role, for a log.
async fn on_log(address: &str, log: &str) -> PgConnection {
    options(address).options([("zeyou.log_id", log)]).connect().await.expect("a connection")
}

async fn run(connection: &mut PgConnection, statement: &str) -> Result<u64, String> {
    let done = sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(connection).await;
    done.map(|done| done.rows_affected()).map_err(|error| error.to_string())
}

async fn count(connection: &mut PgConnection, table: &str) -> i64 {
    let text = format!("SELECT count(*) FROM {table}");
    sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(connection).await.expect("counted")
}

fn unit(day: i32, rev: u32) -> Unit {
    Unit { drafts: vec![Draft { event: Event::Clock { today: Date::from_days(day) }, rev }], key: None }
}

#[tokio::test]
async fn another_logs_rows_are_not_seen_not_written_and_events_stay() {
    let server = Postgres::shared();
    let address = server.database();
    let (store, writer, _kept) = opened(&address.parse().expect("an address")).await;
    writer.append(unit(1, 1)).await.expect("appended");
    store.secret_or_new("one").await.expect("made");
    let mut own = on_log(&address, "1").await;
    let mut other = on_log(&address, "2").await;
    let tables = "SELECT relname::text FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'log_id' \
                  WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut own).await.expect("tables");
    assert!(tables.len() >= 12 && tables.contains(&"account".to_owned()), "{tables:?}");
    for table in &tables {
        let forced = format!("SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relname = '{table}'");
        let forced: bool = sqlx::query_scalar(AssertSqlSafe(forced)).fetch_one(&mut own).await.expect("read");
        assert!(forced, "{table} has no wall");
        assert_eq!(count(&mut other, table).await, 0, "{table}: the other log sees something");
    }
    for seen in ["event_log", "log_head", "secret"] {
        assert!(count(&mut own, seen).await > 0, "{seen}");
    }
    // Not by writing, not by changing what log a row is of.
    for forged in [
        "INSERT INTO secret (log_id, name, value) VALUES (1, 'x', '')",
        "INSERT INTO event_log (log_id, seq, subject, rev, body, recorded_at, chain) VALUES (1, 99, 'x', 1, '', 0, '')",
        "INSERT INTO log_head (log_id, seq, chain) VALUES (1, 0, '')",
    ] {
        let refused = run(&mut other, forged).await.expect_err("refused");
        assert!(refused.contains("row-level security"), "{refused}");
    }
    run(&mut own, "UPDATE secret SET log_id = 2").await.expect_err("a row cannot be given away");
    assert_eq!(run(&mut other, "UPDATE log_head SET seq = 99").await, Ok(0));
    // Nobody changes or deletes an event through the program's role, in its own log neither.
    for change in ["UPDATE event_log SET rev = 9", "DELETE FROM event_log"] {
        assert_eq!(run(&mut own, change).await, Ok(0), "{change}");
    }
    assert_eq!(store.check_chain(|_| {}).await.expect("checked"), None);
    // A connection that does not say its log has none.
    let mut silent = options(&address).connect().await.expect("a connection");
    let refused = run(&mut silent, "SELECT count(*) FROM event_log").await.expect_err("refused");
    assert!(refused.contains("zeyou.log_id"), "{refused}");
    for connection in [own, other, silent] {
        connection.close().await.expect("closed");
    }
}

#[tokio::test]
async fn a_wall_that_was_taken_down_is_built_again_and_one_with_a_hole_refuses_to_start() {
    let server = Postgres::shared();
    let address = server.database();
    let database = address.rsplit('/').next().expect("a name").to_owned();
    let open = async || Store::open(address.parse::<Address>().expect("an address")).await;
    open().await.expect("made").close().await;
    server.sql(&database, "ALTER TABLE secret DISABLE ROW LEVEL SECURITY; CREATE TABLE later (log_id BIGINT); ALTER TABLE later OWNER TO zeyou");
    open().await.expect("opened").close().await;
    let standing =
        "SELECT count(*) FROM pg_class WHERE relname IN ('secret', 'later') AND relrowsecurity AND relforcerowsecurity";
    assert_eq!(server.sql(&database, standing), "2", "built again, and for a table of a later migration");
    for (hole, told) in [
        ("CREATE POLICY hole ON event_log FOR DELETE USING (true)", "events be changed or deleted"),
        ("DROP POLICY hole ON event_log; CREATE POLICY hole ON secret FOR SELECT USING (true)", "is seen"),
        ("DROP POLICY hole ON secret; CREATE POLICY hole ON secret FOR INSERT WITH CHECK (true)", "can be written"),
    ] {
        server.sql(&database, hole);
        let refused = open().await.err().expect("refused").to_string();
        assert!(refused.contains(told) && refused.contains("拒绝启动"), "{refused}");
    }
    server.sql(&database, "DROP POLICY hole ON secret");
    open().await.expect("opened").close().await;
    assert_eq!(server.sql(&database, "SELECT count(*) FROM secret WHERE log_id <> 1"), "0", "trying it leaves nothing");
}

#[tokio::test]
async fn a_role_that_no_wall_holds_is_refused_before_anything_is_made() {
    let server = Postgres::shared();
    let address = server.database();
    let database = address.rsplit('/').next().expect("a name").to_owned();
    server.sql("postgres", "CREATE ROLE passer LOGIN BYPASSRLS");
    for (role, attribute) in [("postgres", "SUPERUSER"), ("passer", "BYPASSRLS")] {
        let address: Address = address.replace("zeyou@", &format!("{role}@")).parse().expect("an address");
        for refused in [Store::open(&address).await.err(), Store::open_read_only(&address).await.err()] {
            let refused = refused.expect("refused").to_string();
            for word in [role, attribute, "拒绝启动", "refusing to start", "NOBYPASSRLS", "docs/operations.md"] {
                assert!(refused.contains(word), "{word}: {refused}");
            }
        }
    }
    assert_eq!(server.sql(&database, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), "0");
}

/// Appends with the walls and, taken down behind the program's back, without them: the same program, turn about.
#[tokio::test(flavor = "multi_thread")]
async fn the_walls_cost_appends_next_to_nothing() {
    let server = Postgres::start(&[]);
    let address = server.database();
    let database = address.rsplit('/').next().expect("a name").to_owned();
    let (_store, writer, _kept) = opened(&address.parse().expect("an address")).await;
    let tables = server.sql(&database, "SELECT string_agg(relname, ' ') FROM pg_class WHERE relrowsecurity");
    let set = |how: &str| {
        for table in tables.split(' ') {
            server.sql(&database, &format!("ALTER TABLE {table} {how} ROW LEVEL SECURITY"));
        }
    };
    let (mut rev, mut spent) = (0, [Duration::ZERO; 2]);
    for round in 0..8 {
        let with = round % 2;
        set(["DISABLE", "ENABLE"][with]);
        append(&writer, &mut rev, 20).await;
        spent[with] += append(&writer, &mut rev, 150).await;
    }
    let rate = spent.map(|spent| 600.0 / spent.as_secs_f64());
    println!("appends one by one: {:.0}/s without walls, {:.0}/s with", rate[0], rate[1]);
    // What is measured is a few per cent; this machine's noise is more.
    assert!(rate[1] > 0.7 * rate[0], "{rate:?}");
}

async fn append(writer: &Writer, rev: &mut u32, n: u32) -> Duration {
    let begun = Instant::now();
    for _ in 0..n {
        *rev += 1;
        writer.append(unit(*rev as i32, *rev)).await.expect("appended");
    }
    begun.elapsed()
}
