//! OpenAPI schemas of values that JSON writes as something simpler: what the parsers accept, as far as a schema can say it.

use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, OneOfBuilder, Schema, Type};
use utoipa::openapi::{KnownFormat, RefOr, SchemaFormat};
use utoipa::{PartialSchema, ToSchema};

use super::{
    Amount, AppealId, CollegeId, Comment, Criterion, Date, DecisionId, DemandId, EngagementId, EnterpriseId,
    FlagReviewId, IndustryId, Label, MajorRef, Mark, ModelId, Note, OccupationId, ParkId, PresetId, ProgrammeId,
    RatingId, RelationId, ScenarioId, TicketId, Timestamp, Weights,
};

/// The type is documented by the schema.
macro_rules! schemas {
    ($($name:ty => $schema:expr;)*) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                $schema.into()
            }
        }
        impl ToSchema for $name {}
    )*};
}

schemas! {
    ParkId => code();
    EnterpriseId => code();
    CollegeId => code();
    ProgrammeId => code();
    DemandId => code();
    EngagementId => code();
    OccupationId => code();
    PresetId => code();
    ScenarioId => code();
    DecisionId => code();
    RelationId => code();
    FlagReviewId => code();
    AppealId => code();
    TicketId => code();
    ModelId => code();
    IndustryId => text(1, 64).pattern(Some(NAME));
    RatingId => string().format(Some(SchemaFormat::Custom("uuid".to_owned())));
    MajorRef => string().pattern(Some("^([0-9]{2}|[0-9]{4}|[0-9]{6})$"));
    Label => text(1, 200).pattern(Some(LINE));
    Note => text(0, 1000).pattern(Some(LINE));
    Comment => text(0, 2000);
    Date => string().format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)));
    Timestamp => string().format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
    Amount => number().maximum(Some(Amount::MAX));
    Mark => OneOfBuilder::new().item(mark()).item(string().enum_values(Some(["unknown"])));
    Weights => weights();
}

/// One line without control characters and changes of direction.
const LINE: &str = r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]*$";

/// A name that can stand in an address.
const NAME: &str =
    r"^[^\s/?#;,\u0000-\u001f\u007f-\u009f]([^/?#;,\u0000-\u001f\u007f-\u009f]*[^\s/?#;,\u0000-\u001f\u007f-\u009f])?$";

fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn text(shortest: usize, longest: usize) -> ObjectBuilder {
    string().min_length(Some(shortest)).max_length(Some(longest))
}

fn code() -> ObjectBuilder {
    string().pattern(Some("^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$"))
}

fn number() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Number).minimum(Some(0))
}

fn mark() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(5))
}

/// Percent by criterion; that they sum to 100 a schema cannot say.
fn weights() -> ObjectBuilder {
    let weight = || number().maximum(Some(100));
    let known = Criterion::ALL
        .into_iter()
        .fold(ObjectBuilder::new(), |known, criterion| known.property(criterion.code(), weight()));
    known.additional_properties(Some(AdditionalProperties::FreeForm(false)))
}
