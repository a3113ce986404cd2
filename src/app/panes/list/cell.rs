//! What stands in a cell of the list: outcome, risk, time, targets, and the text of any field.
//! Never cleans and never paints; what a record is about is cut last.

use crate::record::Outcome;
use crate::record::column::{Column, Kept, Part};
use crate::record::field::{Field, Stored};
use crate::record::risk::Level;
use crate::record::tenant_names;
use crate::store::{RowId, Store};
use crate::text::fit;
use crate::time::{Timestamp, Zone};

/// How times are written: in which zone, and how much of them.
#[derive(Clone, Copy)]
pub struct Times<'z> {
    /// The zone they are shown in.
    pub zone: &'z Zone,
    /// With the year: where records are of several.
    pub years: bool,
    /// With seconds: where there is room.
    pub seconds: bool,
}

impl<'z> Times<'z> {
    /// Everything there is of a time, for what leaves the screen.
    pub const fn whole(zone: &'z Zone) -> Self {
        Self { zone, years: true, seconds: true }
    }

    /// The day.
    pub const fn day(&self) -> &'static str {
        if self.years { "%Y-%m-%d" } else { "%m-%d" }
    }

    /// A time, as so much of it.
    pub fn text(&self, time: Timestamp) -> String {
        if self.zone.is_twice(time) {
            // The offset says more than the seconds, or the month: there is no room beside them.
            let day = match (self.seconds, self.years) {
                (true, _) => self.day(),
                (false, true) => "%m-%d",
                (false, false) => "%d",
            };
            return self.zone.format_exactly(time, &format!("{day} %H:%M"));
        }
        let clock = if self.seconds { "%H:%M:%S" } else { "%H:%M" };
        self.zone.format(time, &format!("{} {clock}", self.day()))
    }

    /// Cells of a time.
    pub const fn width(&self) -> usize {
        11 + if self.years { 5 } else { 0 } + if self.seconds { 3 } else { 0 }
    }
}

/// A record's result as glyph and word: never told by colour alone.
pub fn result_words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success => "✓ ok",
        Outcome::Failure => "✗ fail",
        Outcome::Interrupted => "~ intr",
        Outcome::Timeout => "✗ time",
        Outcome::Unknown => "? none",
    }
}

/// A record's result where there is room for one cell: no two are alike.
pub fn result_glyph(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success => "✓",
        Outcome::Failure => "✗",
        Outcome::Interrupted => "~",
        Outcome::Timeout => "t",
        Outcome::Unknown => "?",
    }
}

/// The outcome of a record, from its column.
pub fn outcome(store: &Store, row: RowId) -> Outcome {
    let code = store.codes(row, Column::Result).first().copied();
    code.map_or(Outcome::Unknown, |code| Outcome::from_word(store.part(Part::OUTCOME, code)))
}

/// Which of several rows of one sign-in a record is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SignInRows {
    /// Its place among them, from 1, in the order they were written.
    pub place: usize,
    /// How many there are.
    pub count: usize,
    /// How the last one says that it ended.
    pub ended: Outcome,
}

/// Which row of its sign-in a record is; `None` where it is the only one.
pub fn sign_in_rows(store: &Store, row: RowId) -> Option<SignInRows> {
    let rows = store.events().rows(row);
    let (count, last) = (rows.len(), store.events().rows(row).next_back()?);
    let place = 1 + store.events().rows(row).position(|other| other == row)?;
    Some(SignInRows { place, count, ended: outcome(store, last) })
}

/// A level's glyph: none looks like another, and none is wider than a cell.
pub const fn risk_glyph(level: Level, ascii: bool) -> &'static str {
    match (level, ascii) {
        (Level::Low, false) => "·",
        (Level::Medium, false) => "•",
        (Level::High, false) => "▲",
        (Level::Critical, false) => "◆",
        (Level::Low, true) => ".",
        (Level::Medium, true) => "o",
        (Level::High, true) => "!",
        (Level::Critical, true) => "#",
    }
}

/// The level of risk of a record, from its column; `None` where it is not rated.
pub fn risk(store: &Store, row: RowId) -> Option<Level> {
    let code = *store.codes(row, Column::Risk).first()?;
    Level::of_entry(store.entry(Column::Risk, code))
}

/// The text of a cell of so many cells, from columns alone; not cleaned, and cut only where what is to
/// be cut is not its end. Fields that are read from original bytes have none.
pub fn cell(store: &Store, row: RowId, field: &Field, times: Times<'_>, width: usize) -> String {
    match field.stored {
        Stored::Time => {
            store.time(row).map_or_else(|| "no time".to_owned(), |time| times.text(time))
        }
        Stored::Correlation => store.correlation(row),
        Stored::Column(Column::Result, [Part::OUTCOME, ..]) if width < 4 => {
            result_glyph(outcome(store, row)).to_owned()
        }
        Stored::Column(Column::Result, [Part::OUTCOME, ..]) => {
            result_words(outcome(store, row)).to_owned()
        }
        Stored::Column(..) | Stored::Property(_) => {
            let Some(kept) = field.stored.kept() else { return String::new() };
            let codes = store.codes(row, kept.column);
            if field.name == "target" && codes.len() > 1 {
                return targets(store, row, kept, width);
            }
            if field.name == "actor" {
                return actor(store, row, kept, width);
            }
            let first = |&code: &u32| store.values_in(kept, code, row).first().copied();
            let mut values = codes.iter().filter_map(first);
            let Some(text) = values.next() else {
                return if field.name == "target" { target_id(store, row) } else { String::new() };
            };
            let name = if field.name == "tenant" { tenant_names::name_of(text) } else { None };
            let text = name.unwrap_or(text);
            match values.count() {
                0 => text.to_owned(),
                more => format!("{text} +{more}"),
            }
        }
        Stored::Mark => store.marks().word(row).to_owned(),
        Stored::Note => store.marks().note(row).to_owned(),
        Stored::Original(_) | Stored::Raw => String::new(),
    }
}

/// The actor in so many cells: a principal name goes without its domain where there is no room for it.
fn actor(store: &Store, row: RowId, names: Kept, width: usize) -> String {
    let code = store.codes(row, Column::Actor).first().copied();
    let name = code.and_then(|code| store.values_in(names, code, row).first().copied());
    let name = name.unwrap_or_default();
    let short = shortened(name);
    if cells(name) <= width || short == name {
        return name.to_owned();
    }
    match name.split_once('@') {
        Some((local, _)) if cells(&short) > width && cells(local) <= width => local.to_owned(),
        _ => short,
    }
}

/// The id of the first target, for records whose targets have no names.
fn target_id(store: &Store, row: RowId) -> String {
    let codes = store.codes(row, Column::Targets);
    let ids = codes.iter().map(|&code| store.part(Part::TARGET_ID, code));
    ids.into_iter().find(|id| !id.is_empty()).unwrap_or_default().to_owned()
}

/// Can the list show and sort by this field?
pub fn is_column(field: &Field) -> bool {
    !field.reads_original()
}

/// Kinds of targets in the order in which they tell what a record is about: what is given or taken
/// first, who gets it later, what is in every record of a service last.
const TELLING: &[&[&str]] = &[
    &["role"],
    &["group", "administrativeunit", "accesspackage"],
    &["policy", "conditionalaccesspolicy"],
    &["application", "serviceprincipal", "resource"],
    &["device"],
    &["user"],
];
/// Kinds that everything in a tenant has or that are named by an id alone.
const BESIDE: &[&str] = &["directory", "request", "tenant", "other", ""];

/// How early a kind comes; those that say nothing come behind all.
fn rank(kind: &str) -> usize {
    let is = |known: &&str| kind.eq_ignore_ascii_case(known);
    if BESIDE.iter().any(is) {
        return TELLING.len() + 1;
    }
    let place = TELLING.iter().position(|kinds| kinds.iter().any(is));
    place.unwrap_or(TELLING.len())
}

/// The first words of activities that take away.
const TAKING: &[&str] = &["remove ", "delete ", "unassign ", "revoke "];

/// Several targets in so many cells: who gets or loses it, then what. Where there is no room for both,
/// what remains is what it is about: a role, a group.
fn targets(store: &Store, row: RowId, names: Kept, width: usize) -> String {
    let codes = store.codes(row, Column::Targets);
    let mut named: Vec<(usize, &str)> = Vec::new();
    for &code in codes.iter() {
        let name = store.values_in(names, code, row).first().copied();
        let rank = rank(store.part(Part::TARGET_TYPE, code));
        if let Some(name) = name.filter(|name| !named.iter().any(|(_, known)| known == name)) {
            named.push((rank, name));
        }
    }
    let says = |(rank, _): &&(usize, &str)| *rank <= TELLING.len();
    if named.iter().any(|target| says(&target)) {
        named.retain(|target| says(&target));
    }
    let best = named.iter().map(|(rank, _)| *rank).min();
    let Some(about) = named.iter().position(|(rank, _)| Some(*rank) == best) else {
        return target_id(store, row);
    };
    let (own, about) = named.remove(about);
    // Of two of a kind the first is not more telling than the second.
    let is_pair = named.first().is_some_and(|(rank, _)| *rank == own) && named.len() == 1;
    let Some(whose) =
        named.iter().enumerate().max_by_key(|(at, (rank, _))| (*rank, usize::MAX - at))
    else {
        return about.to_owned();
    };
    let (_, whose) = *whose.1;
    let activity = store.codes(row, Column::Path).first().copied();
    let activity = activity.map_or("", |code| store.part(Part::ACTIVITY, code));
    let takes = TAKING.iter().any(|first| {
        activity.get(..first.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(first))
    });
    let arrow = if takes { "←" } else { "→" };
    let more = match named.len() - 1 {
        0 => String::new(),
        more => format!(" +{more}"),
    };
    match is_pair {
        true => pair([about, whose], arrow, &more, width),
        false => pair_about(whose, arrow, about, &more, width),
    }
}

fn cells(text: &str) -> usize {
    fit(text, usize::MAX).1
}

/// Fewer cells of a name say nothing.
const LEAST_OF_NAME: usize = 4;

/// Whose it is, and what: the first is cut, then left out, before the second is.
fn pair_about(whose: &str, arrow: &str, about: &str, more: &str, width: usize) -> String {
    let short = shortened(whose);
    for whose in [whose, &short] {
        let text = format!("{whose} {arrow} {about}{more}");
        if cells(&text) <= width {
            return text;
        }
    }
    let taken = cells(about) + 3;
    for more in [more, ""] {
        let room = width.saturating_sub(taken + cells(more));
        if room >= LEAST_OF_NAME {
            return format!("{} {arrow} {about}{more}", fit(&short, room).0);
        }
    }
    about.to_owned()
}

/// Two of a kind: both are cut where there is no room for them.
fn pair([one, other]: [&str; 2], arrow: &str, more: &str, width: usize) -> String {
    let text = format!("{one} {arrow} {other}{more}");
    let room = width.saturating_sub(3 + cells(more));
    if cells(&text) <= width || room < 2 * LEAST_OF_NAME {
        return text;
    }
    let (one, other) = (shortened(one), shortened(other));
    let half = (room / 2).max(room.saturating_sub(cells(&other)));
    let one = fit(&one, half).0;
    let other = fit(&other, room - cells(&one)).0;
    format!("{one} {arrow} {other}{more}")
}

/// Text in which people are named without their domain: the list has room for little.
pub fn shortened(text: &str) -> String {
    let word = |word: &str| match word.split_once('@') {
        Some((name, domain)) if !name.is_empty() && domain.len() > 1 => {
            let end = if word.ends_with([',', ':']) { &word[word.len() - 1..] } else { "" };
            format!("{name}@…{end}")
        }
        _ => word.to_owned(),
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_role_is_cut_after_who_gets_it() {
        let (bob, role) = ("bob@fern.example", "Global Administrator");
        for (width, text) in [
            (60, "bob@fern.example → Global Administrator"),
            (39, "bob@fern.example → Global Administrator"),
            (38, "bob@… → Global Administrator"),
            (28, "bob@… → Global Administrator"),
            (27, "bob… → Global Administrator"),
            (26, role),
            (10, role),
        ] {
            assert_eq!(pair_about(bob, "→", role, "", width), text, "{width}");
        }
    }

    #[test]
    fn two_of_a_kind_share_the_room() {
        let names = ["Microsoft Graph", "Sync Health Probe"];
        for (width, text) in [
            (40, "Microsoft Graph → Sync Health Probe"),
            (30, "Microsoft Gr… → Sync Health P…"),
            (21, "Microsof… → Sync Hea…"),
        ] {
            let found = pair(names, "→", "", width);
            assert_eq!(found, text, "{width}");
            assert!(cells(&found) <= width);
        }
    }

    #[test]
    fn each_outcome_has_a_glyph_of_its_own() {
        let all = [Outcome::Success, Outcome::Failure, Outcome::Timeout, Outcome::Unknown];
        let glyphs: std::collections::HashSet<&str> = all.into_iter().map(result_glyph).collect();
        assert_eq!(glyphs.len(), all.len());
    }
}
