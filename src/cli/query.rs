//! `entrail query`: load, answer, write.
//! Never asks anything: what is missing is an error that says how to give it.
#![expect(clippy::disallowed_methods, reason = "the command line tells queries what time it is")]

use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::Path;
use std::time::SystemTime;

use super::arguments::{QueryArguments, SortArgument};
use super::stdout::Stdout;
use super::{Outcome, load, parse_query, tell};
use crate::export::{self, Format, Options, Report};
use crate::query::answer::{Answer, Answerer, Question, Sort};
use crate::query::choice::Choice;
use crate::query::sieve::Sieve;
use crate::query::{Context, Query};
use crate::record::wanted::Wanted;
use crate::source::{Load, Origin, Unwanted};
use crate::store::Store;
use crate::time::Timestamp;

/// Answers a query on standard output.
pub(super) fn run(arguments: &QueryArguments) -> anyhow::Result<Outcome> {
    let query = parse_query(&arguments.query)?;
    let format = arguments.format();
    anyhow::ensure!(
        format != Format::Raw || arguments.fields.is_empty(),
        "--fields cannot choose from the original bytes; use --format ndjson, csv or table"
    );
    let loaded = load::load(Load {
        origins: origins(arguments)?,
        cache: arguments.index.cache(),
        // An index that is asked for is an index of everything.
        unwanted: if arguments.index.is_asked_for() { None } else { unwanted(&query) },
        wanted: wanted(&query, arguments),
    });
    if loaded.is_failure() {
        loaded.tell_summary(0);
        if is_file(&arguments.query) {
            tell(&format!(
                "entrail: `{}` was taken for the query, which comes first",
                arguments.query
            ));
        }
        return Ok(Outcome::Failed);
    }
    let answer = answer(&loaded.store, query, arguments.sort);
    let limit = arguments.limit.unwrap_or(usize::MAX);
    let mut report = Report::default();
    let mut out = BufWriter::with_capacity(64 << 10, io::stdout().lock());
    let written =
        write(&loaded.store, &answer, arguments, &mut report, &mut out).and_then(|()| out.flush());
    if let Some(reason) = &report.first_error {
        tell(&format!("entrail: {reason}"));
    }
    let unreadable = report.unreadable + answer.unreadable;
    loaded.tell_summary(unreadable);
    written?;
    if unreadable > 0 {
        return Ok(Outcome::Failed);
    }
    Ok(Outcome::found(!answer.rows.is_empty() && limit > 0))
}

/// Where to read from: the demo tenant, the paths, or standard input when something is piped in.
fn origins(arguments: &QueryArguments) -> anyhow::Result<Vec<Origin>> {
    if arguments.demo {
        return Ok(vec![Origin::Demo]);
    }
    if !arguments.paths.is_empty() {
        return Ok(load::origins(arguments.paths.clone()));
    }
    if !io::stdin().is_terminal() {
        return Ok(vec![Origin::Stdin]);
    }
    let query = &arguments.query;
    if is_file(query) {
        anyhow::bail!(
            "`{query}` is read as the query, and nothing to search in is given; for all records \
             of that file write: entrail query '' {query}"
        );
    }
    anyhow::bail!(
        "nothing to search in: give files, folders or patterns, pipe records in, or try the \
         built-in tenant with --demo"
    )
}

/// Records that cannot match, told from their bytes: they need not be decoded.
fn unwanted(query: &Query) -> Option<Unwanted> {
    let sieve = Sieve::new(query)?;
    Some(Unwanted::new(move |block, base, events| sieve.ids_of_hopeless(block, base, events)))
}

/// The columns that the answer is made from.
fn wanted(query: &Query, arguments: &QueryArguments) -> Wanted {
    let mut wanted = Wanted::NOTHING;
    query.add_wanted(&mut wanted);
    if let Some(field) = arguments.by {
        wanted.add(field);
    } else if !arguments.count {
        if let Some(SortArgument(sort)) = arguments.sort {
            wanted.add(sort.field);
        }
        export::add_wanted(&options(arguments), &mut wanted);
    }
    wanted
}

fn options(arguments: &QueryArguments) -> Options {
    let stdout = Stdout::look();
    Options {
        format: arguments.format(),
        fields: (!arguments.fields.is_empty()).then(|| arguments.fields.clone()),
        width: stdout.width,
        colour: stdout.colour,
        terminal: stdout.terminal,
    }
}

/// Is there something of the name that was given as the query?
fn is_file(query: &str) -> bool {
    !query.is_empty() && Path::new(query).exists()
}

/// The rows that match, in the order asked for; newest first otherwise.
fn answer(store: &Store, query: Query, sort: Option<SortArgument>) -> Answer {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = Timestamp::from_ms(since_1970.map_or(0, |since| since.as_millis() as i64));
    let mut answerer = Answerer::default();
    answerer.extend(store.clone());
    answerer.ask(Question {
        revision: 0,
        query,
        context: Context { now, around: None },
        choice: Choice::default(),
        sort: sort.map_or_else(Sort::newest_first, |sort| sort.0),
        axis: None,
        operations: false,
        hidden: None,
    });
    while answerer.step(&|| false) {}
    answerer.answer().unwrap_or_default()
}

fn write(
    store: &Store,
    answer: &Answer,
    arguments: &QueryArguments,
    report: &mut Report,
    out: &mut dyn Write,
) -> io::Result<()> {
    let limit = arguments.limit.unwrap_or(usize::MAX);
    if let Some(field) = arguments.by {
        let counted = export::count_by(store, &answer.rows, field);
        *report = counted.report.clone();
        return counted.write(limit, out);
    }
    let rows = &answer.rows[..answer.rows.len().min(limit)];
    if arguments.count {
        return writeln!(out, "{}", rows.len());
    }
    *report = export::write(store, rows, &options(arguments), out)?;
    Ok(())
}
