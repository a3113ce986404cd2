//! A new key on an application: who added it, who had consented, and whether it was used.
//! Never tells keys apart that the record does not name.

use super::{distinct, who};
use crate::ledger::keys;
use crate::ledger::logged;
use crate::ledger::logged::{key_of, name_of};
use crate::record::risk::Level;
use crate::record::{ActorKind, Record};
use crate::text::fold;
use crate::time::TICKS_PER_SECOND;
use crate::trails::chain::{Chain, Judged, Watch};
use crate::trails::key::{JoinKey, texts};
use crate::trails::subject;
use crate::trails::verdict::{AfterOwner, During, Note, Title, Verdict};
use std::collections::HashSet;

const OWNER: u8 = 0;
const ADDED: u8 = 1;
const GRANTED: u8 = 2;
/// The step of the first record that the application did.
const USED: usize = 3;
/// What the application does this long after its key is a question.
const WATCHED: i64 = 7 * 24 * 3_600 * TICKS_PER_SECOND;

pub(in crate::trails) fn judge(chain: &Chain) -> Option<Judged> {
    let added = chain.first(ADDED)?;
    let when = chain.when(ADDED)?;
    let application = name_of(added, &["Application", "ServicePrincipal"]);
    let adders = distinct(chain.of(ADDED).map(who));
    let mut notes = Vec::new();
    let keys = new_keys(chain);
    if !keys.is_empty() {
        notes.push(Note::Keys(keys.clone()));
    }
    let records = chain.count(ADDED);
    if keys.len() > 1 && keys.len() != records {
        notes.push(Note::KeyRecords { records, keys: keys.len() });
    }
    let mut severity = Level::Low;
    let (mut owner, mut by_another) = (None, false);
    let rotated = chain.of(ADDED).all(|record| {
        record.actor.kind == ActorKind::App && &*record.actor.name == "Managed Service Identity"
    });
    let owner_first = chain.when(OWNER) <= chain.last(ADDED) && chain.has(OWNER);
    if owner_first && !rotated {
        let owners = chain.of(OWNER).filter_map(super::user_name);
        notes.push(Note::OwnerBefore(owners.collect()));
        owner = Some(after_owner(chain, &keys));
        severity = Level::Medium;
    }
    if chain.has(GRANTED) {
        let others = distinct(chain.of(GRANTED).map(who));
        by_another = others.iter().any(|other| !adders.contains(other));
        severity = Level::Medium;
        if by_another {
            notes.push(Note::OtherHands { granted: others, added: adders.clone() });
            severity = Level::High;
        }
    }
    if by_name_only(chain) {
        notes.push(Note::JoinedByName);
    }
    let principals = chain.of(ADDED).flat_map(|record| &record.targets);
    let ids = principals
        .filter(|target| target.kind.eq_ignore_ascii_case("ServicePrincipal"))
        .chain(logged::target(added, &["Application"]))
        .map(|target| key_of(target).to_owned())
        .chain(chain.of(GRANTED).filter_map(|record| Some(subject::client(record)?.1)))
        .filter(|id| !id.is_empty());
    let client = chain.of(ADDED).filter_map(|record| logged::detail(record, "AppId"));
    let actors = distinct(ids.chain(client.map(str::to_owned)));
    // A key by itself is what administrators do all day.
    let ordinary = !chain.has(GRANTED) && (rotated || !owner_first);
    if rotated && !chain.has(GRANTED) {
        notes.push(Note::RenewedByAzure);
    }
    let watch = (!actors.is_empty()).then(|| Watch {
        actors,
        // The log names an application that acts by the one or the other.
        apps: distinct(
            chain
                .of(ADDED)
                .filter_map(|record| name_of(record, &["Application", "ServicePrincipal"])),
        ),
        from: when.plus(1),
        until: Some(when.plus(WATCHED)),
        except: None,
        called: During::ByApplication,
        step: Some(USED),
    });
    let title = Title::Key { who: adders, application };
    let grants = chain.count(GRANTED);
    let verdict = Verdict::Key { keys: keys.len(), owner, grants, by_another };
    Some(Judged { title, verdict, severity, ordinary, notes, watch })
}

/// Which of the keys came after the new owner, and by whom, where not all of them did.
fn after_owner(chain: &Chain, keys: &[String]) -> AfterOwner {
    let since = chain.when(OWNER);
    let owners: Vec<&Record<'_>> = chain.of(OWNER).collect();
    let by_owner = |record: &&Record<'static>| {
        owners.iter().any(|owner| {
            let user = logged::target(owner, &["User"]);
            user.is_some_and(|user| !user.id.is_empty() && user.id == record.actor.id)
        })
    };
    // A key of several records came with the first of them.
    let mut before: HashSet<String> = HashSet::new();
    let (mut later, mut own) = (HashSet::new(), HashSet::new());
    for record in chain.of(ADDED) {
        for key in keys::added(record).iter().map(|key| fold(key)) {
            if record.time < since {
                before.insert(key);
            } else if !before.contains(&key) {
                if by_owner(&record) {
                    own.insert(key.clone());
                }
                later.insert(key);
            }
        }
    }
    let (all, later, own) = (keys.len(), later.len(), own.len());
    if later == all && (own == all || own == 0) || all < 2 {
        return AfterOwner::All;
    }
    AfterOwner::Some { later, own }
}

/// Do the added key and what was granted share neither an id nor an operation?
fn by_name_only(chain: &Chain) -> bool {
    let shared = |record: &Record<'_>| {
        let mut found = Vec::new();
        for key in [
            JoinKey::Correlation,
            JoinKey::Target("Application"),
            JoinKey::Target("ServicePrincipal"),
            JoinKey::Change("ServicePrincipal.ObjectID"),
            JoinKey::AppId,
        ] {
            texts(key, record, &mut |text| found.push(text.to_owned()));
        }
        found
    };
    let known: HashSet<String> = chain.of(ADDED).flat_map(shared).collect();
    chain.has(GRANTED)
        && chain.of(GRANTED).all(|record| !shared(record).iter().any(|id| known.contains(id)))
}

/// The keys that are new, by name where they have one.
fn new_keys(chain: &Chain) -> Vec<String> {
    distinct(chain.of(ADDED).flat_map(keys::added))
}
