//! What can be given on the command line; help and completions are made from this.
//! Never does anything with it.

mod graph;
mod trails;

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};

pub(super) use self::graph::{
    CatalogueCommand, DoctorArguments, GraphArguments, PullArguments, RangeArguments,
    SignInArguments,
};
pub(super) use self::trails::{AccessArguments, TrailsArguments, TrailsFormat};
use super::help;
use crate::export::Format;
use crate::query::answer::Sort;
use crate::query::translate::Language;
use crate::record::field::{FIELDS, Field};
use crate::source::IndexCache;
use crate::text::nearby::nearest;
use crate::time::DateOrder;
use crate::ui::theme::Palette;

/// Explore the Microsoft Entra audit trail: who changed what, when, and how.
///
/// Opens every file that Microsoft Graph, the portals, Azure Monitor, Log Analytics, the unified
/// audit log or a collector wrote, by its contents: JSON, NDJSON, CSV, also gz, zst and zip.
/// Without a path the catalogue of all known activities opens.
#[derive(Parser, Debug)]
#[command(
    name = "entrail",
    version,
    args_conflicts_with_subcommands = true,
    after_help = help::EXAMPLES,
    max_term_width = 100
)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Option<Command>,

    /// Files, folders, patterns such as 'logs/*.json', or - for standard input
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(super) paths: Vec<PathBuf>,

    #[command(flatten)]
    pub(super) screen: ScreenArguments,

    #[command(flatten)]
    pub(super) index: IndexArguments,

    /// Read PATH and say what became of everything in it, instead of opening the screen
    #[arg(long)]
    pub(super) account: bool,

    /// List all actions with their keys (the same as `entrail keys`)
    #[arg(long, exclusive = true)]
    pub(super) list_keys: bool,
}

/// How files are read: whether an index is used, which is what was read, kept in the cache directory
/// for the next time; and what their dates mean.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct IndexArguments {
    /// Keep an index of small files too, so that the next open need not read them again; without
    /// this only of 64 MiB and more. Compressed files and standard input have none
    #[arg(long, overrides_with = "no_index")]
    index: bool,

    /// Neither use nor keep an index
    #[arg(long, overrides_with = "index")]
    no_index: bool,

    /// Read dates such as 05/06/2026 day first (dmy) or month first (mdy). Without this each file
    /// decides by its own dates, and where it cannot, such records have no time
    #[arg(long, value_enum, value_name = "ORDER")]
    date_order: Option<DateOrderName>,
}

/// Which of day and month stands first.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum DateOrderName {
    /// Day first: 05/06/2026 is in June
    Dmy,
    /// Month first: 05/06/2026 is in May
    Mdy,
}

impl IndexArguments {
    /// Is an index wanted whatever the size of the files?
    pub(super) fn is_asked_for(self) -> bool {
        self.index
    }

    /// The order of day and month that was asked for.
    pub(super) fn date_order(self) -> Option<DateOrder> {
        self.date_order.map(|order| match order {
            DateOrderName::Dmy => DateOrder::DayFirst,
            DateOrderName::Mdy => DateOrder::MonthFirst,
        })
    }

    /// Where indexes are, and of what; `None` where there shall be none.
    pub(super) fn cache(self) -> Option<IndexCache> {
        let cache = crate::config::index_folder().map(IndexCache::new).filter(|_| !self.no_index);
        cache.map(|cache| if self.index { cache.of_all() } else { cache })
    }
}

/// How the screen starts and looks.
#[derive(Args, Debug)]
pub(super) struct ScreenArguments {
    /// Start with this query in the filter
    #[arg(short, long, value_name = "QUERY", allow_hyphen_values = true)]
    pub(super) filter: Option<String>,

    /// Colours: for a dark or a light background, or none (as with the variable `NO_COLOR`)
    #[arg(long, value_enum, value_name = "THEME")]
    pub(super) theme: Option<ThemeName>,

    /// Keep marks and notes in this file, and take up those that are in it; made where there is none
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) case: Option<PathBuf>,

    /// Draw borders, bars and marks with ASCII characters
    #[arg(long)]
    pub(super) ascii: bool,
}

/// Which colours the screen uses.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum ThemeName {
    /// For a dark background (the default)
    Dark,
    /// For a light background
    Light,
    /// Bold, underlined, reversed and dim only
    None,
}

impl From<ThemeName> for Palette {
    fn from(name: ThemeName) -> Self {
        match name {
            ThemeName::Dark => Self::Dark,
            ThemeName::Light => Self::Light,
            ThemeName::None => Self::None,
        }
    }
}

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Open the built-in demo tenant: a month of records with a few incidents in it
    Demo(DemoArguments),
    /// Find records and write them to standard output
    #[command(long_about = help::query_about(), after_long_help = help::query_language(),
        after_help = help::QUERY_EXAMPLES)]
    Query(QueryArguments),
    /// Find sequences that mean something together: consent, credentials, roles, access packages, …
    #[command(after_help = help::TRAILS_EXAMPLES)]
    Trails(TrailsArguments),
    /// Tell what a user, group or application gained and lost, and holds as far as the log shows
    Access(AccessArguments),
    /// Look up audit activities in the built-in catalogue, fuzzy
    #[command(after_help = help::LOOKUP_EXAMPLES)]
    Lookup(LookupArguments),
    /// List the rules that rate records, or those that a text is in, with all that is known of them
    #[command(after_help = help::RULES_EXAMPLES)]
    Rules(RulesArguments),
    /// Open the logs of a tenant, from Microsoft Graph
    #[command(after_help = help::GRAPH_EXAMPLES)]
    Graph(GraphArguments),
    /// Keep an archive of a tenant's logs, beyond the days that Entra keeps them
    #[command(after_help = help::PULL_EXAMPLES)]
    Pull(PullArguments),
    /// Tell which logs a sign-in may read, what is missing and how to get it
    Doctor(DoctorArguments),
    /// What is known of activities beside the built-in catalogue
    #[command(subcommand)]
    Catalogue(CatalogueCommand),
    /// List all actions with their keys, as the configuration file has set them
    #[command(after_help = help::KEYS_EXAMPLES)]
    Keys(KeysArguments),
    /// Write completions for a shell to standard output
    #[command(after_help = help::COMPLETIONS_EXAMPLES)]
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Write the manual page to standard output
    #[command(after_help = help::MAN_EXAMPLES)]
    Man,
    /// Print the licences of entrail and of the crates it is built from
    #[command(alias = "licenses", after_help = help::LICENCES_EXAMPLES)]
    Licences,
    /// What may follow on a command line, for the scripts of `entrail completions`
    #[command(hide = true)]
    Complete(CompleteArguments),
}

#[derive(Args, Debug)]
pub(super) struct DemoArguments {
    #[command(flatten)]
    pub(super) screen: ScreenArguments,
}

#[derive(Args, Debug, Default)]
pub(super) struct KeysArguments {
    /// How they are written
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: KeysFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum KeysFormat {
    /// Columns for people
    #[default]
    Table,
    /// As the configuration file takes them, to be pasted and changed
    Toml,
}

#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(super) struct QueryArguments {
    /// What to find; '' is everything. The language is that of the screen's filter: see --help
    #[arg(value_name = "QUERY", allow_hyphen_values = true)]
    pub(super) query: String,

    /// Files, folders, patterns such as 'logs/*.json', or - for standard input, which is also read
    /// when nothing is given and something is piped in
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(super) paths: Vec<PathBuf>,

    /// Search in the built-in demo tenant
    #[arg(long, conflicts_with = "paths")]
    pub(super) demo: bool,

    /// How records are written
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<FormatName>,

    /// Write the original bytes, one record on each line (the same as --format raw)
    #[arg(long, conflicts_with_all = ["format", "fields"])]
    raw: bool,

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

#[derive(Args, Debug)]
pub(super) struct CompleteArguments {
    /// Who asks
    #[arg(long = "for", value_enum, default_value_t)]
    pub(super) shell: CompleteFor,

    /// The command line up to the cursor; - reads it from standard input
    #[arg(long, allow_hyphen_values = true, conflicts_with = "words")]
    pub(super) line: Option<String>,

    /// The words behind the program's name, the last one being typed
    #[arg(last = true)]
    pub(super) words: Vec<String>,
}

/// How candidates are written.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum CompleteFor {
    /// Candidate, tab, meaning
    #[default]
    Any,
    /// As bash puts it in place of its last word
    Bash,
    /// Quoted for PowerShell, tab, meaning
    Powershell,
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

impl QueryArguments {
    /// How records are written.
    pub(super) fn format(&self) -> Format {
        if self.raw { Format::Raw } else { self.format.map_or(Format::Table, Format::from) }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FormatName {
    /// Aligned columns for people (the default)
    Table,
    /// One JSON object on each line, in the property names of Microsoft Graph
    Ndjson,
    /// The same as one array
    Json,
    /// Comma-separated values, safe to open in a spreadsheet
    Csv,
    /// A table for tickets and reports
    Markdown,
    /// The original bytes, one record on each line
    Raw,
    /// A timeline in Markdown: inputs with their SHA-256, each record with its changes and note
    Report,
    /// How to reverse what the records tell, newest first, with the values to restore
    Undo,
}

impl From<FormatName> for Format {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Table => Self::Table,
            FormatName::Ndjson => Self::Ndjson,
            FormatName::Json => Self::Json,
            FormatName::Csv => Self::Csv,
            FormatName::Markdown => Self::Markdown,
            FormatName::Raw => Self::Raw,
            FormatName::Report => Self::Report,
            FormatName::Undo => Self::Undo,
        }
    }
}

#[derive(Args, Debug)]
pub(super) struct LookupArguments {
    /// Words to find in activities, services and categories, in any order; all of it without any
    #[arg(value_name = "TEXT")]
    pub(super) text: Vec<String>,

    /// Only activities of this service
    #[arg(long)]
    pub(super) service: Option<String>,

    /// Only activities of this category
    #[arg(long)]
    pub(super) category: Option<String>,

    /// How activities are written
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: LookupFormat,

    /// Write at most this many activities
    #[arg(long, value_name = "N")]
    pub(super) limit: Option<usize>,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum LookupFormat {
    /// Columns for people
    #[default]
    Table,
    /// An array of objects
    Json,
}

#[derive(Args, Debug)]
pub(super) struct RulesArguments {
    /// Words to find in names, titles, reasons, queries and techniques; all rules without any
    #[arg(value_name = "TEXT")]
    pub(super) text: Vec<String>,

    /// How rules are written
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: RulesFormat,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum RulesFormat {
    /// A line each, or with a text all that is known
    #[default]
    Table,
    /// An array of objects
    Json,
    /// A table for tickets and reports
    Markdown,
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
        let meant = meant.map(|name| format!("; did you mean `{name}`?"));
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
        let meant = meant.map(|name| format!("; did you mean `{name}`?"));
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
