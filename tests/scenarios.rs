//! Ten incidents, each among thousands of ordinary records, solved from the keyboard: keys in, the answer on the screen.
//! Never more keys than a responder may be asked for; names that are typed do not count.
#![expect(clippy::disallowed_methods, reason = "fixtures are read")]

#[path = "screens/session.rs"]
#[expect(dead_code, reason = "the tests of screens use the rest")]
mod session;

use entrail::app::Settings;
use entrail::app::message::Message;
use entrail::demo::{Scale, tenant};
use session::{Session, deliveries, settings};

/// A session on an incident, and the keys that were pressed.
struct Case {
    session: Session,
    keys: usize,
}

impl Case {
    /// The incident of a fixture among ordinary records; the screen is as small as it may be.
    fn of(incident: &str) -> Self {
        Self::watching(incident, Vec::new())
    }

    fn watching(incident: &str, watch: Vec<String>) -> Self {
        let path =
            format!("{}/tests/fixtures/scenarios/{incident}.ndjson", env!("CARGO_MANIFEST_DIR"));
        let mut bytes = std::fs::read(&path).expect(&path);
        // A month too small for the stories of the demo: nothing but ordinary days.
        for seed in [41, 42] {
            bytes.extend(tenant(Scale { records: 1_900, seed }));
        }
        let mut session = Session::new(Settings { watch, ..settings(Some(incident), 80, 24) });
        for delivery in deliveries(incident, bytes) {
            session.send(Message::Delivered(delivery));
        }
        assert!(session.app.data.store.len() > 3_000);
        Self { session, keys: 0 }
    }

    /// Presses keys.
    fn press(&mut self, keys: &str) -> &mut Self {
        self.keys += session::parse_keys(keys).len();
        self.session.keys(keys);
        self
    }

    /// Types a name.
    fn types(&mut self, name: &str) -> &mut Self {
        self.session.keys(name);
        self
    }

    fn shows(&mut self, text: &str) -> &mut Self {
        let screen = self.session.screen();
        assert!(screen.contains(text), "{text} is not in\n{screen}");
        self
    }

    /// It took so many keys at the most.
    fn within(&self, keys: usize) {
        assert!(self.keys <= keys, "{} keys, {keys} are allowed", self.keys);
    }
}

#[test]
fn s07_whatever_touches_an_account_for_emergencies_is_one_key_away() {
    let mut case =
        Case::watching("s07-break-glass", vec!["b9000000-1111-4222-8333-444444444444".to_owned()]);
    case.press("*").shows("Records 3 of").shows("★");
    case.shows("excludeUsers");
    case.press("a").shows("otto.help");
    case.within(4);
}

#[test]
fn s04_a_weakened_policy_shows_what_was_weakened_by_whom_and_what_else_he_did() {
    let mut case = Case::of("s04-conditional-access");
    case.press("/").types("CA001 Require").press("<enter>");
    case.shows("state enabled → enabledForReportingButNotEnforced");
    case.shows("excludeUsers +");
    case.press("a").shows("Reset user p").shows("Add user");
    case.within(6);
}

#[test]
fn s05_a_bulk_deletion_is_the_peak_and_its_objects_are_counted() {
    let mut case = Case::of("s05-bulk-deletion");
    case.press("tp<enter>").press("fa<enter>").shows("rolf.stein");
    case.press("ft").shows("values in 415 records");
    case.within(9);
}

#[test]
fn s01_an_illicit_consent_shows_who_was_refused_who_consented_and_from_where() {
    let mut case = Case::of("s01-illicit-consent");
    case.press("L").types("refused").press("<enter>");
    case.shows("petra.l").shows("noor.ha").shows("✗ fail").shows("Inbox I");
    case.press("c").shows("Add delegate").shows("Consent to a");
    case.press("<backspace>i").shows("203.0.113.77");
    case.press("m").shows("●");
    case.within(10);
}

#[test]
fn s02_a_new_credential_shows_the_added_key_and_the_history_of_its_application() {
    let mut case = Case::of("s02-credential");
    case.press("L").types("added a key").press("<enter>");
    case.shows("ivo.mar").shows("Add owne").shows("Add app");
    case.press("j").shows("Certific").shows("99999999-8888");
    case.press("a").shows("Add app");
    case.within(7);
}

#[test]
fn s03_what_was_done_while_a_role_was_active_is_one_key_from_its_activation() {
    let mut case = Case::of("s03-pim");
    case.press("L").types("teun").press("<right>");
    case.shows("Reset user p").shows("teun.vi").shows("Records 1");
    case.within(8);
}

#[test]
fn s06_a_federated_domain_is_found_with_who_made_it_so_and_from_where() {
    let mut case = Case::of("s06-federated-domain");
    case.press("L").shows("●●●●").shows("harbour-sso.example");
    case.press("<enter>").shows("Set federat").shows("Add unverif");
    case.press("a").shows("nils.fr");
    case.press("i").shows("203.0.113.12");
    case.within(5);
}

#[test]
fn s08_a_storm_of_invitations_shows_who_came_and_what_they_were_given() {
    let mut case = Case::of("s08-guest-storm");
    case.press("L").types("24 guests").shows("5 of 24 redeemed");
    case.press("<enter>").shows("Records 32 of").shows("Add memb");
    case.press("ft").shows("guest00");
    case.within(8);
}

#[test]
fn s09_support_access_shows_who_approved_it_that_it_is_open_and_what_happened_meanwhile() {
    let mut case = Case::of("s09-support-access");
    case.press("L").types("microsoft support").shows("eva.holm").shows("●●●○");
    case.press("<right>").shows("Records ");
    case.within(3);
}

#[test]
fn s10_a_stuck_request_says_for_whom_it_waits_and_one_that_failed_why() {
    let mut case = Case::of("s10-access-package");
    case.press("L").types("mia.roth").shows("waiting 6 days").shows("Alice O");
    case.press("<esc>L").types("jan.roth").shows("partially delivered");
    case.press("<enter>").shows("Partially fulfi");
    case.within(4);
}
