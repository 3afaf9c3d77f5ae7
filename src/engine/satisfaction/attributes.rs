//! What public attributes say of a college before anybody rated it: `x'β`.

use crate::domain::College;
use crate::engine::state::State;

/// The attributes a college has, by name: its kind, who runs it, its city, and the major groups of its open programmes.
/// Each is 0 or 1.
pub fn attributes(state: &State, college: &College) -> Vec<String> {
    let word = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let named = |name: &str, value: Result<serde_json::Value, serde_json::Error>| {
        value.ok().map(word).filter(|word| !word.is_empty()).map(|word| format!("{name}:{word}"))
    };
    let mut names: Vec<String> = named("kind", serde_json::to_value(college.kind)).into_iter().collect();
    names.extend(named("ownership", serde_json::to_value(college.ownership)));
    names.push(format!("city:{}", college.city));
    let groups = state.programmes_of(&college.id).map(|programme| programme.major.to_string());
    names.extend(groups.filter_map(|major| major.get(..2).map(|group| format!("group:{group}"))));
    names.sort_unstable();
    names.dedup();
    names
}

/// Prior mean of the college at a registry position above the grand mean, by the model's coefficients.
pub(super) fn prior_mean(state: &State, at: u32) -> f64 {
    if state.model.coefficients.is_empty() {
        return 0.0;
    }
    let known = attributes(state, &state.colleges.at(at).value);
    known.iter().filter_map(|name| state.model.coefficients.get(name)).sum()
}
