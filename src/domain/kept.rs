//! What is kept under a code that is given to it: the value as it is kept, and as it comes in.

/// Declares both, so that what they have in common is written once. JSON and stored bytes are those of plain structs with
/// these fields in this order; `of` makes the first from the second.
macro_rules! kept {
    (
        $(#[$kept_meta:meta])* $kept:ident { $($(#[$head_meta:meta])* $head:ident: $head_ty:ty,)* }
        $(#[$new_meta:meta])* $new:ident { $($(#[$own_meta:meta])* $own:ident: $own_ty:ty,)* }
        both { $($(#[$meta:meta])* $field:ident: $ty:ty,)* }
    ) => {
        $(#[$kept_meta])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $kept {
            $($(#[$head_meta])* pub $head: $head_ty,)*
            $($(#[$meta])* pub $field: $ty,)*
        }

        $(#[$new_meta])*
        #[derive(Clone, Debug, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $new {
            $($(#[$own_meta])* pub $own: $own_ty,)*
            $($(#[$meta])* pub $field: $ty,)*
        }

        impl $kept {
            /// What came in, as it is kept.
            pub fn of(new: $new, $($head: $head_ty),*) -> Self {
                let $new { $($field,)* .. } = new;
                Self { $($head,)* $($field,)* }
            }
        }
    };
}

pub(super) use kept;
