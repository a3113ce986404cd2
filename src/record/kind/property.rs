//! What only some kinds of record have: one row of [`PROPERTIES`] for each such property, in the file of its kind.
//! Never reads bytes; formats fill [`Record::properties`](crate::record::Record::properties), everything else asks by [`PropertyKey`].
//!
//! A row is all there is to a property: its field, column, facet, detail line and place in Graph's
//! JSON follow from it.

use std::borrow::Cow;

use super::Kind;
use crate::record::value_kind::ValueKind;

/// One property that a record's kind adds, with its value as text.
#[derive(Clone, PartialEq, Debug)]
pub struct Property<'a> {
    /// Which property.
    pub key: PropertyKey,
    /// Its value, never empty; a property with several values stands several times.
    pub value: Cow<'a, str>,
}

/// A row of the property table.
#[derive(Clone, Copy, Debug)]
pub struct PropertyRow {
    /// Its name in the code.
    pub key: PropertyKey,
    /// Name of the field.
    pub field: &'static str,
    /// Where Graph has it: names of nested objects joined by `.`. Empty where it is made from other
    /// properties.
    pub path: &'static str,
    /// Other names of the field.
    pub aliases: &'static [&'static str],
    /// What its values are.
    pub kind: ValueKind,
    /// May a record have several values?
    pub many: bool,
    /// Does a bare word look in it?
    pub in_words: bool,
    /// What of a person or tenant its values tell.
    pub class: Class,
    /// The kinds of record that have it.
    pub kinds: &'static [Kind],
    /// Title of the list column.
    pub title: &'static str,
    /// One line for help, completion and README.
    pub help: &'static str,
}

/// What of a person or tenant a value tells: what a redacted export puts in its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// Nothing: one of Microsoft's own words, a number.
    Nothing,
    /// An id.
    Id,
    /// An IP address.
    Ip,
    /// A user principal name.
    Upn,
    /// The name of a place.
    Place,
    /// The name of an application or a system.
    App,
    /// The name of a device.
    Device,
    /// The name of a policy, a colon and one of Microsoft's words.
    Policy,
    /// Running text that may have any of these in it.
    Text,
}

/// Names a row of [`PROPERTIES`] by its place there. Its constants are named as variants are, which they would
/// be if all of them stood in one file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PropertyKey(pub(super) u8);

/// All properties that kinds add, in the order in which they are shown.
pub static PROPERTIES: &[PropertyRow] = &ROWS;

/// As [`PROPERTIES`], for tables that are made when the program is built.
pub(in crate::record) const ROWS: [PropertyRow; super::COUNT] = super::IN_PLACE;

/// Declares what a kind adds, behind what the kinds above it add or `after "FIELD";` of another kind: rows of
/// `Key: field, path, [aliases], kind, values, words, class, [kinds], title, help;` where values is `one` or
/// `many`, and words is `word` where a bare word looks in it and `apart` where not.
macro_rules! properties {
    (@many one) => { false };
    (@many many) => { true };
    (@word word) => { true };
    (@word apart) => { false };
    (after $before:literal; $($rows:tt)*) => { properties! { @after Some($before); $($rows)* } };
    (@after $after:expr;
     $($key:ident: $field:literal, $path:literal, [$($alias:literal),*], $kind:ident, $many:ident,
       $word:ident, $class:ident, [$($of:ident),*], $title:literal, $help:literal;)*) => {
        /// Their names.
        pub(super) const FIELDS: super::Fields =
            super::Fields { names: &[$($field,)*], after: $after };

        #[expect(non_upper_case_globals, reason = "named as the variants of an enum")]
        impl $crate::record::kind::property::PropertyKey {
            $(
                #[doc = concat!("The field `", $field, "`.")]
                pub const $key: Self = Self(super::place_of($field));
            )*
        }

        /// The rows.
        pub(super) const ROWS: &[$crate::record::kind::property::PropertyRow] = {
            use $crate::record::Kind;
            use $crate::record::value_kind::ValueKind;
            use $crate::record::kind::property::{Class, PropertyKey, PropertyRow};
            &[$(PropertyRow {
                key: PropertyKey::$key,
                field: $field,
                path: $path,
                aliases: &[$($alias),*],
                kind: ValueKind::$kind,
                many: properties!(@many $many),
                in_words: properties!(@word $word),
                class: Class::$class,
                kinds: &[$(Kind::$of),*],
                title: $title,
                help: $help,
            },)*]
        };
    };
    ($($rows:tt)*) => { properties! { @after None; $($rows)* } };
}
pub(super) use properties;

impl PropertyKey {
    /// This property's row.
    pub fn row(self) -> &'static PropertyRow {
        &PROPERTIES[self.place()]
    }

    /// Its place in [`PROPERTIES`].
    pub(in crate::record) const fn place(self) -> usize {
        self.0 as usize
    }

    /// The property whose field has this name.
    pub fn of_field(field: &str) -> Option<Self> {
        PROPERTIES.iter().find(|row| row.field == field).map(|row| row.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_keys_and_no_path_is_there_twice() {
        let mut paths = std::collections::HashSet::new();
        for (at, row) in PROPERTIES.iter().enumerate() {
            assert_eq!(row.key.place(), at, "{}", row.field);
            assert_eq!(PropertyKey::of_field(row.field), Some(row.key));
            assert!(!row.kinds.is_empty(), "{}: which kinds have it?", row.field);
            assert!(row.path.is_empty() || paths.insert(row.path), "{} twice", row.path);
        }
    }
}
