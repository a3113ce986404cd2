//! The export box: what is asked for is what would be written, and how it goes is told.
//! Never writes a file; `tests/terminal.rs` does.

use entrail::app::layers::export::Exported;
use entrail::app::message::Message;
use entrail::export::Format;

use super::session::Session;

#[test]
fn two_keys_ask_for_a_report_of_the_marks() {
    let mut session = Session::demo(80, 24);
    session.keys("/actor:marek<enter>mjmge");
    let screen = session.screen();
    for part in ["Export", "marked records, 2 (view: ", "report (Markdown)", "File"] {
        assert!(screen.contains(part), "{part} in\n{screen}");
    }
    session.keys("<enter>");
    let job = &session.exports[0];
    assert_eq!((job.rows.len(), job.format, job.redact), (2, Format::REPORT, false));
    assert_eq!(job.file, "demo-report-20261120-1800.md");
    assert_eq!(job.queries, ["actor:marek"]);
    assert!(session.status().contains("writing   0%, esc stops"), "{}", session.status());
    session.send(Message::Exported(Exported::Going(1)));
    assert!(session.status().contains("writing  50%"), "{}", session.status());
    session.keys("<esc>");
    assert_eq!(session.outside, ["stop exporting"]);
    session.send(Message::Exported(Exported::Stopped));
    assert!(session.hints().contains("nothing was written"), "{}", session.hints());
}

#[test]
fn the_lines_of_the_box_are_changed_with_keys() {
    let mut session = Session::demo(80, 24);
    session.keys("/result=failure<enter>e<down><right><down><space><down>");
    let screen = session.screen();
    for part in ["the view, ", "NDJSON", "yes: pseudonyms", "records-20261120-1800-redacted.ndjson"]
    {
        assert!(screen.contains(part), "{part} in\n{screen}");
    }
    session.keys("<ctrl-u>out/x.ndjson").paste(".new\n").keys("<up><up><right><down><down><enter>");
    let job = &session.exports[0];
    assert_eq!((job.format, job.redact, &*job.file), (Format::JSON, true, "out/x.ndjson.new"));
    assert_eq!(job.rows, session.app.panes.list.rows);
    assert!(!job.overwrite);
    // A report has a title, which belongs to the case from then on.
    let mut session = Session::demo(80, 24);
    session.keys("mge<up><up>Incident 7<enter>");
    assert_eq!(session.exports[0].title, "Incident 7");
    assert!(session.kept.last().is_some_and(|(draft, _)| draft.title == "Incident 7"));
}

#[test]
fn a_file_that_exists_is_replaced_only_when_asked_again() {
    let mut session = Session::demo(80, 24);
    session.keys("e<enter>");
    let exists = Exported::Exists;
    session.send(Message::Exported(exists.clone()));
    assert!(
        session.hints().contains("it exists already: Enter replaces it"),
        "{}",
        session.hints()
    );
    assert!(session.screen().contains("the file exists: Enter replaces it"));
    session.keys("<enter>");
    assert!(session.exports[1].overwrite);
    session.send(Message::Exported(exists));
    session.keys("<up>x<enter>");
    assert!(!session.exports[2].overwrite, "another name is another file");
    let done = Exported::Done("/there/x.csv".to_owned(), 6_000, 123, 1);
    session.send(Message::Exported(done));
    assert!(session.app.layers.export().is_none());
    let told = session.app.screen.notice.clone().unwrap_or_default();
    assert_eq!(told, "written: 6000 records, 123 bytes · 1 could not be read again · /there/x.csv");
}

#[test]
fn nothing_can_be_exported_where_there_is_nothing() {
    let mut session = Session::catalogue(80, 24);
    assert!(session.keys("e").hints().contains("no records to export"), "{}", session.hints());
    let mut session = Session::demo(80, 24);
    session.keys("eh<enter>");
    assert!(session.exports.is_empty(), "there are no marks");
}
