//! Rows of several tables under common columns: which table a row is of, and what its cells mean then.
//! Never takes a row for Entra's because of its columns where it names another table.

use std::borrow::Cow;

use super::{Columns, Meaning, is_filled, plain};
use crate::catalogue::catalogue;
use crate::format::evidence::{names_generated, names_table};
use crate::format::recognition::{self, Recognised};
use crate::format::schema::{ColumnKeys, Schema};

/// How rows of several tables that have their columns in common are told apart: a `union` of them,
/// or a table whose own name a column has.
#[derive(Default, Debug)]
pub(super) struct Tables {
    /// Columns with the name of the row's table.
    pub(super) named_in: Vec<usize>,
    /// Columns that only rows of one schema have a value in.
    deciding: Vec<(usize, Schema)>,
    /// What the columns mean in rows of each schema.
    pub(super) meanings: Vec<(Schema, Meaning)>,
}

impl Tables {
    /// How rows are told apart under columns of these names; by nothing where all are of one table.
    pub(super) fn of(names: &[String]) -> Self {
        let numbered = || names.iter().map(|name| plain(name)).enumerate();
        let named_in: Vec<usize> =
            numbered().filter(|(_, name)| names_table(name)).map(|(at, _)| at).collect();
        let decides = |(at, name)| recognition::decides(name).map(|schema| (at, schema));
        let deciding: Vec<(usize, Schema)> = numbered().filter_map(decides).collect();
        let is_one = deciding.windows(2).all(|pair| pair[0].1 == pair[1].1);
        let is_row = numbered().any(|(_, name)| names_generated(name));
        if (named_in.is_empty() && is_one) || !is_row {
            return Self::default();
        }
        let meaning =
            |&schema: &Schema| Some((schema, Meaning::of(Recognised::Event(schema), names)?));
        let meanings = Schema::ALL.iter().filter_map(meaning).collect();
        Self { named_in, deciding, meanings }
    }
}

impl Columns {
    /// What the columns mean in a row, of which `cell` gives the text in a column; the name of its
    /// table where that is of no log known here.
    pub(super) fn meaning_in<'c>(
        &self,
        cell: impl Fn(usize) -> Option<&'c str>,
    ) -> Result<&Meaning, Cow<'static, str>> {
        let tables = &self.tables;
        if tables.meanings.is_empty() {
            return Ok(&self.meaning);
        }
        let text = |column: usize| cell(column).map(str::trim).filter(|text| is_filled(text));
        let meaning = |wanted: Schema| {
            let known = tables.meanings.iter().find(|(schema, _)| *schema == wanted);
            known.map_or(&self.meaning, |(_, meaning)| meaning)
        };
        let named: Vec<&str> = tables.named_in.iter().filter_map(|&at| text(at)).collect();
        if let Some(schema) = named.iter().find_map(|name| Schema::of_table(name)) {
            return Ok(meaning(schema));
        }
        if let Some((_, schema)) = tables.deciding.iter().find(|(at, _)| text(*at).is_some()) {
            return Ok(meaning(*schema));
        }
        match named.first() {
            Some(name) if !self.says_audit(text) => Err(Cow::Owned((*name).to_owned())),
            _ => Ok(&self.meaning),
        }
    }

    /// Are category and operation of a row those of an audit activity? Then a table that is not known is
    /// one of the tenant's own, a function, or something else that a query calls `Type`.
    fn says_audit<'c>(&self, text: impl Fn(usize) -> Option<&'c str>) -> bool {
        let cell = |wanted: &str| {
            let at = self
                .names
                .iter()
                .position(|name| plain(name).eq_ignore_ascii_case(wanted.as_bytes()));
            at.and_then(&text)
        };
        let known = catalogue();
        matches!(self.meaning, Meaning::Keys(ColumnKeys::Audit(_)))
            && cell("Category").is_some_and(|category| known.find_category(category).is_some())
            && cell("OperationName").is_some_and(|activity| known.named(activity).next().is_some())
    }
}
