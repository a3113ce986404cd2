//! Graph's `$filter`, which compares few properties, and those only whole.
//! Never asks for a property that Graph does not document as filterable.
//!
//! Graph does not document how it compares text; entrail ignores case, kinds of dash, runs of white space
//! and a final full stop. So only times and the correlation id, a GUID, mean the same to both. Names,
//! addresses, and ids that may stand in changes only are asked for where the user wants it, as they are
//! written.
//! Sources: the lists of filterable properties of `directoryAudit`, `signIn` and
//! `provisioningObjectSummary` in the Graph reference.

use super::bracketed;
use crate::query::plan::{Dialect, FieldExpressions, Holds, Only, Side, Spelling, Test};
use crate::record::field::Field;
use crate::record::value_kind::ValueKind;
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

/// How names are treated.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Names {
    /// They stay with entrail, which finds every spelling.
    #[default]
    Kept,
    /// `activity=`, `service=`, `id=` and `target.id=` are pushed down as they are written, and `actor=`
    /// with a user principal name: less to fetch, and records that spell it otherwise, or name an object
    /// in a change only, are not found.
    Pushed,
}

/// The filters of an endpoint.
#[derive(Clone, Copy, Debug)]
pub struct OData {
    /// Which.
    pub endpoint: Endpoint,
    /// Whether it is asked for names.
    pub names: Names,
}

/// A field of an endpoint and what Graph compares for it; any of several.
struct Rule {
    endpoint: Endpoint,
    field: &'static str,
    sides: &'static [Side],
}

const fn guid(expression: &'static str) -> Side {
    Side { expression, holds: Holds::Whole(Spelling::Guid) }
}

const fn name(expression: &'static str, only: Only) -> Side {
    Side { expression, holds: Holds::Whole(Spelling::AsWritten(only)) }
}

/// `{}` is the text.
const RULES: &[Rule] = &[
    Rule {
        endpoint: Endpoint::Audits,
        field: "correlation",
        sides: &[guid("correlationId eq {}")],
    },
    // The id of an object may stand in a change only, where Graph does not look.
    Rule {
        endpoint: Endpoint::Audits,
        field: "target.id",
        sides: &[name("targetResources/any(t: t/id eq {})", Only::Guids)],
    },
    Rule { endpoint: Endpoint::Audits, field: "id", sides: &[name("id eq {}", Only::Texts)] },
    Rule {
        endpoint: Endpoint::Audits,
        field: "activity",
        sides: &[name("activityDisplayName eq {}", Only::Texts)],
    },
    Rule {
        endpoint: Endpoint::Audits,
        field: "service",
        sides: &[name("loggedByService eq {}", Only::Texts)],
    },
    // An application may be called by its service principal name, and a target only in its changes:
    // Graph looks into neither.
    Rule {
        endpoint: Endpoint::Audits,
        field: "actor",
        sides: &[
            name("initiatedBy/user/userPrincipalName eq {}", Only::PrincipalNames),
            name("initiatedBy/user/displayName eq {}", Only::PrincipalNames),
            name("initiatedBy/app/displayName eq {}", Only::PrincipalNames),
        ],
    },
    Rule {
        endpoint: Endpoint::SignIns,
        field: "actor",
        sides: &[
            name("userPrincipalName eq {}", Only::PrincipalNames),
            name("userDisplayName eq {}", Only::PrincipalNames),
            name("appDisplayName eq {}", Only::PrincipalNames),
            name("servicePrincipalName eq {}", Only::PrincipalNames),
        ],
    },
    Rule {
        endpoint: Endpoint::SignIns,
        field: "actor.ip",
        sides: &[name("ipAddress eq {}", Only::Texts)],
    },
];

impl Dialect for OData {
    fn expressions(&self, field: &'static Field) -> Result<FieldExpressions, &'static str> {
        let mut rules = RULES.iter().filter(|rule| rule.field == field.name).peekable();
        match (field.name, rules.peek()) {
            ("target", _) => return Err("Graph looks for a target's name in one place only"),
            (_, None) => return Err("Graph cannot filter by this property"),
            _ => {}
        }
        let rule = rules.find(|rule| rule.endpoint == self.endpoint);
        let rule = rule.ok_or("Graph cannot filter this log by it")?;
        let is_sure = rule.sides.iter().all(|side| side.holds == Holds::Whole(Spelling::Guid));
        if !is_sure && self.names == Names::Kept {
            return Err(match (field.kind, field.name) {
                (ValueKind::Address, _) => {
                    "entrail finds every spelling of an address, Graph does not; --push-names asks Graph"
                }
                (_, "target.id") => {
                    "an id may stand in a change only, where Graph does not look; --push-names asks Graph"
                }
                _ => {
                    "entrail finds every spelling of a name, Graph perhaps not; --push-names asks Graph"
                }
            });
        }
        Ok(FieldExpressions { sides: rule.sides, unnamed: "" })
    }

    fn words(&self) -> Result<(), &'static str> {
        Err("Graph has no search in all properties")
    }

    fn test(&self, expression: &str, test: &Test<'_>) -> Option<String> {
        match test {
            Test::Is(text) => Some(expression.replace("{}", &literal(text))),
            Test::Contains(_) | Test::Filled | Test::Has(_) | Test::Matches(_) => None,
        }
    }

    // One span is asked for, with every request.
    fn time(&self, _: TimeRange) -> Option<String> {
        None
    }

    fn all(&self, texts: &[String]) -> String {
        bracketed(texts, " and ")
    }

    fn any(&self, texts: &[String]) -> String {
        bracketed(texts, " or ")
    }

    // Not documented for these properties.
    fn not(&self, _: &str) -> Option<String> {
        None
    }
}

/// A span of time by the operators Graph documents, `ge` and `le`.
pub fn span(range: TimeRange, endpoint: Endpoint) -> Vec<String> {
    let property = match endpoint {
        Endpoint::SignIns => "createdDateTime",
        Endpoint::Audits | Endpoint::Provisioning => "activityDateTime",
    };
    let start = range.start.map(|start| format!("{property} ge {}", start.to_rfc3339()));
    let end = range.end.map(|end| format!("{property} le {}", end.plus(-1).to_rfc3339()));
    start.into_iter().chain(end).collect()
}

/// A text as `OData` writes it.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
