//! The languages a query is written in, one file each: what they call the fields, and how they say things.
//! Never decides how much of a query is said; [`super::plan`] does, for all of them.

pub mod kql;
pub mod odata;
pub mod powershell;

use super::plan::{FieldExpressions, Holds, Side};
use crate::record::field::Field;

/// Which log is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Log {
    /// The audit log.
    Audits,
    /// Sign-ins.
    SignIns,
}

/// A row of a table of fields: a field, the expressions its values are in, and the condition that its
/// objects may be named by other records only.
struct FieldTranslation {
    field: &'static str,
    sides: &'static [Side],
    unnamed: &'static str,
}

const fn row(field: &'static str, sides: &'static [Side]) -> FieldTranslation {
    FieldTranslation { field, sides, unnamed: "" }
}

/// A row of a field with names of objects.
const fn names(
    field: &'static str,
    sides: &'static [Side],
    unnamed: &'static str,
) -> FieldTranslation {
    FieldTranslation { field, sides, unnamed }
}

/// A value and nothing else.
const fn value(expression: &'static str) -> Side {
    Side { expression, holds: Holds::Value }
}

/// A value that may count or not.
const fn loose(expression: &'static str) -> Side {
    Side { expression, holds: Holds::Loose }
}

/// Values among others, as JSON text.
const fn json(expression: &'static str) -> Side {
    Side { expression, holds: Holds::Json }
}

/// Where a table says that a field's values stand.
fn expressions_in(
    table: &'static [FieldTranslation],
    field: &Field,
) -> Result<FieldExpressions, &'static str> {
    match field.name {
        "kind" => return Err("one log is asked; kind=audit or kind=sign-in by itself chooses it"),
        "result" => return Err("entrail tells the outcome from more than the log's own word"),
        _ => {}
    }
    let row = table.iter().find(|row| row.field == field.name);
    row.map(|row| FieldExpressions { sides: row.sides, unnamed: row.unnamed })
        .ok_or("entrail does not write it in that language")
}

/// Texts with a word between them, in brackets.
fn bracketed(texts: &[String], between: &str) -> String {
    format!("({})", texts.join(between))
}

/// A regular expression, case ignored, for names that may be none to entrail, which then takes the one
/// that other records have for the id: no letters or digits at all, words that exporters write for
/// nothing, and GUIDs; and, behind it, letters that are blank, as a dialect writes them.
macro_rules! no_name {
    ($blanks:literal) => {
        concat!(
            r"^(?:[^\p{L}\p{N}]|null|none|n/a|undef[iI]ned|nan|",
            r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})*$|[",
            $blanks,
            "]"
        )
    };
}
use no_name;
