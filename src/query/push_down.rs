//! What of a query a service can evaluate itself: Microsoft Graph as a `$filter`, a workspace in KQL.
//! Never asks for less than the query matches: what is not sure stays with entrail.
//!
//! Which properties those are, and why no more, is in [`super::dialect::odata`]; a span of time is asked
//! for apart from them, because it is cut into slices.

use super::dialect::odata::OData;
pub use super::dialect::odata::{Endpoint, Names};
use super::plan::{Dialect, Part, parts, plan, written};
use super::{Context, Expression, Operator, Query, when};
use crate::record::field::Stored;
use crate::time::TimeRange;

/// A query parted in what a service evaluates and what entrail does.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PushDown {
    /// The span of time asked for.
    pub time: TimeRange,
    /// What is asked for besides the time, as its language writes it; `None` where that is nothing.
    pub filter: Option<String>,
    /// Each condition, as a query, and how the service answers it.
    pub parts: Vec<(String, Part)>,
    /// The query without the span of time; empty where nothing is left of it.
    pub rest: String,
}

/// Parts a query for Microsoft Graph.
pub fn push_down(query: &Query, context: &Context, endpoint: Endpoint, names: Names) -> PushDown {
    let _stage = tracing::info_span!("push_down", endpoint = ?endpoint).entered();
    push_down_to(query, context, &OData { endpoint, names })
}

/// Parts a query for a service that understands this dialect, and `and` between conditions.
pub fn push_down_to(query: &Query, context: &Context, dialect: &dyn Dialect) -> PushDown {
    let mut parted = PushDown::default();
    let (mut filters, mut rest) = (Vec::new(), Vec::new());
    for part in parts(query) {
        if let Some(range) = span_of(part, context) {
            parted.time = parted.time.intersection(range);
            parted.parts.push((written(part), Part::Exact));
            continue;
        }
        rest.push(part.clone());
        let planned = plan(part, context, dialect);
        tracing::info!(
            part = written(part),
            asked = planned.text.as_deref().unwrap_or_default(),
            how = ?planned.how,
            "planned"
        );
        parted.parts.push((written(part), planned.how));
        filters.extend(planned.text);
    }
    parted.filter = (!filters.is_empty()).then(|| filters.join(" and "));
    if !rest.is_empty() {
        parted.rest = Query { expression: Some(Expression::And(rest)) }.to_string();
    }
    parted
}

/// The span of time that a query is about, and each of its conditions, as a query: is it of that span?
pub fn by_time(query: &Query, context: &Context) -> (TimeRange, Vec<(String, bool)>) {
    let (mut span, mut told) = (TimeRange::default(), Vec::new());
    for part in parts(query) {
        let range = span_of(part, context);
        span = range.map_or(span, |range| span.intersection(range));
        told.push((written(part), range.is_some()));
    }
    (span, told)
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

/// The span of time that a condition names, where it is nothing else.
pub(super) fn span_of(part: &Expression, context: &Context) -> Option<TimeRange> {
    let Expression::Term(term) = part else { return None };
    let is_time = term.field.is_some_and(|field| matches!(field.stored, Stored::Time));
    if !is_time || term.operator == Operator::NotEquals {
        return None;
    }
    when::of_term(term, context)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    impl PushDown {
        /// Conditions that entrail evaluates, each with the reason.
        fn kept(&self) -> impl Iterator<Item = (&str, &'static str)> {
            self.parts.iter().filter_map(|(part, how)| Some((part.as_str(), how.why()?)))
        }
    }

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
                 correlationId eq '56799948-C193-4C04-A059-751E0AE2BF18' or \
                 correlationId eq '56799948-C193-4c04-a059-751e0ae2bf18')"
            )
        );
        assert_eq!(found.parts.iter().filter(|(_, part)| *part == Part::Exact).count(), 3);
        let kept: Vec<_> = found.kept().collect();
        assert_eq!(kept, [("role", "Graph has no search in all properties")]);
    }

    #[test]
    fn names_stay_unless_asked_for() {
        let kept = parted("activity=\"Add user\"", Endpoint::Audits, Names::Kept);
        assert_eq!((&kept.filter, kept.kept().count()), (&None, 1));
        let pushed = parted("activity=(\"Add user\" \"It's\")", Endpoint::Audits, Names::Pushed);
        assert_eq!(
            pushed.filter.as_deref(),
            Some("(activityDisplayName eq 'Add user' or activityDisplayName eq 'It''s')")
        );
        assert_eq!(pushed.parts[0].1, Part::AsWritten);
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
            assert_eq!((&found.filter, found.kept().count()), (&None, 1), "{text}");
        }
        let both = pushed("actor=kim@contoso.example target=kim", Endpoint::Audits);
        assert_eq!(both.kept().count(), 1);
        assert!(both.filter.is_some_and(|filter| filter.contains("userPrincipalName eq 'kim@")));
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
            // The id of a role may stand in a change only.
            format!("target.id={guid}"),
            "result=failure".to_owned(),
            "time!=2026-11".to_owned(),
            "time>2026 OR role".to_owned(),
        ] {
            let found = parted(&text, Endpoint::Audits, Names::Kept);
            assert_eq!(found.kept().count(), 1, "{text}");
            assert_eq!((found.filter, found.time), (None, TimeRange::default()), "{text}");
        }
        let both = format!("(correlation={guid} role) OR correlation={guid}");
        let found = parted(&both, Endpoint::Audits, Names::Kept);
        assert!(found.filter.is_some() && found.kept().count() == 1);
        // The log may have a port behind it.
        let ip = parted("actor.ip=192.0.2.7", Endpoint::SignIns, Names::Kept);
        assert_eq!((&ip.filter, ip.kept().count()), (&None, 1));
        let ip = parted("actor.ip=192.0.2.7", Endpoint::SignIns, Names::Pushed);
        assert_eq!(ip.filter.as_deref(), Some("ipAddress eq '192.0.2.7'"));
    }
}
