//! Who may do what: one table, deny by default. Pure; everything a use case needs is said in its arguments.

use crate::domain::{CollegeId, EnterpriseId, Label, ParkId, Principal, Role, Scopes};

/// How far a role's permission for an action reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Not at all.
    Never,
    /// What is of its park, enterprise, college or city.
    Own,
    /// Everything.
    All,
}

use Reach::{All as A, Never as N, Own as O};

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident $scope:ident: $manager:ident $rater:ident $planner:ident $supervisor:ident $college:ident $admin:ident;)*) => {
        /// What can be done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Action { $($(#[$doc])* $name,)* }

        impl Action {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The scope that a key needs for it.
            pub fn scope(self) -> Scopes {
                match self { $(Self::$name => scope::$scope,)* }
            }

            /// How far it reaches, by the order of [`crate::domain::ROLES`].
            fn reaches(self) -> [Reach; 6] {
                match self { $(Self::$name => [$manager, $rater, $planner, $supervisor, $college, $admin],)* }
            }
        }
    };
}

/// Scopes by name.
#[expect(non_upper_case_globals, reason = "the words of the table below")]
mod scope {
    use crate::domain::Scopes;
    pub(super) const read: Scopes = Scopes::one(0);
    pub(super) const write: Scopes = Scopes::one(1);
    pub(super) const rate: Scopes = Scopes::one(2);
    pub(super) const accounts: Scopes = Scopes::one(3);
}

// N: never, O: own, A: all. Park manager, enterprise rater, planner, supervisor, college officer, admin.
actions! {
    /// Read majors, industries, occupations, presets, the criteria sheet and the model's parameters.
    ReadCatalogue       read: A A A A A A;
    /// Read a park.
    ReadPark            read: O N O A N A;
    /// Read an enterprise.
    ReadEnterprise      read: O O O A N A;
    /// Read a college and its programmes.
    ReadCollege         read: A A A A O A;
    /// Read a demand.
    ReadDemand          read: O O O A N N;
    /// Read an engagement.
    ReadEngagement      read: O O O A O N;
    /// Ask a park's shortlist, its reasons, comparisons, changes and team.
    Rank                read: O N O N N N;
    /// Ask what would be, and what weights an order bears.
    WhatIf              read: O N O N N N;
    /// Read a kept scenario.
    ReadScenario        read: O N O A N N;
    /// Keep, change or give up a scenario.
    KeepScenario       write: O N O N N N;
    /// Read a decision and its review.
    ReadDecision        read: O N O A N N;
    /// Record a decision.
    Decide             write: O N O N N N;
    /// Read which blocks of ratings stand out.
    ReadFlags           read: N N A A N N;
    /// Read one rating and its author.
    ReadRating          read: N O N N N N;
    /// Give, revise or withdraw a rating.
    Rate                rate: N O N N N N;
    /// Make the rating link of an engagement.
    Invite             write: O O O N N N;
    /// Make or change a park.
    WritePark          write: O N O N N N;
    /// Close a park.
    ClosePark          write: N N O N N N;
    /// Make, change or close an enterprise.
    WriteEnterprise    write: O N O N N N;
    /// Make, change or close a college or a programme.
    WriteCollege       write: N N A N O N;
    /// Make, change or close a demand.
    WriteDemand        write: O O O N N N;
    /// Make or change an engagement.
    WriteEngagement    write: O N O N N N;
    /// Make or change majors, industries, occupations and presets.
    WriteCatalogue     write: N N N A N N;
    /// Put parameters of the satisfaction model into force.
    ActivateModel      write: N N N A N N;
    /// See what would lift a college's rank.
    Mirror              read: N N A N O N;
    /// Import by file; each row is an action of its own.
    Import             write: A N A N A N;
    /// Take everything but ratings home as a file.
    Export              read: N N A N N N;
    /// Hear what changes; each change only if its object may be read.
    Listen              read: A A A A A N;
    /// Read the service's own figures.
    ReadMetrics         read: N N N N N A;
    /// Read what was published of a college's satisfaction.
    ReadCut             read: A N A A O N;
    /// Read who did what.
    ReadAudit           read: N N N A N A;
    /// Keep accounts and keys of others.
    KeepAccounts    accounts: N N N N N A;
    /// Keep one's own keys and password.
    KeepOwnKeys     accounts: A A A A A A;
    /// Read which enterprises and colleges are related parties.
    ReadRelation        read: O O O A O N;
    /// Make known, end or take back that an enterprise and a college are related parties.
    KeepRelation       write: N N N A N N;
    /// Decide on a flagged block of ratings; answer an appeal.
    ReviewFlag         write: N N N A N N;
    /// Read that ratings of a college are under review, and what came of it.
    ReadReview          read: N N N A O N;
    /// Read a college's appeals and their answers.
    ReadAppeal          read: N N N A O N;
    /// Appeal for a college.
    Appeal             write: N N N N O N;
    /// Read rectification tickets, each role as much as it may know.
    ReadTicket          read: O O N A O N;
    /// Note that the enterprise of a ticket was contacted.
    NoteContact        write: O N N N N N;
    /// Answer a ticket for a college.
    AnswerTicket       write: N N N N O N;
    /// Give a college's feedback on an engagement.
    GiveFeedback       write: N N N N O N;
    /// Read a college's feedback on an engagement, once it is not sealed.
    ReadFeedback        read: N O N N O N;
}

/// What an action is done to, as far as it matters who it belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Object<'a> {
    /// The park it is of.
    pub park: Option<&'a ParkId>,
    /// The city it is in.
    pub city: Option<&'a Label>,
    /// The enterprise it is of.
    pub enterprise: Option<&'a EnterpriseId>,
    /// The college it is of.
    pub college: Option<&'a CollegeId>,
}

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// The role may not do this to anything.
    Role,
    /// The key was not made for it.
    Scope,
    /// It is not the principal's. To be answered as if it were not there.
    Foreign,
}

/// Whether the principal may do something at all, and how far.
///
/// # Errors
/// [`Denied::Role`], [`Denied::Scope`].
pub fn reach(principal: &Principal, action: Action) -> Result<Reach, Denied> {
    let reach = match principal.role.column() {
        None => Reach::All,
        Some(column) => action.reaches()[column],
    };
    match reach {
        Reach::Never => Err(Denied::Role),
        _ if !principal.scopes.contains(action.scope()) => Err(Denied::Scope),
        reach => Ok(reach),
    }
}

/// Whether the principal may do it to this object; an object that is not there has no owner and so is nobody's.
///
/// # Errors
/// Why not.
pub fn authorize(principal: &Principal, action: Action, object: Object<'_>) -> Result<(), Denied> {
    match reach(principal, action)? {
        Reach::All => Ok(()),
        Reach::Own if owns(&principal.role, object) => Ok(()),
        _ => Err(Denied::Foreign),
    }
}

fn owns(role: &Role, object: Object<'_>) -> bool {
    match role {
        Role::ParkManager(park) => object.park == Some(park),
        Role::EnterpriseRater(enterprise) => object.enterprise == Some(enterprise),
        // The whole province.
        Role::Planner(None) => true,
        Role::Planner(Some(city)) => object.city == Some(city),
        Role::CollegeOfficer(college) => object.college == Some(college),
        Role::Supervisor | Role::Admin => false,
        Role::Operator => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(role: Role) -> Principal {
        Principal { id: "A".to_owned(), role, scopes: Scopes::ALL }
    }

    #[test]
    fn own_is_own_and_absent_is_foreign() {
        let (own, other): (ParkId, ParkId) = ("P1".parse().expect("a code"), "P2".parse().expect("a code"));
        let manager = of(Role::ParkManager(own.clone()));
        let at = |park| Object { park: Some(park), ..Object::default() };
        assert_eq!(authorize(&manager, Action::Rank, at(&own)), Ok(()));
        assert_eq!(authorize(&manager, Action::Rank, at(&other)), Err(Denied::Foreign));
        assert_eq!(authorize(&manager, Action::Rank, Object::default()), Err(Denied::Foreign));
        assert_eq!(authorize(&manager, Action::ReadRating, at(&own)), Err(Denied::Role));
    }

    #[test]
    fn a_planner_of_the_province_owns_what_is_there_and_one_of_a_city_what_is_in_it() {
        let (park, city): (ParkId, Label) = ("P1".parse().expect("a code"), "云岭市".parse().expect("a name"));
        let object = Object { park: Some(&park), city: Some(&city), ..Object::default() };
        assert_eq!(authorize(&of(Role::Planner(None)), Action::Rank, object), Ok(()));
        assert_eq!(authorize(&of(Role::Planner(Some(city.clone()))), Action::Rank, object), Ok(()));
        let elsewhere = of(Role::Planner(Some("他市".parse().expect("a name"))));
        assert_eq!(authorize(&elsewhere, Action::Rank, object), Err(Denied::Foreign));
    }

    #[test]
    fn a_key_does_what_it_was_made_for() {
        let mut reader = of(Role::Planner(None));
        reader.scopes = Scopes::one(0);
        assert_eq!(reach(&reader, Action::Rank), Ok(Reach::Own));
        assert_eq!(reach(&reader, Action::WriteDemand), Err(Denied::Scope));
    }

    #[test]
    fn an_admin_sees_no_rating_and_no_ranking() {
        let admin = of(Role::Admin);
        let hidden =
            [Action::Rank, Action::WhatIf, Action::ReadRating, Action::Rate, Action::ReadFlags, Action::Export];
        for action in hidden {
            assert_eq!(reach(&admin, action), Err(Denied::Role), "{action:?}");
        }
    }

    #[test]
    fn only_an_enterprise_reads_or_gives_its_ratings() {
        for action in [Action::ReadRating, Action::Rate] {
            assert_eq!(action.reaches(), [N, O, N, N, N, N]);
        }
    }
}
