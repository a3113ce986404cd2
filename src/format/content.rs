//! What an event says, its record and what no property of the record holds: [`content`].
//! Never asked for while a load goes well: only records with an id that was there before are compared.
//!
//! A sign-in is written again when more is known of it: its risk, how it was authenticated, what
//! Conditional Access decided. Which of these a record has room for is up to its kind; here they
//! are taken from the event itself, wherever in it they stand and however they are nested: Graph's
//! objects, the JSON text of Log Analytics and the columns of a CSV export are one value.
//! `TimeGenerated` tells when a row was written. Sources: Microsoft Graph reference, "signIn resource
//! type"; Azure Monitor reference, `SigninLogs`.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::Value;

use super::{Dates, Decoded, Depth, Layout, decode_dated, plain};
use crate::record::Kind;
use crate::record::content::{Content, Digest};
use crate::time::Timestamp;

/// Properties that a later row of a sign-in has another value of, and the name they count under.
const LATER: &[(&str, &str)] = &[
    ("riskdetail", "riskdetail"),
    ("risklevelaggregated", "risklevelaggregated"),
    ("risklevelduringsignin", "risklevelduringsignin"),
    ("riskstate", "riskstate"),
    ("riskeventtypes", "riskeventtypes"),
    ("riskeventtypes_v2", "riskeventtypes"),
    ("resulttype", "errorcode"),
    ("errorcode", "errorcode"),
    ("mfadetail", "mfadetail"),
    ("authenticationdetails", "authenticationdetails"),
    ("authenticationmethodsused", "authenticationmethodsused"),
    ("authenticationprotocol", "authenticationprotocol"),
    ("authenticationrequirement", "authenticationrequirement"),
    ("originaltransfermethod", "originaltransfermethod"),
    ("conditionalaccessstatus", "conditionalaccessstatus"),
    ("conditionalaccesspolicies", "policies"),
    ("appliedconditionalaccesspolicies", "policies"),
];

/// Of these properties only what both Graph and Log Analytics have counts.
const POLICIES: &str = "policies";

/// Names of the time at which a row was written, folded. In Azure Monitor's envelope it is `time`.
const WRITTEN: &[&str] = &["timegenerated", "timegenerated [utc]"];

/// Most levels of JSON, and of JSON in texts, that are looked into.
const DEEPEST: usize = 16;

/// What an event says; `None` where it cannot be read, or is no record.
pub fn content(event: &[u8], layout: &Layout, dates: Dates) -> Option<Content> {
    let Decoded::Record { record, .. } = decode_dated(event, layout, Depth::Full, dates).ok()?
    else {
        return None;
    };
    let content = Content::of(&record);
    if record.kind != Kind::SignIn {
        return Some(content);
    }
    let mut said = Said::default();
    let layout = layout.of_event(event);
    if layout.is_self_contained() {
        match serde_json::from_slice::<Value>(&plain(event)) {
            Ok(value) => said.inside(&value, 0),
            // Read here and not there: nothing but the same bytes is the same.
            Err(_) => said.add("bytes", &String::from_utf8_lossy(event)),
        }
    } else {
        said.row(layout.named_values(event).unwrap_or_default());
    }
    Some(content.with(said.sum(), said.written, record.outcome))
}

/// What was found in an event.
#[derive(Default)]
struct Said {
    values: BTreeSet<(&'static str, u128)>,
    written: Option<Timestamp>,
}

impl Said {
    fn row(&mut self, values: Vec<(String, String)>) {
        for (name, value) in values {
            self.property(&name, &Value::String(value), 0);
        }
    }

    fn inside(&mut self, value: &Value, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        match value {
            Value::Object(members) => {
                if members.contains_key("properties") {
                    self.written(members.get("time"));
                }
                members.iter().for_each(|(name, value)| self.property(name, value, depth));
            }
            Value::Array(values) => {
                for value in values {
                    self.inside(value, depth + 1);
                }
            }
            Value::String(text) => {
                if let Some(value) = in_text(text) {
                    self.inside(&value, depth + 1);
                }
            }
            _ => {}
        }
    }

    fn property(&mut self, name: &str, value: &Value, depth: usize) {
        let name = name.trim().to_ascii_lowercase();
        if WRITTEN.contains(&name.as_str()) {
            self.written(Some(value));
        }
        match LATER.iter().find(|(known, _)| *known == name) {
            Some((_, POLICIES)) => self.add(POLICIES, &policies(value)),
            Some((_, name)) => self.add(name, &canonical(value, 0)),
            None => self.inside(value, depth + 1),
        }
    }

    /// Takes note of when the row was written; the latest time counts.
    fn written(&mut self, time: Option<&Value>) {
        let time = time.and_then(Value::as_str).and_then(Timestamp::parse);
        self.written = self.written.max(time);
    }

    fn add(&mut self, name: &'static str, text: &str) {
        // What is not there, and what is there and says nothing, is the same.
        if !matches!(text, "" | "none" | "null" | "[]" | "{}" | "0") {
            let mut digest = Digest::default();
            digest.text(name);
            digest.text(text);
            self.values.insert((name, digest.value()));
        }
    }

    fn sum(&self) -> u128 {
        self.values.iter().fold(0, |sum, (_, value)| sum.wrapping_add(*value))
    }
}

/// The JSON value that a text is.
fn in_text(text: &str) -> Option<Value> {
    let begins = text.trim_start().starts_with(['{', '[']);
    if begins { serde_json::from_str(text).ok() } else { None }
}

/// A value in one spelling: keys in order and in lower case, no white space, what is empty left
/// out, JSON in a text as what it contains.
fn canonical(value: &Value, depth: usize) -> Cow<'_, str> {
    if depth > DEEPEST {
        return Cow::Owned(value.to_string());
    }
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::Bool(_) | Value::Number(_) => Cow::Owned(value.to_string()),
        Value::String(text) => match in_text(text) {
            Some(inside) => Cow::Owned(canonical(&inside, depth + 1).into_owned()),
            None => Cow::Borrowed(text.trim()),
        },
        Value::Array(values) => {
            let values: Vec<_> = values.iter().map(|value| canonical(value, depth + 1)).collect();
            Cow::Owned(format!("[{}]", values.join("\u{1f}")))
        }
        Value::Object(members) => {
            let mut parts: Vec<String> = members
                .iter()
                .map(|(name, value)| (name.to_ascii_lowercase(), canonical(value, depth + 1)))
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| format!("{name}\u{1e}{value}"))
                .collect();
            parts.sort_unstable();
            Cow::Owned(format!("{{{}}}", parts.join("\u{1f}")))
        }
    }
}

/// Each policy's id and result, in order of the ids.
fn policies(value: &Value) -> String {
    let inside = value.as_str().and_then(in_text);
    let value = inside.as_ref().unwrap_or(value);
    let of = |policy: &Value, name: &str| {
        let members = policy.as_object();
        let mut found =
            members.into_iter().flatten().filter(|(key, _)| key.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| canonical(value, 0).to_ascii_lowercase()).unwrap_or_default()
    };
    let Some(policies) = value.as_array() else { return canonical(value, 0).into_owned() };
    let mut all: Vec<String> = (policies.iter())
        .map(|policy| format!("{}={}", of(policy, "id"), of(policy, "result")))
        .collect();
    all.sort_unstable();
    all.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRAPH: &str = r#"{"id":"7d3c1c6e-5b1e-4b7e-9e55-0f3a5a5f1d01","createdDateTime":"2026-03-02T08:00:01Z",
        "userPrincipalName":"una@moorland.example","userId":"0b0b0b0b-1111-4222-8333-444444444402",
        "userDisplayName":"Una Reed","appId":"0c0c0c0c-1111-4222-8333-444444444403","appDisplayName":"Ledger",
        "ipAddress":"198.51.100.7","correlationId":"0a0a0a0a-1111-4222-8333-444444444401",
        "clientAppUsed":"Browser","conditionalAccessStatus":"success","riskState":"none","riskEventTypes_v2":[],
        "riskLevelDuringSignIn":"none","status":{"errorCode":50074,"failureReason":"Strong authentication is required."},
        "appliedConditionalAccessPolicies":[{"id":"P1","displayName":"All","result":"success"}]}"#;

    const ROW: &str = r#"{"Type":"SigninLogs","SourceSystem":"Azure AD","TimeGenerated":"2026-03-02T08:03:00Z",
        "CreatedDateTime":"2026-03-02T08:00:01.2500000Z","Id":"7D3C1C6E-5B1E-4B7E-9E55-0F3A5A5F1D01",
        "OperationName":"Sign-in activity","Category":"SignInLogs","ResultType":"50074","ResultDescription":"Other words.",
        "UserPrincipalName":"una@moorland.example","UserId":"0b0b0b0b-1111-4222-8333-444444444402",
        "UserDisplayName":"Una Reed","AppId":"0c0c0c0c-1111-4222-8333-444444444403","AppDisplayName":"Ledger",
        "IPAddress":"198.51.100.7","CorrelationId":"0a0a0a0a-1111-4222-8333-444444444401","AADTenantId":"t",
        "ClientAppUsed":"Browser","ConditionalAccessStatus":"success","RiskState":"none","RiskEventTypes_V2":"[]",
        "RiskLevelDuringSignIn":"none","Status":"{\"errorCode\":50074}",
        "ConditionalAccessPolicies":"[{\"result\":\"success\",\"conditionsSatisfied\":3,\"id\":\"P1\"}]"}"#;

    fn said(event: &str) -> Content {
        content(event.as_bytes(), &Layout::JSON, Dates::Undecided).expect("a record")
    }

    #[test]
    fn a_sign_in_of_graph_and_a_row_of_log_analytics_say_the_same() {
        assert_eq!(said(GRAPH).digest, said(ROW).digest);
        let written = said(ROW).row.expect("a sign-in").written;
        assert_eq!(Some(written), Timestamp::parse("2026-03-02T08:03:00Z").map(Timestamp::ticks));
    }

    #[test]
    fn what_is_found_out_later_makes_another_row_of_the_same_sign_in() {
        let edits = [
            (r#""RiskState":"none""#, r#""RiskState":"atRisk""#),
            (r#""RiskEventTypes_V2":"[]""#, r#""RiskEventTypes_V2":"[\"unfamiliarFeatures\"]""#),
            (r#""RiskLevelDuringSignIn":"none""#, r#""RiskLevelDuringSignIn":"high""#),
            (r#""ResultType":"50074""#, r#""ResultType":"50076""#),
            (r#"\"result\":\"success\""#, r#"\"result\":\"failure\""#),
            (r#""Status""#, r#""AuthenticationDetails":"[{\"succeeded\":true}]","Status""#),
            (r#""Status""#, r#""MfaDetail":{"authMethod":"Phone"},"Status""#),
        ];
        let first = said(ROW);
        for (from, to) in edits {
            assert!(ROW.contains(from), "{from}");
            let later = said(&ROW.replacen(from, to, 1));
            assert_ne!(first.digest, later.digest, "{to}");
            assert_eq!(first.row.map(|row| row.who), later.row.map(|row| row.who), "{to}");
        }
        // The same row, written a second time.
        let again = said(&ROW.replace("T08:03:00Z", "T09:00:00Z"));
        assert_eq!(first.digest, again.digest);
        assert!(first.row < again.row);
    }

    #[test]
    fn columns_of_a_csv_file_count_like_properties() {
        let header = "Id,CreatedDateTime [UTC],TimeGenerated [UTC],UserPrincipalName,AppDisplayName,RiskState,Type";
        let layout = Layout::of_header(header.as_bytes()).expect("a header");
        let row = |state: &str| {
            let row = format!(
                "7d3c1c6e-5b1e-4b7e-9e55-0f3a5a5f1d01,2026-03-02T08:00:01Z,2026-03-02T08:03:00Z,\
                 una@moorland.example,Ledger,{state},SigninLogs"
            );
            content(row.as_bytes(), &layout, Dates::Undecided).expect("a record")
        };
        assert_eq!(row("").digest, row("none").digest);
        assert_ne!(row("").digest, row("remediated").digest);
        assert!(row("").row.expect("a sign-in").written > i64::MIN);
    }
}
