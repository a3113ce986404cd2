//! The demo tenant has the shape of real records, property by property, by the table in `shapes.tsv`.
//! Never compares values, only whether there is one and of what kind: the people are made up.
#![expect(clippy::panic, reason = "says which line of the table is wrong")]

use std::collections::{BTreeMap, BTreeSet};

use entrail::demo::{Scale, tenant};
use serde_json::Value;

/// The table: activity (`*` for all), place, allowed shapes, and where they were seen or documented.
const TABLE: &str = include_str!("shapes.tsv");

/// The commonest activities that must be in the table.
const COMMONEST: usize = 60;

/// Allowed shapes by activity and place.
type Allowed = BTreeMap<&'static str, BTreeMap<&'static str, BTreeSet<&'static str>>>;

fn table() -> Allowed {
    let mut allowed = Allowed::new();
    for line in TABLE.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [activity, place, shapes, source] = columns[..] else { panic!("{line}") };
        assert!(source.len() > 5, "where is it from? {line}");
        let shapes = shapes.split(" | ").collect();
        let twice = allowed.entry(activity).or_default().insert(place, shapes);
        assert!(twice.is_none(), "{activity} {place} stands twice");
    }
    allowed
}

/// What a property of a record is.
fn plain(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::String(text) if text.is_empty() => "empty",
        Value::String(text) if is_guid(text) => "id",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
        Value::Bool(_) | Value::Number(_) => "scalar",
    }
}

fn is_guid(text: &str) -> bool {
    let parts: Vec<usize> = text.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12] && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}

/// What an old or new value is: JSON in a string, as Graph writes it.
fn packed(value: &Value) -> &'static str {
    let Some(text) = value.as_str() else { return plain(value) };
    match serde_json::from_str::<Value>(text) {
        Ok(Value::String(text)) if text.is_empty() => "empty",
        Ok(Value::Array(items)) if items.is_empty() => "empty",
        Ok(Value::String(_)) => "text",
        Ok(Value::Array(_)) => "list",
        Ok(Value::Object(_)) => "object",
        Ok(_) => "scalar",
        Err(_) => "plain",
    }
}

/// What the table lists a record under: its activity, or the log that its envelope names.
fn name(record: &Value) -> &str {
    let name = if is_enveloped(record) { "category" } else { "activityDisplayName" };
    record[name].as_str().expect("a name")
}

/// Whether it is of a log that only diagnostic settings write here: a sign-in, or a call of Graph.
fn is_enveloped(record: &Value) -> bool {
    record["properties"].is_object()
}

/// The places in a value that `place` leads to: members of objects and of those in arrays.
fn places(value: &Value, place: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            let dot = if place.is_empty() { "" } else { "." };
            for (name, value) in members {
                places(value, &format!("{place}{dot}{name}"), found);
            }
        }
        Value::Array(items) if items.first().is_some_and(Value::is_object) => {
            for item in items {
                places(item, &format!("{place}[]"), found);
            }
        }
        _ => found.push((place.to_owned(), plain(value).to_owned())),
    }
}

/// All places of a record, each with its shape.
fn shapes(record: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    if is_enveloped(record) {
        places(record, "", &mut found);
        return found;
    }
    let (user, app) = (&record["initiatedBy"]["user"], &record["initiatedBy"]["app"]);
    let actor = match (user.is_object(), app.is_object()) {
        (true, _) => {
            format!("user:{}/{}", plain(&user["displayName"]), plain(&user["userPrincipalName"]))
        }
        (false, true) => "app".to_owned(),
        (false, false) => "none".to_owned(),
    };
    found.push(("actor".to_owned(), actor));
    for (of, part) in [("user", user), ("app", app), ("performer", &record["performedBy"])] {
        for (name, value) in part.as_object().into_iter().flatten() {
            found.push((format!("{of}.{name}"), plain(value).to_owned()));
        }
    }
    let none = Vec::new();
    let targets = record["targetResources"].as_array().unwrap_or(&none);
    let kinds: Vec<&str> =
        targets.iter().map(|target| target["type"].as_str().unwrap_or("null")).collect();
    found.push(("targets".to_owned(), kinds.join(" ")));
    for (at, target) in targets.iter().enumerate() {
        let name =
            format!("{}/{}", plain(&target["displayName"]), plain(&target["userPrincipalName"]));
        found.push((format!("name {}", at + 1), name));
        let changes = target["modifiedProperties"].as_array();
        for change in changes.into_iter().flatten() {
            let name = change["displayName"].as_str().unwrap_or_default();
            let shape = format!("{}>{}", packed(&change["oldValue"]), packed(&change["newValue"]));
            found.push((format!("change {} {name}", at + 1), shape));
        }
    }
    found
}

fn demo() -> Vec<Value> {
    let log = String::from_utf8(tenant(Scale::demo())).expect("UTF-8");
    log.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn every_record_of_the_demo_has_the_shape_of_real_ones() {
    let allowed = table();
    let mut wrong: BTreeMap<String, usize> = BTreeMap::new();
    for record in demo() {
        let activity = name(&record);
        let own = allowed.get(activity);
        for (place, shape) in shapes(&record) {
            let listed = own.and_then(|own| own.get(place.as_str()));
            let listed = listed.or_else(|| allowed["*"].get(place.as_str()));
            let is_allowed = match listed {
                Some(shapes) => shapes.contains(shape.as_str()),
                // An activity of the table changes nothing that the table does not list.
                None => own.is_none_or(|own| {
                    let is_change = place.starts_with("change ") && !own.contains_key("change *");
                    !is_change && !is_enveloped(&record)
                }),
            };
            if !is_allowed {
                *wrong.entry(format!("{activity}: {place} is {shape}")).or_default() += 1;
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_commonest_activities_are_in_the_table_and_nothing_else_is() {
    let allowed = table();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
    for record in demo() {
        let activity = name(&record).to_owned();
        *counts.entry(activity.clone()).or_default() += usize::from(!is_enveloped(&record));
        seen.extend(shapes(&record).into_iter().map(|(place, _)| (activity.clone(), place)));
    }
    let mut commonest: Vec<(&String, &usize)> = counts.iter().collect();
    commonest.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), *name));
    let missing: Vec<&str> = (commonest.iter().take(COMMONEST))
        .map(|(name, _)| name.as_str())
        .filter(|name| !allowed.get(*name).is_some_and(|own| own.contains_key("targets")))
        .collect();
    assert!(missing.is_empty(), "{missing:#?}");
    // What is in the table occurs, so that no row is there for nothing.
    let dead: Vec<(&str, &str)> = (allowed.iter().filter(|(activity, _)| **activity != "*"))
        .flat_map(|(activity, places)| places.keys().map(move |place| (*activity, *place)))
        .filter(|(activity, place)| {
            *place != "change *" && !seen.contains(&((*activity).to_owned(), (*place).to_owned()))
        })
        .collect();
    assert!(dead.is_empty(), "{dead:#?}");
}

#[test]
fn what_real_tenants_have_occurs() {
    let records = demo();
    let some = |what: &str, is: &dyn Fn(&Value) -> bool| {
        assert!(records.iter().any(is), "no record with {what}");
    };
    let activity = |record: &Value, name: &str| record["activityDisplayName"] == name;
    let second_is_nameless = |record: &Value| {
        let second = &record["targetResources"][1];
        second.is_object()
            && second["displayName"].is_null()
            && second["userPrincipalName"].is_null()
    };
    some("a role that only a change names", &|record| {
        activity(record, "Add member to role") && second_is_nameless(record)
    });
    some("a group that only a change names", &|record| {
        activity(record, "Add member to group") && second_is_nameless(record)
    });
    // Given or taken: both name the receiver alike.
    let grant = |record: &Value| {
        let name = record["activityDisplayName"].as_str().unwrap_or_default();
        name.contains("app role assignment") && name.ends_with("service principal")
    };
    some("a receiver named by its application id", &|record| {
        grant(record) && record["targetResources"][1]["displayName"].as_str().is_some_and(is_guid)
    });
    some("a receiver that is no target", &|record| {
        grant(record) && record["targetResources"].as_array().is_some_and(|all| all.len() == 1)
    });
    some("a client's name in place of a person's", &|record| {
        let user = &record["initiatedBy"]["user"];
        user["displayName"] == "Microsoft Teams Services" && user["userPrincipalName"].is_string()
    });
    some("a custom security attribute", &|record| record["category"] == "AttributeManagement");
    some("a licence", &|record| {
        record["targetResources"][0]["modifiedProperties"][0]["displayName"] == "AssignedLicense"
    });
    some("an agent that is changed", &|record| {
        record["targetResources"][0]["agentType"] == "agenticAppInstance"
    });
    some("an agent that acts", &|record| {
        record["initiatedBy"]["app"]["agentType"] == "agenticAppInstance"
    });
    some("an agent that acts for somebody", &|record| {
        record["performedBy"]["agentType"] == "agenticAppInstance"
            && record["initiatedBy"]["user"].is_object()
    });
    some("a sign-in of a device that the tenant knows", &|record| {
        record["properties"]["deviceDetail"]["isCompliant"] == true
    });
    some("a policy that only reports", &|record| {
        let policies = record["properties"]["appliedConditionalAccessPolicies"].as_array();
        policies.is_some_and(|all| all.iter().any(|one| one["result"] == "reportOnlySuccess"))
    });
    some("a sign-in that a policy refused", &|record| {
        record["resultType"] == "53003" && record["properties"]["status"]["errorCode"] == 53_003
    });
    for key in ["ServicePrincipalProvisioningType", "SubscribedSkus", "AppOwnerOrganizationId"] {
        some(key, &|record| {
            let details = record["additionalDetails"].as_array();
            details.is_some_and(|all| all.iter().any(|detail| detail["key"] == key))
        });
    }
}
