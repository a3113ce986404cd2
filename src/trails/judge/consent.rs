//! Consent to an application: who agreed to what, who was refused, whether it was taken back.
//! Never says whether the application is good.

use super::{Chain, Judged, listed, many, name_of, value, who};
use crate::record::Record;
use crate::record::application::application_id;
use crate::record::risk::Level;
use crate::time::Timestamp;
use crate::trails::table::BESIDE;
use std::fmt::Write as _;

const ADDED: u8 = 1;
const GRANTED: u8 = 2;
const ROLE: u8 = 3;
const CONSENT: u8 = 4;
const BACK: u8 = 5;

pub(in crate::trails) fn judge(chain: &Chain) -> Option<Judged> {
    let refused = chain.count(BESIDE);
    let given: Vec<&Record<'_>> = chain.of(CONSENT).collect();
    let application = chain
        .first(CONSENT)
        .or(chain.first(BESIDE))
        .or(chain.first(ADDED))
        .and_then(|record| name_of(record, &["ServicePrincipal", "Application"]))
        .or_else(|| value(chain.first(GRANTED)?, "ServicePrincipal.DisplayName"))
        .unwrap_or_else(|| "an application without a name".to_owned());
    let for_all = given.iter().any(|record| is_for_everybody(record));
    let doer = given.first().copied().or(chain.first(BESIDE)).or(chain.first(GRANTED));
    let doer = doer.or(chain.first(ROLE)).or(chain.first(ADDED))?;
    let mut notes = Vec::new();
    let scopes = listed(scopes(chain));
    if !scopes.is_empty() {
        notes.push(format!("Permissions: {scopes}."));
    }
    let reasons = listed(chain.of(BESIDE).map(|r| r.result_reason.to_string()));
    if refused > 0 {
        let people = listed(chain.of(BESIDE).map(who));
        let first = chain.when(BESIDE).map(Timestamp::to_rfc3339).unwrap_or_default();
        let first = first.split(['.', 'Z']).next().unwrap_or_default().replace('T', " ");
        let attempts = many(refused, "attempt");
        notes.push(format!("Refused {attempts} of {people} from {first} UTC on: {reasons}."));
    }
    if given.len() > 1 {
        notes.push(format!("Consented by {}.", listed(given.iter().map(|record| who(record)))));
    }
    // What was added and consented to names itself; a grant names its resource beside it.
    let mut records =
        [ADDED, CONSENT, BESIDE, GRANTED, ROLE].into_iter().flat_map(|of| chain.of(of));
    if let Some(id) = records.find_map(application_id) {
        notes.push(format!("Application id {id}."));
    }
    let back = chain.when(BACK).filter(|_| !given.is_empty() || chain.has(GRANTED));
    let mut severity = match (given.is_empty(), for_all, refused > 0) {
        (true, _, true) | (false, false, _) => Level::Low,
        (false, true, true) => Level::High,
        (false, true, false) | (true, _, false) => Level::Medium,
    };
    let mut verdict = match (given.is_empty(), for_all) {
        (true, _) if refused > 0 => format!("refused {}", many(refused, "time")),
        (true, _) => "granted, no consent in this data".to_owned(),
        (false, true) => "consented for everybody".to_owned(),
        (false, false) => format!("consented by {}", many(given.len(), "user")),
    };
    if !given.is_empty() && refused > 0 {
        let _ = write!(verdict, " after {}", many(refused, "refused attempt"));
    }
    if let (Some(back), Some(since)) = (back, chain.when(CONSENT).or(chain.when(GRANTED))) {
        let _ = write!(verdict, ", taken back after {}", super::between(since, back));
        severity = severity.min(Level::Medium);
    }
    let verb = if given.is_empty() && refused > 0 { "tried to consent to" } else { "consented to" };
    let verb = if chain.has(CONSENT) || refused > 0 { verb } else { "granted permissions to" };
    let ordinary = refused == 0 && !for_all;
    let title = format!("{} {verb} {application}", who(doer));
    Some(Judged { title, verdict, severity, ordinary, notes, watch: None })
}

/// Did an administrator consent for everybody?
pub(in crate::trails) fn is_for_everybody(record: &Record<'_>) -> bool {
    let says = |name| value(record, name).is_some_and(|text| text.eq_ignore_ascii_case("true"));
    says("ConsentContext.IsAdminConsent") || says("ConsentContext.OnBehalfOfAll")
}

/// What was granted: scopes of delegated permissions, values of app roles.
fn scopes(chain: &Chain) -> Vec<String> {
    let mut found = Vec::new();
    let mut split = |text: &str| found.extend(text.split_whitespace().map(str::to_owned));
    for record in chain.of(GRANTED) {
        split(&value(record, "DelegatedPermissionGrant.Scope").unwrap_or_default());
    }
    for record in chain.of(ROLE) {
        split(&value(record, "AppRole.Value").unwrap_or_default());
    }
    for record in chain.of(CONSENT) {
        let permissions = value(record, "ConsentAction.Permissions").unwrap_or_default();
        for part in permissions.split("Scope:").skip(1) {
            split(part.split([',', ']']).next().unwrap_or_default());
        }
    }
    found
}
