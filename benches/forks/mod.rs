//! Changes of a scenario and the forks they make, for the benches of both.

use zeyou::domain::{ScenarioChange, Weights};
use zeyou::engine::Fork;

pub(crate) fn change(value: serde_json::Value) -> ScenarioChange {
    serde_json::from_value(value).expect("a change")
}

pub(crate) fn weights(n: u16) -> ScenarioChange {
    let mut hundredths = [700; 12];
    hundredths[usize::from(n % 6)] += 1_200;
    hundredths[6] += 400;
    ScenarioChange::Weights(Weights::new(hundredths).expect("weights"))
}

/// The fork after all changes, derived once.
pub(crate) fn after(base: &Fork, changes: &[ScenarioChange]) -> Fork {
    let mut fork = base.clone();
    for (number, change) in changes.iter().enumerate() {
        let events = fork.events(change, number).expect("it is there");
        fork.apply(change, &events);
    }
    fork.settled()
}
