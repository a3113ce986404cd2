//! Who signed in: the intruder before each chapter, and some people of the tenant on ordinary mornings.
//! Never lists every policy of the tenant in a row, as real rows do: only those that matter here.

use super::{Cast, KAI, MAREKS_SHADOW, RELAY, TOOL, at, intrusion};
use crate::demo::event::Log;
use crate::demo::event::call::Call;
use crate::demo::event::sign_in::{
    Applied, Caller, Location, Person, Risk, Service, SignIn, SignInVersion, Step, Who,
};
use crate::demo::people::{AGENTS, COMPANY, User, cast};
use crate::demo::random::Guid;

// What people sign in with.

const PORTAL: Service = Service("Azure Portal", "c44b4083-3bb0-49c1-b47d-974e53cbdf3c");
const BROKER: Service =
    Service("Microsoft Authentication Broker", "29d9ed98-a469-4536-ade2-f981bc1d605e");
const COMMAND_LINE: Service =
    Service("Microsoft Graph Command Line Tools", "14d82eec-204b-4c2f-b7e8-296a70dab67e");
const AZURE_CLI: Service = Service("Microsoft Azure CLI", "04b07795-8ddb-461a-bbee-02f9e1bf7b46");
const OFFICE: Service = Service("OfficeHome", "4765445b-32c6-49b0-83e6-1d93765276ca");
const OUTLOOK: Service = Service("Outlook Mobile", "27922004-5251-4030-b22d-91ecd9a37ea4");
const TEAMS: Service = Service("Microsoft Teams", "1fec8e78-bce4-4aaf-ab1b-5451cc387264");
const DEFENDER: Service =
    Service("Microsoft 365 Security and Compliance Center", "80ccca67-54bd-44ab-8625-4b79c4dc7775");

// What they sign in to.

const GRAPH: Service = Service("Microsoft Graph", "00000003-0000-0000-c000-000000000000");
const AZURE: Service = Service("Azure Resource Manager", "797f4846-ba00-4fd7-ba43-dac1f8f63013");
const DEVICES: Service =
    Service("Device Registration Service", "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9");
const ROLES: Service = Service("MS-PIM", "01fc33a7-78ba-4d2f-a4b7-768e336e890e");
const MAIL: Service = Service("Office 365 Exchange Online", "00000002-0000-0ff1-ce00-000000000000");
const CHAT: Service = Service("Microsoft Teams Services", "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe");

/// The client app of a browser.
const BROWSER: &str = "Browser";
/// The client app of everything else that is not a legacy protocol.
const PROGRAM: &str = "Mobile Apps and Desktop clients";

/// The intruder's browser.
const FIREFOX: (&str, (&str, &str)) = (AGENTS[3], ("Linux", "Firefox 144.0"));
/// The intruder's tool, whose operating system is unknown.
const SCRIPT: (&str, (&str, &str)) = (TOOL, ("", "Python Requests 2.32"));

/// A place that is in no named location.
const fn unnamed(
    city: &'static str,
    state: &'static str,
    country: &'static str,
    at: (&'static str, &'static str),
    network: u32,
) -> Location {
    Location { city, state, country, at, network, named: "" }
}

// Where the intruder's addresses are.

const AMSTERDAM: Location =
    unnamed("Amsterdam", "Noord-Holland", "NL", ("52.35", "4.9167"), 64_496);
const FRANKFURT: Location = unnamed("Frankfurt Am Main", "Hessen", "DE", ("50.11", "8.68"), 64_497);
const SAO_PAULO: Location = unnamed("Sao Paulo", "Sao Paulo", "BR", ("-23.55", "-46.64"), 64_498);
const SINGAPORE: Location = unnamed("Singapore", "Singapore", "SG", ("1.29", "103.85"), 64_499);
const TORONTO: Location = unnamed("Toronto", "Ontario", "CA", ("43.65", "-79.38"), 64_500);
const CAPE_TOWN: Location = unnamed("Cape Town", "Western Cape", "ZA", ("-33.92", "18.42"), 64_501);
/// The office.
const REYKJAVIK: Location = Location {
    city: "Reykjavik",
    state: "Hofudborgarsvaedid",
    country: "IS",
    at: ("64.1355", "-21.8954"),
    network: 64_510,
    named: "Reykjavik office",
};
/// Where people work from home.
const KOPAVOGUR: Location =
    unnamed("Kopavogur", "Hofudborgarsvaedid", "IS", ("64.11", "-21.9"), 64_511);

/// Policies of a sign-in with its second factor.
const MFA: &[Applied] = &[
    ("CA002 Require MFA for all users", "Mfa", "success"),
    ("CA005 Block high sign-in risk", "Block", "notApplied"),
];
/// Policies of a sign-in that still lacks its second factor.
const MFA_PENDING: &[Applied] = &[
    ("CA002 Require MFA for all users", "Mfa", "failure"),
    ("CA005 Block high sign-in risk", "Block", "notApplied"),
];
/// Policies of a sign-in with a high risk.
const BLOCKED: &[Applied] = &[
    ("CA002 Require MFA for all users", "Mfa", "notApplied"),
    ("CA005 Block high sign-in risk", "Block", "failure"),
];
/// Policies of an administrator's sign-in while CA004 only reports.
const REPORTED: &[Applied] = &[
    ("CA002 Require MFA for all users", "Mfa", "success"),
    ("CA004 Require MFA for administrators", "Mfa", "reportOnlySuccess"),
    ("CA005 Block high sign-in risk", "Block", "notApplied"),
];
/// Policies of an administrator's sign-in who is excluded from CA004.
const EXCLUDED: &[Applied] = &[
    ("CA002 Require MFA for all users", "Mfa", "success"),
    ("CA004 Require MFA for administrators", "Mfa", "reportOnlyNotApplied"),
    ("CA005 Block high sign-in risk", "Block", "notApplied"),
];

// The steps of sign-ins.

const RIGHT_PASSWORD: Step = ("Password", true, "Correct password");
const WRONG_PASSWORD: &[Step] = &[(
    "Password",
    false,
    "Invalid username or password or Invalid on-premise username or password.",
)];
const PASSWORD: &[Step] = &[RIGHT_PASSWORD];
const PASSWORD_AND_APP: &[Step] =
    &[RIGHT_PASSWORD, ("Mobile app notification", true, "MFA successfully completed")];
const PASSWORD_AND_CLAIM: &[Step] = &[RIGHT_PASSWORD, ("Previously satisfied", true, CLAIM)];
const PASS: &[Step] = &[("Temporary Access Pass", true, "Correct temporary access pass")];
const PASSKEY: &[Step] =
    &[("Passkey (device-bound)", true, "MFA requirement satisfied by passkey")];
const CLAIMS: &[Step] = &[
    ("Previously satisfied", true, "First factor requirement satisfied by claim in the token"),
    ("Previously satisfied", true, CLAIM),
];
/// How a token stands in for the second factor.
const CLAIM: &str = "MFA requirement satisfied by claim in the token";
/// What the status says when a person gave the second factor.
const COMPLETED: &str = "MFA completed in Azure AD";

/// A sign-in of `user` from an unknown device, in which a person takes part.
fn sign_in<'a>(
    when: &str,
    user: &'a User,
    (ip, place): (&'a str, Location),
    (agent, system): (&'a str, (&'static str, &'static str)),
    (app, resource): (Service, Service),
) -> SignIn<'a> {
    let client = if agent == TOOL { PROGRAM } else { BROWSER };
    let person = Person {
        user,
        app,
        client,
        system,
        device: None,
        interactive: true,
        protocol: "none",
        home: Guid::of(COMPANY),
    };
    SignIn { at: at(when), who: Who::Person(person), ip, place, agent, resource }
}

/// The same sign-in with something else about the person.
fn person<'a>(sign_in: &SignIn<'a>, change: impl FnOnce(Person<'a>) -> Person<'a>) -> SignIn<'a> {
    let who = match sign_in.who {
        Who::Person(person) => Who::Person(change(person)),
        Who::App(caller) => Who::App(caller),
    };
    SignIn { who, ..*sign_in }
}

/// The same sign-in by a program that has a token already, without the person.
fn in_background<'a>(sign_in: &SignIn<'a>) -> SignIn<'a> {
    person(sign_in, |person| Person { interactive: false, ..person })
}

/// One night, passwords are tried at many accounts, from all over the world.
pub(super) fn guesses(log: &mut Log, cast: &Cast<'_>) {
    let [leila, hugo, noor] = cast::VICTIMS;
    let sao_paulo = ("192.0.2.17", SAO_PAULO);
    let singapore = ("192.0.2.29", SINGAPORE);
    let toronto = ("192.0.2.88", TORONTO);
    for (who, when, from, code) in [
        (leila, "2026-11-07T22:41:07Z", sao_paulo, 50_126),
        (hugo, "2026-11-07T22:47:31Z", sao_paulo, 50_126),
        (noor, "2026-11-07T22:52:58Z", singapore, 50_126),
        (cast::TOMASZ, "2026-11-07T23:20:14Z", singapore, 50_126),
        (cast::YRSA, "2026-11-07T23:44:40Z", toronto, 50_126),
        (cast::MAREK, "2026-11-08T00:13:25Z", toronto, 50_126),
        (cast::MAREK, "2026-11-08T01:18:52Z", sao_paulo, 50_126),
        (cast::MAREK, "2026-11-08T01:19:33Z", sao_paulo, 50_053),
    ] {
        let guess = sign_in(when, cast.user(who), from, SCRIPT, (OFFICE, OFFICE));
        log.sign_in(&guess, &SignInVersion::new(code, 64).steps(WRONG_PASSWORD));
    }
}

/// Marek enters a code that somebody sent him; then his session is tried, and used.
pub(super) fn session(log: &mut Log, cast: &Cast<'_>) {
    let marek = cast.marek();
    let home = (MAREKS_SHADOW, AMSTERDAM);
    let code = sign_in("2026-11-08T19:22:41Z", marek, home, SCRIPT, (BROKER, DEVICES));
    let code = person(&code, |person| Person { protocol: "deviceCode", ..person });
    let found =
        Risk { levels: ("medium", "medium"), state: "atRisk", events: &["unfamiliarFeatures"] };
    log.sign_in(&code, &SignInVersion::new(50_199, 38).policies(MFA_PENDING).steps(PASSWORD));
    let done = SignInVersion::new(0, 311).policies(MFA).steps(PASSWORD_AND_APP).saying(COMPLETED);
    log.sign_in(&code, &done.risk(found));

    let hidden = ("192.0.2.203", CAPE_TOWN);
    let blocked = sign_in("2026-11-09T02:17:22Z", marek, hidden, FIREFOX, (PORTAL, AZURE));
    let found =
        Risk { levels: ("high", "high"), state: "atRisk", events: &["anonymizedIPAddress"] };
    log.sign_in(
        &blocked,
        &SignInVersion::new(53_003, 95).policies(BLOCKED).steps(PASSWORD).risk(found),
    );

    let used = sign_in("2026-11-09T02:38:50Z", marek, home, FIREFOX, (PORTAL, AZURE));
    let found = Risk {
        levels: ("medium", "high"),
        state: "atRisk",
        events: &["unfamiliarFeatures", "anomalousToken"],
    };
    log.sign_in(&used, &SignInVersion::new(50_074, 41).policies(MFA_PENDING).steps(PASSWORD));
    let satisfied =
        SignInVersion::new(50_140, 77).policies(MFA).steps(PASSWORD_AND_CLAIM).saying(CLAIM);
    log.sign_in(&used, &satisfied);
    log.sign_in(&used, &satisfied.ended(402).risk(found));

    let roles = sign_in("2026-11-10T01:57:28Z", marek, home, SCRIPT, (PORTAL, ROLES));
    let found = Risk { levels: ("low", "high"), state: "atRisk", events: &[] };
    let done = SignInVersion::new(0, 120).policies(MFA).saying(CLAIM).risk(found);
    log.sign_in(&in_background(&roles), &done);
}

/// The application signs in with its own secret, then with the intruder's, and calls Graph.
pub(super) fn application(log: &mut Log, cast: &Cast<'_>) {
    let Some(app) = cast.tenant.apps.first() else { return };
    // What Entra writes of every application.
    let usual = Risk { levels: ("low", "low"), state: "none", events: &[] };
    let done = SignInVersion::new(0, 163).risk(usual);
    let caller = |key| Caller { app, key: intrusion::key_id(key) };
    let own = SignIn {
        at: at("2026-11-10T00:30:02Z"),
        who: Who::App(caller("nightly 2025")),
        ip: "198.51.100.40",
        place: Location { named: "", ..REYKJAVIK },
        agent: "",
        resource: GRAPH,
    };
    log.sign_in(&own, &done);

    let caller = caller("monitor");
    let stolen = SignIn {
        at: at("2026-11-10T01:49:37Z"),
        who: Who::App(caller),
        ip: MAREKS_SHADOW,
        place: AMSTERDAM,
        agent: TOOL,
        ..own
    };
    log.sign_in(&stolen, &done);
    let marek = format!("/users/{}?$select=id,displayName,accountEnabled", cast.marek().id);
    for (when, method, path, status, size) in [
        ("2026-11-10T01:50:21Z", "GET", marek.as_str(), 200, 318),
        (
            "2026-11-10T01:51:04Z",
            "GET",
            "/roleManagement/directory/roleDefinitions?$select=id,displayName",
            200,
            9_204,
        ),
        ("2026-11-10T01:52:09Z", "POST", "/roleManagement/directory/roleAssignments", 201, 376),
    ] {
        let roles = "Application.Read.All Directory.Read.All RoleManagement.ReadWrite.Directory";
        log.call(&stolen, &caller, &Call { at: at(when), method, path, status, size, roles });
    }
}

/// Print Relay Service and Kai Morrow, before what they do.
pub(super) fn settled(log: &mut Log, cast: &Cast<'_>) {
    let (relay, place) = (&cast.relay, (RELAY, FRANKFURT));
    let first = sign_in("2026-11-12T02:58:12Z", relay, place, FIREFOX, (COMMAND_LINE, GRAPH));
    let found =
        Risk { levels: ("low", "medium"), state: "atRisk", events: &["unfamiliarFeatures"] };
    let asked = SignInVersion::new(50_140, 33).policies(MFA).steps(PASS);
    log.sign_in(&first, &asked);
    log.sign_in(&first, &asked.ended(348).risk(found));
    for when in ["2026-11-13T22:36:02Z", "2026-11-17T18:44:39Z"] {
        let again = sign_in(when, relay, place, SCRIPT, (COMMAND_LINE, GRAPH));
        let done = SignInVersion::new(0, 140).policies(EXCLUDED).saying(CLAIM);
        log.sign_in(&in_background(&again), &done);
    }

    let Some(kai) = cast.storm.first() else { return };
    let from = (KAI, FRANKFURT);
    let portal = sign_in("2026-11-14T03:16:27Z", kai, from, FIREFOX, (PORTAL, AZURE));
    let home = Guid::of("quietharbor.example");
    let portal = person(&portal, |person| Person { home, ..person });
    log.sign_in(&portal, &SignInVersion::new(0, 88).policies(REPORTED).steps(CLAIMS).saying(CLAIM));
}

/// A sign-in of somebody where they usually are, on a `managed` device of their own or on any.
fn usual<'a>(
    cast: &Cast<'a>,
    when: &str,
    place: usize,
    (app, resource): (Service, Service),
    managed: bool,
) -> SignIn<'a> {
    let user = cast.user(place);
    let mut machines = cast.tenant.devices.iter().filter(|device| device.system == "Windows");
    let device = machines.nth(place).filter(|_| managed);
    let agent = device.map_or(user.agent, |_| AGENTS[0]);
    let at_office = user.ip.starts_with("198.51.100.");
    let from = if at_office { REYKJAVIK } else { KOPAVOGUR };
    let own = sign_in(when, user, (&user.ip, from), (agent, system(agent)), (app, resource));
    person(&own, |person| Person { device, ..person })
}

/// The operating system and the browser that Entra reads from a user agent of [`AGENTS`].
fn system(agent: &str) -> (&'static str, &'static str) {
    let known = [
        ("Edg/", ("Windows10", "Edge 142.0.0")),
        ("Android", ("Android", "Chrome Mobile 142.0.0")),
        ("Windows", ("Windows10", "Chrome 142.0.0")),
        ("Macintosh", ("MacOs", "Safari 18.6")),
        ("Linux", ("Linux", "Firefox 144.0")),
        ("iPhone", ("Ios 18.6", "Mobile Safari")),
    ];
    known.iter().find(|(part, _)| agent.contains(part)).map_or(("", ""), |known| known.1)
}

/// Ordinary mornings: one is asked whether to stay signed in, one mistypes, some just work.
pub(super) fn ordinary(log: &mut Log, cast: &Cast<'_>) {
    let [leila, hugo, noor] = cast::VICTIMS;
    let home = usual(cast, "2026-11-05T08:14:09Z", leila, (OFFICE, OFFICE), false);
    let asked = SignInVersion::new(50_140, 47).policies(MFA).steps(PASSWORD_AND_APP);
    log.sign_in(&home, &asked);
    log.sign_in(&home, &asked.ended(205).saying(COMPLETED));

    let typo = usual(cast, "2026-11-06T07:52:18Z", hugo, (OFFICE, OFFICE), false);
    log.sign_in(&typo, &SignInVersion::new(50_126, 71).steps(WRONG_PASSWORD));
    let right = usual(cast, "2026-11-06T07:52:44Z", hugo, (OFFICE, OFFICE), false);
    log.sign_in(
        &right,
        &SignInVersion::new(0, 66).policies(MFA).steps(PASSWORD_AND_CLAIM).saying(CLAIM),
    );

    let phone = usual(cast, "2026-11-10T08:31:50Z", noor, (OUTLOOK, MAIL), false);
    let phone = SignIn { agent: AGENTS[4], ..phone };
    let phone =
        person(&phone, |person| Person { client: PROGRAM, system: system(AGENTS[4]), ..person });
    let by_claim = SignInVersion::new(0, 90).policies(MFA).saying(CLAIM);
    log.sign_in(&in_background(&phone), &by_claim);
    let teams = usual(cast, "2026-11-12T09:05:33Z", cast::TOMASZ, (TEAMS, CHAT), true);
    log.sign_in(&in_background(&teams), &by_claim);

    administrators(log, cast);
}

/// People of the IT department while they have no active role, so that CA004 does not apply.
fn administrators(log: &mut Log, cast: &Cast<'_>) {
    let tool = usual(cast, "2026-11-16T10:12:05Z", cast::DOV, (AZURE_CLI, AZURE), false);
    let tool = person(&tool, |person| Person { client: PROGRAM, ..person });
    log.sign_in(&tool, &SignInVersion::new(50_074, 52).policies(MFA_PENDING).steps(PASSWORD));
    let done = SignInVersion::new(0, 230).policies(MFA).saying(COMPLETED);
    log.sign_in(&tool, &done.steps(PASSWORD_AND_APP));

    let defender = usual(cast, "2026-11-18T07:24:16Z", cast::IFEOMA, (DEFENDER, DEFENDER), true);
    log.sign_in(&defender, &done.steps(PASSKEY));
    let portal = usual(cast, "2026-11-18T07:39:55Z", cast::RAGNHEIDUR, (PORTAL, AZURE), true);
    log.sign_in(&portal, &done.steps(PASSKEY));
    let portal = usual(cast, "2026-11-19T09:40:31Z", cast::DOV, (PORTAL, AZURE), true);
    log.sign_in(
        &portal,
        &SignInVersion::new(0, 74).policies(MFA).steps(PASSWORD_AND_APP).saying(COMPLETED),
    );
}
