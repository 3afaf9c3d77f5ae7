//! Some of a kind, or all of them.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::invalid::Invalid;

/// Some of a kind, or all of them.
#[derive(Clone, Debug, PartialEq)]
pub enum AllOr<T> {
    /// These; written as a list.
    Some(Vec<T>),
    /// All; written `"all"`.
    All,
}

impl<T: Serialize> Serialize for AllOr<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All => serializer.serialize_str("all"),
            Self::Some(these) => these.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for AllOr<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Choice<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Choice<T> {
            type Value = AllOr<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list, or \"all\"")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<AllOr<T>, E> {
                if text == "all" {
                    return Ok(AllOr::All);
                }
                Err(E::custom(Invalid::unknown_word(text, &["all"])))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<AllOr<T>, A::Error> {
                let mut these = Vec::new();
                while let Some(one) = seq.next_element()? {
                    these.push(one);
                }
                Ok(AllOr::Some(these))
            }
        }
        deserializer.deserialize_any(Choice(PhantomData))
    }
}
