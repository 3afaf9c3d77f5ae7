//! Who asks: an account with one role, and what the role belongs to.

use std::fmt;

use super::code::{CollegeId, EnterpriseId, ParkId};
use super::invalid::Invalid;
use super::text::Label;

/// What a principal may do, and of whom it is. No role implies another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// Manages a park (园区管委会).
    ParkManager(ParkId),
    /// Rates for an enterprise (企业评价人).
    EnterpriseRater(EnterpriseId),
    /// Plans for a city, or for the whole province (发改、教育、人社).
    Planner(Option<Label>),
    /// Oversees the province (省级监督).
    Supervisor,
    /// Keeps a college's supply (院校经办人).
    CollegeOfficer(CollegeId),
    /// Keeps accounts; sees no rating and no ranking (系统管理员).
    Admin,
    /// Whoever runs the program on the database itself; no account has this role.
    Operator,
}

/// The roles that an account can have, in the order of every table.
pub const ROLES: [&str; 6] = ["park_manager", "enterprise_rater", "planner", "supervisor", "college_officer", "admin"];

impl Role {
    /// The role's code.
    pub fn code(&self) -> &'static str {
        self.column().map_or("operator", |at| ROLES[at])
    }

    /// The role's column in tables of roles; none for the operator.
    pub fn column(&self) -> Option<usize> {
        match self {
            Self::ParkManager(_) => Some(0),
            Self::EnterpriseRater(_) => Some(1),
            Self::Planner(_) => Some(2),
            Self::Supervisor => Some(3),
            Self::CollegeOfficer(_) => Some(4),
            Self::Admin => Some(5),
            Self::Operator => None,
        }
    }

    /// What it belongs to: the code of a park, an enterprise or a college, or the name of a city; empty: nothing in particular.
    pub fn belongs(&self) -> &str {
        match self {
            Self::ParkManager(id) => id.as_str(),
            Self::EnterpriseRater(id) => id.as_str(),
            Self::CollegeOfficer(id) => id.as_str(),
            Self::Planner(Some(city)) => city.as_str(),
            Self::Planner(None) | Self::Supervisor | Self::Admin | Self::Operator => "",
        }
    }

    /// Whether signing in takes a second factor.
    pub fn needs_second_factor(&self) -> bool {
        matches!(self, Self::Planner(_) | Self::Supervisor | Self::Admin)
    }

    /// The role an account is given.
    ///
    /// # Errors
    /// `unknown-word` for another role; `missing-field` or `invalid-id` if it does not fit what it should belong to.
    pub fn parse(code: &str, belongs: &str) -> Result<Self, Invalid> {
        let needed = || if belongs.is_empty() { Err(Invalid::missing_field("belongs")) } else { Ok(belongs) };
        let none = |role| {
            let refuse = || Invalid::new("unknown-field", "该角色不隶属于任何对象", "this role belongs to nothing");
            if belongs.is_empty() { Ok(role) } else { Err(refuse()) }
        };
        match code {
            "park_manager" => Ok(Self::ParkManager(needed()?.parse()?)),
            "enterprise_rater" => Ok(Self::EnterpriseRater(needed()?.parse()?)),
            "college_officer" => Ok(Self::CollegeOfficer(needed()?.parse()?)),
            "planner" if belongs.is_empty() => Ok(Self::Planner(None)),
            "planner" => Ok(Self::Planner(Some(belongs.parse()?))),
            "supervisor" => none(Self::Supervisor),
            "admin" => none(Self::Admin),
            other => Err(Invalid::unknown_word(other, &ROLES)),
        }
    }
}

/// What an API key may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scopes(u8);

/// The scopes by name.
pub const SCOPES: [&str; 4] = ["read", "write", "rate", "accounts"];

impl Scopes {
    /// Everything the role allows: what a browser's session has.
    pub const ALL: Self = Self(0b1111);

    /// The scopes from their bits.
    pub fn from_bits(bits: i64) -> Self {
        Self(bits as u8 & Self::ALL.0)
    }

    /// Their bits, to be stored.
    pub fn bits(self) -> i64 {
        i64::from(self.0)
    }

    /// Whether all of `other` are among them.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// One scope, by its place in [`SCOPES`].
    pub const fn one(at: usize) -> Self {
        Self(1 << at)
    }

    /// Scopes from words.
    ///
    /// # Errors
    /// `unknown-word`; `missing-field` if there is none.
    pub fn parse<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self, Invalid> {
        let mut scopes = Self(0);
        for word in words {
            let at = SCOPES.iter().position(|known| *known == word);
            scopes.0 |= 1 << at.ok_or_else(|| Invalid::unknown_word(word, &SCOPES))?;
        }
        if scopes.0 == 0 { Err(Invalid::missing_field("scopes")) } else { Ok(scopes) }
    }

    /// Their names.
    pub fn names(self) -> Vec<&'static str> {
        SCOPES.iter().enumerate().filter(|(at, _)| self.0 >> at & 1 == 1).map(|(_, name)| *name).collect()
    }
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The pseudonym that the log holds: an account's id, `operator`, or `link` for who holds a rating link.
    pub id: String,
    /// What it may do.
    pub role: Role,
    /// What it may do of that, this way in.
    pub scopes: Scopes,
}

impl Principal {
    /// Whoever runs the program on the database itself.
    pub fn operator() -> Self {
        Self { id: "operator".to_owned(), role: Role::Operator, scopes: Scopes::ALL }
    }

    /// Whoever holds a rating link of an enterprise.
    pub fn link(enterprise: EnterpriseId) -> Self {
        Self { id: "link".to_owned(), role: Role::EnterpriseRater(enterprise), scopes: Scopes::one(2) }
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.id, self.role.code())
    }
}
