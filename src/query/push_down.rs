//! What of a query Microsoft Graph can evaluate itself, as an `OData` `$filter`.
//! Never asks Graph for less than the query matches: what is not sure stays with entrail.
//!
//! Graph documents few properties as filterable and does not document how it compares text; entrail
//! ignores case, kinds of dash, runs of white space and a final full stop. So times and GUIDs are
//! pushed down, which have one meaning; names, and addresses, which have many spellings, only where
//! the user asks for it.
//! Sources: the lists of filterable properties of `directoryAudit`, `signIn` and
//! `provisioningObjectSummary` in the Graph reference.

use super::{Context, Expression, Operator, Query, Term, Value, when};
use crate::record::field::{Stored, ValueKind};
use crate::store::column::pack_guid;
use crate::time::TimeRange;

/// What the logs of Graph have in common as far as filters go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Endpoint {
    /// `directoryAudits`, `customSecurityAttributeAudits`.
    Audits,
    /// `signIns`.
    SignIns,
    /// `provisioning`.
    Provisioning,
}

/// A query parted in what Graph evaluates and what entrail does.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PushDown {
    /// The span of time asked for.
    pub time: TimeRange,
    /// The `$filter` besides the time; `None` where there is none.
    pub filter: Option<String>,
    /// Conditions Graph evaluates, as queries.
    pub pushed: Vec<String>,
    /// Conditions entrail evaluates, each with the reason.
    pub kept: Vec<(String, &'static str)>,
    /// The query without the span of time; empty where nothing is left of it.
    pub rest: String,
}

/// How names are treated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Names {
    /// They stay with entrail, which finds every spelling.
    Kept,
    /// `activity=`, `service=` and `id=` are pushed down as they are written, and `actor=` with a user
    /// principal name: less to fetch, and records that spell a name otherwise are not found.
    Pushed,
}

/// Parts a query.
pub fn push_down(query: &Query, context: &Context, endpoint: Endpoint, names: Names) -> PushDown {
    let mut parted = PushDown::default();
    let parts = match &query.expression {
        None => return parted,
        Some(Expression::And(parts)) => parts.as_slice(),
        Some(other) => std::slice::from_ref(other),
    };
    let (mut filters, mut rest) = (Vec::new(), Vec::new());
    for part in parts {
        let written = Query { expression: Some(part.clone()) }.to_string();
        if let Some(range) = time_range(part, context) {
            parted.time = intersection(parted.time, range);
            parted.pushed.push(written);
            continue;
        }
        rest.push(part.clone());
        match weaker(part, endpoint, names) {
            Some((filter, whole)) => {
                filters.push(filter);
                if whole {
                    parted.pushed.push(written);
                } else {
                    parted.kept.push((written, "Graph evaluates a part of it"));
                }
            }
            None => parted.kept.push((written, reason(part, names))),
        }
    }
    parted.filter = (!filters.is_empty()).then(|| filters.join(" and "));
    if !rest.is_empty() {
        parted.rest = Query { expression: Some(Expression::And(rest)) }.to_string();
    }
    parted
}

/// Does what a query finds depend on what time it is, apart from the span of time it asks for?
pub fn asks_for_now(query: &Query) -> bool {
    fn inside(part: &Expression, is_span: bool) -> bool {
        match part {
            Expression::And(parts) => parts.iter().any(|part| inside(part, is_span)),
            Expression::Or(parts) => parts.iter().any(|part| inside(part, false)),
            Expression::Not(part) => inside(part, false),
            Expression::Term(term) => {
                let is_time = term.field.is_some_and(|field| matches!(field.stored, Stored::Time));
                is_time && (!is_span || term.operator == Operator::NotEquals)
            }
        }
    }
    let expression = query.expression.as_ref();
    expression.is_some_and(|whole| inside(whole, true))
}

fn time_range(part: &Expression, context: &Context) -> Option<TimeRange> {
    let Expression::Term(term) = part else { return None };
    let is_time = term.field.is_some_and(|field| matches!(field.stored, Stored::Time));
    if !is_time || term.operator == Operator::NotEquals {
        return None;
    }
    when::of_term(term, context)
}

fn intersection(a: TimeRange, b: TimeRange) -> TimeRange {
    TimeRange {
        start: a.start.max(b.start),
        end: match (a.end, b.end) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        },
    }
}

/// A filter that matches everything `part` does, and whether it matches nothing else.
fn weaker(part: &Expression, endpoint: Endpoint, names: Names) -> Option<(String, bool)> {
    match part {
        Expression::And(parts) => {
            let filters: Vec<Option<(String, bool)>> =
                parts.iter().map(|part| weaker(part, endpoint, names)).collect();
            let whole = filters.iter().all(|f| f.as_ref().is_some_and(|(_, whole)| *whole));
            let known: Vec<String> = filters.into_iter().flatten().map(|(f, _)| f).collect();
            (!known.is_empty()).then(|| (format!("({})", known.join(" and ")), whole))
        }
        Expression::Or(parts) => {
            let filters: Option<Vec<(String, bool)>> =
                parts.iter().map(|part| weaker(part, endpoint, names)).collect();
            any_of(filters?)
        }
        Expression::Not(_) => None,
        Expression::Term(term) => of_term(term, endpoint, names),
    }
}

fn any_of(filters: Vec<(String, bool)>) -> Option<(String, bool)> {
    let whole = filters.iter().all(|(_, whole)| *whole);
    let all: Vec<String> = filters.into_iter().map(|(filter, _)| filter).collect();
    match all.as_slice() {
        [] => None,
        [one] => Some((one.clone(), whole)),
        _ => Some((format!("({})", all.join(" or ")), whole)),
    }
}

fn of_term(term: &Term, endpoint: Endpoint, names: Names) -> Option<(String, bool)> {
    if term.operator != Operator::Equals {
        return None;
    }
    match &term.value {
        Value::Text(text) if !text.is_empty() => {
            let rows = RULES.iter().filter(|rule| {
                term.field.is_some_and(|field| field.name == rule.field)
                    && rule.endpoint == endpoint
                    && (names == Names::Pushed || rule.value == ValueIs::Guid)
            });
            let spellings = |rule: &Rule| rule.value.spellings(text);
            let filters: Option<Vec<(String, bool)>> = rows
                .map(|rule| {
                    let spelled: Vec<(String, bool)> = spellings(rule)?
                        .iter()
                        .map(|text| (rule.filter.replace("{}", &literal(text)), true))
                        .collect();
                    any_of(spelled)
                })
                .collect();
            any_of(filters?)
        }
        Value::AnyOf(values) => {
            let one = |value: &Value| Term { value: value.clone(), ..term.clone() };
            let filters: Option<Vec<(String, bool)>> =
                values.iter().map(|value| of_term(&one(value), endpoint, names)).collect();
            any_of(filters?)
        }
        _ => None,
    }
}

/// A text as `OData` writes it.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// What a value must be for Graph and entrail to mean the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum ValueIs {
    Guid,
    Name,
    /// A user principal name: what is called otherwise may be called so where Graph does not look.
    PrincipalName,
}

impl ValueIs {
    /// How the value may be written in a record; `None` where it is not of this kind.
    fn spellings(self, text: &str) -> Option<Vec<String>> {
        match self {
            Self::Guid => {
                let lower = text.to_ascii_lowercase();
                pack_guid(&lower).map(|_| vec![lower.clone(), lower.to_ascii_uppercase()])
            }
            Self::Name => Some(vec![text.to_owned()]),
            Self::PrincipalName => {
                let is_one = text.contains('@') && !text.contains(['/', ':', ' ', '\\']);
                is_one.then(|| vec![text.to_owned()])
            }
        }
    }
}

struct Rule {
    field: &'static str,
    endpoint: Endpoint,
    value: ValueIs,
    filter: &'static str,
}

const fn rule(
    field: &'static str,
    endpoint: Endpoint,
    value: ValueIs,
    filter: &'static str,
) -> Rule {
    Rule { field, endpoint, value, filter }
}

/// Fields and what Graph compares for them; several rows of a field and endpoint are any of them.
const RULES: &[Rule] = &[
    rule("correlation", Endpoint::Audits, ValueIs::Guid, "correlationId eq {}"),
    rule("target.id", Endpoint::Audits, ValueIs::Guid, "targetResources/any(t: t/id eq {})"),
    rule("actor.ip", Endpoint::SignIns, ValueIs::Name, "ipAddress eq {}"),
    rule("id", Endpoint::Audits, ValueIs::Name, "id eq {}"),
    rule("activity", Endpoint::Audits, ValueIs::Name, "activityDisplayName eq {}"),
    rule("service", Endpoint::Audits, ValueIs::Name, "loggedByService eq {}"),
    // An application may be called by its service principal name, and a target only in its changes:
    // Graph looks into neither.
    rule(
        "actor",
        Endpoint::Audits,
        ValueIs::PrincipalName,
        "initiatedBy/user/userPrincipalName eq {}",
    ),
    rule("actor", Endpoint::Audits, ValueIs::PrincipalName, "initiatedBy/user/displayName eq {}"),
    rule("actor", Endpoint::Audits, ValueIs::PrincipalName, "initiatedBy/app/displayName eq {}"),
    rule("actor", Endpoint::SignIns, ValueIs::PrincipalName, "userPrincipalName eq {}"),
    rule("actor", Endpoint::SignIns, ValueIs::PrincipalName, "userDisplayName eq {}"),
    rule("actor", Endpoint::SignIns, ValueIs::PrincipalName, "appDisplayName eq {}"),
    rule("actor", Endpoint::SignIns, ValueIs::PrincipalName, "servicePrincipalName eq {}"),
];

/// Why a condition stays with entrail.
fn reason(part: &Expression, names: Names) -> &'static str {
    let Expression::Term(term) = part else {
        return "Graph cannot filter by a part of it";
    };
    let Some(field) = term.field else {
        return "Graph has no search in all properties";
    };
    if field.name == "target" {
        return "Graph looks for a target's name in one place only";
    }
    let rules: Vec<&Rule> = RULES.iter().filter(|rule| rule.field == field.name).collect();
    if rules.is_empty() {
        return "Graph cannot filter by this property";
    }
    if term.operator != Operator::Equals || !matches!(term.value, Value::Text(_) | Value::AnyOf(_))
    {
        return "Graph only compares this property for equality";
    }
    if names == Names::Kept && rules.iter().any(|rule| rule.value != ValueIs::Guid) {
        return if field.kind == ValueKind::Address {
            "entrail finds every spelling of an address, Graph does not; --push-names asks Graph"
        } else {
            "entrail finds every spelling of a name, Graph perhaps not; --push-names asks Graph"
        };
    }
    "Graph cannot filter this log by such a value"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    fn parted(text: &str, endpoint: Endpoint, names: Names) -> PushDown {
        let now = Timestamp::parse("2026-11-20T12:00:00Z").expect("a time");
        let query = Query::parse(text).expect(text);
        push_down(&query, &Context { now, around: None }, endpoint, names)
    }

    #[test]
    fn times_and_guids_are_asked_of_graph() {
        let found = parted(
            "time>=2026-11-01 time<2026-11-03 \
             correlation=56799948-C193-4c04-a059-751e0ae2bf18 role",
            Endpoint::Audits,
            Names::Kept,
        );
        assert_eq!(found.time.start, Timestamp::parse("2026-11-01"));
        assert_eq!(found.time.end, Timestamp::parse("2026-11-03"));
        assert_eq!(
            found.filter.as_deref(),
            Some(
                "(correlationId eq '56799948-c193-4c04-a059-751e0ae2bf18' or \
                 correlationId eq '56799948-C193-4C04-A059-751E0AE2BF18')"
            )
        );
        assert_eq!(found.pushed.len(), 3);
        assert_eq!(found.kept, [("role".to_owned(), "Graph has no search in all properties")]);
    }

    #[test]
    fn names_stay_unless_asked_for() {
        let kept = parted("activity=\"Add user\"", Endpoint::Audits, Names::Kept);
        assert_eq!((kept.filter, kept.kept.len()), (None, 1));
        let pushed = parted("activity=(\"Add user\" \"It's\")", Endpoint::Audits, Names::Pushed);
        assert_eq!(
            pushed.filter.as_deref(),
            Some("(activityDisplayName eq 'Add user' or activityDisplayName eq 'It''s')")
        );
    }

    #[test]
    fn a_name_that_may_stand_where_graph_does_not_look_is_not_asked_for() {
        let pushed = |text: &str, endpoint| parted(text, endpoint, Names::Pushed);
        for text in [
            "target=kim@contoso.example",
            "target=\"Sales Team\"",
            "actor=spn://hr",
            "actor=\"Azure AD PIM\"",
            "actor=Microsoft.Azure.SyncFabric",
            "actor=(kim@contoso.example spn://hr)",
            "activity=\"Add user\" OR target=kim",
        ] {
            let found = pushed(text, Endpoint::Audits);
            assert_eq!((found.filter, found.kept.len()), (None, 1), "{text}");
        }
        let both = pushed("actor=kim@contoso.example target=kim", Endpoint::Audits);
        assert!(both.filter.is_some_and(|filter| filter.contains("userPrincipalName eq 'kim@")));
        assert_eq!(both.kept.len(), 1);
        let sign_in = pushed("actor=kim@contoso.example", Endpoint::SignIns);
        assert!(sign_in.filter.is_some_and(|filter| filter.contains("servicePrincipalName eq")));
    }

    #[test]
    fn what_is_left_of_a_query_is_the_same_at_any_time() {
        let rest = |text: &str| parted(text, Endpoint::Audits, Names::Kept).rest;
        assert_eq!(
            rest("time:last-7d result=failure role"),
            rest("result=failure time:today role")
        );
        assert_eq!(rest("time>=2026-11-01"), "");
        let query = |text: &str| asks_for_now(&Query::parse(text).expect(text));
        assert!(query("time:today OR role") && query("-time:today") && query("time!=today"));
        assert!(!query("time:today role") && !query("role"));
    }

    #[test]
    fn nothing_is_asked_that_could_lose_a_record() {
        let guid = "56799948-c193-4c04-a059-751e0ae2bf18";
        for text in [
            format!("-correlation={guid}"),
            format!("correlation:{guid}"),
            format!("correlation={guid} OR role"),
            "correlation=5679".to_owned(),
            "result=failure".to_owned(),
            "time!=2026-11".to_owned(),
            "time>2026 OR role".to_owned(),
        ] {
            let found = parted(&text, Endpoint::Audits, Names::Kept);
            assert_eq!((found.filter, found.time), (None, TimeRange::default()), "{text}");
            assert_eq!(found.kept.len(), 1, "{text}");
        }
        let both = format!("(correlation={guid} role) OR target.id={guid}");
        let found = parted(&both, Endpoint::Audits, Names::Kept);
        assert!(found.filter.is_some() && found.pushed.is_empty() && found.kept.len() == 1);
        // The log may have a port behind it.
        let ip = parted("actor.ip=192.0.2.7", Endpoint::SignIns, Names::Kept);
        assert_eq!((ip.filter, ip.kept.len()), (None, 1));
        let ip = parted("actor.ip=192.0.2.7", Endpoint::SignIns, Names::Pushed);
        assert_eq!(ip.filter.as_deref(), Some("ipAddress eq '192.0.2.7'"));
    }
}
