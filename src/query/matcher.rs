//! A query against segments: words of the dictionaries first, then the codes of the rows.
//! Never holds rows itself; reads original bytes only for fields that are not in columns.

mod columns;
mod guid;

use std::sync::Arc;

use fixedbitset::FixedBitSet;
use memchr::memmem;
use rayon::prelude::*;
use regex::bytes::Regex;

use columns::{by_codes, by_correlation, by_rows, retain};

use super::pattern::{Pattern, in_raw_text};
use super::{Context, Expression, Operator, Query, Term, Value, level, when};
use crate::format;
use crate::record::column::{Column, ENTRY, Kept, PART, Part};
use crate::record::field::{Field, Stored, WORD_FIELDS};
use crate::record::keyed::{ByKey, by_key};
use crate::record::role;
use crate::record::value_kind::ValueKind;
use crate::store::dictionary::Words;
use crate::store::names::{self, Joins};
use crate::store::{Mark, Marks, Original, RowId, Segment, Store, marks};
use crate::text::fold;
use crate::time::TimeRange;

/// Which rows of one segment match.
#[derive(Clone, Debug, Default)]
pub struct Matched {
    /// One bit for each row of the segment.
    pub rows: FixedBitSet,
    /// Records whose original bytes were needed but could not be read again; they do not match.
    pub unreadable: u64,
    /// Was it stopped before the end? Then `rows` is not complete.
    pub cancelled: bool,
}

/// A query made ready for a store. Remembers which dictionary entries match, so each entry is looked
/// at once however many segments follow; segments must be handed over in order.
#[derive(Debug)]
pub struct Matcher {
    plan: Plan,
    leaves: Vec<Leaf>,
    /// Segments that say where else records were found.
    also: Vec<Arc<Segment>>,
}

#[derive(Debug)]
enum Plan {
    All,
    None,
    And(Vec<Plan>),
    Or(Vec<Plan>),
    Not(Box<Plan>),
    Leaf(usize),
}

#[derive(Debug)]
struct Leaf {
    test: Test,
    /// For dictionary columns: does the entry of that code match?
    verdicts: Vec<bool>,
    /// Does any?
    some: bool,
}

#[derive(Debug)]
enum Test {
    Words(Column, Vec<Part>, Pattern),
    /// One field of a column in which several are kept.
    Keyed(Kept, Pattern),
    Time(TimeRange),
    Correlation(Pattern),
    /// These rows are this, all others that.
    Rows {
        rows: Vec<RowId>,
        are: bool,
        others: bool,
    },
    Original(&'static Field, Pattern),
    /// The values under a key, folded.
    Under(ByKey, String, Pattern),
    Raw(Regex),
}

impl std::fmt::Debug for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Matcher {
    /// Makes a query ready for records of which none is marked.
    pub fn new(query: &Query, context: &Context) -> Self {
        Self::with_marks(query, context, &Marks::default())
    }

    /// Makes a query ready for records of which these are marked.
    pub fn with_marks(query: &Query, context: &Context, marks: &Marks) -> Self {
        let mut leaves = Vec::new();
        let plan = match &query.expression {
            None => Plan::All,
            Some(expression) => plan(expression, &Given { context, marks }, &mut leaves),
        };
        Self { plan, leaves, also: Vec::new() }
    }

    /// Judges the dictionary entries that `segments` were first to bring. They follow those that
    /// were judged before. The processors share the work.
    pub fn judge(&mut self, segments: &[Arc<Segment>]) {
        self.leaves.par_iter_mut().for_each(|leaf| leaf.judge(segments));
    }

    /// Judges entries without a name by the names that the data has for their ids, and takes in where else
    /// records were found. To be asked again whenever entries were judged.
    pub fn join(&mut self, store: &Store, joins: &Joins) {
        self.also = store.also().to_vec();
        self.leaves.par_iter_mut().for_each(|leaf| leaf.join(store, joins));
    }

    /// Does the answer depend on what objects are called?
    pub fn asks_for_names(&self) -> bool {
        self.leaves.iter().any(Leaf::asks_for_names)
    }

    /// Does the answer depend on what records came from?
    pub fn asks_for_sources(&self) -> bool {
        self.leaves.iter().any(|leaf| matches!(leaf.test, Test::Words(Column::Source, ..)))
    }

    /// All rows of a store that match, in its order. Looks at all of it: for a thread.
    pub fn rows(&mut self, store: &Store) -> Vec<RowId> {
        self.judge(store.segments());
        if self.asks_for_names() {
            self.join(store, &Joins::of(store));
        }
        self.also = store.also().to_vec();
        let mut rows = Vec::new();
        for segment in store.segments() {
            let matched = self.scan(segment, everything(segment), &|| false);
            rows.extend(matched.rows.ones().map(|at| segment.first() + at as RowId));
        }
        rows
    }

    /// Which of the `candidates` among the rows of `segment` match. The segment was judged before.
    /// `cancelled` is asked now and then when original bytes must be read.
    pub fn scan(
        &self,
        segment: &Segment,
        candidates: FixedBitSet,
        cancelled: &dyn Fn() -> bool,
    ) -> Matched {
        let (leaves, also) = (&*self.leaves, &*self.also);
        let mut scan = Scan { leaves, also, segment, cancelled, unreadable: 0, stop: false };
        let rows = scan.run(&self.plan, candidates);
        Matched { rows, unreadable: scan.unreadable, cancelled: scan.stop }
    }

    /// Which rows of `segment` match, the one that follows those asked about before, by what stands in
    /// it alone. `cancelled` as for [`Matcher::scan`].
    pub fn matching(&mut self, segment: &Arc<Segment>, cancelled: &dyn Fn() -> bool) -> Matched {
        self.judge(std::slice::from_ref(segment));
        self.scan(segment, everything(segment), cancelled)
    }
}

/// All rows of a segment.
fn everything(segment: &Segment) -> FixedBitSet {
    let mut everything = FixedBitSet::with_capacity(segment.len());
    everything.insert_range(..);
    everything
}

/// Does answering this part of the plan read original bytes? Such parts go last.
fn is_slow(plan: &Plan, leaves: &[Leaf]) -> bool {
    match plan {
        Plan::All | Plan::None => false,
        Plan::And(parts) | Plan::Or(parts) => parts.iter().any(|part| is_slow(part, leaves)),
        Plan::Not(inner) => is_slow(inner, leaves),
        Plan::Leaf(index) => {
            matches!(leaves[*index].test, Test::Original(..) | Test::Under(..) | Test::Raw(_))
        }
    }
}

/// What a query cannot know by itself.
struct Given<'g> {
    context: &'g Context,
    marks: &'g Marks,
}

fn plan(expression: &Expression, given: &Given<'_>, leaves: &mut Vec<Leaf>) -> Plan {
    match expression {
        Expression::And(parts) => Plan::And(slow_last(parts, given, leaves)),
        Expression::Or(parts) => Plan::Or(slow_last(parts, given, leaves)),
        Expression::Not(inner) => Plan::Not(Box::new(plan(inner, given, leaves))),
        Expression::Term(term) => plan_term(term, given, leaves),
    }
}

fn slow_last(parts: &[Expression], given: &Given<'_>, leaves: &mut Vec<Leaf>) -> Vec<Plan> {
    let mut parts: Vec<Plan> = parts.iter().map(|part| plan(part, given, leaves)).collect();
    parts.sort_by_key(|part| is_slow(part, leaves));
    parts
}

fn plan_term(term: &Term, given: &Given<'_>, leaves: &mut Vec<Leaf>) -> Plan {
    if term.operator == Operator::NotEquals {
        let equals = Term { operator: Operator::Equals, ..term.clone() };
        return Plan::Not(Box::new(plan_term(&equals, given, leaves)));
    }
    if let Value::Keyed(key, value) = &term.value {
        return plan_keyed(term, key, value, leaves);
    }
    if let Value::AnyOf(values) = &term.value {
        let one = |value: &Value| Term { value: value.clone(), ..term.clone() };
        return Plan::Or(values.iter().map(|v| plan_term(&one(v), given, leaves)).collect());
    }
    let mut leaf = |test| {
        leaves.push(Leaf { test, verdicts: Vec::new(), some: false });
        Plan::Leaf(leaves.len() - 1)
    };
    let Some(field) = term.field else {
        let tests: Vec<Test> = word_columns()
            .filter_map(|(column, parts)| {
                let of: fn(Operator, &Value) -> Option<Pattern> =
                    if column == Column::Ip { Pattern::of_address } else { Pattern::new };
                Some(in_words(column, &parts, of(term.operator, &term.value)?))
            })
            .flatten()
            .collect();
        return Plan::Or(tests.into_iter().map(leaf).collect());
    };
    if let Stored::Time = field.stored {
        return when::of_term(term, given.context)
            .map_or(Plan::None, |range| leaf(Test::Time(range)));
    }
    if let Some(words) = level::of_term(term).filter(|_| field.kind == ValueKind::Level) {
        let one = |word: &str| Term {
            operator: Operator::Equals,
            value: Value::Text(word.to_owned()),
            ..term.clone()
        };
        return Plan::Or(words.into_iter().map(|w| plan_term(&one(w), given, leaves)).collect());
    }
    // `field=""` asks for records without any value.
    if term.operator == Operator::Equals && term.value == Value::Text(String::new()) {
        let exists = Term { operator: Operator::Contains, ..term.clone() };
        return Plan::Not(Box::new(plan_term(&exists, given, leaves)));
    }
    let Some(pattern) = pattern(term) else { return Plan::None };
    match field.stored {
        Stored::Column(column, parts) => {
            let mut tests = in_words(column, parts, pattern);
            match tests.len() {
                1 => leaf(tests.remove(0)),
                _ => Plan::Or(tests.into_iter().map(leaf).collect()),
            }
        }
        Stored::Property(_) => match field.stored.kept() {
            Some(kept) => leaf(Test::Keyed(kept, pattern)),
            None => Plan::None,
        },
        Stored::Correlation => leaf(Test::Correlation(pattern)),
        Stored::Mark => leaf(by_mark(&pattern, given.marks)),
        Stored::Note => leaf(by_note(&pattern, given.marks)),
        Stored::Raw => match (&pattern, &term.value) {
            (Pattern::Exists, _) => Plan::All,
            (Pattern::Contains(_) | Pattern::ContainsOrIs(..), Value::Text(text)) => {
                in_raw_text(text).map_or(Plan::None, |regex| leaf(Test::Raw(regex)))
            }
            _ => leaf(Test::Original(field, pattern)),
        },
        Stored::Original(_) | Stored::Time => leaf(Test::Original(field, pattern)),
    }
}

/// The tests of which one holds where a pattern is in these parts of a column, also under another name
/// of a role.
fn in_words(column: Column, parts: &[Part], pattern: Pattern) -> Vec<Test> {
    let of_targets = column == Column::Targets && names::are_names(column, parts);
    let others = match of_targets {
        true => role::other_names(|name| pattern.matches(name, name)),
        false => Vec::new(),
    };
    let others = others.into_iter().map(|name| Pattern::Equals(name.to_owned()));
    let all = std::iter::once(pattern).chain(others);
    all.map(|pattern| Test::Words(column, parts.to_vec(), pattern)).collect()
}

/// A term about the values under a key. It is not negated.
fn plan_keyed(term: &Term, key: &str, value: &Value, leaves: &mut Vec<Leaf>) -> Plan {
    let Some(values) = term.field.and_then(by_key) else { return Plan::None };
    if let Value::AnyOf(all) = value {
        let plans = all.iter().map(|value| plan_keyed(term, key, value, leaves));
        return Plan::Or(plans.collect());
    }
    let is_none = term.operator == Operator::Equals && *value == Value::Text(String::new());
    let operator = if is_none { Operator::Contains } else { term.operator };
    let Some(pattern) = Pattern::new(operator, value) else { return Plan::None };
    let test = Test::Under(values, fold(key), pattern);
    leaves.push(Leaf { test, verdicts: Vec::new(), some: false });
    let plan = Plan::Leaf(leaves.len() - 1);
    if is_none { Plan::Not(Box::new(plan)) } else { plan }
}

fn by_mark(pattern: &Pattern, marks: &Marks) -> Test {
    Test::Rows {
        rows: marks.iter().map(|(row, _)| row).collect(),
        are: pattern.matches(marks::YES, marks::YES),
        others: pattern.matches(marks::NO, marks::NO),
    }
}

fn by_note(pattern: &Pattern, marks: &Marks) -> Test {
    let fits = |mark: &Mark| pattern.matches(&mark.note, &fold(&mark.note));
    let rows = marks.iter().filter(|(_, mark)| fits(mark)).map(|(row, _)| row).collect();
    Test::Rows { rows, are: true, others: false }
}

fn pattern(term: &Term) -> Option<Pattern> {
    match term.field.map(|field| field.kind) {
        Some(ValueKind::Address) => Pattern::of_address(term.operator, &term.value),
        _ if term.field.is_some_and(|field| matches!(field.name, "change.old" | "change.new")) => {
            Pattern::of_property(term.operator, &term.value)
        }
        _ => Pattern::new(term.operator, &term.value),
    }
}

/// The columns a bare word looks in, each with the parts it looks at.
fn word_columns() -> impl Iterator<Item = (Column, Vec<Part>)> {
    let mut columns: Vec<(Column, Vec<Part>)> = Vec::new();
    for field in WORD_FIELDS {
        let Stored::Column(column, parts) = field.stored else { continue };
        match columns.iter_mut().find(|(known, _)| *known == column) {
            Some((_, known)) => known.extend(parts),
            None => columns.push((column, parts.to_vec())),
        }
    }
    columns.push((Column::Properties, vec![Part::WORD]));
    columns.into_iter()
}

impl Leaf {
    fn asks_for_names(&self) -> bool {
        matches!(&self.test, Test::Words(column, parts, _) if names::are_names(*column, parts))
    }

    fn join(&mut self, store: &Store, joins: &Joins) {
        if !self.asks_for_names() {
            return;
        }
        let Test::Words(column, _, pattern) = &self.test else { return };
        for (entry, name) in joins.pairs() {
            let code = entry.code_in(*column);
            let Some(verdict) = code.and_then(|code| self.verdicts.get_mut(code as usize)) else {
                continue;
            };
            *verdict = *verdict || pattern.matches(name.text(store), name.folded(store));
            self.some |= *verdict;
        }
    }

    /// Judges the dictionary entries these segments were first to bring.
    fn judge(&mut self, segments: &[Arc<Segment>]) {
        let (column, parts, pattern, key) = match &self.test {
            Test::Words(column, parts, pattern) => (column, &**parts, pattern, None),
            Test::Keyed(kept, pattern) => (&kept.column, kept.parts, pattern, Some(kept)),
            _ => return,
        };
        let Some(last) = segments.last() else { return };
        let known = self.verdicts.len();
        self.verdicts.resize((last.words(*column).end() as usize).max(known), false);
        let mut fresh = &mut self.verdicts[known..];
        let mut tasks: Vec<(&Words, &mut [bool])> = Vec::with_capacity(segments.len());
        for segment in segments {
            let words = segment.words(*column);
            // A segment may be asked about again: its entries are judged.
            if words.first() as usize >= known && words.first() < words.end() {
                let (own, rest) = fresh.split_at_mut((words.end() - words.first()) as usize);
                tasks.push((words, own));
                fresh = rest;
            }
        }
        tasks.into_par_iter().for_each(|(words, own)| {
            judge_words(words, parts, pattern, own);
            let Some(kept) = key else { return };
            for (code, verdict) in (words.first()..words.end()).zip(own) {
                *verdict = *verdict && kept.is_in(words.entry(code));
            }
        });
        self.some |= self.verdicts[known..].contains(&true);
    }
}

/// Judges all entries of `words`: does one of their `parts` match?
fn judge_words(words: &Words, parts: &[Part], pattern: &Pattern, verdicts: &mut [bool]) {
    let parts: Vec<usize> = parts.iter().map(|part| part.at()).collect();
    let parts = &*parts;
    match pattern {
        Pattern::Contains(needle) => judge_by_search(words, needle, false, parts, verdicts),
        Pattern::Equals(whole) if !whole.is_empty() => {
            judge_by_search(words, whole, true, parts, verdicts);
        }
        Pattern::ContainsOrIs(needle, whole) if !whole.is_empty() => {
            judge_by_search(words, needle, false, parts, verdicts);
            judge_by_search(words, whole, true, parts, verdicts);
        }
        pattern => {
            for (code, verdict) in (words.first()..words.end()).zip(verdicts) {
                let logged = words.entry(code).split(PART);
                let folded = words.folded_entry(code).split(PART);
                *verdict = logged.zip(folded).enumerate().any(|(part, (logged, folded))| {
                    parts.contains(&part) && pattern.matches(logged, folded)
                });
            }
        }
    }
}

/// Finds all entries with a part that contains `needle` (or is it, where `whole`) with one search
/// over the folded text of all of them. `needle` is not empty.
fn judge_by_search(
    words: &Words,
    needle: &str,
    whole: bool,
    parts: &[usize],
    verdicts: &mut [bool],
) {
    let folded = words.folded().as_bytes();
    let ends = |at: usize| matches!(folded.get(at).map(|&b| char::from(b)), Some(PART | ENTRY));
    let finder = memmem::Finder::new(needle.as_bytes());
    let mut entries = words.folded_ends().iter().map(|&end| end as usize).enumerate();
    let mut entry = 0..0;
    let mut code = 0;
    let mut at = 0;
    while let Some(found) = finder.find(&folded[at..]) {
        let hit = at + found;
        at = hit + 1;
        let starts = hit == 0 || ends(hit - 1);
        if whole && !(starts && ends(hit + needle.len())) {
            continue;
        }
        while entry.end <= hit {
            let Some((next, end)) = entries.next() else { return };
            (code, entry) = (next, entry.end..end);
        }
        let part = memchr::memchr_iter(PART as u8, &folded[entry.start..hit]).count();
        at = if parts.contains(&part) {
            verdicts[code] = true;
            entry.end
        } else {
            // Nothing else in this part counts. Looking at each hit in it again would take time
            // that grows with the square of its length.
            let rest = memchr::memchr2(PART as u8, ENTRY as u8, &folded[hit..]);
            rest.map_or(folded.len(), |end| hit + end)
        };
    }
}

struct Scan<'s> {
    leaves: &'s [Leaf],
    also: &'s [Arc<Segment>],
    segment: &'s Segment,
    cancelled: &'s dyn Fn() -> bool,
    unreadable: u64,
    stop: bool,
}

impl Scan<'_> {
    /// The rows among `candidates` for which `plan` holds.
    fn run(&mut self, plan: &Plan, mut candidates: FixedBitSet) -> FixedBitSet {
        match plan {
            Plan::All => candidates,
            Plan::None => FixedBitSet::with_capacity(self.segment.len()),
            Plan::And(parts) => {
                for part in parts {
                    if candidates.is_clear() {
                        break;
                    }
                    candidates = self.run(part, candidates);
                }
                candidates
            }
            Plan::Or(parts) => {
                let mut found = FixedBitSet::with_capacity(self.segment.len());
                for part in parts {
                    let more = self.run(part, candidates.clone());
                    candidates.difference_with(&more);
                    found.union_with(&more);
                }
                found
            }
            Plan::Not(inner) => {
                let inside = self.run(inner, candidates.clone());
                candidates.difference_with(&inside);
                candidates
            }
            Plan::Leaf(index) => {
                self.leaf(*index, &mut candidates);
                candidates
            }
        }
    }

    /// Those of the candidates that were also found in a source that was judged to match.
    fn found_elsewhere(&self, verdicts: &[bool], candidates: &FixedBitSet) -> Vec<usize> {
        let first = self.segment.first();
        let to = first + self.segment.len() as RowId;
        let also = self.also.iter().flat_map(|segment| segment.also(first, to));
        let matching = also.filter(|(_, code)| verdicts.get(*code as usize) == Some(&true));
        let rows = matching.map(|(row, _)| (row - first) as usize);
        rows.filter(|at| candidates.contains(*at)).collect()
    }

    fn leaf(&mut self, index: usize, candidates: &mut FixedBitSet) {
        let leaf = &self.leaves[index];
        match &leaf.test {
            Test::Words(..) | Test::Keyed(..) if !leaf.some => candidates.clear(),
            Test::Words(Column::Source, ..) => {
                let elsewhere = self.found_elsewhere(&leaf.verdicts, candidates);
                by_codes(self.segment.column(Column::Source), &leaf.verdicts, candidates);
                for at in elsewhere {
                    candidates.insert(at);
                }
            }
            Test::Words(column, ..) | Test::Keyed(Kept { column, .. }, _) => {
                by_codes(self.segment.column(*column), &leaf.verdicts, candidates);
            }
            Test::Time(range) => {
                let segment = self.segment;
                retain(candidates, |at| segment.time(at).is_some_and(|time| range.contains(time)));
            }
            Test::Correlation(pattern) => by_correlation(self.segment, pattern, candidates),
            Test::Rows { rows, are, others } => {
                by_rows(self.segment, rows, *are, *others, candidates);
            }
            Test::Original(field, pattern) => {
                self.by_original(candidates, None, |original, bytes| {
                    let record = original.decode(bytes).ok()?;
                    let plain = format::plain(bytes);
                    let raw = String::from_utf8_lossy(&plain);
                    let mut found = false;
                    field.values(&record, &raw, &mut |value| {
                        found = found || pattern.matches(value, &fold(value));
                    });
                    Some(found)
                });
            }
            Test::Under(values, key, pattern) => {
                self.by_original(candidates, None, |original, bytes| {
                    let record = original.decode(bytes).ok()?;
                    let mut found = false;
                    values(&record, key, &mut |value| {
                        found = found || pattern.matches(value, &fold(value));
                    });
                    Some(found)
                });
            }
            Test::Raw(regex) => {
                self.by_original(candidates, Some(regex), |_, bytes| {
                    Some(regex.is_match(&format::plain(bytes)))
                });
            }
        }
    }

    /// Keeps the candidates whose original bytes pass; reads neighbouring records together. Where
    /// `needed` is nowhere in what was read together, none of them passes.
    fn by_original(
        &mut self,
        candidates: &mut FixedBitSet,
        needed: Option<&Regex>,
        test: impl Fn(&dyn Original, &[u8]) -> Option<bool>,
    ) {
        let rows: Vec<usize> = candidates.ones().collect();
        let mut buffer = Vec::new();
        let mut next = 0;
        while next < rows.len() {
            if self.stop || (self.cancelled)() {
                self.stop = true;
                for &at in &rows[next..] {
                    candidates.remove(at);
                }
                return;
            }
            let together = self.segment.neighbours(&rows[next..]);
            let group = &rows[next..next + together];
            next += together;
            let block = self.segment.read_block(group, &mut buffer);
            // Of records that stand escaped in other text, what was read is not their own.
            let record = |&at: &usize| block.record(self.segment.span(at).1);
            let escaped = group.iter().filter_map(record).any(format::is_escaped);
            // A record before the first place has none, and one behind it may have another.
            let from = match (block.bytes, needed) {
                (Some(bytes), Some(needed)) if !escaped => {
                    needed.find(bytes).map_or(bytes.len(), |hit| hit.start())
                }
                _ => 0,
            };
            for &at in group {
                let (original, span) = self.segment.span(at);
                if block.start(span) + span.len as usize <= from {
                    candidates.set(at, false);
                    continue;
                }
                let passed = block.record(span).and_then(|bytes| test(&**original, bytes));
                if passed.is_none() {
                    self.unreadable += 1;
                }
                candidates.set(at, passed == Some(true));
            }
        }
    }
}
