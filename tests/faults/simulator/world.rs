//! The made-up world: one log, three replicas, time that jumps from one thing that happens to the next.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use zeyou::domain::{Date, Event, Model, Sheet, Timestamp};
use zeyou::engine::State;
use zeyou::live::{Converge, Next};
use zeyou::store::{Chain, Committed, Head, LogRow, Recorded, Tail};

/// Replicas.
const NODES: usize = 3;
/// Faults happen until then, in milliseconds.
const FAULTS: u64 = 20_000;
/// Rows that one reading of the log gives: few, so that catching up takes several.
const PAGE: usize = 4;

/// Who writes everything.
const BY: &str = "A0001";
/// A fault put into what decides, to see that the simulation finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sabotage {
    /// A replica serves what its own writer committed, whatever it follows.
    TakesWhatever,
    /// A replica never finds that the log lost what it serves.
    NeverForks,
    /// What follows the tip is read without a look at the tip itself.
    ReadsWithoutLookingBack,
    /// What was read is served, but its end is not remembered.
    ForgetsItsTip,
}

impl Sabotage {
    pub(super) const ALL: [Self; 4] =
        [Self::TakesWhatever, Self::NeverForks, Self::ReadsWithoutLookingBack, Self::ForgetsItsTip];
}

/// How much happened.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    pub(super) appended: usize,
    pub(super) refused: usize,
    pub(super) unknown: usize,
    pub(super) taken: usize,
    pub(super) looked_instead: usize,
    pub(super) forks: usize,
    pub(super) broken: usize,
    pub(super) crashes: usize,
}

impl Counts {
    pub(super) fn add(&mut self, other: &Self) {
        self.appended += other.appended;
        self.refused += other.refused;
        self.unknown += other.unknown;
        self.taken += other.taken;
        self.looked_instead += other.looked_instead;
        self.forks += other.forks;
        self.broken += other.broken;
        self.crashes += other.crashes;
    }
}

#[derive(Clone, Debug)]
enum Happening {
    /// A replica's writer commits.
    Append(usize),
    /// What its writer committed reaches what follows the log.
    Deliver(usize),
    /// A hint, or the time of the next poll.
    Look(usize),
    Poll(usize),
    /// The answers of the database to a look and to a rebuild; of the life of the process they were asked in.
    HeadRead(usize, u32),
    TailRead(usize, u32, Head),
    HeadToBuild(usize, u32),
    Built(usize, u32, Head),
    Crash(usize),
    Restart(usize),
    LoseTail,
    Rot,
    Mend,
    Silence,
}

/// What follows the log in one process does one thing at a time.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Busy {
    Idle,
    Looking,
    Building,
}

struct Node {
    converge: Option<Converge>,
    state: State,
    /// The chain after the last event that was served.
    chain: [u8; 32],
    busy: Busy,
    /// Looks that were asked for meanwhile: one more does for all.
    again: bool,
    own: VecDeque<Committed>,
    life: u32,
}

pub(super) struct World {
    dice: ChaCha8Rng,
    now: u64,
    tie: u64,
    queue: BTreeMap<(u64, u64), Happening>,
    rows: Vec<LogRow>,
    epoch: u32,
    /// The byte that rotted: of which row.
    rotten: Option<usize>,
    /// The database does not answer until then.
    silent_until: u64,
    nodes: Vec<Node>,
    /// Every state that a log of this world ever led to, by its chain.
    written: BTreeMap<[u8; 32], State>,
    /// The chain that each of them follows.
    follows: BTreeMap<[u8; 32], [u8; 32]>,
    counts: Counts,
    sabotage: Option<Sabotage>,
}

fn empty() -> State {
    let sheet: Sheet = serde_json::from_str(include_str!("../../../data/criteria/sheet.json")).expect("sheet");
    let model: Model = serde_json::from_str(include_str!("../../../models/default.json")).expect("model");
    State::new(sheet, model)
}

impl World {
    pub(super) fn new(seed: u64, sabotage: Option<Sabotage>) -> Self {
        let state = empty();
        let mut world = Self {
            dice: ChaCha8Rng::seed_from_u64(seed),
            now: 0,
            tie: 0,
            queue: BTreeMap::new(),
            rows: Vec::new(),
            epoch: 0,
            rotten: None,
            silent_until: 0,
            nodes: Vec::new(),
            written: BTreeMap::from([(Chain::EMPTY.0, state.clone())]),
            follows: BTreeMap::new(),
            counts: Counts::default(),
            sabotage,
        };
        for at in 0..NODES {
            let converge = Some(Converge::new(&world.head()));
            let (busy, own) = (Busy::Idle, VecDeque::new());
            let chain = Chain::EMPTY.0;
            world.nodes.push(Node { converge, state: state.clone(), chain, busy, again: false, own, life: 0 });
            let first = world.dice.random_range(0..500);
            world.after(first, Happening::Poll(at));
        }
        world.plan();
        world
    }

    /// Everything that will happen by itself.
    fn plan(&mut self) {
        for _ in 0..120 {
            let at = self.dice.random_range(0..FAULTS);
            let node = self.dice.random_range(0..NODES);
            self.after(at, Happening::Append(node));
        }
        for _ in 0..self.dice.random_range(0..5) {
            let (at, down) = (self.dice.random_range(0..FAULTS), self.dice.random_range(1..3_000));
            let node = self.dice.random_range(0..NODES);
            self.after(at, Happening::Crash(node));
            self.after(at + down, Happening::Restart(node));
        }
        for _ in 0..self.dice.random_range(0..4) {
            let at = self.dice.random_range(0..FAULTS);
            self.after(at, Happening::LoseTail);
        }
        for _ in 0..self.dice.random_range(0..3) {
            let (at, ill) = (self.dice.random_range(0..FAULTS), self.dice.random_range(1..3_000));
            self.after(at, Happening::Rot);
            self.after(at + ill, Happening::Mend);
        }
        for _ in 0..self.dice.random_range(0..4) {
            let at = self.dice.random_range(0..FAULTS);
            self.after(at, Happening::Silence);
        }
    }

    fn after(&mut self, wait: u64, what: Happening) {
        self.tie += 1;
        self.queue.insert((self.now + wait, self.tie), what);
    }

    fn head(&self) -> Head {
        let chain = self.rows.last().map_or(Chain::EMPTY, |row| Chain(row.chain[..].try_into().expect("32 bytes")));
        Head { seq: self.rows.len() as u64, chain, epoch: self.epoch.to_string() }
    }

    fn chain_at(&self, seq: u64) -> Option<Chain> {
        if seq == 0 {
            return Some(Chain::EMPTY);
        }
        let row = self.rows.get(seq as usize - 1)?;
        Some(Chain(row.chain[..].try_into().expect("32 bytes")))
    }

    /// Runs until all faults are over and everybody had time to look.
    pub(super) fn run(mut self) -> Counts {
        while let Some((&key, _)) = self.queue.first_key_value() {
            let Some(what) = self.queue.remove(&key) else { break };
            self.now = key.0;
            if self.now > FAULTS + 30_000 {
                break;
            }
            self.happen(what);
        }
        let head = self.head();
        for (at, node) in self.nodes.iter().enumerate() {
            let converge = node.converge.as_ref().expect("everybody was started again");
            assert_eq!(converge.tip(), (head.seq, head.chain), "replica {at} serves the end of the log");
            assert_eq!(converge.head(&head), Next::Seen, "and knows it");
            assert_eq!(node.state.digest(), self.written[&head.chain.0].digest(), "replica {at} agrees with a replay");
        }
        self.counts
    }

    fn happen(&mut self, what: Happening) {
        match what {
            Happening::Append(at) => self.append(at),
            Happening::Deliver(at) => self.deliver(at),
            Happening::Look(at) => self.look(at),
            Happening::Poll(at) => {
                self.look(at);
                let pause = self.dice.random_range(400..=600);
                self.after(pause, Happening::Poll(at));
            }
            Happening::HeadRead(at, life) if self.nodes[at].life == life => self.head_read(at),
            Happening::TailRead(at, life, head) if self.nodes[at].life == life => self.tail_read(at, &head),
            Happening::HeadToBuild(at, life) if self.nodes[at].life == life => {
                let (head, wait) = (self.head(), self.dice.random_range(1..200));
                self.after(wait, Happening::Built(at, life, head));
            }
            Happening::Built(at, life, head) if self.nodes[at].life == life => self.built(at, &head),
            Happening::HeadRead(..) | Happening::TailRead(..) | Happening::HeadToBuild(..) | Happening::Built(..) => {}
            Happening::Crash(at) => {
                self.counts.crashes += 1;
                let node = &mut self.nodes[at];
                (node.converge, node.busy, node.again) = (None, Busy::Building, false);
                node.own.clear();
                node.life += 1;
            }
            Happening::Restart(at) => {
                if self.nodes[at].converge.is_none() {
                    let life = self.nodes[at].life;
                    self.after(1, Happening::HeadToBuild(at, life));
                }
            }
            Happening::LoseTail => {
                // A failover without a standby in step, or a restored backup, which says so by its epoch.
                let kept = self.rows.len() - self.dice.random_range(0..=self.rows.len().min(9));
                self.rows.truncate(kept);
                self.rotten = self.rotten.filter(|row| *row < kept);
                self.epoch += u32::from(self.dice.random_bool(0.5));
            }
            Happening::Rot => {
                if self.rotten.is_none() && !self.rows.is_empty() {
                    let row = self.dice.random_range(self.rows.len().saturating_sub(6)..self.rows.len());
                    self.rows[row].body[12] ^= 1;
                    self.rotten = Some(row);
                }
            }
            Happening::Mend => {
                if let Some(row) = self.rotten.take() {
                    self.rows[row].body[12] ^= 1;
                }
            }
            Happening::Silence => self.silent_until = self.now + self.dice.random_range(100..2_000),
        }
    }

    /// What the writer of a replica does: it appends only where the log holds what the replica serves.
    fn append(&mut self, at: usize) {
        let Some(served) = self.nodes[at].converge.as_ref().map(Converge::tip) else { return };
        if self.now < self.silent_until || self.chain_at(served.0) != Some(served.1) {
            self.counts.refused += 1;
            return;
        }
        let (follows, mut chain, mut events) = (self.head().chain, self.head().chain, Vec::new());
        let Some(mut state) = self.written.get(&chain.0).cloned() else { panic!("the log is one of its histories") };
        for _ in 0..self.dice.random_range(1..=3) {
            let day = format!("2026-{:02}-{:02}", self.dice.random_range(1..=12), self.dice.random_range(1..=28));
            let event = Event::Clock { today: day.parse::<Date>().expect("a date") };
            let (seq, subject, body) = (state.seq + 1, event.subject(), event.canonical_bytes());
            let (rev, micros) = (state.rev(&subject) + 1, self.now as i64 * 1_000);
            let before = chain;
            chain = chain.extend(seq as i64, micros, &subject.to_string(), i64::from(rev), &body, BY);
            self.follows.insert(chain.0, before.0);
            let (subject, rev) = (subject.to_string(), i64::from(rev));
            let (chained, principal, recorded_at) = (chain.0.to_vec(), BY.to_owned(), micros);
            self.rows.push(LogRow { seq: seq as i64, recorded_at, subject, rev, body, principal, chain: chained });
            state.apply(seq, Timestamp::from_micros(micros), &event);
            self.written.insert(chain.0, state.clone());
            let (at, event) = (Timestamp::from_micros(micros), Arc::new(event));
            events.push(Recorded { seq, at, event, principal: BY.into(), chain });
        }
        self.counts.appended += events.len();
        if self.dice.random_bool(0.1) {
            // The answer to the commit was lost: the replica itself does not know.
            self.counts.unknown += 1;
        } else {
            self.nodes[at].own.push_back(Committed { follows, events });
            let wait = self.dice.random_range(0..40);
            self.after(wait, Happening::Deliver(at));
        }
        for other in (0..NODES).filter(|other| *other != at) {
            for _ in 0..[0, 1, 1, 1, 2][self.dice.random_range(0..5)] {
                let late = if self.dice.random_bool(0.1) { 3_000 } else { 60 };
                let wait = self.dice.random_range(0..late);
                self.after(wait, Happening::Look(other));
            }
        }
    }

    fn deliver(&mut self, at: usize) {
        if self.nodes[at].busy != Busy::Idle {
            return;
        }
        while let Some(batch) = self.nodes[at].own.pop_front() {
            let taken = self.take(at, batch);
            match taken {
                Some(events) => {
                    self.counts.taken += 1;
                    self.serve(at, &events);
                }
                None => {
                    self.counts.looked_instead += 1;
                    self.look(at);
                    return;
                }
            }
        }
    }

    fn look(&mut self, at: usize) {
        let node = &mut self.nodes[at];
        if node.busy == Busy::Idle {
            node.busy = Busy::Looking;
            let (life, wait) = (node.life, self.dice.random_range(0..20));
            self.after(wait, Happening::HeadRead(at, life));
        } else {
            node.again = true;
        }
    }

    fn head_read(&mut self, at: usize) {
        if self.now < self.silent_until {
            return self.looked(at);
        }
        let head = self.head();
        let next = match self.nodes[at].converge.as_ref().expect("it runs").head(&head) {
            Next::Forked if self.sabotage == Some(Sabotage::NeverForks) => Next::Seen,
            next => next,
        };
        self.next(at, head, next);
    }

    fn take(&mut self, at: usize, batch: Committed) -> Option<Vec<Recorded>> {
        let epoch = self.epoch.to_string();
        let converge = self.nodes[at].converge.as_mut()?;
        let (tip, first) = (converge.tip(), batch.events[0].seq);
        if self.sabotage == Some(Sabotage::TakesWhatever) {
            *converge = Converge::new(&Head { seq: first - 1, chain: batch.follows, epoch: epoch.clone() });
        }
        let taken = converge.take(batch);
        if self.sabotage == Some(Sabotage::ForgetsItsTip) {
            *converge = Converge::new(&Head { seq: tip.0, chain: tip.1, epoch });
        }
        taken
    }

    fn tail_read(&mut self, at: usize, head: &Head) {
        if self.now < self.silent_until {
            return self.looked(at);
        }
        let (seq, mut chain) = self.nodes[at].converge.as_ref().expect("it runs").tip();
        if self.sabotage == Some(Sabotage::ReadsWithoutLookingBack) {
            chain = self.chain_at(seq).unwrap_or(chain);
        }
        let rows = self.rows.iter().filter(|row| row.seq >= seq as i64).take(PAGE).cloned().collect();
        let tail = Tail::read(seq, chain, rows);
        let (events, next) = self.nodes[at].converge.as_mut().expect("it runs").tail(head, tail);
        self.serve(at, &events);
        self.next(at, head.clone(), next);
    }

    fn next(&mut self, at: usize, head: Head, next: Next) {
        let (life, wait) = (self.nodes[at].life, self.dice.random_range(0..30));
        match next {
            Next::Seen => self.looked(at),
            Next::Read => self.after(wait, Happening::TailRead(at, life, head)),
            Next::Forked => {
                self.counts.forks += 1;
                self.nodes[at].busy = Busy::Building;
                self.after(wait, Happening::HeadToBuild(at, life));
            }
            Next::Broken(..) => {
                self.counts.broken += 1;
                self.looked(at);
            }
        }
    }

    fn looked(&mut self, at: usize) {
        self.nodes[at].busy = Busy::Idle;
        if std::mem::take(&mut self.nodes[at].again) {
            self.look(at);
        } else {
            self.deliver(at);
        }
    }

    /// All rows up to a head that was read before were read: they count if they end in it, and no byte of them rotted.
    fn built(&mut self, at: usize, head: &Head) {
        let whole = self.rotten.is_none_or(|row| row as u64 >= head.seq);
        if self.now < self.silent_until || !whole || self.chain_at(head.seq) != Some(head.chain) {
            let life = self.nodes[at].life;
            return self.after(500, Happening::HeadToBuild(at, life));
        }
        let node = &mut self.nodes[at];
        node.converge = Some(Converge::new(head));
        node.state = self.written[&head.chain.0].clone();
        node.chain = head.chain.0;
        self.looked(at);
    }

    /// What is served is one history, event after event, and never another one than was written.
    fn serve(&mut self, at: usize, events: &[Recorded]) {
        let node = &mut self.nodes[at];
        for recorded in events {
            assert_eq!(recorded.seq, node.state.seq + 1, "replica {at} is given each event once and in order");
            // A day follows any day: the state alone would not show that two histories were mixed.
            assert_eq!(self.follows.get(&recorded.chain.0), Some(&node.chain), "replica {at} mixes histories");
            node.chain = recorded.chain.0;
            node.state.apply(recorded.seq, recorded.at, &recorded.event);
            let written = self.written.get(&recorded.chain.0);
            let same = written.is_some_and(|written| written.to_bytes() == node.state.to_bytes());
            assert!(same, "replica {at} serves at {} what was never written", recorded.seq);
        }
    }
}
