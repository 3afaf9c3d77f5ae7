//! OpenAPI schemas of values that JSON writes as something simpler.

/// The type is documented as the other one.
macro_rules! schema_as {
    ($($name:ty => $simple:ty;)*) => {$(
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                <$simple as utoipa::PartialSchema>::schema()
            }
        }
        impl utoipa::ToSchema for $name {}
    )*};
}

use super::{
    Amount, CollegeId, Comment, Date, DecisionId, DemandId, EngagementId, EnterpriseId, IndustryId, Label, MajorRef,
    Mark, ModelId, Note, OccupationId, ParkId, PresetId, ProgrammeId, RatingId, ScenarioId, Timestamp, Weights,
};

schema_as! {
    ParkId => String;
    EnterpriseId => String;
    CollegeId => String;
    ProgrammeId => String;
    DemandId => String;
    EngagementId => String;
    OccupationId => String;
    PresetId => String;
    ScenarioId => String;
    DecisionId => String;
    ModelId => String;
    IndustryId => String;
    RatingId => String;
    MajorRef => String;
    Label => String;
    Note => String;
    Comment => String;
    Date => String;
    Timestamp => String;
    Amount => f64;
    Mark => u8;
    Weights => std::collections::BTreeMap<String, f64>;
}
