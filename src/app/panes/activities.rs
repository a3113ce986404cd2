//! The list of activities: catalogue and data together, counted under the filter.
//! Never counts records itself; counts come with each answer.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, LazyLock};

use crate::app::action::Pane;
use crate::app::intent::{Intent, Reply};
use crate::app::panes::tree::Tree;
use crate::app::panes::{PaneInput, Sight};
use crate::app::viewport::{Motion, Viewport};
use crate::catalogue::{Entry, Filter, catalogue};
use crate::query::answer::{PathCount, SPARK};
use crate::query::choice::Node;
use crate::query::matcher::Matcher;
use crate::query::{Context, Expression, Operator, Query, Value};
use crate::record::Record;
use crate::record::field::Field;
use crate::store::builder::{Batch, Indexer};
use crate::store::{Original, Segment, Span, Store};
use crate::time::Timestamp;

/// The list pane while it shows activities.
#[derive(Debug, Default)]
pub struct Activities {
    /// Lines in the order shown.
    pub lines: Vec<ActivityLine>,
    /// Visible lines.
    pub viewport: Viewport,
}

/// One activity.
#[derive(Clone, Debug)]
pub struct ActivityLine {
    /// Where it stands in the tree.
    pub node: Node,
    /// Its name as shown.
    pub name: String,
    /// Its names in records.
    pub logged: Vec<String>,
    /// Its service as shown.
    pub service: String,
    /// Its category as shown.
    pub category: String,
    /// Does the catalogue have it?
    pub known: bool,
    /// Records under the filter.
    pub count: u64,
    /// Of them, failures.
    pub failures: u64,
    /// Oldest and newest of them (UTC).
    pub seen: Option<(Timestamp, Timestamp)>,
    /// Records by eighth of the period.
    pub spark: [u32; SPARK],
}

/// The catalogue's entries as records of their own, so that the filter means the same to them.
#[derive(Debug)]
struct Entries;

impl Original for Entries {
    fn name(&self) -> &'static str {
        "the catalogue"
    }

    fn read(&self, _: Span) -> io::Result<Vec<u8>> {
        Err(io::Error::other("catalogue entries have no original text"))
    }

    fn decode<'a>(&self, _: &'a [u8]) -> Result<Record<'a>, String> {
        Err("catalogue entries have no original text".to_owned())
    }
}

/// Built on first use: a letter in the filter asks for it again.
static CATALOGUE_SEGMENT: LazyLock<Option<Arc<Segment>>> = LazyLock::new(catalogue_segment);

fn catalogue_segment() -> Option<Arc<Segment>> {
    let mut batch = Batch::new(Arc::new(Entries));
    for entry in catalogue().entries() {
        let record = Record {
            service: entry.service.into(),
            category: entry.category.into(),
            activity: entry.activity.into(),
            ..Record::default()
        };
        batch.push(&record, Span { offset: 0, len: 0 });
    }
    let mut indexer = Indexer::new();
    indexer.absorb(batch);
    indexer.take_segment()
}

/// The words of a query that is nothing but plain words; such a query also finds names fuzzily.
fn plain_words(query: &Query) -> Option<String> {
    fn words(expression: &Expression, out: &mut Vec<String>) -> bool {
        match expression {
            Expression::And(parts) => parts.iter().all(|part| words(part, out)),
            Expression::Term(term) => match (&term.field, &term.operator, &term.value) {
                (None, Operator::Contains, Value::Text(text)) => {
                    out.push(text.clone());
                    true
                }
                _ => false,
            },
            _ => false,
        }
    }
    let mut found = Vec::new();
    let plain = query.expression.as_ref().is_some_and(|expression| words(expression, &mut found));
    plain.then(|| found.join(" "))
}

impl Activities {
    /// Makes the lines anew: what was seen in the data, most records first, then entries of the
    /// catalogue that fit the filter and were never seen.
    pub fn refresh(
        &mut self,
        tree: &Tree,
        paths: &[PathCount],
        query: &Query,
        context: &Context,
        unseen: bool,
    ) {
        let current = self.current().map(|line| line.node.clone());
        let mut seen: HashMap<Node, PathCount> = HashMap::new();
        for (code, path) in paths.iter().enumerate() {
            let Some(branch) = tree.activity(code) else { continue };
            add(seen.entry(branch.node.clone()).or_default(), path);
        }
        let fitting = if unseen { fitting_entries(query, context) } else { HashMap::new() };
        let mut lines: Vec<(usize, ActivityLine)> = Vec::new();
        for branch in tree.activities() {
            let counted = seen.get(&branch.node).copied().unwrap_or_default();
            let rank = fitting.get(&branch.node);
            let shown = counted.count > 0 || (rank.is_some() && !branch.seen);
            if !shown || !tree.choice.admits(&branch.node) {
                continue;
            }
            let (service, category) = tree.names_above(branch);
            let line = ActivityLine {
                node: branch.node.clone(),
                name: branch.name.clone(),
                logged: branch.logged.clone(),
                service: service.to_owned(),
                category: category.to_owned(),
                known: branch.known,
                count: counted.count,
                failures: counted.failures,
                seen: counted.seen,
                spark: counted.spark,
            };
            lines.push((rank.copied().unwrap_or(usize::MAX), line));
        }
        lines.sort_by(|(rank, a), (other, b)| b.count.cmp(&a.count).then(rank.cmp(other)));
        self.lines = lines.into_iter().map(|(_, line)| line).collect();
        self.viewport.set_len(self.lines.len());
        // Until the cursor is moved it stays on the first line.
        let current = current.filter(|_| self.viewport.cursor() > 0);
        let place = current.and_then(|node| self.lines.iter().position(|line| line.node == node));
        match place {
            Some(place) => self.viewport.keep_at(place),
            None => self.viewport.go_to(0),
        }
    }

    /// The activity under the cursor.
    pub fn current(&self) -> Option<&ActivityLine> {
        self.lines.get(self.viewport.cursor())
    }
}

impl PaneInput for Activities {
    fn go(&mut self, motion: Motion, _: &Sight<'_>) -> Reply {
        self.viewport.go(motion);
        Reply::asks(Intent::FollowCursor)
    }

    /// There are as many columns as fit.
    fn sideways(&mut self, _: bool, _: &Sight<'_>) -> Reply {
        Reply::taken()
    }

    /// Shows the records of an activity, or what the catalogue knows of it.
    fn open(&mut self, sight: &Sight<'_>) -> Reply {
        let Some(line) = self.current() else { return Reply::taken() };
        match sight.store.is_empty() {
            true => Reply::asks(Intent::Focus(Pane::Detail)),
            false => Reply::asks(Intent::LeaveView)
                .and([Intent::ShowActivity(line.node.clone()), Intent::Ask]),
        }
    }

    fn click(&mut self, line: usize, _: bool, _: &Sight<'_>) -> Reply {
        // The first line is the titles of the columns.
        let Some(line) = line.checked_sub(1) else { return Reply::taken() };
        if self.viewport.top() + line < self.viewport.len() {
            self.viewport.go_to(self.viewport.top() + line);
        }
        Reply::asks(Intent::FollowCursor)
    }

    fn wheel(&mut self, lines: isize, _: &Sight<'_>) -> Reply {
        self.viewport.scroll_by(lines);
        Reply::asks(Intent::FollowCursor)
    }

    fn value(&self, _: &Store) -> Option<(&'static Field, String)> {
        Some((Field::ACTIVITY, self.current()?.name.clone()))
    }

    fn names(&self) -> Vec<String> {
        self.current().map(|line| line.logged.clone()).unwrap_or_default()
    }
}

/// The catalogue's entry of an activity of the tree.
pub fn entry_of(node: &Node) -> Option<&'static Entry> {
    let activity = node.activity.as_deref()?;
    catalogue().classify(&node.service, node.category.as_deref()?, activity)
}

fn add(sum: &mut PathCount, more: &PathCount) {
    sum.count += more.count;
    sum.failures += more.failures;
    sum.seen = match (sum.seen, more.seen) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (a, b) => a.or(b),
    };
    for (a, b) in sum.spark.iter_mut().zip(more.spark) {
        *a += b;
    }
}

/// Entries of the catalogue that fit the filter, with their place: by the filter itself, and for
/// plain words fuzzily too, best first.
fn fitting_entries(query: &Query, context: &Context) -> HashMap<Node, usize> {
    let node = |at: usize| {
        let entry = &catalogue().entries()[at];
        Node::new(entry.service, Some(entry.category), Some(entry.activity))
    };
    let mut fitting = HashMap::new();
    if let Some(words) = plain_words(query) {
        for (rank, hit) in
            catalogue().search(&words, Filter::default(), usize::MAX).iter().enumerate()
        {
            let entry = hit.entry;
            let found = Node::new(entry.service, Some(entry.category), Some(entry.activity));
            fitting.insert(found, rank);
        }
        return fitting;
    }
    let Some(segment) = &*CATALOGUE_SEGMENT else { return fitting };
    let matched = Matcher::new(query, context).matching(segment, &|| false);
    for at in matched.rows.ones() {
        fitting.insert(node(at), at);
    }
    fitting
}
