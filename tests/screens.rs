//! The screen as a user sees it: keys in, text out, at every size and with hostile records.
//! Never a real terminal; that is `tests/terminal.rs`.

#[path = "screens/access.rs"]
mod access;
#[path = "screens/boxes.rs"]
mod boxes;
#[path = "screens/chaos.rs"]
mod chaos;
#[path = "screens/copying.rs"]
mod copying;
#[path = "screens/exporting.rs"]
mod exporting;
#[path = "screens/facets.rs"]
mod facets;
#[path = "screens/filtering.rs"]
mod filtering;
#[path = "screens/folding.rs"]
mod folding;
#[path = "screens/hostile.rs"]
mod hostile;
#[path = "screens/keys.rs"]
mod keys;
#[path = "screens/layers.rs"]
mod layers;
#[path = "screens/marking.rs"]
mod marking;
#[path = "screens/moving.rs"]
mod moving;
#[path = "screens/narrowing.rs"]
mod narrowing;
#[path = "screens/pasting.rs"]
mod pasting;
#[path = "screens/pivoting.rs"]
mod pivoting;
#[path = "screens/reading.rs"]
mod reading;
#[path = "screens/records.rs"]
mod records;
#[path = "screens/risk.rs"]
mod risk;
#[path = "screens/session.rs"]
mod session;
#[path = "screens/sign_ins.rs"]
mod sign_ins;
#[path = "screens/timeline.rs"]
mod timeline;
#[path = "screens/trails.rs"]
mod trails;
#[path = "screens/views.rs"]
mod views;
#[path = "screens/walking.rs"]
mod walking;

use session::Session;

#[test]
fn all_panes_are_on_the_smallest_usual_screen() {
    insta::assert_snapshot!(Session::demo(80, 24).screen());
}

#[test]
fn a_larger_screen_shows_more_lines() {
    insta::assert_snapshot!(Session::demo(120, 40).screen());
}

#[test]
fn a_wide_screen_has_three_columns() {
    insta::assert_snapshot!(Session::demo(200, 50).screen());
}

#[test]
fn a_small_screen_has_one_pane() {
    let mut session = Session::demo(40, 10);
    insta::assert_snapshot!(session.screen());
    assert!(session.keys("<tab>").screen().contains("Detail"));
    assert!(session.keys("<tab>").screen().contains("Services"));
    let mut session = Session::demo(59, 14);
    assert!(
        session.app.screen.layout.tree.is_empty() && session.app.screen.layout.detail.is_empty()
    );
    assert!(session.list().contains("Records 6,000"));
}

#[test]
fn without_records_the_catalogue_is_open() {
    insta::assert_snapshot!(Session::catalogue(80, 24).screen());
}

#[test]
fn suggestions_stand_above_what_is_typed() {
    insta::assert_snapshot!(Session::demo(80, 24).keys("/result=failure actor:mar").screen());
}

#[test]
fn a_mistake_is_named_and_the_last_good_rows_stay() {
    let mut session = Session::demo(80, 24);
    insta::assert_snapshot!(session.keys("/actor:marek ").paste("activty:x").screen());
}

#[test]
fn a_weakened_policy_shows_its_two_differences_only() {
    let mut session = Session::demo(80, 24);
    insta::assert_snapshot!(
        session.keys("/target:CA004 actor:print.relay<enter><enter>z").screen()
    );
}

#[test]
fn activities_are_counted_under_the_filter() {
    insta::assert_snapshot!(Session::demo(120, 30).keys("/actor:marek<enter>v").screen());
}

#[test]
fn the_tree_shows_what_is_in_and_what_is_out() {
    let mut session = Session::demo(80, 24);
    insta::assert_snapshot!(session.keys("<shift-tab><enter><space>jj<space><space>").screen());
}

#[test]
fn trails_are_listed_the_most_severe_first() {
    insta::assert_snapshot!(Session::demo(80, 24).keys("L").screen());
}

#[test]
fn what_can_be_copied_is_shown_before() {
    let mut session = Session::demo(80, 24);
    insta::assert_snapshot!(session.keys("/target:CA004 actor:print.relay<enter>y").screen());
}
