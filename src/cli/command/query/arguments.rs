//! What can be given to `entrail query`.
//! Never does anything with it.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum, ValueHint};

use crate::cli::arguments::IndexArguments;
use crate::cli::language::{EXAMPLES, query_language};
use crate::cli::named::PlaceArguments;
use crate::export::Format;
use crate::query::answer::Sort;
use crate::query::translate::Language;
use crate::record::field::{FIELDS, Field};
use crate::text::nearby::{did_you_mean, nearest};

const ABOUT: &str = "Find records and write them to standard output, newest first.

Everything that is no data goes to standard error: records that could not be read, duplicates that
were left out, events that are not audit activity. Exit codes are grep's: 0 something was found, 1
nothing was found, 2 something is wrong.";

/// Find records and write them to standard output
#[derive(Args, Debug)]
#[command(long_about = ABOUT, after_long_help = query_language(), after_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(in crate::cli) struct Arguments {
    /// What to find; '' is everything. The language is that of the screen's filter: see --help
    #[arg(value_name = "QUERY", allow_hyphen_values = true)]
    pub(super) query: String,

    #[command(flatten)]
    pub(in crate::cli) places: PlaceArguments,

    /// Search in the built-in demo tenant
    #[arg(long, conflicts_with = "paths")]
    pub(super) demo: bool,

    /// How records are written
    #[arg(long, value_name = "FORMAT", value_parser = any_format())]
    format: Option<Format>,

    /// Write the original bytes, one record on each line (the same as --format raw)
    #[arg(long, conflicts_with_all = ["format", "fields"])]
    pub(super) raw: bool,

    /// Put pseudonyms in place of names, ids, addresses, hosts and domains: the same one each time.
    /// Read free text before you share the result
    #[arg(long, conflicts_with_all = ["raw", "by", "count"])]
    pub(super) redact: bool,

    /// Write these fields only, in this order
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',', value_parser = any_field(),
        ignore_case = true, hide_possible_values = true)]
    pub(super) fields: Vec<&'static Field>,

    /// Count by the values of a field: lines of count, tab, value; largest first; times by day
    #[arg(long, value_name = "FIELD", value_parser = countable_field(), ignore_case = true,
        hide_possible_values = true,
        conflicts_with_all = ["count", "format", "raw", "fields", "sort"])]
    pub(super) by: Option<&'static Field>,

    /// Write the number of different values of a field and nothing else. Actors and targets are
    /// counted by id; target:User counts those of one type
    #[arg(long, value_name = "FIELD", value_parser = distinct, conflicts_with_all = ["count", "by",
        "format", "raw", "fields", "sort", "limit"])]
    pub(super) distinct: Option<DistinctArgument>,

    /// Write the number of records and nothing else
    #[arg(long, conflicts_with_all = ["format", "raw", "fields", "sort"])]
    pub(super) count: bool,

    /// Who counts for --by and --count
    #[arg(long, value_enum, value_name = "WHO", default_value_t)]
    pub(super) counted_by: CountedBy,

    /// Write for each input what became of everything in it: bytes, records, duplicates, other logs,
    /// what could not be read; then how many records match
    #[arg(long, conflicts_with_all = ["format", "raw", "fields", "sort", "by", "count", "limit",
        "redact"])]
    pub(super) account: bool,

    /// Write at most this many records, or lines of --by
    #[arg(long, value_name = "N")]
    pub(super) limit: Option<usize>,

    /// Order by a field [default: time:desc, newest first]
    #[arg(long, value_name = "FIELD[:asc|desc]", value_parser = sort)]
    pub(super) sort: Option<SortArgument>,

    /// The case whose marks and notes `mark` and `note` ask for
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) case: Option<PathBuf>,
    /// Write the query in the language of another tool and read nothing: for Microsoft Graph, for
    /// Log Analytics and Sentinel, or for PowerShell. What it cannot express is told
    #[arg(long = "as", value_enum, value_name = "LANGUAGE", conflicts_with_all = ["paths", "demo",
        "format", "raw", "fields", "by", "distinct", "count", "limit", "sort"])]
    pub(super) language: Option<LanguageName>,

    #[command(flatten)]
    pub(super) index: IndexArguments,
}

impl Arguments {
    /// How records are written.
    pub(super) fn format(&self) -> Format {
        if self.raw { Format::RAW } else { self.format.unwrap_or_default() }
    }
}

/// Who counts.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, ValueEnum)]
pub(super) enum CountedBy {
    /// The place where it can, else entrail
    #[default]
    Auto,
    /// The place; fails where it cannot count exactly
    Place,
    /// entrail: the records are loaded
    Entrail,
}

/// The formats of records.
fn any_format() -> impl TypedValueParser<Value = Format> {
    let values = Format::all().map(|format| {
        PossibleValue::new(format.name()).help(format.help()).aliases(format.alias())
    });
    PossibleValuesParser::new(values)
        .try_map(|name| Format::find(&name).ok_or_else(|| format!("there is no format `{name}`")))
}

/// A language a query can be written in.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum LanguageName {
    /// The `$filter` of Microsoft Graph
    #[value(name = "odata")]
    OData,
    /// KQL for the tables `AuditLogs` and `SigninLogs` (with kind=sign-in)
    Kql,
    /// `Get-MgAuditLogDirectoryAudit` or `Get-MgAuditLogSignIn` (with kind=sign-in)
    #[value(name = "powershell")]
    PowerShell,
}

impl From<LanguageName> for Language {
    fn from(name: LanguageName) -> Self {
        match name {
            LanguageName::OData => Self::OData,
            LanguageName::Kql => Self::Kql,
            LanguageName::PowerShell => Self::PowerShell,
        }
    }
}

/// The field whose different values are counted.
#[derive(Clone, Debug)]
pub(super) struct DistinctArgument {
    /// The field.
    pub(super) field: &'static Field,
    /// The type that targets must have.
    pub(super) kind: Option<String>,
}

/// `FIELD`, or `target:TYPE`.
fn distinct(text: &str) -> Result<DistinctArgument, String> {
    let (name, kind) = text.split_once(':').map_or((text, None), |(name, kind)| (name, Some(kind)));
    let countable = || FIELDS.iter().filter(|field| field.name != "raw");
    let found = Field::find(name).filter(|field| field.name != "raw");
    let Some(field) = found else {
        let meant = nearest(name, countable().map(|field| field.name));
        let meant = meant.map(|name| format!("; {}", did_you_mean(&[name])));
        return Err(format!("no field `{name}` to count{}", meant.unwrap_or_default()));
    };
    if kind.is_some() && !matches!(field.name, "target" | "target.id") {
        return Err(format!("only targets have a type: write target:TYPE, or {name} alone"));
    }
    Ok(DistinctArgument { field, kind: kind.map(str::to_owned) })
}

/// The order asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct SortArgument(pub(super) Sort);

fn any_field() -> impl TypedValueParser<Value = &'static Field> {
    one_of(|_| true)
}

/// All but the original text, of which every value would occur once.
fn countable_field() -> impl TypedValueParser<Value = &'static Field> {
    one_of(|field| field.name != "raw")
}

/// The names and aliases of the field table.
fn one_of(wanted: fn(&Field) -> bool) -> impl TypedValueParser<Value = &'static Field> {
    let names = FIELDS.iter().filter(|field| wanted(field)).map(|field| {
        PossibleValue::new(field.name).help(field.help).aliases(field.aliases.iter().copied())
    });
    PossibleValuesParser::new(names)
        .try_map(|name| Field::find(&name).ok_or_else(|| format!("there is no field `{name}`")))
}

/// `FIELD`, `FIELD:asc` or `FIELD:desc`. Times begin with the newest, risk with the highest, everything else in the order of
/// the alphabet.
fn sort(text: &str) -> Result<SortArgument, String> {
    let (name, order) = text.rsplit_once(':').map_or((text, None), |(n, o)| (n, Some(o)));
    let sortable = || FIELDS.iter().filter(|field| !field.reads_original());
    let Some(field) = Field::find(name) else {
        let meant = nearest(name, sortable().map(|field| field.name));
        let meant = meant.map(|name| format!("; {}", did_you_mean(&[name])));
        return Err(format!("there is no field `{name}`{}", meant.unwrap_or_default()));
    };
    if field.reads_original() {
        let names: Vec<&str> = sortable().map(|field| field.name).collect();
        return Err(format!("`{name}` cannot order records; use one of {}", names.join(", ")));
    }
    let descending = match order.map(str::to_ascii_lowercase).as_deref() {
        None => field.begins_with_last(),
        Some("asc") => false,
        Some("desc") => true,
        Some(_) => return Err(format!("write {name}:asc or {name}:desc")),
    };
    Ok(SortArgument(Sort { field, descending }))
}
