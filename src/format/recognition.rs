//! Which schema an event has, by its own keys alone: files get glued together, so each event is asked.
//! Never reads the values of properties, apart from the name of a Log Analytics row's table.

use std::sync::LazyLock;

use super::Depth;
use super::evidence::{Evidence, EvidenceKey, names_table};
use super::json::{Keys as _, Reader, Step, ValuePath, is_spelled};
use super::schema::Schema;

/// What an event was recognised as.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Recognised {
    /// An event of a schema that is read.
    Event(Schema),
    /// The envelope of diagnostic settings.
    Envelope,
    /// Something else, by its name.
    Other(String),
}

/// What a key tells.
#[derive(Clone, Copy, Debug)]
pub(super) enum Tells {
    /// The schema.
    Schema(Schema),
    /// The schema, together with others: its bit, and those of all.
    Part(Schema, u8, u8),
    /// Something beside others.
    Evidence(EvidenceKey),
}

/// A key as it is usually spelled, and what it tells.
type Telling = (&'static [u8], Tells);

/// The keys that tell something, by their length.
static KEYS: LazyLock<Vec<Vec<Telling>>> = LazyLock::new(|| {
    let mut all: Vec<Telling> = Vec::new();
    for &schema in Schema::ALL {
        let row = schema.row();
        all.extend(row.deciding.iter().map(|key| (key.as_bytes(), Tells::Schema(schema))));
        let whole = row.together.iter().enumerate().fold(0, |bits, (at, _)| bits | 1u8 << at);
        all.extend(
            (row.together.iter().enumerate())
                .map(|(at, key)| (key.as_bytes(), Tells::Part(schema, 1 << at, whole))),
        );
    }
    all.extend(EvidenceKey::SPELLINGS.iter().map(|&(key, found)| (key, Tells::Evidence(found))));
    let longest = all.iter().map(|(key, _)| key.len()).max().unwrap_or_default();
    let mut keys = vec![Vec::new(); longest + 1];
    for telling in all {
        keys[telling.0.len()].push(telling);
    }
    keys
});

/// What a key tells, in any case and with underscores between its words.
pub(super) fn tells(key: &[u8]) -> Option<Tells> {
    let keys = &*KEYS;
    let same_length = keys.get(key.len()).map_or(&[][..], Vec::as_slice);
    if let Some((_, tells)) = same_length.iter().find(|(known, _)| *known == key) {
        return Some(*tells);
    }
    let found = if key.contains(&b'_') {
        keys.iter().flatten().find(|(known, _)| is_spelled(key, known))
    } else {
        same_length.iter().find(|(known, _)| known.eq_ignore_ascii_case(key))
    };
    found.map(|(_, tells)| *tells)
}

/// The schema that a key alone decides.
pub(super) fn decides(key: &[u8]) -> Option<Schema> {
    match tells(key) {
        Some(Tells::Schema(schema)) => Some(schema),
        Some(Tells::Part(..) | Tells::Evidence(_)) | None => None,
    }
}

/// What the keys seen so far say.
#[derive(Default)]
pub(super) struct Recogniser {
    evidence: Evidence,
    /// Of each schema which of the keys that decide together were seen.
    parts: [u8; Schema::ALL.len()],
}

impl Recogniser {
    /// Takes note of a key as it is written; what the event is, where that decides it.
    pub(super) fn see_written(&mut self, written: &[u8]) -> Option<Recognised> {
        match tells(written) {
            Some(tells) => self.see(tells),
            None => {
                self.evidence.see_foreign(written);
                None
            }
        }
    }

    /// Takes note of what a key tells; what the event is, where that decides it.
    pub(super) fn see(&mut self, tells: Tells) -> Option<Recognised> {
        use EvidenceKey as K;
        match tells {
            Tells::Schema(schema) => Some(Recognised::Event(schema)),
            Tells::Part(schema, bit, whole) => {
                let seen = &mut self.parts[schema as usize];
                *seen |= bit;
                (*seen == whole).then_some(Recognised::Event(schema))
            }
            Tells::Evidence(key) => {
                self.evidence.see(key);
                let around = [K::Time, K::OperationName, K::Category, K::AzureResource];
                let is_envelope = (key == K::Properties || around.contains(&key))
                    && self.evidence.any(&[K::Properties])
                    && self.evidence.any(&around);
                is_envelope.then_some(Recognised::Envelope)
            }
        }
    }

    /// What all keys together say, and whether that is sure: otherwise the event may as well be
    /// what another system put around a record. `table` is the value of `Type`, empty where there
    /// was none.
    pub(super) fn conclude(&self, table: &str) -> Option<(Recognised, bool)> {
        use EvidenceKey as K;
        let evidence = &self.evidence;
        let row = evidence.is_row();
        if let Some(schema) = Schema::of_table(table) {
            return Some((Recognised::Event(schema), row));
        }
        if row && !table.is_empty() {
            // A table of the tenant's own may hold records as text.
            return Some((Recognised::Other(table.to_owned()), false));
        }
        if self.is_flat_envelope() {
            return Some((Recognised::Envelope, false));
        }
        if let Some(name) = evidence.foreign() {
            return Some((Recognised::Other(name.to_owned()), false));
        }
        // What can be audited never happened.
        let happened = evidence.any(&[K::Time, K::Result, K::ActivityTime, K::Generated]);
        let is_kind = evidence.any(&[K::Service]) && evidence.any(&[K::Activity]);
        if is_kind && evidence.any(&[K::Category]) && !happened {
            return Some((Recognised::Other("auditActivityType".to_owned()), true));
        }
        let may_be = Schema::ALL.iter().find(|schema| (schema.row().may_be)(evidence));
        may_be.map(|schema| (Recognised::Event(*schema), false))
    }

    /// As [`Recogniser::conclude`], for the columns of a table, which are all known at once: what
    /// `decided` in a single event yields to columns that no log of Entra has.
    pub(super) fn conclude_columns(
        &self,
        table: &str,
        decided: Option<Recognised>,
    ) -> Option<Recognised> {
        if let Some(schema) = Schema::of_table(table) {
            return Some(Recognised::Event(schema));
        }
        let shared = decided.as_ref().is_none_or(
            |found| matches!(found, Recognised::Event(schema) if schema.row().shares_keys),
        );
        match self.evidence.foreign() {
            Some(name) if shared => Some(Recognised::Other(name.to_owned())),
            _ => decided.or_else(|| self.conclude("").map(|(found, _)| found)),
        }
    }

    /// Is it a row of Log Analytics?
    pub(super) fn is_row(&self) -> bool {
        self.evidence.is_row()
    }

    /// An envelope whose properties stand beside its own, or an event of Azure's activity log as
    /// its API gives it.
    fn is_flat_envelope(&self) -> bool {
        use EvidenceKey as K;
        let any = |keys: &[K]| self.evidence.any(keys);
        any(&[K::Category])
            && ((any(&[K::Time]) && any(&[K::OperationName, K::AzureResource]))
                || (any(&[K::EventTimestamp]) && any(&[K::OperationName])))
    }
}

/// What the object that starts at byte `at` is, as far as it can be read, and whether that is
/// sure (see [`Recogniser::conclude`]). Stops at the first key that decides, where that is Graph's; a
/// broken object is judged by what came before.
///
/// A `union` of tables writes the columns of all of them into each row, empty where they are not the
/// row's own: there the table decides, and an empty value never does.
pub(super) fn recognise(bytes: &[u8], at: usize) -> Option<(Recognised, bool)> {
    let mut reader = Reader::new(bytes, at, Depth::Columns);
    let mut recogniser = Recogniser::default();
    let mut table = String::new();
    let mut decided = None;
    // The error stands for "enough seen" as well as for broken bytes.
    let _ = reader.members(|reader, key| {
        if names_table(key) {
            return name_of_table(reader, &mut table);
        }
        let says = recogniser.see_written(key);
        if decided.is_none()
            && let Some(found) = says
        {
            let stops = is_graphs(key) || found == Recognised::Envelope;
            if stops || !is_empty(reader)? {
                decided = Some(found);
            }
            if stops {
                return reader.broken("");
            }
        }
        reader.skip()
    });
    let of_table = Schema::of_table(&table).filter(|_| recogniser.is_row());
    match of_table.map(Recognised::Event).or(decided) {
        Some(found) => Some((found, true)),
        None => recogniser.conclude(&table),
    }
}

/// Takes the name of a row's table, where none was there before.
fn name_of_table(reader: &mut Reader<'_>, table: &mut String) -> Step<()> {
    if !table.is_empty() || !reader.is_text()? {
        return reader.skip();
    }
    reader.text(&ValuePath::Record)?.trim().clone_into(table);
    Ok(())
}

/// Is a key spelled as only Graph does, which writes no properties that are not a record's own?
fn is_graphs(key: &[u8]) -> bool {
    key.first().is_some_and(u8::is_ascii_lowercase) && key.iter().any(u8::is_ascii_uppercase)
}

/// Is the value here null or an empty text?
pub(super) fn is_empty(reader: &mut Reader<'_>) -> Step<bool> {
    reader.peek()?;
    let value = &reader.bytes()[reader.at()..];
    Ok(value.starts_with(b"null") || value.starts_with(b"\"\""))
}

/// The names of an object's own keys, the first few, for messages.
pub(super) fn own_keys(bytes: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    let mut reader = Reader::new(bytes, 0, Depth::Columns);
    let _ = reader.members(|reader, key| {
        names.push(String::from_utf8_lossy(key).into_owned());
        reader.skip()
    });
    names
}

/// The first of an object's own keys that has JSON text as its value.
pub(super) fn key_of_json_text(bytes: &[u8]) -> Option<String> {
    let mut found = None;
    let mut reader = Reader::new(bytes, 0, Depth::Columns);
    let _ = reader.members(|reader, key| {
        let raw = reader.raw()?;
        let text = raw.strip_prefix(b"\"").unwrap_or_default().trim_ascii_start();
        if found.is_none() && matches!(text.first(), Some(b'{' | b'[')) {
            found = Some(String::from_utf8_lossy(key).chars().take(40).collect());
        }
        Ok(())
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(keys: &str) -> String {
        let members: Vec<String> = keys.split(' ').map(|key| format!("\"{key}\":1")).collect();
        let object = format!("{{{}}}", members.join(","));
        format!("{:?}", recognise(object.as_bytes(), 0))
    }

    #[test]
    fn logs_that_are_not_entras_are_known_by_keys_of_their_own() {
        for (keys, name) in [
            (
                "TimeGenerated UserPrincipalName OperationName SiteUrl FileName ClientAppUsed",
                "file",
            ),
            ("TimeGenerated OperationNameValue Category CorrelationId Caller", "AzureActivity"),
            ("id displayName userPrincipalName createdDateTime accountEnabled", "Graph user"),
            ("id appDisplayName createdDateTime servicePrincipalType", "Graph servicePrincipal"),
            ("id activityDateTime activityResult category componentName correlationId", "Intune"),
            ("ActivityDate AuditEventId Category ActivityResultStatus", "Intune"),
            ("id activity activityDate activityType targets category result", "Azure AD Graph"),
            ("TimeGenerated Uri StatusCode OperationName Category CorrelationId", "storage"),
        ] {
            let told = of(keys);
            assert!(told.contains("Other") && told.contains(name), "{keys}: {told}");
        }
    }

    #[test]
    fn few_keys_are_enough_for_what_is_entras() {
        for (keys, expected) in [
            ("id activityDisplayName", "Some((Event(Audit), true))"),
            ("id activity_display_name", "Some((Event(Audit), true))"),
            ("id category result", "Some((Event(Audit), false))"),
            ("TimeGenerated AppDisplayName UserPrincipalName", "Some((Event(SignIn), false))"),
            ("time category operationName tenantId", "Some((Envelope, false))"),
            ("Timestamp ActionType RawEventData", "Some((Event(Unified), true))"),
            ("CreationDate UserIds Operations", "Some((Event(Unified), false))"),
            ("_id _source _index", "None"),
            ("id appDisplayName", "None"),
        ] {
            assert_eq!(of(keys), expected, "{keys}");
        }
    }

    #[test]
    fn no_key_tells_two_things() {
        let all: Vec<Telling> = KEYS.iter().flatten().copied().collect();
        for (at, (key, tells)) in all.iter().enumerate() {
            let same = all[..at].iter().filter(|(other, _)| is_spelled(key, other));
            for (other, otherwise) in same {
                let both = matches!((tells, otherwise), (Tells::Evidence(one), Tells::Evidence(two)) if one == two);
                assert!(
                    both,
                    "{} and {}",
                    String::from_utf8_lossy(key),
                    String::from_utf8_lossy(other)
                );
            }
        }
        // One bit for each.
        assert!(Schema::ALL.iter().all(|schema| schema.row().together.len() <= 8));
    }
}
