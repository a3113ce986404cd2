//! Consent to an application: who agreed to what, who was refused, whether it was taken back.
//! Never says whether the application is good.

use super::{distinct, who};
use crate::ledger::logged::{name_of, value};
use crate::record::Record;
use crate::record::application::application_id;
use crate::record::risk::Level;
use crate::trails::chain::{BESIDE, Chain, Judged, between};
use crate::trails::verdict::{Consent, ConsentEnd, Note, Title, Verdict};

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
        .or_else(|| value(chain.first(GRANTED)?, "ServicePrincipal.DisplayName"));
    let for_all = given.iter().any(|record| is_for_everybody(record));
    let doer = given.first().copied().or(chain.first(BESIDE)).or(chain.first(GRANTED));
    let doer = doer.or(chain.first(ROLE)).or(chain.first(ADDED))?;
    let mut notes = Vec::new();
    let scopes = distinct(scopes(chain));
    if !scopes.is_empty() {
        notes.push(Note::Permissions(scopes));
    }
    if refused > 0 {
        notes.push(Note::Refused {
            count: refused,
            people: chain.of(BESIDE).map(who).collect(),
            from: chain.when(BESIDE),
            reasons: chain.of(BESIDE).map(|record| record.result_reason.to_string()).collect(),
        });
    }
    if given.len() > 1 {
        notes.push(Note::ConsentedBy(given.iter().map(|record| who(record)).collect()));
    }
    // What was added and consented to names itself; a grant names its resource beside it.
    let mut records =
        [ADDED, CONSENT, BESIDE, GRANTED, ROLE].into_iter().flat_map(|of| chain.of(of));
    if let Some(id) = records.find_map(application_id) {
        notes.push(Note::ApplicationId(id.into_owned()));
    }
    let back = chain.when(BACK).filter(|_| !given.is_empty() || chain.has(GRANTED));
    let mut severity = match (given.is_empty(), for_all, refused > 0) {
        (true, _, true) | (false, false, _) => Level::Low,
        (false, true, true) => Level::High,
        (false, true, false) | (true, _, false) => Level::Medium,
    };
    let end = match (given.is_empty(), for_all) {
        (true, _) if refused > 0 => ConsentEnd::Refused(refused),
        (true, _) => ConsentEnd::Granted,
        (false, true) => ConsentEnd::ForEverybody,
        (false, false) => ConsentEnd::ByUsers(given.len()),
    };
    let since = chain.when(CONSENT).or(chain.when(GRANTED));
    let taken_back = back.zip(since).map(|(back, since)| between(since, back));
    if taken_back.is_some() {
        severity = severity.min(Level::Medium);
    }
    let how = match (chain.has(CONSENT), refused > 0) {
        (false, false) => Consent::Granted,
        (_, true) if given.is_empty() => Consent::Tried,
        _ => Consent::Given,
    };
    let ordinary = refused == 0 && !for_all;
    let title = Title::Consent { who: who(doer), how, application };
    let refused = if given.is_empty() { 0 } else { refused };
    let verdict = Verdict::Consent { end, refused, taken_back };
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
