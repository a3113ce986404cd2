//! `entrail query`: load, answer, write.
//! Never asks anything: what is missing is an error that says how to give it.

mod arguments;
mod counted;

use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::Context as _;

pub(in crate::cli) use self::arguments::Arguments;
use self::arguments::{DistinctArgument, SortArgument};
use crate::case::{self, Case};
use crate::cli::account::written;
use crate::cli::load::{self, Loaded};
use crate::cli::named::Together;
use crate::cli::place::{Asked, Row};
use crate::cli::standard::out;
use crate::cli::stdout::Stdout;
use crate::cli::{Outcome, parse_query, profiles, tell};
use crate::config::cases;
use crate::export::{self, About, Options, Sheet, Written};
use crate::place::Places;
use crate::query::answer::{Answer, Answerer, Question, Sort};
use crate::query::choice::Choice;
use crate::query::counted_values::count_values;
use crate::query::sieve::Sieve;
use crate::query::translate::{Language, translate};
use crate::query::{Context, Expression, Query};
use crate::record::column::Column;
use crate::record::field::Field;
use crate::record::keyed;
use crate::record::wanted::Wanted;
use crate::source::{Load, Unwanted};
use crate::store::{Marks, RowId, Store};
use crate::text::clean;
use crate::text::nearby::{did_you_mean, nearest};
use crate::trails;

/// Answers a query on standard output.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let query = parse_query(&arguments.query)?;
    if let Some(language) = arguments.language {
        anyhow::ensure!(arguments.places.is_empty(), "--as reads nothing: name no places with it");
        return translated(&query, language.into());
    }
    if let Some(outcome) = arguments.places.answered()? {
        return Ok(outcome);
    }
    let format = arguments.format();
    anyhow::ensure!(
        format.takes_fields() || arguments.fields.is_empty(),
        "--fields cannot choose from whole records; use --format ndjson, csv or table"
    );
    let case = match &arguments.case {
        Some(path) => Some(named_case(path)?),
        None => None,
    };
    let searched = searched(arguments, &query, case.is_some())?;
    searched.together.tell_usual_spans();
    let query = match searched.together.kept().expression {
        Some(kept) => query.and(kept),
        None => query,
    };
    if let Some(outcome) = counted::counted(arguments, &query, &searched)? {
        return Ok(outcome);
    }
    let mut loaded = loaded(arguments, &query, &searched);
    if arguments.account {
        let rows = answer(&loaded.store, query, None).rows.len();
        return written(&loaded, (!arguments.query.is_empty()).then_some(rows));
    }
    let has_nothing = loaded.is_failure() || loaded.store.is_empty() && arguments.places.is_empty();
    if has_nothing && names_something(&arguments.query) {
        let query = clean(&arguments.query);
        tell(&format!("entrail: `{query}` was taken for the query, which comes first"));
    }
    if loaded.is_failure() {
        loaded.tell_summary(0);
        return Ok(Outcome::Failed);
    }
    if let Some(case) = &case {
        take_marks(case, &mut loaded.store);
    }
    let mut options = options(arguments);
    if format.sheet().is_some() {
        options.about = about(arguments, &searched.together, &loaded.store, case.as_ref());
    }
    let keys = query.keys();
    let answer = answer(&loaded.store, query, arguments.sort);
    if answer.rows.is_empty() {
        tell_unknown_keys(arguments, &searched.together.places, &keys);
    }
    let limit = arguments.limit.unwrap_or(usize::MAX);
    let mut report = Written::default();
    let mut out = BufWriter::with_capacity(64 << 10, out());
    let written = write(&loaded.store, &answer, arguments, &options, &mut report, &mut out)
        .and_then(|()| out.flush());
    if let Some(reason) = &report.first_error {
        tell(&format!("entrail: {reason}"));
    }
    let shown = &answer.rows[..answer.rows.len().min(limit)];
    if let Some(words) = sign_in_words(&loaded.store, shown) {
        tell(&format!("entrail: {words}"));
    }
    let unreadable = report.unreadable + answer.unreadable;
    loaded.tell_summary(unreadable);
    if options.redact && report.records > 0 {
        tell(&format!("entrail: redacted by what is known and by form; {}", export::READ_FIRST));
    }
    written?;
    // What was left out by --limit comes again.
    let all = searched.together.places.iter().filter(|_| limit >= answer.rows.len());
    for place in all {
        place.handed_over().map_err(anyhow::Error::msg)?;
    }
    Ok(loaded.outcome(!answer.rows.is_empty() && limit > 0, unreadable))
}

/// What is searched.
struct Searched {
    together: Together,
    /// Is all of it needed, or only what may match?
    is_whole: bool,
}

/// What to search in, where a service is asked for no more than the query needs; also fails where the only
/// file was taken for the query.
fn searched(arguments: &Arguments, query: &Query, has_case: bool) -> anyhow::Result<Searched> {
    let tells_inputs = arguments.format().sheet().is_some();
    // An index that is asked for is an index of everything, and a case wants all its records.
    let is_whole = arguments.index.is_asked_for() || has_case || tells_inputs || arguments.account;
    let asked =
        Asked { now: context().now, query: query.clone(), is_whole, is_screen: false, alike: 1 };
    let found = load::searched(arguments.demo, &arguments.places, &asked);
    let together = found.map_err(|nothing| {
        let query = &arguments.query;
        if !arguments.places.is_empty() || !names_something(query) {
            return nothing;
        }
        anyhow::anyhow!(
            "`{query}` is read as the query, and nothing to search in is given; for all records \
             of it write: entrail query '' {query}"
        )
    })?;
    Ok(Searched { together, is_whole })
}

/// Loads what the answer needs. Records that cannot match are passed over, and columns nobody asks for
/// stay empty; where an object then has an id and no name, everything is read after all, as any record
/// may name it.
fn loaded(arguments: &Arguments, query: &Query, searched: &Searched) -> Loaded {
    let Searched { together: Together { places, .. }, is_whole } = searched;
    let wanted = wanted(query, arguments);
    let names = wanted.has(Column::Targets) || wanted.has(Column::Actor);
    // A service would have to be asked for all of it again.
    let once = places.iter().any(|place| place.is_read_once() || place.waits());
    let load = |unwanted, wanted| Load {
        places: places.clone(),
        cache: arguments.index.cache(),
        unwanted,
        wanted,
        date_order: arguments.index.date_order(),
    };
    let unwanted = unwanted(query).filter(|_| !is_whole);
    let is_partial = unwanted.is_some() || !wanted.has_names();
    if !names || !is_partial {
        return load::load(load(unwanted, wanted));
    }
    let mut whole = wanted;
    whole.add_names();
    if once {
        return load::load(load(None, whole));
    }
    let mut told = Vec::new();
    let first = load::load_telling(load(unwanted, wanted), &mut |line| told.push(line.to_owned()));
    if first.store.has_nameless() {
        return load::load(load(None, whole));
    }
    for line in &told {
        tell(line);
    }
    first
}

/// Says which of these keys no record has: one that is mistyped finds nothing, like one that is right.
/// What is read once cannot be read again and is not looked through.
fn tell_unknown_keys(arguments: &Arguments, places: &Places, keys: &[(&'static Field, String)]) {
    if keys.is_empty() || places.iter().any(|place| place.is_read_once() || place.waits()) {
        return;
    }
    let places = places.clone();
    let load = Load { places, date_order: arguments.index.date_order(), ..Load::default() };
    let loaded = load::load_telling(load, &mut |_| {});
    if loaded.is_failure() {
        return;
    }
    let store = loaded.store;
    for (field, key) in keys {
        let has = Query { expression: Some(Expression::has_key(field, key)) };
        if !answer(&store, has, None).rows.is_empty() {
            continue;
        }
        let (usual, of) = keyed::keys_of(field);
        let there = of.map(|of| count_values(&store, of)).unwrap_or_default();
        let names = usual.iter().copied().chain(there.iter().map(|(name, _)| name.as_str()));
        let hint = nearest(key, names).map(|name| format!("; {}", did_you_mean(&[name])));
        tell(&format!(
            "entrail: no record has `{key}` in `{}`{}",
            field.name,
            hint.unwrap_or_default()
        ));
    }
}

/// How many of these records are rows of sign-ins that have several; `None` where none is.
fn sign_in_words(store: &Store, rows: &[RowId]) -> Option<String> {
    let all = rows.len();
    match store.events().among(rows) {
        (0, _) => None,
        (1, _) => Some(format!(
            "1 of {all} records is one of several rows of a sign-in; the last row says how it ended"
        )),
        (count, 1) => Some(format!(
            "{count} of {all} records are rows of one sign-in; the last row says how it ended"
        )),
        (count, sign_ins) => Some(format!(
            "{count} of {all} records are rows of {sign_ins} sign-ins; \
             the last row of each says how it ended"
        )),
    }
}

/// Writes a query in another language. A `$filter` has no comments: what it leaves out is told.
fn translated(query: &Query, language: Language) -> anyhow::Result<Outcome> {
    let made = translate(query, &context(), language);
    let mut out = out();
    let text = if language == Language::OData {
        made.comments().iter().for_each(|line| tell(line.trim_start_matches("# ")));
        made.code.clone()
    } else {
        made.text()
    };
    if Stdout::look().terminal {
        text.lines().try_for_each(|line| writeln!(out, "{}", clean(line)))?;
    } else {
        writeln!(out, "{text}")?;
    }
    Ok(Outcome::found(!made.code.is_empty()))
}

/// The case that was named.
fn named_case(path: &Path) -> anyhow::Result<Case> {
    let kept = cases::read(path).map_err(anyhow::Error::msg)?;
    let kept = kept.with_context(|| format!("{}: there is no such case", path.display()))?;
    Ok(kept.case)
}

/// Marks the records of a case; tells how many of them are not there.
fn take_marks(case: &Case, store: &mut Store) {
    let (found, lost) = case::find(store, &case.marks, &|| false);
    let mut marks = Marks::default();
    for (row, marked) in &found {
        marks.set(*row, marked.mark());
    }
    store.set_marks(marks);
    if !lost.is_empty() {
        let all = case.marks.len();
        tell(&format!("entrail: {} of the case's {all} marked records are not there", lost.len()));
    }
}

/// Records that cannot match, told from their bytes: they need not be decoded.
fn unwanted(query: &Query) -> Option<Unwanted> {
    let sieve = Sieve::new(query)?;
    Some(Unwanted::new(move |block, base, events| sieve.ids_of_hopeless(block, base, events)))
}

/// The columns that the answer is made from.
fn wanted(query: &Query, arguments: &Arguments) -> Wanted {
    let tells = arguments.format().sheet().is_some();
    if tells && !arguments.count && arguments.by.is_none() {
        // Sequences, and names of ids, are looked for in all records.
        return Wanted::default();
    }
    let mut wanted = Wanted::NOTHING;
    query.add_wanted(&mut wanted);
    if let Some(field) = arguments.by {
        wanted.add(field);
    } else if let Some(distinct) = &arguments.distinct {
        wanted.add(distinct.field);
    } else if !arguments.count {
        if let Some(SortArgument(sort)) = arguments.sort {
            wanted.add(sort.field);
        }
        export::add_wanted(&options(arguments), &mut wanted);
    }
    wanted
}

fn options(arguments: &Arguments) -> Options {
    let stdout = Stdout::look();
    Options {
        format: arguments.format(),
        fields: (!arguments.fields.is_empty()).then(|| arguments.fields.clone()),
        width: stdout.width,
        colour: stdout.colour,
        terminal: stdout.terminal,
        redact: arguments.redact,
        ..Options::default()
    }
}

/// What a report says of itself; this reads the inputs once more for their digests.
fn about(arguments: &Arguments, searched: &Together, store: &Store, case: Option<&Case>) -> About {
    let mut about = About {
        title: case.map(|case| case.title.clone()).unwrap_or_default(),
        made: Some(crate::runtime::now()),
        ..About::default()
    };
    about.inputs = case::digested(&searched.places, store, &|| false);
    about.queries.extend((!arguments.query.is_empty()).then(|| arguments.query.clone()));
    let mut paths: Vec<String> =
        arguments.places.all_paths().map(|path| path.display().to_string()).collect();
    if arguments.demo {
        paths.push("--demo".to_owned());
    }
    let file = arguments.case.as_ref().map(|path| path.display().to_string());
    about.find_again(&arguments.query, &paths, file.as_deref());
    if arguments.format().sheet() == Some(Sheet::Report) {
        about.sequences = trails::sequences(store, &|_| true);
    }
    about
}

/// Is what was given as the query the name of a file or a place?
fn names_something(query: &str) -> bool {
    let is_profile = || profiles::all().iter().any(|profile| profile.name == query);
    !query.is_empty() && (Path::new(query).exists() || Row::find(query).is_some() || is_profile())
}

/// What a query on the command line knows: the time, and no selected record.
fn context() -> Context {
    Context { now: crate::runtime::now(), around: None }
}

/// The rows that match, in the order asked for; newest first otherwise.
fn answer(store: &Store, query: Query, sort: Option<SortArgument>) -> Answer {
    let mut answerer = Answerer::default();
    answerer.extend(store.clone());
    answerer.ask(Question {
        revision: 0,
        query,
        context: context(),
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
    arguments: &Arguments,
    options: &Options,
    report: &mut Written,
    out: &mut dyn Write,
) -> io::Result<()> {
    let limit = arguments.limit.unwrap_or(usize::MAX);
    if let Some(DistinctArgument { field, kind }) = &arguments.distinct {
        let (count, counted) = export::distinct(store, &answer.rows, field, kind.as_deref());
        *report = counted;
        return writeln!(out, "{count}");
    }
    if let Some(field) = arguments.by {
        let counted = export::count_by(store, &answer.rows, field);
        *report = counted.report.clone();
        return counted.write(limit, out);
    }
    let rows = &answer.rows[..answer.rows.len().min(limit)];
    if arguments.count {
        return writeln!(out, "{}", rows.len());
    }
    *report = export::write(store, rows, options, out)?;
    Ok(())
}
