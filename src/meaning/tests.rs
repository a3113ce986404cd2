//! The tables are whole: every name is known, every reversal has its other side.

use super::*;

#[test]
fn nothing_in_the_tables_is_wrong() {
    assert_eq!(mistakes(), Vec::<String>::new());
    for (name, thing) in Thing::ALL {
        assert!(!thing.word().is_empty(), "{name}: things.txt lacks it");
    }
    let used = |at: usize| {
        activities().iter().any(|own| own.way == Some(at))
            || !read::tables().ways[at].patterns.is_empty()
    };
    for (at, way) in read::tables().ways.iter().enumerate() {
        assert!(used(at), "{}: no activity goes this way", way.name);
    }
}

#[test]
fn what_reverses_something_takes_what_that_gave() {
    for own in activities() {
        for other in &own.reverses {
            let other = of(other).expect("a row");
            assert_ne!(own.name, other.name);
            assert!(!other.reverses.iter().any(|back| back == own.name), "{}: a circle", own.name);
            let opposite = |own: &Does, other: &Does| {
                let acts = match other.act {
                    act if act.gives() => own.act.takes(),
                    Act::Deleted => own.act == Act::Restored,
                    Act::Disabled => own.act == Act::Enabled,
                    _ => false,
                };
                acts && own.thing == other.thing
            };
            let pairs = own.does.iter().any(|does| other.does.iter().any(|of| opposite(does, of)));
            assert!(pairs, "{} does not take back {}", own.name, other.name);
        }
    }
}

#[test]
fn names_are_found_in_any_spelling() {
    let spellings = [
        "Update application - Certificates and secrets management",
        "Update application – Certificates and secrets management ",
        "UPDATE APPLICATION  - certificates and secrets management.",
    ];
    for name in spellings {
        let own = of(name).expect(name);
        assert!(own.does(Act::Given, Thing::Credential) && own.is_step("credential", "added"));
    }
    assert!(of("Approval approved").is_some_and(|own| own.name == "Access approved"));
    assert!(of("Frobnicate").is_none() && way("Frobnicate").is_none());
}

#[test]
fn a_way_back_is_that_of_the_row_else_of_the_first_pattern() {
    let named = |activity: &str| way(activity).map(|way| way.name);
    assert_eq!(named("Delete user"), Some("restore-user"));
    assert_eq!(named("Hard Delete user"), Some("gone"));
    assert_eq!(named("Delete device"), Some("make-anew"));
    // Older and misspelled names are undone like those they stand for.
    assert_eq!(named("Approval approved"), named("Access approved"));
    assert_eq!(named("Redeem extern user invite"), named("Redeem external user invite"));
    // A request that was canceled gave nothing that could be taken away.
    for own in activities().iter().filter(|own| own.name.contains(" canceled ")) {
        assert_eq!(way(own.name).map(|way| way.kind), Some(Kind::Stage), "{}", own.name);
    }
    assert!(undo::fits("add *", "add user") && !undo::fits("add *", "readd user"));
    assert!(undo::fits("*password*", "reset password (by admin)") && undo::fits("a*b", "ab"));
    assert!(!undo::fits("a*b", "a") && undo::fits("x", "x") && !undo::fits("x", "xy"));
}
