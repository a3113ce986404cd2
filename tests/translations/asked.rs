//! Random queries about what the rows hold, spelled in ways the rows are not.
//! Never a query that only translations are good at: every field and operator has its turn.

use super::random::Random;
use super::rows::{ACTIVITIES, ADDRESSES, DETAILS, IDS, NAMES, PROPERTIES, VALUES, one};

/// A field, with the values it is asked for.
type Asked = (&'static str, &'static [&'static str]);

pub const AUDITS: &[Asked] = &[
    ("", NAMES),
    ("", ACTIVITIES),
    ("", ADDRESSES),
    ("", PROPERTIES),
    ("activity", ACTIVITIES),
    ("service", &["PIM", "Core Directory", "core"]),
    ("category", &["UserManagement", "role", "Policy"]),
    ("reason", NAMES),
    ("actor", NAMES),
    ("actor.id", IDS),
    ("actor.app", IDS),
    ("actor.ip", ADDRESSES),
    ("actor.kind", &["user", "app", "unknown"]),
    ("target", NAMES),
    ("target.id", IDS),
    ("target.type", &["User", "Role", "ServicePrincipal", "Application", "appl"]),
    ("change", PROPERTIES),
    ("old", VALUES),
    ("new", VALUES),
    ("change.old", VALUES),
    ("change.new", VALUES),
    ("change.AccountEnabled", VALUES),
    ("new.DisplayName", NAMES),
    ("detail", DETAILS),
    ("detail.User-Agent", DETAILS),
    ("correlation", IDS),
    ("id", &["Record_1", "record_2", "Record"]),
    ("op", &["Add", "Update", "assign"]),
    ("tenant", IDS),
    ("result", &["success", "failure"]),
    ("risk", &["high"]),
    ("raw", NAMES),
    ("time", &["2026-11-02", "2026-11-03T12", "last-48h"]),
    ("licence", &["E5"]),
    ("kind", &["audit"]),
    ("agent", DETAILS),
];

/// What Graph is asked for, among what it is not.
pub const GRAPH: &[Asked] = &[
    ("correlation", IDS),
    ("correlation", IDS),
    ("target.id", IDS),
    ("id", &["Record_1"]),
    ("actor", NAMES),
    ("op", &["Add"]),
    ("time", &["2026-11-02", "2026-11-03T12", "last-48h"]),
];

pub const SIGN_INS: &[Asked] = &[
    ("", NAMES),
    ("", &["Berlin", "sign-in"]),
    ("activity", &["Sign-in activity"]),
    ("actor", NAMES),
    ("actor.id", IDS),
    ("actor.ip", ADDRESSES),
    ("target", NAMES),
    ("target.id", IDS),
    ("reason", NAMES),
    ("correlation", IDS),
    ("tenant", IDS),
    ("agent", DETAILS),
    ("app", NAMES),
    ("app", IDS),
    ("resource", NAMES),
    ("error.code", &["0", "50126", "50076"]),
    ("client", &["Browser", "Mobile Apps"]),
    ("ca", &["success", "notApplied"]),
    ("auth.requirement", &["singleFactorAuthentication"]),
    ("risk.signin", &["high", "none"]),
    ("risk.state", &["atRisk"]),
    ("device.os", &["Windows", "macos"]),
    ("device.browser", &["Edge", "curl"]),
    ("location.country", &["US", "DE"]),
    ("location.city", &["Berlin", "strasse"]),
    ("time", &["2026-11-02", "2026-11-03", "last-48h"]),
];

/// The known faults.
pub const FAULTS: &[&str] = &[
    "change:AccountEnabled new=false",
    "-actor.ip:*",
    "-reason:*",
    "-actor:*",
    "-target:*",
    "-detail:User-Agent",
    "detail=\"\"",
    "consent",
    "activity=\"Update application - Certificates and secrets management\"",
    "target=kim@contoso.example",
    "actor=spn://hr",
    "activity:/[[:alpha:]]/",
    "-activity:/(?P<end>user)\\z/",
    "new=US",
    "-new=US",
    "target.id=5ECF7B34-0C1E-4D4B-9C3A-2F3B1F0A7D11",
    "target.id=\"{56799948-C193-4C04-A059-751E0AE2BF18}\"",
    "correlation=56799948-C193-4C04-A059-751E0AE2BF18",
    "-time:2026-11-03",
    "-(time<2026-11-03 OR op:Add)",
    "-(-target:kim)",
    "target:\"global admin\"",
    "\"o'brien\"",
    "actor=\"\"",
    "activity=\"\" OR -activity:*",
];

/// A value as a person may type it: whole, in another case, a part of it.
fn value(values: &[&'static str], random: &mut Random) -> String {
    let whole: Vec<char> = one(values, random).chars().collect();
    let text: String = match random.below(6) {
        0 => whole.iter().collect::<String>().to_uppercase(),
        1 if whole.len() > 2 => {
            let from = random.below(whole.len() - 1);
            whole[from..from + 1 + random.below(whole.len() - from)].iter().collect()
        }
        2 => whole.iter().map(|&c| if c == '-' { '\u{2013}' } else { c }).collect(),
        _ => whole.iter().collect(),
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '@' | '_');
    let quoted = format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    match random.below(12) {
        0 => "*".to_owned(),
        1 if !text.is_empty() && text.chars().all(plain) => format!("{}*", &text[..1]),
        2 if !text.is_empty() && text.chars().all(plain) => format!("*{text}?"),
        3 => format!("/{}/", regex::escape(&text).replace('/', "\\/")),
        _ => quoted,
    }
}

fn term(of: &[Asked], random: &mut Random) -> String {
    let (field, values) = *random.pick(of);
    if field.is_empty() {
        return match value(values, random).as_str() {
            "*" => "\"kim\"".to_owned(),
            value => value.to_owned(),
        };
    }
    if matches!(
        field,
        "time"
            | "kind"
            | "risk"
            | "result"
            | "actor.kind"
            | "ca"
            | "auth.requirement"
            | "risk.signin"
            | "risk.state"
    ) {
        let operators: &[&'static str] =
            if field == "time" { &[":", "!=", "<", ">="] } else { &["=", "!="] };
        return format!("{field}{}{}", one(operators, random), one(values, random));
    }
    let operator = one(&[":", ":", "=", "=", "!="], random);
    match random.below(8) {
        0 => format!("{field}{operator}({} {})", value(values, random), value(values, random)),
        _ => format!("{field}{operator}{}", value(values, random)),
    }
}

/// A query about these fields.
pub fn query(of: &[Asked], random: &mut Random) -> String {
    nested(of, 2, random)
}

fn nested(of: &[Asked], depth: usize, random: &mut Random) -> String {
    let inner = |random: &mut Random| match depth {
        0 => term(of, random),
        _ => nested(of, depth - 1, random),
    };
    match random.below(7) {
        0 => format!("({} {})", inner(random), inner(random)),
        1 => format!("({} OR {})", inner(random), inner(random)),
        2 => format!("-({})", inner(random)),
        _ => term(of, random),
    }
}
