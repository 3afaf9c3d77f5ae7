//! What clients were told, and whether the log agrees.

use std::collections::BTreeMap;

use zeyou::domain::Event;
use zeyou::service::Service;
use zeyou::store::{Address, Store};

/// What a client was told of one request, whatever it took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It counts, at this seq.
    Ok(u64),
    /// It was refused and does not count.
    Fail,
    /// Nobody said: it may count or not.
    Unknown,
}

/// One rating that was sent, by its engagement.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) engagement: String,
    pub(crate) outcome: Outcome,
}

/// How many of each there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) ok: usize,
    pub(crate) fail: usize,
    pub(crate) unknown: usize,
}

/// What contradicts the history; empty if nothing does.
pub(crate) fn contradictions(sent: &[Sent], log: &BTreeMap<String, Vec<u64>>) -> Vec<String> {
    let none = Vec::new();
    let wrong = sent.iter().filter_map(|sent| {
        let seqs = log.get(&sent.engagement).unwrap_or(&none);
        match sent.outcome {
            Outcome::Ok(seq) if seqs[..] != [seq] => Some(format!("{sent:?} is at {seqs:?}")),
            Outcome::Fail if !seqs.is_empty() => Some(format!("{sent:?} is at {seqs:?}")),
            Outcome::Unknown if seqs.len() > 1 => Some(format!("{sent:?} is at {seqs:?}")),
            _ => None,
        }
    });
    wrong.collect()
}

/// Checks a history against the log, and the log itself.
pub(crate) async fn check(address: &str, sent: &[Sent]) -> Counts {
    let address: Address = address.parse().expect("an address");
    let store = Store::open_read_only(&address).await.expect("store");
    let checked = Service::check_log(&store, |_| {}).await.expect("checked");
    assert_eq!(checked.fault, None);
    assert_ne!(checked.snapshot.map(|(_, same)| same), Some(false), "the snapshot is what the log replays to");
    let (mut log, mut after) = (BTreeMap::<String, Vec<u64>>::new(), 0);
    loop {
        let events = store.events(after, 10_000).await.expect("events");
        let Some(last) = events.last() else { break };
        after = last.seq;
        for recorded in &events {
            if let Event::RatingSubmitted(rating) = &*recorded.event {
                log.entry(rating.engagement.to_string()).or_default().push(recorded.seq);
            }
        }
    }
    let wrong = contradictions(sent, &log);
    assert!(wrong.is_empty(), "{} contradictions, e.g. {:?}", wrong.len(), &wrong[..wrong.len().min(5)]);
    let count = |is: fn(&Outcome) -> bool| sent.iter().filter(|sent| is(&sent.outcome)).count();
    Counts {
        ok: count(|outcome| matches!(outcome, Outcome::Ok(_))),
        fail: count(|outcome| matches!(outcome, Outcome::Fail)),
        unknown: count(|outcome| matches!(outcome, Outcome::Unknown)),
    }
}

/// All digests that replicas left at one seq are equal; how many seqs at least two of them left one at.
pub(crate) async fn equal_digests(address: &str) -> usize {
    let address: Address = address.parse().expect("an address");
    let store = Store::open_read_only(&address).await.expect("store");
    let mut at = BTreeMap::<u64, Vec<String>>::new();
    for (_, seq, digest) in store.digests().await.expect("digests") {
        at.entry(seq).or_default().push(digest);
    }
    for (seq, digests) in &at {
        assert!(digests.iter().all(|digest| digest == &digests[0]), "at {seq}: {digests:?}");
    }
    at.values().filter(|digests| digests.len() > 1).count()
}

#[test]
fn the_checker_finds_what_is_lost_doubled_or_should_not_be() {
    let sent = |engagement: &str, outcome| Sent { engagement: engagement.to_owned(), outcome };
    let log = BTreeMap::from([("a".to_owned(), vec![1]), ("b".to_owned(), vec![2, 3])]);
    let wrong = |sent| contradictions(&[sent], &log).len();
    assert_eq!(wrong(sent("a", Outcome::Ok(1))), 0);
    assert_eq!(wrong(sent("a", Outcome::Ok(2))), 1, "at another seq");
    assert_eq!(wrong(sent("c", Outcome::Ok(1))), 1, "lost");
    assert_eq!(wrong(sent("b", Outcome::Ok(2))), 1, "doubled");
    assert_eq!(wrong(sent("b", Outcome::Unknown)), 1, "doubled");
    assert_eq!(wrong(sent("a", Outcome::Unknown)) + wrong(sent("c", Outcome::Unknown)), 0);
    assert_eq!((wrong(sent("a", Outcome::Fail)), wrong(sent("c", Outcome::Fail))), (1, 0));
}
