//! Access and undo sheets agree: what is left to be undone leads back to what was held before.
//! Never compares texts: what is held is compared, and what is left to undo.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{Register, Standing};
use crate::ledger::Aftermath;
use crate::store::{RowId, Store};
use crate::trails::tests::load;

/// Two of the holders have the same name.
const HOLDERS: [(&str, &str); 3] = [("u1", "ann@x"), ("u2", "bob@x"), ("u3", "ann@x")];
const THINGS: [(&str, &str); 2] = [("t1", "First"), ("t2", "Second")];

/// How something is given and taken: activities, and how the records name what it is.
struct Way {
    gives: &'static [&'static str],
    takes: &'static str,
    /// The type of its target, and the properties that have id and name.
    thing: (&'static str, &'static str, &'static str),
    /// Is the thing a target too, or only in the properties?
    is_target: bool,
}

const WAYS: [Way; 6] = [
    Way {
        gives: &["Add member to group"],
        takes: "Remove member from group",
        thing: ("Group", "Group.ObjectID", "Group.DisplayName"),
        is_target: true,
    },
    Way {
        gives: &["Add member to role", "Restore member from role"],
        takes: "Remove member from role",
        thing: ("Role", "Role.ObjectID", "Role.DisplayName"),
        is_target: false,
    },
    Way {
        gives: &["Add eligible member to role"],
        takes: "Remove eligible member from role",
        thing: ("Role", "Role.ObjectID", "Role.DisplayName"),
        is_target: true,
    },
    Way {
        gives: &["Add owner to group"],
        takes: "Remove owner from group",
        thing: ("Group", "Group.ObjectID", "Group.DisplayName"),
        is_target: true,
    },
    Way {
        gives: &["Add app role assignment grant to user", "Add app role assignment to user"],
        takes: "Remove app role assignment from user",
        thing: ("ServicePrincipal", "AppRole.Id", "AppRole.Value"),
        is_target: true,
    },
    Way {
        gives: &["Restore user"],
        takes: "Delete user",
        thing: ("User", "", ""),
        is_target: false,
    },
];
/// The last way: whole accounts.
const ACCOUNT: usize = WAYS.len() - 1;

/// What is turned: the way, the holder and the thing.
type What = (usize, usize, usize);

fn json(
    number: usize,
    activity: &str,
    (way, holder, thing): What,
    gives: bool,
    result: &str,
) -> String {
    let (own, (id, upn), (thing, name)) = (&WAYS[way], HOLDERS[holder], THINGS[thing]);
    let (kind, key, called) = own.thing;
    let side = |text: &str| {
        let text = format!("\"{text}\"");
        if gives { serde_json::json!([null, text]) } else { serde_json::json!([text, null]) }
    };
    let change = |name: &str, text: &str| {
        let sides = side(text);
        serde_json::json!({"displayName": name, "oldValue": sides[0], "newValue": sides[1]})
    };
    let mut changes = Vec::new();
    if !key.is_empty() {
        changes.extend([change(key, thing), change(called, name)]);
    }
    let user = serde_json::json!({"type": "User", "id": id, "userPrincipalName": upn, "modifiedProperties": changes});
    let mut targets = vec![user];
    if own.is_target {
        targets.push(serde_json::json!({"type": kind, "id": thing, "displayName": name}));
    }
    let minutes = number * 10;
    let (day, hour, minute) = (1 + minutes / 1_440, minutes / 60 % 24, minutes % 60);
    serde_json::json!({
        "id": format!("r{number}"),
        "category": "Any",
        "activityDateTime": format!("2026-03-{day:02}T{hour:02}:{minute:02}:00Z"),
        "activityDisplayName": activity,
        "result": result,
        "loggedByService": "Core Directory",
        "initiatedBy": {"user": {"id": "adm", "userPrincipalName": "adm@x"}},
        "targetResources": targets,
    })
    .to_string()
}

/// One of these activities, by a number.
fn activity((way, ..): What, gives: bool, which: usize) -> &'static str {
    let own = &WAYS[way];
    if gives { own.gives[which % own.gives.len()] } else { own.takes }
}

/// The records, and of each what it turns; `None` where it turns nothing.
fn records(steps: &[(What, usize, u8)]) -> (Vec<String>, Vec<Option<(What, bool)>>) {
    let mut held: BTreeMap<What, bool> = BTreeMap::new();
    let (mut lines, mut turns) = (Vec::new(), Vec::new());
    for &((way, holder, thing), which, noise) in steps {
        let what = if way == ACCOUNT { (way, holder, 0) } else { (way, holder, thing) };
        let is_there = |what: What| held.get(&what).copied().unwrap_or(what.0 == ACCOUNT);
        let is = is_there(what);
        let is_gone = way != ACCOUNT && !is_there((ACCOUNT, holder, 0));
        let number = lines.len();
        match noise {
            // What is gone gets nothing.
            _ if is_gone => continue,
            // It failed, or was canceled.
            0 => lines.push(json(number, activity(what, !is, which), what, !is, "failure")),
            1 => {
                let canceled = "Add member to role in PIM canceled (permanent)";
                lines.push(json(number, canceled, what, true, "success"));
            }
            // The log says once more what became of it.
            2 if held.contains_key(&what) => {
                lines.push(json(number, activity(what, is, which), what, is, "success"));
                turns.push(Some((what, is)));
                continue;
            }
            _ => {
                lines.push(json(number, activity(what, !is, which), what, !is, "success"));
                turns.push(Some((what, !is)));
                held.insert(what, !is);
                continue;
            }
        }
        turns.push(None);
    }
    (lines, turns)
}

fn loaded(lines: &[String]) -> Store {
    if lines.is_empty() { Store::default() } else { load(&[lines.to_vec()]) }
}

/// What each holder holds.
fn held(lines: &[String]) -> Vec<BTreeSet<String>> {
    let store = loaded(lines);
    let register = Register::read(&store, &|| false).expect("not stopped");
    let of = |(id, _): &(&str, &str)| {
        let access = register.access(&store, &[(*id).to_owned()]);
        let own = access.held.into_iter();
        let own = own.filter(|line| !line.by_other && line.standing == Standing::Holds);
        own.map(|line| format!("{:?}", line.holding)).collect()
    };
    HOLDERS.iter().map(of).collect()
}

/// Of each record from this one on whether an undo sheet of all of those says that it was taken back, or
/// changed nothing.
fn taken_back(lines: &[String], before: usize) -> Vec<bool> {
    let store = loaded(lines);
    let mut after = Aftermath::default();
    let rows = before as RowId..store.len() as RowId;
    // As sheets enter them: newest first.
    for row in rows.clone().rev() {
        let bytes = store.read(row).expect("its bytes");
        after.enter(row, &store.span(row).0.decode(&bytes).expect("a record"));
    }
    let own: Vec<RowId> = rows.clone().collect();
    after.look_before(&store, &own, &|| false).expect("not stopped");
    after.close();
    rows.map(|row| after.taken_back(row).is_some() || after.so_before(row).is_some()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn what_is_left_to_undo_leads_back_to_what_was_held(
        steps in prop::collection::vec(
            ((0..WAYS.len(), 0..HOLDERS.len(), 0..THINGS.len()), 0..2_usize, 0..6_u8), 1..24),
        cut in 0..24_usize,
    ) {
        let cut = cut.min(steps.len());
        let before = records(&steps[..cut]).0.len();
        let (mut lines, turns) = records(&steps);
        let was = held(&lines[..before]);
        let back = taken_back(&lines, before);
        for (at, turn) in turns.iter().enumerate().skip(before).rev() {
            let Some((what, gave)) = *turn else { continue };
            if !back[at - before] {
                lines.push(json(lines.len(), activity(what, !gave, 0), what, !gave, "success"));
            }
        }
        prop_assert_eq!(was, held(&lines), "{:#?}", lines);
    }
}
