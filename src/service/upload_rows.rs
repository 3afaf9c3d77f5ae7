//! Rows of an upload made complete: codes that were left out, columns the sheet does not speak of, codes by name.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::domain::{DemandId, Invalid};
use crate::engine::{Keyed, Registry, State};
use crate::exchange::{Finding, Row, What, cell_text, definition};

/// Gives rows without a code theirs, keeps what the sheet does not speak of, and refuses a row that stands there twice.
pub(super) fn completed(
    state: &State,
    table: &str,
    sheet: usize,
    rows: Vec<Row>,
    findings: &mut Vec<Finding>,
) -> Vec<Row> {
    let grouped = ["industries", "occupations"].contains(&table);
    let id_column = if table == "majors" { "code" } else { "id" };
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    let mut kept = Vec::new();
    for mut row in rows {
        if row.text(id_column).is_none() && !grouped {
            let id = given_id(state, table, &row);
            row.set(id_column, id.unwrap_or_default());
        }
        let id = row.text(id_column).unwrap_or_default().to_owned();
        if let Some(first) = seen.get(&id).filter(|_| !grouped && !id.is_empty()) {
            let (zh, en) = (format!("与第 {first} 行是同一条"), format!("the same entry as row {first}"));
            let what = What::Bad(Invalid::new("duplicate-field", zh, en), None);
            findings.push(Finding { sheet, line: row.line, cell: None, what });
            continue;
        }
        seen.insert(id.clone(), row.line);
        if let (Some(entry), Some(columns)) = (current(state, table, &id), definition(table)) {
            for column in &columns.columns {
                if !row.has(&column.named.code) {
                    row.set(&column.named.code, cell_text(&entry, &column.named.code));
                }
            }
        }
        kept.push(row);
    }
    kept
}

/// The code a row without one goes by: the same contents always by the same.
fn given_id(state: &State, table: &str, row: &Row) -> Option<String> {
    let text = |column: &str| row.text(column).unwrap_or_default();
    match table {
        "programmes" => {
            let (college, major) = (text("college").parse().ok()?, text("major").parse().ok()?);
            let known = state.programmes_of(&college).find(|programme| programme.major == major);
            Some(known.map_or_else(|| format!("{college}-{major}"), |programme| programme.id.to_string()))
        }
        "demands" => {
            let parts = ["park", "enterprise", "kind", "occupation", "major", "skill_level", "start", "end"].map(text);
            let digest = format!("{:x}", Sha256::digest(parts.join("\u{1f}")));
            let old = format!("N{}", &digest[..12]);
            if old.parse().is_ok_and(|old| state.demands.entry(&old).is_some()) {
                return Some(old);
            }
            let owner = if parts[1].is_empty() { parts[0] } else { parts[1] };
            let id = format!("{owner}-{old}");
            // What names no owner is refused for that.
            Some(if id.parse::<DemandId>().is_ok() { id } else { old })
        }
        _ => None,
    }
}

fn current(state: &State, table: &str, id: &str) -> Option<Value> {
    fn of<V: Keyed<Id: std::str::FromStr> + Serialize>(registry: &Registry<V>, id: &str) -> Option<Value> {
        serde_json::to_value(registry.get(&id.parse().ok()?)?).ok()
    }
    match table {
        "majors" => of(&state.majors, id),
        "parks" => of(&state.parks, id),
        "enterprises" => of(&state.enterprises, id),
        "colleges" => of(&state.colleges, id),
        "programmes" => of(&state.programmes, id),
        "demands" => of(&state.demands, id),
        "engagements" => of(&state.engagements, id),
        _ => None,
    }
}

/// Codes by name.
pub(super) struct Names<'a>(BTreeMap<(&'static str, &'a str), Vec<String>>, &'a State);

impl<'a> Names<'a> {
    pub(super) fn of(state: &'a State) -> Self {
        let mut names: BTreeMap<(&'static str, &'a str), Vec<String>> = BTreeMap::new();
        macro_rules! add {
            ($($kind:literal $registry:ident;)*) => {$(
                for (id, entry) in state.$registry.iter().filter(|(_, entry)| !entry.closed) {
                    names.entry(($kind, entry.value.name.as_str())).or_default().push(id.to_string());
                }
            )*};
        }
        add! { "major" majors; "occupation" occupations; "park" parks; "enterprise" enterprises; "college" colleges; }
        Self(names, state)
    }

    pub(super) fn find(&self, kind: &str, name: &str) -> Result<Option<String>, Vec<String>> {
        fn is<V: Keyed<Id: std::str::FromStr>>(registry: &Registry<V>, id: &str) -> bool {
            id.parse().is_ok_and(|id| registry.get(&id).is_some())
        }
        let (kind, known) = match kind {
            "major" => ("major", is(&self.1.majors, name)),
            "occupation" => ("occupation", is(&self.1.occupations, name)),
            "park" => ("park", is(&self.1.parks, name)),
            "enterprise" => ("enterprise", is(&self.1.enterprises, name)),
            "college" => ("college", is(&self.1.colleges, name)),
            _ => return Ok(None),
        };
        if known {
            return Ok(Some(name.to_owned()));
        }
        match self.0.get(&(kind, name)).map(Vec::as_slice) {
            None => Ok(None),
            Some([one]) => Ok(Some(one.clone())),
            Some(several) => Err(several.to_vec()),
        }
    }
}
