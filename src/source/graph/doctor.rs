//! What a token can read and what it lacks, log by log, and how to get it; the same words answer a refusal.
//! Never asks anybody: it reads the token and the refusal, and what Microsoft documents.

mod needs;
mod roles;

use self::needs::{NEEDS, Need};
use super::api::{APPLICATION, DEFAULT_CLIENT};
use super::logs::Log;
use crate::sign_in::Claims;
use crate::text;
use crate::time::Timestamp;

/// The Azure CLI's id; its permissions are fixed.
const AZURE_CLI: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
/// Longest text of a server that is passed on, in characters.
const MOST_SAID: usize = 300;

/// An answer of Graph that refuses a request.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Refusal {
    /// Status of HTTP.
    pub status: u16,
    /// `error.code`, as `Authorization_RequestDenied`; empty where there is none.
    pub code: String,
    /// `error.message`.
    pub message: String,
    /// Was it a web page, as gateways send, and not Graph's JSON?
    pub is_html: bool,
}

/// The permissions a person is to be asked for to read a log, without the address of Graph. Those
/// of the audit log for a log that is not known.
pub fn scopes(log: &str) -> &'static [&'static str] {
    need(log).scopes
}

/// The same for several logs, each once.
pub fn permissions(logs: &[&Log]) -> Vec<String> {
    let all = logs.iter().flat_map(|log| scopes(log.name));
    let mut all: Vec<String> = all.map(|&name| name.to_owned()).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Names of the logs there is something to say about.
pub fn logs() -> impl Iterator<Item = &'static str> {
    NEEDS.iter().map(|need| need.log)
}

/// All kinds of sign-ins need the same.
fn need(log: &str) -> &'static Need {
    NEEDS.iter().find(|need| log.starts_with(need.log)).unwrap_or(&NEEDS[0])
}

/// Who the token is for, what it has, and whether that is enough for each log. One line each,
/// cleaned to be shown.
pub fn report(claims: &Claims, now: Timestamp) -> Vec<String> {
    let mut lines = identity(claims);
    match claims.expires {
        Some(expires) if expires <= now => lines.push(format!("The token ended at {expires}.")),
        Some(expires) => lines.push(format!("The token is good until {expires}.")),
        None => {}
    }
    if !is_for_graph(claims) {
        lines.push(format!(
            "The token is for {}, not for Microsoft Graph: sign in for Graph.",
            text::clean(&claims.audience)
        ));
    }
    if !claims.audience.is_empty() {
        lines.push(format!("Audience of the token: {}.", text::clean(&claims.audience)));
    }
    lines.push("By the token alone, nothing was asked of Graph:".to_owned());
    let (mut wanted, mut lacks_role) = (Vec::new(), false);
    for need in NEEDS {
        let (missing, role) = (missing_permissions(claims, need), role(claims, need));
        let verdict = verdict(claims, need, now);
        let Need { log, title, licence, .. } = need;
        lines.push(format!("{} {log} ({title}): {}. {licence}", verdict.mark(), verdict.words()));
        if !missing.is_empty() {
            lines.push(format!("    {}", missing_permission(&missing)));
            lines.extend(why_open(claims, need).map(|why| format!("    {why}")));
        }
        match role {
            Role::Held => {}
            Role::Unlisted => lines.push(format!("    {}", missing_role(need))),
            Role::Untold => lines.push(format!("    {} {UNTOLD}", missing_role(need))),
        }
        lacks_role |= role != Role::Held;
        wanted
            .extend(missing.into_iter().filter(|name| !wanted.contains(name)).collect::<Vec<_>>());
    }
    if !wanted.is_empty() {
        lines.push(format!("To get permissions: {}", how_to_get(claims, &wanted)));
    }
    if lacks_role {
        lines.push(format!("To get a role: {ROLE_WAY}"));
    }
    lines
}

/// Can some log be read, or probably so, as far as the token tells?
pub fn can_read(claims: &Claims, now: Timestamp) -> bool {
    NEEDS.iter().any(|need| verdict(claims, need, now) >= Verdict::Probably)
}

/// How sure it is that a log can be read, by the token alone; the surest comes last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Verdict {
    /// Graph will refuse it.
    No,
    /// Something is missing that the token need not tell.
    ProbablyNot,
    /// The token does not tell all of it.
    Probably,
    /// Permissions and role are there.
    Yes,
}

impl Verdict {
    fn mark(self) -> char {
        match self {
            Self::No => '✗',
            Self::ProbablyNot | Self::Probably => '?',
            Self::Yes => '✓',
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::No => "cannot be read",
            Self::ProbablyNot => "probably cannot be read",
            Self::Probably => "probably can be read",
            Self::Yes => "can be read",
        }
    }
}

fn verdict(claims: &Claims, need: &Need, now: Timestamp) -> Verdict {
    let is_over = claims.expires.is_some_and(|expires| expires <= now);
    if is_over || !is_for_graph(claims) {
        return Verdict::No;
    }
    let permissions = if missing_permissions(claims, need).is_empty() {
        Verdict::Yes
    } else if is_covered(claims, need) {
        Verdict::Probably
    } else if why_open(claims, need).is_some() {
        Verdict::ProbablyNot
    } else {
        Verdict::No
    };
    let role = match role(claims, need) {
        Role::Held => Verdict::Yes,
        Role::Untold => Verdict::Probably,
        Role::Unlisted => Verdict::ProbablyNot,
    };
    permissions.min(role)
}

/// Does a greater permission that the token has include those that are missing? Microsoft documents
/// which permissions let more be done, not that each log takes them.
fn is_covered(claims: &Claims, need: &Need) -> bool {
    let has = |wanted: &str| claims.permissions().iter().any(|held| held == wanted);
    let covered = |wanted: &&str| {
        has(wanted)
            || needs::GREATER
                .iter()
                .any(|(lesser, greater)| lesser == wanted && greater.iter().any(|name| has(name)))
    };
    need.permissions.iter().any(|together| together.iter().all(covered))
}

/// Why it is open whether a log can be read although a permission is missing, if it is.
fn why_open(claims: &Claims, need: &Need) -> Option<String> {
    if is_covered(claims, need) {
        return Some("A greater permission of the token may include it.".to_owned());
    }
    if claims.is_application {
        let held = claims.wids.iter().filter_map(|id| roles::name(id));
        let role = held.into_iter().find(|role| need.roles.contains(role))?;
        return Some(format!("The application has the directory role {role}, which may do."));
    }
    let (_, name, is_fixed) = known_application(&claims.client)?;
    is_fixed.then(|| {
        format!("Microsoft decides what its own application {name} may read; its token need not tell all.")
    })
}

/// Is the token for Graph, by its name, its application id or the address of a cloud's Graph?
fn is_for_graph(claims: &Claims) -> bool {
    let audience = claims.audience.as_str();
    audience.is_empty()
        || audience == APPLICATION
        || audience.contains("graph")
        || audience.contains("://127.0.0.1")
}

/// Why a log is refused, or what reading it takes: what is missing and how to get it, who the token
/// is for and what it has. One line each, cleaned to be shown.
pub fn advise(claims: &Claims, log: &str, refusal: Option<&Refusal>) -> Vec<String> {
    let need = need(log);
    let mut lines = Vec::new();
    let mut is_explained = false;
    if let Some(refusal) = refusal {
        let (words, known) = explain(refusal, need);
        lines.push(words);
        is_explained = known;
    }
    let (missing, role) = (missing_permissions(claims, need), role(claims, need));
    if missing.is_empty() && role == Role::Held {
        if refusal.is_none() {
            lines.push(format!("That is enough for the {}.", need.title));
        } else if !is_explained {
            lines.push(format!(
                "By its token that is enough for the {}; was a role or a permission taken away, or given, since the \
                 sign-in? Sign in anew. {}",
                need.title, need.licence
            ));
        }
    }
    if !missing.is_empty() {
        lines.push(format!("{} {}", missing_permission(&missing), how_to_get(claims, &missing)));
    }
    match role {
        Role::Held => {}
        Role::Unlisted => lines.push(format!("{} {ROLE_WAY}", missing_role(need))),
        Role::Untold => lines.push(format!("{} {UNTOLD} {ROLE_WAY}", missing_role(need))),
    }
    lines.extend(identity(claims));
    lines
}

/// The refusal in words, and whether they say what to do.
fn explain(refusal: &Refusal, need: &Need) -> (String, bool) {
    let status = refusal.status;
    if refusal.is_html {
        let words = format!(
            "A web page answered with HTTP status {status}, not Microsoft Graph: a proxy or gateway on the way \
             refuses the request. Have it let through, or go another way (HTTPS_PROXY, NO_PROXY)."
        );
        return (words, true);
    }
    let code = text::clean(&refusal.code).into_owned();
    let said: String = text::clean(&refusal.message).chars().take(MOST_SAID).collect();
    let said = said.trim_end_matches(['.', ' ']);
    let is = |what: &str| code.contains(what) || refusal.message.contains(what);
    let advice = if is("NonPremiumTenant") {
        format!(
            "The tenant has no Microsoft Entra ID P1 or P2, which the {} need over Microsoft Graph; the audit log can \
             be read without. (In a tenant that has one it happens at random: try again.)",
            need.title
        )
    } else if is("ApplicationHasNoDirectoryReadAccess") {
        "Microsoft Graph wants to look up the tenant's licence: give the application Directory.Read.All as well."
            .to_owned()
    } else if is("insufficient_claims") {
        "Conditional Access asks for more than this sign-in has; sign in anew with --sign-in device-code, or use an \
         application's certificate."
            .to_owned()
    } else if is("InvalidAuthenticationToken") || status == 401 {
        "Microsoft Graph does not take the token: it ended, was revoked, or is for another cloud (--cloud).".to_owned()
    } else {
        String::new()
    };
    let known = !advice.is_empty();
    let mut words = format!(
        "Microsoft Graph refused the {} (HTTP status {status}, {code}: {said}).",
        need.title
    );
    if known {
        words = format!("{words} {advice}");
    }
    (words, known)
}

/// Who the token is for and what it has.
fn identity(claims: &Claims) -> Vec<String> {
    let known =
        |value: &str| if value.is_empty() { "unknown".to_owned() } else { value.to_owned() };
    let whose = if claims.is_application {
        format!("the application {} ({})", known(&claims.who), known(&claims.client))
    } else {
        format!("{}, through the application {}", known(&claims.who), application(&claims.client))
    };
    let mut lines = vec![format!("Tenant {}, signed in as {whose}.", known(&claims.tenant))];
    lines.push(format!(
        "Permissions of the token: {}.",
        listed(claims.permissions().iter().cloned())
    ));
    if !claims.is_application {
        let held = claims.wids.iter().filter(|id| id.as_str() != roles::EVERY_USER);
        let held = held.map(|id| roles::name(id).map_or_else(|| id.clone(), str::to_owned));
        lines.push(format!("Directory roles of the account: {}.", listed(held)));
    }
    lines
}

fn application(id: &str) -> String {
    match known_application(id) {
        Some((_, name, _)) => format!("{name} ({id})"),
        None if id.is_empty() => "unknown".to_owned(),
        None => id.to_owned(),
    }
}

/// Microsoft's own applications that people get tokens with: id, name, and whether Microsoft fixed
/// what they may do. From Microsoft's page "Verify first-party Microsoft applications in sign-in
/// reports".
const APPLICATIONS: &[(&str, &str, bool)] = &[
    (DEFAULT_CLIENT, "Microsoft Graph Command Line Tools", false),
    ("de8bc8b5-d9f9-48b1-a8ad-b748da725064", "Graph Explorer", false),
    (AZURE_CLI, "Azure CLI", true),
    ("1950a258-227b-4e31-a9cf-717495945fc2", "Microsoft Azure PowerShell", true),
    ("1b730954-1685-4b74-9bfd-dac224a7b894", "Azure Active Directory PowerShell", true),
    ("c44b4083-3bb0-49c1-b47d-974e53cbdf3c", "Azure Portal", true),
    ("872cd9fa-d31f-45e0-9eab-6e460a02d1f1", "Visual Studio", true),
    ("aebc6443-996d-45c2-90f0-388ff96faa56", "Visual Studio Code", true),
    ("d3590ed6-52b3-4102-aeff-aad2292ab01c", "Microsoft Office", true),
];

fn known_application(id: &str) -> Option<&'static (&'static str, &'static str, bool)> {
    APPLICATIONS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(id))
}

fn listed(values: impl Iterator<Item = String>) -> String {
    let values: Vec<String> = values.collect();
    if values.is_empty() { "none".to_owned() } else { values.join(", ") }
}

/// The permissions that are missing for a log; none where those of the token are enough.
fn missing_permissions(claims: &Claims, need: &Need) -> Vec<&'static str> {
    let has = |wanted: &&str| claims.permissions().iter().any(|held| held == wanted);
    if need.permissions.iter().any(|together| together.iter().all(has)) {
        return Vec::new();
    }
    need.permissions[0].iter().filter(|wanted| !has(wanted)).copied().collect()
}

/// Whether an account has a role that is enough for a log, by the token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Role {
    /// It has, or needs none.
    Held,
    /// The token lists roles, and none of these: it may have one by a group, a custom one, or one
    /// for a part of the tenant, which the token does not list.
    Unlisted,
    /// The token lists no roles at all.
    Untold,
}

fn role(claims: &Claims, need: &Need) -> Role {
    let holds = |role: &&str| claims.wids.iter().any(|id| roles::name(id) == Some(role));
    if claims.is_application || need.roles.iter().any(holds) {
        Role::Held
    } else if claims.wids.is_empty() {
        Role::Untold
    } else {
        Role::Unlisted
    }
}

/// Names in a sentence: `A, B and C`.
fn all_of(names: &[&str]) -> String {
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

fn missing_permission(missing: &[&str]) -> String {
    format!("Missing permission: {}.", all_of(missing))
}

fn missing_role(need: &Need) -> String {
    let (last, others) = need.roles.split_last().unwrap_or((&"", &[]));
    format!(
        "Missing directory role: the account needs {} or {last}.{}",
        others.join(", "),
        need.role_note
    )
}

/// What is said of a token without roles.
const UNTOLD: &str = "(The token lists no roles at all, so it may have one.)";

/// How an account gets a role.
const ROLE_WAY: &str = "An administrator assigns it under Roles & admins; where it is eligible only, activate it in \
                        Privileged Identity Management. Then sign in anew: a token keeps the roles it was made with. (A \
                        custom role, or one that came by a group, may not be told by the token; then try `entrail pull`.)";

/// What stands for an application in the list of registrations.
fn registration(client: &str) -> &str {
    if client.is_empty() { "the application" } else { client }
}

fn how_to_get(claims: &Claims, missing: &[&str]) -> String {
    let names = all_of(missing);
    if claims.is_application {
        return format!(
            "An administrator adds {names} under App registrations > {} > API permissions > Microsoft Graph > \
             Application permissions and grants consent (a managed identity gets it by \
             New-MgServicePrincipalAppRoleAssignment); then a new token has it.",
            registration(&claims.client)
        );
    }
    match claims.client.as_str() {
        DEFAULT_CLIENT => format!(
            "Sign in anew with --sign-in device-code, which asks for it; an administrator has to consent, there or \
             under Enterprise applications > Microsoft Graph Command Line Tools > Permissions ({names})."
        ),
        client if known_application(client).is_some_and(|(.., is_fixed)| *is_fixed) => format!(
            "The permissions of {} cannot be changed: choose --sign-in device-code.",
            known_application(client).map_or("it", |(_, name, _)| name)
        ),
        client => format!(
            "An administrator adds {names} under App registrations > {} > API permissions > Microsoft Graph > \
             Delegated permissions and grants consent; then sign in anew.",
            registration(client)
        ),
    }
}

#[cfg(test)]
mod tests;
