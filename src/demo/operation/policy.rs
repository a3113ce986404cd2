//! Conditional Access: a policy as the long JSON text that its records carry before and after.
//! Never shortens it: finding two changed lines in it is the reader's task.

use std::fmt::Write as _;

use super::{core, of};
use crate::demo::event::{Actor, Event, Log, Target, list, quote};
use crate::demo::random::Guid;

/// The parts of a policy that change.
#[derive(Clone, Copy, Debug)]
pub(in crate::demo) struct Policy<'a> {
    pub(in crate::demo) name: &'a str,
    /// `enabled`, `disabled` or `enabledForReportingButNotEnforced`.
    pub(in crate::demo) state: &'a str,
    /// Users it does not apply to.
    pub(in crate::demo) exclude: &'a [Guid],
}

impl Policy<'_> {
    /// The policy as JSON text, nearly two hundred lines when pretty-printed.
    pub(in crate::demo) fn json(&self) -> String {
        let mut out = String::with_capacity(6_000);
        // Writing to a String cannot fail.
        let _ = write!(out, "{{\"id\":\"{}\",\"displayName\":", Guid::of(self.name));
        quote(self.name, &mut out);
        out.push_str(",\"createdDateTime\":\"2025-02-11T08:15:30.1234567+00:00\",\"state\":");
        quote(self.state, &mut out);
        out.push_str(",\"conditions\":{\"applications\":{\"includeApplications\":[\"All\"],\"excludeApplications\":");
        ids("application outside MFA", 14, &mut out);
        out.push_str(",\"includeUserActions\":[],\"includeAuthenticationContextClassReferences\":[],\"applicationFilter\":null},\"users\":{\"includeUsers\":[],\"excludeUsers\":[");
        for (index, user) in self.exclude.iter().enumerate() {
            let _ = write!(out, "{}\"{user}\"", if index > 0 { "," } else { "" });
        }
        out.push_str("],\"includeGroups\":");
        ids("group under MFA", 12, &mut out);
        out.push_str(",\"excludeGroups\":");
        ids("group outside MFA", 6, &mut out);
        out.push_str(",\"includeRoles\":");
        ids("role under MFA", 46, &mut out);
        out.push_str(",\"excludeRoles\":[]},\"userRiskLevels\":[],\"signInRiskLevels\":[\"medium\",\"high\"],\"clientAppTypes\":[\"browser\",\"mobileAppsAndDesktopClients\",\"exchangeActiveSync\",\"other\"],\"platforms\":{\"includePlatforms\":[\"all\"],\"excludePlatforms\":[]},\"locations\":{\"includeLocations\":[\"All\"],\"excludeLocations\":");
        ids("named location", 9, &mut out);
        out.push_str("},\"servicePrincipalRiskLevels\":[]},\"grantControls\":{\"operator\":\"OR\",\"builtInControls\":[\"mfa\"],\"customAuthenticationFactors\":[],\"termsOfUse\":");
        ids("terms of use", 2, &mut out);
        out.push_str("},\"sessionControls\":{\"signInFrequency\":{\"value\":12,\"type\":\"hours\",\"authenticationType\":\"primaryAndSecondaryAuthentication\",\"frequencyInterval\":\"timeBased\",\"isEnabled\":true},\"persistentBrowser\":{\"mode\":\"never\",\"isEnabled\":true}}}");
        out
    }
}

fn ids(kind: &str, count: usize, out: &mut String) {
    out.push('[');
    for index in 0..count {
        let id = Guid::of(&format!("{kind} {index}"));
        let _ = write!(out, "{}\"{id}\"", if index > 0 { "," } else { "" });
    }
    out.push(']');
}

/// A policy changed. Two records, as live: Conditional Access and Core Directory.
pub(in crate::demo) fn update<'a>(
    log: &mut Log,
    at: i64,
    actor: &Actor<'a>,
    agent: &'a str,
    (old, new): (&Policy<'a>, &Policy<'a>),
) {
    let id = Guid::of(new.name);
    let correlation = Guid::of(&format!("{} {at}", new.name));
    let (before, after) = (old.json(), new.json());
    let target = Target::named("Policy", id, new.name).change(
        "PolicyDetail",
        Some(list(&[&before])),
        Some(list(&[&after])),
    );
    let directory = core("Policy", "Update policy", "Update");
    log.write(
        &Event::new(directory, at, actor.clone())
            .operation(correlation)
            .target(target.updated())
            .agent(agent),
    );
    let target = Target::named("Policy", id, new.name).change(
        "ConditionalAccessPolicy",
        Some(before),
        Some(after),
    );
    let conditional =
        of("Conditional Access", "Policy", "Update conditional access policy", "Update");
    log.write(
        &Event::new(conditional, at + 4_120_377, actor.clone())
            .operation(correlation)
            .target(target)
            .detail("Category", "Conditional Access")
            .agent(agent),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_long_and_two_lines_differ_when_weakened() {
        let excluded = [Guid::of("break glass"), Guid::of("intruder")];
        let old = Policy { name: "CA\"1\"", state: "enabled", exclude: &excluded[..1] };
        let new = Policy { state: "enabledForReportingButNotEnforced", exclude: &excluded, ..old };
        let pretty = |policy: &Policy<'_>| {
            let value: serde_json::Value = serde_json::from_str(&policy.json()).expect("JSON");
            serde_json::to_string_pretty(&value).expect("JSON")
        };
        let (old, new) = (pretty(&old), pretty(&new));
        let plain = |text: &str| -> Vec<String> {
            text.lines().map(|line| line.trim_end_matches(',').to_owned()).collect()
        };
        let (old, new) = (plain(&old), plain(&new));
        assert!(old.len() > 150, "{}", old.len());
        assert_eq!(new.iter().filter(|line| !old.contains(line)).count(), 2);
        assert_eq!(old.iter().filter(|line| !new.contains(line)).count(), 1);
    }
}
