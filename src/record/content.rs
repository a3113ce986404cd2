//! What a record says, in one number: [`Content`]. Two records with one id are the same only where it is equal.
//! Never looks at how a record was written: white space, the order of properties and the format change nothing.
//!
//! What counts: the kind, the id, the time, service, category, activity, operation type, result and
//! reason, everything said of the actor, the targets with their changes (old and new values), the
//! details, what only its kind has, and the correlation ID. Ids, and the log's own word for the result, count in any case.
//!
//! What does not count, because only some formats carry it: the tenant, the session, the user agent
//! outside of the details, and the file. Times count in whole seconds, for Graph has no more of a
//! sign-in while Log Analytics has; only where a record has no id of its own they count in full. Of
//! sign-ins the service and the category do not count (each format has its own), and of the reason of
//! a failure only the code does.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;

use xxhash_rust::xxh3::{Xxh3, xxh3_64_with_seed};

use super::kind::property::{Class, Property};
use super::{Actor, Change, Kind, NamedBy, Outcome, Record, Target};
use crate::time::{TICKS_PER_SECOND, Timestamp};

/// What a record says, as far as it tells it from others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Content {
    /// The number by which records are looked for that may be the same ([`key`]).
    pub key: u64,
    /// Equal for two records only where they say the same.
    pub digest: u128,
    /// Of a sign-in: what tells which rows are of the same one, and their order.
    pub row: Option<SignInRow>,
}

/// A row of a sign-in: Log Analytics and diagnostic settings write one sign-in several times.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct SignInRow {
    /// When it was written (`TimeGenerated`), in ticks; `i64::MIN` where the format does not say.
    pub written: i64,
    /// Orders rows that were written at one time: a success comes last. Then by content, so that the
    /// order of the input decides nothing.
    pub rank: u64,
    /// Who signed in, by which correlation ID: rows that differ in it are not of one sign-in,
    /// whatever their id says.
    pub who: u64,
}

impl Content {
    /// What a record says. It must be complete: without the values of changes two records are alike
    /// that are not.
    pub fn of(record: &Record<'_>) -> Self {
        let mut digest = Digest::default();
        let is_sign_in = record.kind == Kind::SignIn;
        digest.text(record.kind.word());
        digest.folded(&record.id);
        let ticks = record.time.map_or(i64::MIN, Timestamp::ticks);
        let named = !is_placeholder(&record.id);
        digest.number(if named { ticks.div_euclid(TICKS_PER_SECOND) } else { ticks });
        if !is_sign_in {
            digest.text(&record.service);
            digest.text(&record.category);
        }
        digest.text(&record.activity);
        digest.text(&record.operation_type);
        digest.text(record.outcome.word());
        digest.folded(&record.result);
        digest.text(reason(record, is_sign_in));
        actor(&record.actor, &mut digest);
        digest.all(&record.targets, target);
        digest.all(&record.details, |detail, digest| {
            digest.text(&detail.key);
            digest.text(&detail.value);
        });
        // A value that says there is none is what other formats leave out.
        // Policies and words of a sign-in are told differently by each format: who compares events
        // compares the policies there.
        let own_words =
            |own: &Property<'_>| matches!(own.key.row().class, Class::Policy | Class::Text);
        let says = |own: &&Property<'_>| {
            !(matches!(&*own.value, "none" | "0" | "") || is_sign_in && own_words(own))
        };
        let properties: Vec<&Property<'_>> = record.properties.iter().filter(says).collect();
        digest.all(&properties, |own, digest| {
            digest.text(own.key.row().field);
            digest.text(&own.value);
        });
        digest.folded(&record.correlation_id);
        let row = (is_sign_in && named).then(|| SignInRow {
            written: i64::MIN,
            rank: 0,
            who: who(record),
        });
        Self { key: key(record), digest: digest.value(), row }.ranked(record.outcome)
    }

    /// The same with more that the record says and has no property for.
    #[must_use]
    pub fn with(self, more: u128, written: Option<Timestamp>, outcome: Outcome) -> Self {
        let digest = self.digest.wrapping_add(more);
        let row = self
            .row
            .map(|row| SignInRow { written: written.map_or(row.written, Timestamp::ticks), ..row });
        Self { digest, row, ..self }.ranked(outcome)
    }

    fn ranked(self, outcome: Outcome) -> Self {
        // How far a sign-in had come; whatever else there is stands between.
        let known = [(Outcome::Unknown, 0), (Outcome::Failure, 2), (Outcome::Success, 3)];
        let place: u64 =
            known.iter().find(|(known, _)| *known == outcome).map_or(1, |found| found.1);
        let rank = place << 56 | (self.digest >> 72) as u64;
        Self { row: self.row.map(|row| SignInRow { rank, ..row }), ..self }
    }
}

/// Of a sign-in that failed the code: formats differ in the words behind it.
fn reason<'r>(record: &'r Record<'_>, is_sign_in: bool) -> &'r str {
    let reason = &*record.result_reason;
    let code = reason.split(':').next().unwrap_or_default();
    let is_code = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit());
    if is_sign_in && is_code { code } else { reason }
}

fn actor(actor: &Actor<'_>, digest: &mut Digest) {
    digest.text(actor.kind.word());
    digest.folded(&actor.id);
    digest.text(&actor.name);
    digest.folded(&actor.upn);
    digest.folded(&actor.app_id);
    digest.text(&actor.service_principal_name);
    digest.text(&actor.app_name);
    digest.folded(&actor.app_object_id);
    digest.folded(&actor.ip);
}

fn target(target: &Target<'_>, digest: &mut Digest) {
    digest.folded(&target.id);
    digest.text(logged_name(target));
    digest.folded(&target.name_id);
    digest.folded(&target.upn);
    digest.text(&target.kind);
    digest.text(&target.group_type);
    digest.all(&target.changes, |change: &Change<'_>, digest| {
        digest.text(&change.name);
        // Null and nothing are the same to most that write records anew.
        digest.text(change.old.as_deref().unwrap_or_default());
        digest.text(change.new.as_deref().unwrap_or_default());
    });
}

/// The name that stands on the target itself: what is found elsewhere says nothing more.
fn logged_name<'t>(target: &'t Target<'_>) -> &'t str {
    if target.named_by == NamedBy::Itself { &target.name } else { "" }
}

/// Who signed in and by which correlation ID.
fn who(record: &Record<'_>) -> u64 {
    let mut digest = Digest::default();
    let actor = &record.actor;
    digest.folded(if actor.id.is_empty() { &actor.upn } else { &actor.id });
    digest.folded(&record.correlation_id);
    digest.number(record.time.map_or(i64::MIN, |time| time.ticks().div_euclid(TICKS_PER_SECOND)));
    digest.value() as u64
}

/// Another one for each run: who writes names into a log cannot make many keys alike.
static SEED: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(0));

fn hash(bytes: &[u8]) -> u64 {
    xxh3_64_with_seed(bytes, *SEED)
}

/// A number for a list of texts in which each has its place.
/// The same in each run: the order of rows hangs on it.
#[derive(Clone, Default)]
pub struct Digest(Xxh3);

impl Digest {
    /// Adds a text.
    pub fn text(&mut self, text: &str) {
        self.0.update(text.as_bytes());
        self.0.update(&[0xff]);
    }

    /// Adds a text whose case does not matter.
    pub fn folded(&mut self, text: &str) {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            self.text(&text.to_ascii_lowercase());
        } else {
            self.text(text);
        }
    }

    /// Adds a number.
    pub fn number(&mut self, number: i64) {
        self.0.update(&number.to_le_bytes());
    }

    /// Adds things whose order does not matter.
    pub fn all<T>(&mut self, things: &[T], each: impl Fn(&T, &mut Self)) {
        let sum = things.iter().fold(0_u128, |sum, thing| {
            let mut one = Self::default();
            each(thing, &mut one);
            sum.wrapping_add(one.value())
        });
        self.0.update(&(things.len() as u64).to_le_bytes());
        self.0.update(&sum.to_le_bytes());
    }

    /// The number.
    pub fn value(&self) -> u128 {
        self.0.digest128()
    }
}

/// The number by which records are looked for that may be the same: equal for all records with one id,
/// and for all that say nearly the same where the id is a placeholder. Never zero; even where the
/// id is a placeholder.
pub fn key(record: &Record<'_>) -> u64 {
    if is_placeholder(&record.id) { key_of_content(record) } else { key_of_id(&record.id) }
}

/// The same, where only the id is known, which must not be a placeholder.
pub fn key_of_id(id: &str) -> u64 {
    let mut folded = [0; 128];
    match folded.get_mut(..id.len()) {
        Some(folded) if id.bytes().any(|byte| byte.is_ascii_uppercase()) => {
            folded.copy_from_slice(id.as_bytes());
            folded.make_ascii_lowercase();
            hash(folded) | 1
        }
        Some(_) => hash(id.as_bytes()) | 1,
        None => hash(id.to_ascii_lowercase().as_bytes()) | 1,
    }
}

/// Is the id of a record with this key a real one?
pub fn is_named(key: u64) -> bool {
    key & 1 == 1
}

fn key_of_content(record: &Record<'_>) -> u64 {
    let mut key = record.time.map_or(0, |time| time.ticks() as u64);
    let mut add = |text: &str| key = key.rotate_left(17) ^ hash(text.as_bytes());
    let actor = &record.actor;
    for text in [&record.activity, &record.correlation_id, &record.result, &actor.upn, &actor.id] {
        add(text);
    }
    let of_target = |target: &Target<'_>| {
        [&target.id, logged_name(target), &target.upn]
            .into_iter()
            .fold(0_u64, |sum, text| sum.rotate_left(9) ^ hash(text.as_bytes()))
    };
    // In any order, as the content has them.
    let is_listed = |target: &&Target<'_>| target.named_by != NamedBy::ChangesAlone;
    let targets = record.targets.iter().filter(is_listed).map(of_target).fold(0, u64::wrapping_add);
    (key.wrapping_add(targets).wrapping_mul(0x9e37_79b9_7f4a_7c15) & !1).max(2)
}

/// Words that stand where an id should be.
const NO_IDS: &[&str] = &[
    "n/a",
    "na",
    "nan",
    "none",
    "null",
    "nil",
    "undefined",
    "unknown",
    "redacted",
    "removed",
    "masked",
    "hidden",
    "anonymized",
    "anonymised",
    "guid",
    "uuid",
    "id",
    "sanitized",
    "scrubbed",
    "deleted",
];
/// Parts of such words that no id has.
const MASKS: &[&str] = &["redact", "mask", "anonym", "saniti", "scrub", "remov"];

/// Is it no id at all: empty, a word like `N/A`, a mask like `***`, `<redacted>` or `xxxxxxxx-…`, or
/// the GUID of nothing? Such an id never joins records.
pub fn is_placeholder(id: &str) -> bool {
    let bytes = id.as_bytes();
    // Nearly all ids begin and end with a letter or digit and have two different ones in front.
    if let [first, second, .., last] = bytes
        && first.is_ascii_alphanumeric()
        && last.is_ascii_alphanumeric()
        && second.is_ascii_alphanumeric()
        && first != second
        && bytes.len() > 20
    {
        return memchr::memchr2(b'*', b'<', bytes).is_some();
    }
    let id = id.trim();
    if memchr::memchr3(b'*', b'<', b'{', id.as_bytes()).is_some() || id.contains('…') {
        return true;
    }
    let mut own = id.bytes().filter(u8::is_ascii_alphanumeric);
    let Some(first) = own.next() else {
        // Other scripts are letters too.
        return !id.chars().any(char::is_alphanumeric);
    };
    let (count, same) = own.fold((1, true), |(count, same), byte| {
        (count + 1, same && byte.eq_ignore_ascii_case(&first))
    });
    if same && (count >= 8 || matches!(first, b'0' | b'x' | b'X')) {
        return true;
    }
    let word = id.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_ascii_lowercase();
    NO_IDS.contains(&word.as_str())
        || (word.len() <= 20 && MASKS.iter().any(|mask| word.contains(mask)))
}

#[cfg(test)]
mod tests;
