//! Events read as what they most likely are, directory audits, while their keys say whether they are.
//! Never decides otherwise than [`super::recognition`], which costs a pass of its own.

use std::sync::LazyLock;

use super::evidence::names_table;
use super::json::{Keys as _, Reader, Step, ValuePath};
use super::recognition::{self, Recognised, Recogniser, Tells};
use super::schema::directory_audit::{Audit, AuditKey};
use super::schema::{EventReader as _, Schema};
use crate::record::Record;

/// What the usual spelling of each property says about the schema of an event: asked for every
/// record, and too slow to be searched each time.
static TELLS: LazyLock<Vec<Option<Tells>>> = LazyLock::new(|| {
    AuditKey::ALL.iter().map(|key| recognition::tells(key.name().as_bytes())).collect()
});

/// Reads the object that starts here as an audit. `None` where its keys do not say, as
/// [`super::recognition`] reads them, that it is one, or not before it breaks: then part of it was read.
pub(super) fn audit<'a>(reader: &mut Reader<'a>, record: &mut Record<'a>) -> Option<Step<()>> {
    let mut audit = Audit::default();
    let mut recogniser = Recogniser::default();
    let mut decided = None;
    let read = reader.object_of(AuditKey::ALL, &ValuePath::Record, |reader, key, here| {
        // No property of an audit is called so: the keys of nearly all are not compared.
        let names_table = key.known.is_none() && names_table(key.written);
        if names_table && !(decided.is_some() && is_of_audits(reader)?) {
            decided = None;
            return reader.broken("");
        }
        if decided.is_none() {
            decided = match key.known {
                Some(known) if key.is_usual => {
                    TELLS[known.index() as usize].and_then(|tells| recogniser.see(tells))
                }
                _ => recogniser.see_written(key.written),
            };
            if !key.is_usual && decided.is_some() && recognition::is_empty(reader)? {
                decided = None;
            }
            if decided.as_ref().is_some_and(|found| *found != Recognised::Event(Schema::Audit)) {
                decided = None;
                return reader.broken("");
            }
        }
        match key.known {
            Some(known) => audit.known(record, reader, known, here),
            None => reader.skip(),
        }
    });
    // What is concluded from all keys together may be wrapped: [`recognition`] looks.
    decided?;
    audit.finish(record, "", reader);
    Some(read)
}

/// Is the value here the name of a table of audits? Otherwise [`super::recognition`] has to look.
fn is_of_audits(reader: &mut Reader<'_>) -> Step<bool> {
    reader.peek()?;
    let value = &reader.bytes()[reader.at()..];
    Ok(value.starts_with(b"\"AuditLogs\""))
}

#[cfg(test)]
mod tests {
    use crate::format::{Depth, Draft, Drafted, Layout, decode_into};
    use crate::record::Record;

    const AUDIT: &str = r#"{"id":"1","category":"UserManagement","activityDisplayName":"Update user","activityDateTime":"2026-11-01T08:00:00Z","targetResources":[{"id":"t","modifiedProperties":[{"displayName":"x","newValue":"1"}]}],"additionalDetails":[{"key":"User-Agent","value":"curl"}]}"#;

    type Told = Result<Result<(Record<'static>, Vec<String>, bool), String>, String>;

    /// What comes of an event: the record, or what it is instead, or why it cannot be read.
    fn told<'a>(draft: &mut Draft<'a>, event: &'a str, depth: Depth) -> Told {
        match decode_into(draft, event.as_bytes(), &Layout::JSON, depth) {
            Ok(Drafted::Record { odd, crowded }) => {
                Ok(Ok((draft.record.clone().into_owned(), odd, crowded)))
            }
            Ok(Drafted::Other(name)) => Ok(Err(name.into_owned())),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn an_event_behind_an_audit_is_read_as_if_it_were_the_first() {
        let of_audit = |cut: usize| AUDIT[..cut].to_owned();
        let mut events: Vec<String> = (1..AUDIT.len()).map(of_audit).collect();
        events.extend(
            [
                r#"{"id":"2","category":"x","result":7,"id":"3","activityDateTime":"never"}"#,
                r#"{"ActivityDisplayName":"a","additionalDetails":"b","targetResources":"c"}"#,
                r#"{"id":"2","createdDateTime":"2026-11-01T08:00:00Z","userPrincipalName":"u@x.example"}"#,
                r#"{"id":"2","category":"x","appDisplayName":"a","activityDisplayName":"b"}"#,
                r#"{"id":"2","category":"x","result":"success","cycleId":"c"}"#,
                r#"{"time":"2026-11-01T08:00:00Z","category":"AuditLogs","properties":{"id":"2","activityDisplayName":"a"}}"#,
                r#"{"time":"2026-11-01T08:00:00Z","category":"Other","properties":{"id":"2"}}"#,
                r#"{"id":"2","Type":"AuditLogs","OperationName":"o","TimeGenerated":"2026-11-01T08:00:00Z"}"#,
                r#"{"id":"2","Type":"Heartbeat","TimeGenerated":"2026-11-01T08:00:00Z"}"#,
                r#"{"ActivityDisplayName":"a","TimeGenerated":"2026-11-01T08:00:00Z","Type":"AuditLogs"}"#,
                r#"{"ActivityDisplayName":"a","TimeGenerated":"2026-11-01T08:00:00Z","Type":"SigninLogs"}"#,
                r#"{"ActivityDisplayName":"a","TimeGenerated":"2026-11-01T08:00:00Z","Type":"Own_CL"}"#,
                r#"{"ActivityDisplayName":"","TimeGenerated":"2026-11-01T08:00:00Z","ConditionalAccessStatus":"x"}"#,
                r#"{"ActivityDisplayName":null,"TimeGenerated":"2026-11-01T08:00:00Z","$table":"Syslog"}"#,
                r#"{"CreationTime":"2026-11-01T08:00:00","Workload":"AzureActiveDirectory","Id":"2"}"#,
                r#"{"id":"2","service":"s","activity":"a","category":"c"}"#,
                r#"{"id":"2","name":"nothing known"}"#,
                "[]",
                "",
            ]
            .map(str::to_owned),
        );
        for depth in [Depth::Columns, Depth::Full] {
            for event in &events {
                let mut draft = Draft::default();
                assert!(matches!(told(&mut draft, AUDIT, depth), Ok(Ok(_))));
                let behind = told(&mut draft, event, depth);
                assert_eq!(behind, told(&mut Draft::default(), event, depth), "{event}");
            }
        }
    }
}
