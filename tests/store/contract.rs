//! What every database must do: one suite, run on both.

use sha2::{Digest, Sha256};
use tokio::sync::{mpsc, watch};
use zeyou::domain::{Date, Event};
use zeyou::service::Service;
use zeyou::store::{Address, Chain, Committed, Draft, IdempotencyKey, Store, StoreError, Tail, Unit, Writer};

on_both! {
    a_key_makes_a_request_count_once_and_only_for_its_owner
    concurrent_writers_of_one_subject_make_each_revision_once_and_leave_no_gap
    keys_of_one_group_and_of_earlier_ones_are_told_apart
    the_tail_is_only_what_continues_the_chain
    a_group_is_refused_once_the_log_does_not_hold_what_is_served
    large_units_are_appended_whole
    many_new_entries_come_after_many_others
    snapshots_are_used_only_if_intact_and_of_this_history
    digests_of_other_replicas_are_compared_at_the_same_event_only
    a_secret_is_made_once_and_the_same_for_everybody
    an_event_keeps_who_wrote_it_and_the_chain_seals_it
}

/// Rows from before nobody was kept hash as they did; who wrote a new one cannot be changed, and goes with a copy.
async fn an_event_keeps_who_wrote_it_and_the_chain_seals_it(address: Address) {
    let (store, writer, mut received) = opened(&address).await;
    let (a, b, c) = futures_util::future::join3(
        writer.append_as(unit(clock(1, 1), None), "A0123456789abcdef"),
        writer.append(unit(clock(2, 2), None)),
        writer.append_as(unit(clock(3, 3), None), "link"),
    )
    .await;
    assert_eq!([a, b, c].map(|done| done.expect("appended").seq), [1, 2, 3]);
    let wrote = ["A0123456789abcdef", "", "link"];
    let names = |events: &[zeyou::store::Recorded]| -> Vec<String> {
        events.iter().map(|one| one.principal.to_string()).collect()
    };
    let mut committed = Vec::new();
    while let Ok(batch) = received.try_recv() {
        committed.extend(batch.events);
    }
    assert_eq!(names(&committed), wrote);
    assert_eq!(names(&store.events(0, 10).await.expect("read")), wrote);
    let Tail::Events(tailed) = store.tail(0, Chain::EMPTY).await.expect("read") else {
        panic!("they continue the chain")
    };
    assert_eq!(names(&tailed), wrote);
    let rows = store.rows(0, 10).await.expect("rows");
    let first = &rows[0];
    let by = |principal: &str| Chain::EMPTY.extend(1, first.recorded_at, &first.subject, 1, &first.body, principal);
    assert_eq!(by(wrote[0]).0[..], first.chain[..]);
    assert_ne!(by(""), by(wrote[0]));
    let mut before = Sha256::new().chain_update([0; 32]);
    [1, first.recorded_at, 1].iter().for_each(|number| before.update(number.to_le_bytes()));
    before.update((first.subject.len() as u64).to_le_bytes());
    let before = before.chain_update(&first.subject).chain_update(&first.body).finalize();
    assert_eq!(by("").0[..], before[..], "as before it was kept");
    assert_eq!(store.check_chain(|_| {}).await.expect("checked"), None);
    let folder = tempfile::tempdir().expect("folder");
    let copy = folder.path().join("copy.db");
    Service::backup(&address, &copy, &|_, _, _| {}).await.expect("copied");
    let copied = Store::open_read_only(&copy).await.expect("the copy");
    assert_eq!(copied.rows(0, 10).await.expect("rows"), rows);
    copied.close().await;
    for statement in [
        "UPDATE event_log SET principal = 'link' WHERE seq = 1",
        "UPDATE event_log SET principal = '' WHERE seq = 1",
        "UPDATE event_log SET principal = 'A0123456789abcdef' WHERE seq = 1",
        "UPDATE event_log SET principal = 'operator' WHERE seq = 2",
    ] {
        change(&address, statement).await;
        let fault = store.check_chain(|_| {}).await.expect("checked");
        let whole = statement.contains("A0123456789abcdef");
        assert_eq!(fault.map(|fault| fault.seq), (!whole).then_some(if statement.ends_with('2') { 2 } else { 1 }));
    }
}

/// Replicas that start at one moment agree; another name is another secret.
async fn a_secret_is_made_once_and_the_same_for_everybody(address: Address) {
    let store = Store::open(&address).await.expect("store");
    assert_eq!(store.secret("one").await.expect("asked"), None);
    let make = || store.secret_or_new("one");
    let (a, b, c) = futures_util::future::join3(make(), make(), make()).await;
    let made = a.expect("made");
    assert_eq!((b.expect("made"), c.expect("made")), (made, made));
    let reader = Store::open_read_only(&address).await.expect("reader");
    assert_eq!(reader.secret("one").await.expect("read"), Some(made));
    assert_ne!(store.secret_or_new("two").await.expect("made"), made);
}

fn clock(day: i32, rev: u32) -> Draft {
    Draft { event: Event::Clock { today: Date::from_days(day) }, rev }
}

fn unit(draft: Draft, key: Option<(&str, &str, u8)>) -> Unit {
    let key = key.map(|(principal, key, print)| IdempotencyKey {
        principal: principal.to_owned(),
        key: key.to_owned(),
        fingerprint: [print; 32],
    });
    Unit { drafts: vec![draft], key }
}

/// A log with its writer; what it commits arrives at the receiver.
pub(crate) async fn opened(address: &Address) -> (Store, Writer, mpsc::UnboundedReceiver<Committed>) {
    let store = Store::open(address).await.expect("store");
    let (committed, received) = mpsc::unbounded_channel();
    let (_, served) = watch::channel((0, Chain::EMPTY));
    let writer = Writer::start(&store, committed, served).await.expect("writer");
    (store, writer, received)
}

async fn a_key_makes_a_request_count_once_and_only_for_its_owner(address: Address) {
    let (store, writer, _kept) = opened(&address).await;
    let first = writer.append(unit(clock(1, 1), Some(("p", "k", 1)))).await.expect("appended");
    assert!((first.seq, first.replayed) == (1, false));
    let again = writer.append(unit(clock(1, 1), Some(("p", "k", 1)))).await.expect("replayed");
    assert!((again.seq, again.replayed) == (1, true));
    let other_payload = writer.append(unit(clock(2, 2), Some(("p", "k", 2)))).await;
    assert!(matches!(other_payload, Err(StoreError::KeyReuse)));
    let other_owner = writer.append(unit(clock(2, 2), Some(("q", "k", 2)))).await.expect("another owner's key");
    assert_eq!(other_owner.seq, 2);
    let stale = writer.append(unit(clock(3, 2), None)).await;
    assert!(matches!(stale, Err(StoreError::Conflict(_))), "revision 2 exists");
    assert_eq!(store.head().await.expect("head").seq, 2);
}

async fn concurrent_writers_of_one_subject_make_each_revision_once_and_leave_no_gap(address: Address) {
    let (store, writer, mut received) = opened(&address).await;
    let mut tasks = Vec::new();
    for _ in 0..16 {
        let writer = writer.clone();
        tasks.push(tokio::spawn(async move {
            let mut won = 0_u64;
            for rev in 1..=50 {
                won += u64::from(writer.append(unit(clock(1, rev), None)).await.is_ok());
            }
            won
        }));
    }
    let mut won = 0;
    for task in tasks {
        won += task.await.expect("task");
    }
    let head = store.head().await.expect("head").seq;
    assert_eq!(head, won);
    let batches = std::iter::from_fn(|| received.try_recv().ok());
    let (mut seqs, mut chain) = (Vec::new(), Chain::EMPTY);
    for batch in batches {
        assert_eq!(batch.follows, chain);
        chain = batch.events.last().expect("an event").chain;
        seqs.extend(batch.events.iter().map(|recorded| recorded.seq));
    }
    assert_eq!(seqs, (1..=head).collect::<Vec<_>>());
    assert_eq!(store.check_chain(|_| {}).await.expect("checked"), None);
}

async fn keys_of_one_group_and_of_earlier_ones_are_told_apart(address: Address) {
    let (store, writer, _kept) = opened(&address).await;
    // Many at once share a group; each key is used by two owners, each request sent twice, one after the other.
    let mut tasks = Vec::new();
    for n in 0..40 {
        for owner in ["p", "q"] {
            let writer = writer.clone();
            tasks.push(tokio::spawn(async move {
                let key = format!("k{n}");
                let mut made = None;
                for rev in 1.. {
                    match writer.append(unit(clock(n, rev), Some((owner, &key, 1)))).await {
                        Ok(appended) => {
                            made = Some(appended.seq);
                            break;
                        }
                        Err(StoreError::Conflict(_)) => {}
                        Err(other) => panic!("{other}"),
                    }
                }
                let again = writer.append(unit(clock(n, 1), Some((owner, &key, 1)))).await.expect("replayed");
                assert_eq!((Some(again.seq), again.replayed), (made, true));
                made.expect("appended")
            }));
        }
    }
    let mut seqs = Vec::new();
    for task in tasks {
        seqs.push(task.await.expect("task"));
    }
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=80).collect::<Vec<_>>());
    assert_eq!(store.check_chain(|_| {}).await.expect("checked"), None);
}

async fn the_tail_is_only_what_continues_the_chain(address: Address) {
    let (store, writer, _kept) = opened(&address).await;
    for rev in 1..=5 {
        writer.append(unit(clock(1, rev), None)).await.expect("appended");
    }
    let chain = async |seq| store.chain_at(seq).await.expect("read").expect("there");
    let Tail::Events(all) = store.tail(0, Chain::EMPTY).await.expect("read") else { panic!("events") };
    assert_eq!(all.iter().map(|recorded| recorded.seq).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    let Tail::Events(rest) = store.tail(3, chain(3).await).await.expect("read") else { panic!("events") };
    assert_eq!(
        rest.iter().map(|recorded| (recorded.seq, recorded.chain)).collect::<Vec<_>>(),
        [(4, chain(4).await), (5, chain(5).await)]
    );
    let Tail::Events(none) = store.tail(5, chain(5).await).await.expect("read") else { panic!("events") };
    assert!(none.is_empty());
    assert!(matches!(store.tail(3, chain(4).await).await.expect("read"), Tail::Forked), "another event is there");
    assert!(matches!(store.tail(6, chain(5).await).await.expect("read"), Tail::Forked), "no event is there");
    change(&address, "UPDATE event_log SET recorded_at = recorded_at + 1 WHERE seq = 4").await;
    let Tail::Broken { seq: 4, .. } = store.tail(3, chain(3).await).await.expect("read") else { panic!("broken") };
    let Tail::Events(good) = store.tail(1, chain(1).await).await.expect("read") else { panic!("events") };
    assert_eq!(good.iter().map(|recorded| recorded.seq).collect::<Vec<_>>(), [2, 3], "what comes before is good");
}

/// Changes the database behind the log's back.
async fn change(address: &Address, statement: &'static str) {
    use sqlx::{ConnectOptions, Connection};
    match address {
        Address::File(path) => {
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
            let mut connection = options.connect().await.expect("connection");
            sqlx::query(statement).execute(&mut connection).await.expect("changed");
            connection.close().await.expect("closed");
        }
        Address::Postgres(options) => {
            // Zeyou's own role changes no event.
            let mut connection = options.as_ref().clone().username("postgres").connect().await.expect("connection");
            sqlx::query(statement).execute(&mut connection).await.expect("changed");
            connection.close().await.expect("closed");
        }
    }
}

async fn a_group_is_refused_once_the_log_does_not_hold_what_is_served(address: Address) {
    let store = Store::open(&address).await.expect("store");
    let (committed, _kept) = mpsc::unbounded_channel();
    let (tip, served) = watch::channel((0, Chain::EMPTY));
    let writer = Writer::start(&store, committed, served).await.expect("writer");
    for rev in 1..=3 {
        writer.append(unit(clock(1, rev), None)).await.expect("appended");
        let head = store.head().await.expect("head");
        tip.send_replace((head.seq, head.chain));
    }
    // The last event is lost, as by a restored backup.
    change(&address, "DELETE FROM event_log WHERE seq = 3").await;
    change(&address, "UPDATE log_head SET seq = 2, chain = (SELECT chain FROM event_log WHERE seq = 2)").await;
    let refused = writer.append(unit(clock(1, 3), None)).await;
    assert!(matches!(refused, Err(StoreError::Forked)), "{refused:?}");
    let head = store.head().await.expect("head");
    tip.send_replace((head.seq, head.chain));
    assert_eq!(writer.append(unit(clock(1, 3), None)).await.expect("appended").seq, 3);
    assert_eq!(store.check_chain(|_| {}).await.expect("checked"), None);
}

async fn large_units_are_appended_whole(address: Address) {
    let (store, writer, mut received) = opened(&address).await;
    let drafts: Vec<Draft> = (1..=3_333).map(|rev| clock(7, rev)).collect();
    let appended = writer.append(Unit { drafts: drafts.clone(), key: None }).await.expect("appended");
    assert_eq!(appended.seq, 3_333);
    let refused = writer.append(Unit { drafts, key: None }).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))));
    assert_eq!(received.recv().await.expect("a batch").events.len(), 3_333);
    assert_eq!(store.check_chain(|_| {}).await.expect("checked"), None);
    assert_eq!(store.events(3_000, 1_000).await.expect("events").len(), 333);
}

/// Of what was just appended PostgreSQL has no statistics yet; asked for the revisions of thousands of subjects by one list, it took
/// longer than a statement may.
async fn many_new_entries_come_after_many_others(address: Address) {
    let (store, writer, mut received) = opened(&address).await;
    tokio::spawn(async move { while received.recv().await.is_some() {} });
    let entry = |n: usize, rev: u32| {
        let firm = serde_json::json!({"id": format!("E{n}"), "name": format!("企业{n}"), "park": "P0001"});
        Draft { event: Event::EnterprisePut(serde_json::from_value(firm).expect("an enterprise")), rev }
    };
    let append = async |from: usize, to: usize, rev: u32| {
        let drafts = (from..to).map(|n| entry(n, rev)).collect();
        writer.append(Unit { drafts, key: None }).await
    };
    for part in 0..5 {
        append(part * 8_000, (part + 1) * 8_000, 1).await.expect("appended");
    }
    append(40_000, 48_000, 1).await.expect("appended after forty thousand others");
    assert_eq!(append(4_000, 4_500, 2).await.expect("revised").seq, 48_500);
    assert!(matches!(append(0, 8_000, 1).await, Err(StoreError::Conflict(_))), "they are there");
    assert_eq!(store.head().await.expect("read").seq, 48_500);
}

async fn snapshots_are_used_only_if_intact_and_of_this_history(address: Address) {
    let (store, writer, _kept) = opened(&address).await;
    for rev in 1..=2 {
        writer.append(unit(clock(1, rev), None)).await.expect("appended");
    }
    // Eleven pieces: groups of eight, two and one.
    let bytes: Vec<Vec<u8>> = (0..11).map(|n| vec![n; 100]).collect();
    let pieces = async || {
        let (pieces, taken) = mpsc::channel(16);
        for piece in bytes.clone() {
            pieces.send(piece).await.expect("room");
        }
        taken
    };
    let whole = bytes.concat();
    let chain = store.chain_at(1).await.expect("read").expect("there");
    store.save_state(1, pieces().await).await.expect("saved");
    assert_eq!(store.load_state(2, "engine").await.expect("read"), None, "it has no name yet");
    store.save_fit("table", pieces().await).await.expect("saved");
    store.name_fit(1, chain, "engine", "table").await.expect("named");
    assert_eq!(store.load_state(2, "engine").await.expect("read"), Some((1, whole.clone())));
    assert_eq!(store.load_state(2, "another engine").await.expect("read"), None);
    assert_eq!(store.load_state(0, "engine").await.expect("read"), None);
    assert_eq!(store.newest_snapshot("engine").await.expect("read"), 1);
    let mut table = Vec::new();
    store.load_fit(1, "engine", |piece| table.extend_from_slice(piece)).await.expect("read");
    assert_eq!(table, whole);
    store.name_fit(1, Chain([7; 32]), "engine", "table").await.expect("named");
    assert_eq!(store.load_state(2, "engine").await.expect("read"), None, "of another history");
    store.name_fit(1, chain, "engine", "table").await.expect("named");
    change(
        &address,
        "UPDATE state_snapshot SET body = (SELECT body FROM state_snapshot WHERE part = 3) WHERE part = 4",
    )
    .await;
    assert_eq!(store.load_state(2, "engine").await.expect("read"), None, "a part was changed");
    store.forget_snapshots().await.expect("forgotten");
    assert_eq!(store.newest_snapshot("engine").await.expect("read"), 0);
}

async fn digests_of_other_replicas_are_compared_at_the_same_event_only(address: Address) {
    let store = Store::open(&address).await.expect("store");
    let (here, elsewhere) = (Chain([1; 32]), Chain([2; 32]));
    let say = async |replica, engine, at, digest| {
        store.leave_digest(replica, engine, at, digest).await.expect("left");
        store.other_digests(engine, at, digest).await.expect("read")
    };
    assert!(say("a", "e", (1_000, here), "x").await.is_empty());
    assert!(say("b", "e", (1_000, here), "x").await.is_empty());
    assert_eq!(say("c", "e", (1_000, here), "y").await, ["a", "b"]);
    assert!(say("c", "f", (1_000, here), "y").await.is_empty(), "another engine");
    assert!(say("c", "e", (2_000, here), "y").await.is_empty(), "another event");
    assert!(say("c", "e", (1_000, elsewhere), "y").await.is_empty(), "another history");
    assert_eq!(store.digests().await.expect("read").len(), 4);
    say("c", "e", (102_000, here), "z").await;
    let kept: Vec<u64> = store.digests().await.expect("read").iter().map(|(_, seq, _)| *seq).collect();
    assert_eq!(kept, [2_000, 102_000], "old ones are dropped");
}

/// The same events give the same chain on both, and a service on either answers with the same bytes.
#[tokio::test]
async fn the_same_events_give_the_same_bytes_on_both() {
    let folder = tempfile::tempdir().expect("folder");
    let server = crate::servers::Postgres::shared();
    let on_postgres: Address = server.database().parse().expect("an address");
    let on_sqlite: Address = (&folder.path().join("a.db")).into();
    {
        let service = Service::open(&on_postgres).await.expect("service");
        let report = service.operator().import_demo().await.expect("imported");
        assert_eq!(report.errors, []);
        let head = service.store().head().await.expect("head");
        assert_eq!(service.live().current().snapshot.state.seq, head.seq);
    }
    let from = Store::open(&on_postgres).await.expect("store");
    let into = Store::open(&on_sqlite).await.expect("store");
    let mut filling = into.fill().await.expect("empty");
    let mut after = 0;
    loop {
        let rows = from.rows(after, 500).await.expect("rows");
        let Some(last) = rows.last() else { break };
        after = last.seq;
        assert_eq!(filling.rows(&rows).await.expect("filled"), None);
    }
    filling.finish().await.expect("finished");
    assert!(matches!(into.fill().await.err(), Some(StoreError::NotEmpty)));
    assert_eq!(into.check_chain(|_| {}).await.expect("checked"), None);
    let (one, other) = (from.head().await.expect("head"), into.head().await.expect("head"));
    assert_eq!((one.seq, one.chain), (other.seq, other.chain));
    drop(into);
    let (one, other) =
        (Service::open(&on_postgres).await.expect("one"), Service::open(&on_sqlite).await.expect("other"));
    let digest = |service: &Service| service.live().current().snapshot.state.digest();
    assert_eq!(digest(&one), digest(&other));
}
