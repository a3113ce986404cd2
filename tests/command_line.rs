//! The real program as a shell runs it: exit codes, what goes where, every format, hostile records.
//! Never touches anything but fixtures and folders of its own.
#![expect(clippy::disallowed_methods, reason = "writes and reads the files it hands over")]

use std::ffi::{OsStr, OsString};
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use entrail::record::field::{FIELDS, Field, Stored};
use entrail::text::is_invisible;

const AUDIT: &str = "tests/fixtures/command_line/audit.ndjson";

/// What a run left behind.
#[derive(Debug)]
struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Run {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).expect("UTF-8 on standard output"),
            err: String::from_utf8(output.stderr).expect("UTF-8 on standard error"),
        }
    }

    fn lines(&self) -> Vec<&str> {
        self.out.lines().collect()
    }
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_entrail"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("NO_COLOR").env("TERM", "xterm");
    // Whoever runs the tests may have a configuration.
    command.env("XDG_CONFIG_HOME", "tests/fixtures/no-configuration");
    command
}

/// Runs with these arguments and nothing on standard input.
fn entrail<A: AsRef<OsStr>>(arguments: &[A]) -> Run {
    piped(arguments, b"")
}

fn piped<A: AsRef<OsStr>>(arguments: &[A], input: &[u8]) -> Run {
    let mut child = command()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("piped");
    let input = input.to_vec();
    // It may end without reading what it is given.
    let feeding = std::thread::Builder::new().spawn(move || stdin.write_all(&input).is_ok());
    let output = child.wait_with_output().expect("the program ends");
    feeding.expect("a thread").join().expect("fed");
    Run::of(output)
}

/// Every fixture that holds at least one record.
fn fixtures() -> Vec<String> {
    let folder = format!("{}/tests/fixtures", env!("CARGO_MANIFEST_DIR"));
    let mut found: Vec<String> = ["command_line", "formats"]
        .iter()
        .filter_map(|name| std::fs::read_dir(format!("{folder}/{name}")).ok())
        .flatten()
        .map(|entry| entry.expect("an entry").path().to_string_lossy().into_owned())
        .filter(|path| entrail(&["query", "", path, "--count"]).code == Some(0))
        .collect();
    found.sort();
    found
}

fn is_clean(text: &str) -> bool {
    !text.chars().any(|c| (c.is_control() && c != '\n') || is_invisible(c))
}

#[test]
fn exit_codes_are_those_of_grep() {
    for (arguments, code) in [
        (&["query", "grace", AUDIT][..], 0),
        (&["query", "nobody-at-all", AUDIT], 1),
        (&["query", "nobody-at-all", AUDIT, "--count"], 1),
        (&["query", "", AUDIT, "--limit", "0"], 1),
        (&["query", "actor:", AUDIT, "--frobnicate"], 2),
        (&["query", "(", AUDIT], 2),
        (&["query", "", "no/such/file.json"], 2),
        (&["lookup", "consent to application"], 0),
        (&["lookup", "zzzzqqqq"], 1),
        (&["lookup", "--service", "zzzzqqqq"], 2),
        (&["query"], 2),
        (&["--help"], 0),
        (&["--version"], 0),
    ] {
        let run = entrail(arguments);
        assert_eq!(run.code, Some(code), "{arguments:?}: {run:?}");
        if code == 2 {
            assert!(run.out.is_empty() && !run.err.is_empty(), "{arguments:?}: {run:?}");
        }
        assert!(!run.err.contains("panicked"), "{run:?}");
    }
}

#[test]
fn a_count_is_a_bare_number() {
    assert_eq!(entrail(&["query", "", AUDIT, "--count"]).out, "7\n");
    assert_eq!(entrail(&["query", "target:eve", AUDIT, "--count"]).out, "2\n");
    assert_eq!(entrail(&["query", "nobody", AUDIT, "--count"]).out, "0\n");
    assert_eq!(entrail(&["query", "", AUDIT, "--count", "--limit", "3"]).out, "3\n");
}

#[test]
fn counting_by_a_field_is_largest_first() {
    let run = entrail(&["query", "", AUDIT, "--by", "result"]);
    assert_eq!(run.out, "6\tsuccess\n1\tfailure\n");
    let run = entrail(&["query", "", AUDIT, "--by", "target", "--limit", "3"]);
    assert_eq!(run.out, "3\tGrace\n2\tEve\n1\t(none)\n");
    // Names of fields are those of queries: aliases and any case.
    let run = entrail(&["query", "grace", AUDIT, "--by", "OPERATIONTYPE"]);
    assert_eq!(run.out, "3\tUpdate\n");
    let run = entrail(&["query", "grace", AUDIT, "--by", "new"]);
    assert_eq!(run.out, "3\tBergen\n");
    let run = entrail(&["query", "", AUDIT, "--by", "time", "--limit", "1"]);
    assert_eq!(run.out, "1\t2026-11-01\n");
}

#[test]
fn the_newest_come_first_unless_asked_otherwise() {
    let times = |more: &[&str]| {
        let run = entrail(&[&["query", "", AUDIT, "--fields", "time"], more].concat());
        run.lines()[1..].iter().map(|time| time[8..10].to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(times(&[]), "07 06 05 04 03 02 01");
    assert_eq!(times(&["--limit", "2"]), "07 06");
    assert_eq!(times(&["--sort", "time:asc", "--limit", "2"]), "01 02");
    assert_eq!(times(&["--sort", "result", "--limit", "1"]), "03");
    assert_eq!(times(&["--sort", "result:desc"]), "07 06 05 04 02 01 03");
}

#[test]
fn a_table_has_aligned_columns_and_no_colour_in_a_pipe() {
    let run = entrail(&["query", "eve", AUDIT]);
    let expected = "\
time                  result   activity            actor                     target                     actor.ip
2026-11-04T08:00:00Z  success  Update user         ada@fabrikam.example      Grace, Eve                 192.0.2.7
2026-11-02T08:00:00Z  success  Add member to role  mallory@fabrikam.example  Eve, Global Administrator  192.0.2.7
";
    assert_eq!(run.out, expected);
    assert_eq!(run.err, "");
}

#[test]
fn ndjson_is_a_record_on_each_line_in_the_names_of_graph() {
    let run = entrail(&["query", "", AUDIT, "--format", "ndjson"]);
    assert_eq!(run.lines().len(), 7);
    for line in run.lines() {
        let record: serde_json::Value = serde_json::from_str(line).expect("JSON");
        assert!(record["activityDisplayName"].is_string() && record["initiatedBy"].is_object());
    }
    let json = entrail(&["query", "", AUDIT, "--format", "json"]);
    let array: Vec<serde_json::Value> = serde_json::from_str(&json.out).expect("an array");
    assert_eq!(array.len(), 7);
    assert_eq!(entrail(&["query", "nobody", AUDIT, "--format", "json"]).out, "[\n]\n");
}

#[test]
fn json_with_fields_has_those_and_no_others() {
    let fields = ["query", "actor:mallory", AUDIT, "--format", "ndjson", "--fields"];
    let run = entrail(&[&fields[..], &["id,target,old,reason"]].concat());
    let expected = r#"{"id":"rec-2","target":["Eve","Global Administrator"],"old":["Oslo","Oslo"],"reason":null}"#;
    assert_eq!(run.out.trim_end(), expected);
}

#[test]
fn csv_is_read_back_cell_by_cell_and_runs_nothing() {
    let run = entrail(&["query", "", AUDIT, "--format", "csv"]);
    assert!(run.out.ends_with("\r\n"));
    let mut reader = csv::Reader::from_reader(run.out.as_bytes());
    let columns = reader.headers().expect("a header").len();
    assert!(columns > 15);
    let mut apostrophes = 0;
    for row in reader.records() {
        let row = row.expect("a row");
        assert_eq!(row.len(), columns);
        for cell in &row {
            let start = cell.trim_start_matches([' ', '"', '\'']);
            let formula = start.starts_with(['=', '+', '-', '@', '\t', '\r', '＝']);
            assert!(!formula || cell.starts_with('\''), "{cell}");
            apostrophes += usize::from(cell.starts_with('\''));
            assert!(!cell.chars().any(|c| c.is_control() && !"\t\r\n".contains(c)), "{cell:?}");
        }
    }
    assert_eq!(apostrophes, 3);
}

#[test]
fn markdown_stays_one_table() {
    let run = entrail(&["query", "", AUDIT, "--format", "markdown", "--fields", "target,actor"]);
    assert_eq!(run.lines().len(), 9);
    assert_eq!(run.lines()[..2], ["| target | actor |", "| --- | --- |"]);
    for line in &run.lines()[2..] {
        let bars = line.replace("\\|", "").matches('|').count();
        assert!(bars == 3 && !line.contains('<') && is_clean(line), "{line}");
    }
    assert!(run.out.contains(r"a\|b\`c\`&lt;img"), "{}", run.out);
}

#[test]
fn raw_is_the_bytes_that_were_read() {
    let original = std::fs::read_to_string(AUDIT).expect("the fixture");
    let run = entrail(&["query", "", AUDIT, "--raw", "--sort", "time:asc"]);
    assert_eq!(run.out, original);
    let same = entrail(&["query", "", AUDIT, "--format", "raw", "--sort", "time:asc"]);
    assert_eq!(same.out, original);
    assert_eq!(entrail(&["query", "", AUDIT, "--format", "raw", "--fields", "id"]).code, Some(2));
}

#[test]
fn raw_json_that_spans_lines_is_one_line_for_each_record() {
    let original = std::fs::read_to_string(AUDIT).expect("the fixture");
    let records: Vec<serde_json::Value> =
        original.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let pretty = serde_json::to_string_pretty(&records).expect("JSON").replace('\n', "\r\n");
    let run = piped(&["query", "", "--raw", "--sort", "time:asc"], pretty.as_bytes());
    let again: Vec<serde_json::Value> =
        run.lines().iter().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(again, records);
}

#[test]
fn nothing_hostile_reaches_the_output_for_people() {
    let fixtures = fixtures();
    for fixture in &fixtures {
        let fields = of_some_kinds();
        for more in [
            &["--format", "table"][..],
            &["--format", "markdown"],
            &["--format", "table", "--fields", &fields],
        ] {
            let run = entrail(&[&["query", "", fixture][..], more].concat());
            assert!(is_clean(&run.out) && is_clean(&run.err), "{more:?}: {run:?}");
        }
    }
    for field in of_all_kinds().filter(|field| field.name != "raw") {
        let run = entrail(&counted_by(field, &fixtures));
        assert!(field.name != "activity" || run.lines().len() > 9, "{run:?}");
        for line in run.lines() {
            let (count, value) = line.split_once('\t').expect("count, tab, value");
            assert!(count.parse::<u64>().is_ok() && is_clean(value), "{line:?}");
        }
    }
}

/// Arguments that count everything in all of these files by a field.
fn counted_by<'a>(field: &Field, files: &'a [String]) -> Vec<&'a str> {
    let files = files.iter().map(String::as_str);
    ["query", ""].into_iter().chain(files).chain(["--by", field.name]).collect()
}

#[test]
fn hostile_arguments_are_cleaned_before_they_are_repeated() {
    for arguments in [
        &["\u{1b}[2Jfile"][..],
        &["query", "", "\u{1b}[2Jfile"],
        &["query", "(\u{1b}[2J", AUDIT],
        &["query", "", AUDIT, "--by", "\u{1b}[2J"],
        &["query", "", AUDIT, "--sort", "\u{1b}[2J"],
        &["--\u{1b}[2J"],
        &["lookup", "\u{1b}[2J"],
        &["lookup", "--service", "\u{1b}[2J"],
    ] {
        let run = entrail(arguments);
        assert!(!run.err.is_empty() && is_clean(&run.err) && is_clean(&run.out), "{run:?}");
    }
}

#[test]
fn standard_input_is_read_when_something_is_piped_in_or_asked_for() {
    let input = std::fs::read(AUDIT).expect("the fixture");
    assert_eq!(piped(&["query", "", "--count"], &input).out, "7\n");
    assert_eq!(piped(&["query", "", "-", "--count"], &input).out, "7\n");
    assert_eq!(piped(&["query", "grace", "--format", "ndjson"], &input).lines().len(), 3);
    let both = piped(&["query", "", "-", AUDIT, "--count"], &input);
    assert_eq!(both.out, "7\n");
    assert_eq!(both.err, "entrail: 7 duplicates left out\n");
}

#[test]
fn a_reader_that_stops_early_is_no_error() {
    for format in ["table", "ndjson", "json", "csv", "markdown", "raw"] {
        let mut child = command()
            .args(["query", "kind:audit", "--demo", "--format", format])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut first = [0; 64];
        child.stdout.take().expect("piped").read_exact(&mut first).expect("output");
        let output = child.wait_with_output().expect("the program ends");
        assert_eq!(output.status.code(), Some(0), "{format}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{format}");
    }
}

#[test]
fn a_wrong_query_is_shown_with_a_line_under_the_place() {
    let run = entrail(&["query", "grace activty:add", AUDIT]);
    let lines: Vec<&str> = run.err.lines().collect();
    assert!(lines[0].starts_with("entrail: ") && lines[0].contains("`activity`"), "{run:?}");
    assert_eq!(lines[1..], ["  grace activty:add", "        ^^^^^^^"]);
    assert_eq!((run.code, run.out.as_str()), (Some(2), ""));
}

#[test]
fn queries_may_begin_with_a_dash() {
    assert_eq!(entrail(&["query", "-grace", AUDIT, "--count"]).out, "4\n");
    assert_eq!(entrail(&["query", "--count", "-result:success", AUDIT]).out, "1\n");
    assert_eq!(entrail(&["query", "--count", "--", "-grace", AUDIT]).out, "4\n");
}

#[test]
fn one_missing_file_does_not_spoil_the_others() {
    let run = entrail(&["query", "", "no/such/file.json", AUDIT, "--count"]);
    assert_eq!((run.code, run.out.as_str()), (Some(0), "7\n"));
    assert!(run.err.contains("no/such/file.json") && run.err.contains("1 file could not be read"));
}

#[test]
fn a_file_given_in_place_of_the_query_is_explained() {
    let run = entrail(&["query", AUDIT, "actor:mallory"]);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("was taken for the query"), "{run:?}");
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("secret.json");
    std::fs::copy(AUDIT, &path).expect("a copy");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).expect("set");
    if std::fs::File::open(&path).is_ok() {
        // The superuser may read everything.
        return;
    }
    let run = entrail(&[OsStr::new("query"), OsStr::new(""), path.as_os_str()]);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("secret.json") && run.err.contains("not allowed"), "{run:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn paths_need_not_be_utf_8() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let path: PathBuf = folder.path().join(OsStr::from_bytes(b"audit-\xff\x1b[2J.json"));
    std::fs::copy(AUDIT, &path).expect("a copy");
    let arguments: Vec<OsString> =
        vec!["query".into(), String::new().into(), path.into(), "--by".into(), "source".into()];
    let run = entrail(&arguments);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.out.starts_with("7\t") && is_clean(run.out.split_once('\t').expect("tab").1));
}

#[test]
fn troubles_of_one_cause_are_told_once_and_counted() {
    let mut lines = std::fs::read_to_string(AUDIT).expect("the fixture");
    for n in 0..25 {
        use std::fmt::Write as _;
        writeln!(lines, "{{\"id\": broken {}}}", n + 10).expect("written");
    }
    let run = piped(&["query", "", "--count"], lines.as_bytes());
    assert_eq!((run.code, run.out.as_str()), (Some(0), "7\n"));
    let told: Vec<&str> = run.err.lines().collect();
    assert_eq!(told.len(), 2, "{run:?}");
    assert!(told[0].starts_with("entrail: standard input:8: "), "{run:?}");
    assert!(told[0].ends_with("(25 times)"), "{run:?}");
    assert_eq!(told[1], "entrail: 25 records could not be read");
}

#[test]
fn the_same_answers_come_from_what_was_written_as_ndjson() {
    let queries =
        ["", "update", "result:failure", "time<2026-11-05", "actor:*", "change:\"\" OR user-agent"];
    let fixtures = fixtures();
    for fixture in &fixtures {
        let ndjson = entrail(&["query", "", fixture, "--format", "ndjson"]);
        assert_eq!(ndjson.code, Some(0), "{fixture}: {}", ndjson.err);
        for query in queries {
            let count = |run: Run| (run.out, run.code);
            assert_eq!(
                count(entrail(&["query", query, fixture, "--count"])),
                count(piped(&["query", query, "-", "--count"], ndjson.out.as_bytes())),
                "{fixture} {query}"
            );
        }
        let fields = of_some_kinds();
        let columns = ["--format", "csv", "--fields", &fields];
        let sorted = |run: Run| {
            let mut lines: Vec<String> = run.out.lines().map(str::to_owned).collect();
            lines.sort_unstable();
            lines
        };
        assert_eq!(
            sorted(entrail(&[&["query", "", fixture][..], &columns].concat())),
            sorted(piped(&[&["query", "", "-"][..], &columns].concat(), ndjson.out.as_bytes())),
            "{fixture}"
        );
    }
    let all = fixtures.iter().map(String::as_str);
    let every: Vec<&str> =
        ["query", ""].into_iter().chain(all).chain(["--format", "ndjson"]).collect();
    let ndjson = entrail(&every).out;
    for field in of_all_kinds().filter(|field| !matches!(field.name, "source" | "raw")) {
        assert_eq!(
            entrail(&counted_by(field, &fixtures)).out,
            piped(&["query", "", "-", "--by", field.name], ndjson.as_bytes()).out,
            "--by {}",
            field.name
        );
    }
}

/// The fields that records of every kind have: each is asked for by itself.
fn of_all_kinds() -> impl Iterator<Item = &'static Field> {
    FIELDS.iter().filter(|field| !matches!(field.stored, Stored::Property(_)))
}

/// The names of all other fields, as `--fields` takes them: there are too many to start the program
/// for each.
fn of_some_kinds() -> String {
    let some = FIELDS.iter().filter(|field| matches!(field.stored, Stored::Property(_)));
    some.map(|field| field.name).collect::<Vec<_>>().join(",")
}

#[test]
fn the_demo_answers_queries() {
    let run = entrail(&["query", "category:RoleManagement", "--demo", "--count"]);
    assert_eq!(run.code, Some(0));
    assert!(run.out.trim().parse::<u64>().is_ok_and(|count| count > 0), "{run:?}");
    assert_eq!(run.err, "");
}

#[test]
fn a_mistyped_command_is_recognised() {
    let run = entrail(&["qeury", "actor:mallory"]);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("did you mean `entrail query`?"), "{run:?}");
    let run = entrail(&["incident.json"]);
    assert_eq!(run.err, "entrail: incident.json: there is no such file or folder\n");
}

#[test]
fn the_screen_says_that_it_needs_a_terminal() {
    for arguments in [&[AUDIT][..], &["demo"], &["demo", "--filter", "-grace"]] {
        let run = entrail(arguments);
        assert_eq!(run.code, Some(2));
        assert!(run.err.contains("needs a terminal"), "{run:?}");
    }
    let run = entrail(&["demo", "--filter", "activty:x"]);
    assert!(run.err.contains("did you mean `activity`"), "{run:?}");
}

#[test]
fn help_names_every_field_and_shows_examples() {
    let help = entrail(&["query", "--help"]).out;
    // Long lines are broken between words.
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for field in FIELDS {
        assert!(help.contains(field.help), "{}", field.name);
        assert!(field.aliases.iter().all(|alias| help.contains(alias)), "{}", field.name);
    }
    for arguments in [&["--help"][..], &["query", "-h"], &["lookup", "-h"], &["query", "--help"]] {
        assert!(entrail(arguments).out.contains("Examples:"), "{arguments:?}");
    }
}

#[test]
fn completions_are_written_for_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = entrail(&["completions", shell]);
        assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
        assert!(run.out.contains("--by"), "{shell}");
        let values = matches!(shell, "bash" | "fish" | "zsh");
        assert_eq!(values, run.out.contains("actor.ip") && run.out.contains("markdown"), "{shell}");
    }
}

/// Runs in a terminal of 60 columns and returns what it shows.
#[cfg(unix)]
fn on_a_terminal(arguments: &[&str], no_color: Option<&str>) -> String {
    use portable_pty::{CommandBuilder, PtySize, native_pty_system};
    let size = PtySize { rows: 24, cols: 60, pixel_width: 0, pixel_height: 0 };
    let pty = native_pty_system().openpty(size).expect("a terminal");
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_entrail"));
    command.cwd(env!("CARGO_MANIFEST_DIR"));
    command.args(arguments);
    command.env("TERM", "xterm");
    match no_color {
        Some(value) => command.env("NO_COLOR", value),
        None => command.env_remove("NO_COLOR"),
    }
    let mut reader = pty.master.try_clone_reader().expect("a reader");
    let mut child = pty.slave.spawn_command(command).expect("the program starts");
    drop(pty.slave);
    let mut shown = Vec::new();
    // Linux ends a terminal nobody writes to any more with an error.
    let _ = reader.read_to_end(&mut shown);
    child.wait().expect("the program ends");
    String::from_utf8(shown).expect("UTF-8").replace("\r\n", "\n")
}

#[cfg(unix)]
#[test]
fn on_a_terminal_a_table_fits_and_has_colour_unless_refused() {
    use unicode_width::UnicodeWidthStr as _;
    let plain = on_a_terminal(&["query", "", AUDIT], Some("1"));
    assert!(plain.lines().count() == 8 && is_clean(&plain), "{plain}");
    assert!(plain.lines().all(|line| line.width() <= 60), "{plain}");
    let coloured = on_a_terminal(&["query", "", AUDIT], None);
    assert!(coloured.starts_with("\u{1b}[1mtime") && coloured.contains("\u{1b}[31mfailure"));
}

#[cfg(unix)]
#[test]
fn on_a_terminal_every_format_is_clean() {
    for format in ["ndjson", "json", "csv", "raw", "markdown"] {
        let shown = on_a_terminal(&["query", "", AUDIT, "--format", format], None);
        assert!(shown.contains("Update user") && is_clean(&shown), "{format}: {shown}");
    }
}

#[cfg(unix)]
#[test]
fn a_query_without_anything_to_search_in_says_how_to_give_it() {
    let shown = on_a_terminal(&["query", "grace"], None);
    assert!(shown.contains("nothing to search in") && shown.contains("--demo"), "{shown}");
    let shown = on_a_terminal(&["query", AUDIT], None);
    assert!(shown.contains("is read as the query"), "{shown}");
}

/// A record whose names want to be markup, formulas and terminal commands.
fn evil() -> String {
    let name = "](http://evil.example) <img src=x> `code` |cell|\n# heading\n=1+1 \u{1b}[2J\u{202e}www.evil.example";
    serde_json::json!({
        "id": "Directory_8f2a0000-0000-4000-8000-00000000000a_1",
        "category": "UserManagement", "activityDisplayName": "Update user",
        "activityDateTime": "2026-11-01T08:00:00Z", "loggedByService": name, "result": "success",
        "resultReason": name, "correlationId": "8f2a0000-0000-4000-8000-00000000000a",
        "initiatedBy": {"user": {"userPrincipalName": "mallory@evil.example", "displayName": name,
            "id": "8f2a0000-0000-4000-8000-00000000000b", "ipAddress": "203.0.113.7"}},
        "targetResources": [{"type": name, "displayName": name, "id": name, "modifiedProperties": [
            {"displayName": name, "oldValue": serde_json::json!({"a": name, "b": "``` \n# x"}).to_string(),
             "newValue": serde_json::json!({"a": "x"}).to_string()}]}],
        "additionalDetails": [],
    })
    .to_string()
}

#[test]
fn reports_and_undo_sheets_let_no_name_be_markup() {
    for format in ["report", "undo"] {
        let run = piped(&["query", "", "--format", format], evil().as_bytes());
        assert_eq!(run.code, Some(0), "{}", run.err);
        assert!(
            !run.out.chars().any(|c| (c.is_control() && c != '\n') || is_invisible(c)),
            "{}",
            run.out
        );
        let mut fenced = false;
        for line in run.out.lines() {
            if line.starts_with("```") {
                fenced = !fenced;
                continue;
            }
            let own = ["# Timeline", "# Undo sheet", "## ", "# Records", "# How to find"];
            assert!(
                fenced || !line.starts_with('#') || own.iter().any(|o| line.starts_with(o)),
                "{line}"
            );
            // Outside of code nothing is a link, an image or HTML.
            let mut text = String::new();
            let mut rest = line;
            while !fenced && let Some(at) = rest.find('`') {
                text.push_str(&rest[..at]);
                if rest[..at].ends_with('\\') {
                    rest = &rest[at + 1..];
                    continue;
                }
                let run = rest[at..].chars().take_while(|&c| c == '`').count();
                let fence = "`".repeat(run);
                let inside = &rest[at + run..];
                let mut end = 0;
                loop {
                    let next = inside[end..].find(&fence).expect("code ends") + end;
                    let length = inside[next..].chars().take_while(|&c| c == '`').count();
                    if length == run {
                        rest = &inside[next + run..];
                        break;
                    }
                    end = next + length;
                }
            }
            if !fenced {
                text.push_str(rest);
                assert!(!text.contains("<img") && !text.contains("http://"), "{line}");
                assert!(
                    !text.contains("www.") && !text.replace("\\]", "").contains("]("),
                    "{line}"
                );
            }
        }
        assert!(!fenced, "every block ends");
    }
    let report = piped(&["query", "", "--format", "report"], evil().as_bytes());
    assert_eq!(report.out.matches("\n## 1. 2026-11-01T08:00:00").count(), 1);
    let told = entrail(&["query", "", AUDIT, "--format", "report", "--fields", "time"]);
    assert!(told.code == Some(2) && told.err.contains("--fields cannot choose"), "{}", told.err);
}

#[test]
fn an_undo_sheet_reverses_no_repair() {
    for more in [&[][..], &["--redact"]] {
        let mut arguments = vec!["query", "target:CA004", "--demo", "--format", "undo"];
        arguments.extend(more);
        let sheet = entrail(&arguments).out;
        assert_eq!(sheet.matches("\n## ").count(), 4, "{sheet}");
        assert_eq!(sheet.matches("- Nothing to undo: changed at 20").count(), 4, "{sheet}");
        assert!(!sheet.contains("**To undo:**") && !sheet.contains("excludeUsers"), "{sheet}");
    }
    let users = r#"target:kolbrun.lowenthal (activity:"Restore user" OR activity:"Delete user")"#;
    let sheet = entrail(&["query", users, "--demo", "--format", "undo"]).out;
    assert_eq!(sheet.matches("- Nothing to undo: deleted at 20").count(), 2, "{sheet}");
}

#[test]
fn a_removal_counted_as_taken_back_where_the_member_was_one_before() {
    let one = |day: u32, verb: &str| {
        serde_json::json!({
            "id": format!("r{day}"), "category": "GroupManagement", "result": "success",
            "activityDateTime": format!("2026-11-{day:02}T08:00:00Z"),
            "activityDisplayName": verb, "loggedByService": "Core Directory",
            "initiatedBy": {"user": {"id": "adm", "userPrincipalName": "adm@fabrikam.example"}},
            "targetResources": [
                {"type": "User", "id": "u1", "userPrincipalName": "ada@fabrikam.example"},
                {"type": "Group", "id": "g1", "displayName": "Finance"}],
        })
        .to_string()
    };
    let (add, remove) = ("Add member to group", "Remove member from group");
    let sheet = |first: &str| {
        let records = [one(1, first), one(2, add), one(3, remove)].join("\n");
        let query = ["query", "time>=2026-11-02", "--format", "undo"];
        piped(&query, records.as_bytes()).out
    };
    // She was a member before those two: the removal is to be reversed, the repeated addition is not.
    let told = sheet(add);
    assert_eq!(told.matches("**To undo:**").count(), 1, "{told}");
    assert!(told.contains("an earlier record of 2026-11-01T08:00:00Z holds"), "{told}");
    // She was none.
    let told = sheet(remove);
    assert_eq!(told.matches("- Nothing to undo: given at 20").count(), 2, "{told}");
    // Nothing tells.
    let records = [one(2, add), one(3, remove)].join("\n");
    let told = piped(&["query", "", "--format", "undo"], records.as_bytes()).out;
    assert_eq!(told.matches("- Nothing to undo: given at 20").count(), 2, "{told}");
}

#[test]
fn no_format_tells_a_name_that_was_to_be_redacted() {
    for format in ["table", "ndjson", "json", "csv", "markdown", "report", "undo"] {
        let run = piped(&["query", "", "--format", format, "--redact"], evil().as_bytes());
        assert_eq!(run.code, Some(0), "{format}: {}", run.err);
        // What services and types are called stays, whatever that is.
        for original in ["mallory", "8f2a0000", "203.0.113.7"] {
            assert!(!run.out.contains(original), "{format}: {original} in {}", run.out);
        }
        // Free text is for a person to read: the file says so itself.
        let mark =
            if format == "report" || format == "undo" { "free text" } else { "read free text" };
        assert!(run.out.contains(mark) && run.err.contains("read free text"), "{format}: {run:?}");
    }
    let all = piped(
        &[
            "query",
            "actor:mallory",
            "--redact",
            "--fields",
            "actor,actor.ip,raw",
            "--format",
            "csv",
        ],
        evil().as_bytes(),
    );
    assert_eq!(
        all.lines()[1],
        "user-1@domain-1.example,ip-1,,read free text before you share this",
        "{}",
        all.out
    );
    let raw = piped(&["query", "", "--format", "raw", "--redact"], evil().as_bytes());
    assert!(raw.code == Some(2) && raw.out.is_empty(), "{raw:?}");
}

/// Runs the program with a configuration.
fn configured(configuration: &str, arguments: &[&str]) -> Run {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("entrail");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("config.toml"), configuration).expect("a file");
    let mut command = command();
    command.args(arguments).env("XDG_CONFIG_HOME", home.path()).stdin(Stdio::null());
    Run::of(command.output().expect("it runs"))
}

#[test]
#[cfg(target_os = "linux")]
fn keys_are_listed_as_they_are_set_and_can_be_pasted_back() {
    let run = entrail(&["keys"]);
    assert_eq!(run.code, Some(0));
    assert_eq!(run.out, entrail(&["--list-keys"]).out);
    for row in entrail::app::action::ACTIONS {
        let line = run.lines().into_iter().find(|line| line.split(' ').next() == Some(row.name));
        assert!(line.is_some_and(|line| line.ends_with(row.help)), "{}", row.name);
    }
    let set =
        configured("[keys]\npivot = [\"P\", \"g p\"]\nfirst = []", &["keys", "--format", "toml"]);
    assert!(set.out.contains("\npivot = [\"P\", \"g p\"]\n"), "{set:?}");
    assert!(set.out.contains("\nfirst = []\n"), "{set:?}");
    let again = configured(&set.out, &["keys", "--format", "toml"]);
    let keys = |text: &str| text.split_once('\n').map(|(_, keys)| keys.to_owned());
    assert_eq!(keys(&again.out), keys(&set.out), "{again:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn what_is_wrong_in_the_configuration_is_told_before_anything_opens() {
    let run = configured("[keys]\nzone = [\"p\"]\n[working-week]\nto = 99\n", &["keys"]);
    assert_eq!((run.code, run.out.as_str()), (Some(2), ""));
    assert!(
        run.err.contains("entrail/config.toml:2: `p` is bound to both `pivot` and `zone`"),
        "{run:?}"
    );
    assert!(run.err.contains("config.toml:4: an hour is a number"), "{run:?}");
    // Questions on the command line need no configuration.
    let run = configured("[keys", &["query", "", AUDIT, "--count"]);
    assert_eq!(run.out, "7\n");
}

const WORKSPACE: &str = "63613592-b6f7-4c3d-a390-22ba13102111";

/// Places could not be named once and for all.
#[test]
#[cfg(target_os = "linux")]
fn a_profile_is_one_word_for_several_places_and_their_tenant() {
    let configuration = format!(
        "[tenants]\n4f2a1c9e-7d35-4b8a-9c60-2e8f5a1b3d47 = \"Contoso\"\n[[profiles]]\nname = \"contoso\"\n\
         tenant = \"contoso\"\nplaces = \"storage contosologs --log audit workspace {WORKSPACE} {AUDIT}\"\n\
         [[profiles]]\nname = \"old\"\nplaces = [[\"{AUDIT}\"], \"graph --since last-2d\"]\n\
         [[profiles]]\nname = \"secret\"\nplaces = \"graph\"\n\
         environment = {{ AZURE_CLIENT_SECRET = \"A_VARIABLE_NOBODY_SETS\" }}\n"
    );
    let ran = |words: &[&str]| configured(&configuration, words);
    let run = ran(&["query", "", "contoso", "--explain"]);
    assert_eq!((run.code, &*run.err), (Some(0), ""), "{run:?}");
    let wanted = ["az://contosologs/", "asked of the workspace", AUDIT];
    let places: Vec<Option<usize>> = wanted.iter().map(|part| run.out.find(part)).collect();
    assert!(places.is_sorted() && places[0].is_some(), "{run:?}");
    assert_eq!(ran(&["contoso", "--theme", "dark", "--explain"]).code, Some(0));
    let run = ran(&["old", "other.json", "graph", "--tenant", "x", "--explain"]);
    let at = |part: &str| run.out.find(part).unwrap_or_else(|| panic!("{part}: {run:?}"));
    assert!(at(AUDIT) < at("/auditLogs/") && at("/auditLogs/") < at("other.json"));
    for (words, says) in [
        (
            &["query", "", "contso"][..],
            "`contso` is no file, place or profile; did you mean `contoso`?",
        ),
        (&["contso"], "did you mean `entrail contoso`?"),
        (&["query", "", "secret"], "reads A_VARIABLE_NOBODY_SETS for AZURE_CLIENT_SECRET"),
        (&["query", "", "contoso", "--since", "last-1d"], "`--since` stands behind the profile"),
        (&["pull", "--archive", "d", "contoso"], "is no place that can be pulled"),
        (&["query", "contoso", "--count"], "`contoso` was taken for the query"),
    ] {
        let run = ran(words);
        assert!(run.code != Some(0) && run.err.contains(says), "{words:?}: {run:?}");
    }
    let names = ran(&["complete", "--names"]).out;
    assert!(
        names.contains("workspace\t") && names.contains("\ncontoso\tstorage contosologs"),
        "{names}"
    );
    let options = ran(&["complete", "--", "query", "", "contoso", "storage", "a", "--si"]).out;
    assert!(options.starts_with("--sign-in\t") || options.starts_with("--since"), "{options}");
    // By its name, and told by its id.
    let record = r#"{"id":"1","activityDateTime":"2026-11-01T10:00:00Z","activityDisplayName":"Add user",
        "tenantId":"4F2A1C9E-7d35-4b8a-9c60-2e8f5a1b3d47","loggedByService":"Core Directory",
        "category":"UserManagement","result":"success","initiatedBy":{},"targetResources":[]}"#;
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), record).expect("written");
    let path = file.path().display().to_string();
    for (query, found) in [
        ("tenant:conto", "1\n"),
        ("tenant=CONTOSO", "1\n"),
        ("tenant=conto", "0\n"),
        ("tenant:fabrikam", "0\n"),
        ("tenant!=contoso", "0\n"),
        ("tenant:(fabrikam contoso)", "1\n"),
        ("-tenant:contoso", "0\n"),
        ("tenant:4f2a", "1\n"),
    ] {
        assert_eq!(ran(&["query", query, &path, "--count"]).out, found, "{query}");
    }
    let by = ran(&["query", "", &path, "--by", "tenant"]).out.to_lowercase();
    assert_eq!(by, "1\t4f2a1c9e-7d35-4b8a-9c60-2e8f5a1b3d47\n");
}

#[test]
#[cfg(target_os = "linux")]
fn what_is_wrong_with_a_profile_is_told_with_its_line() {
    let profile = |lines: &str| format!("\n[[profiles]]\nname = \"a\"\n{lines}\n");
    for (configuration, says) in [
        (profile("places = \"storage x --frob\""), ":2: profile `a`: unexpected argument '--frob'"),
        (profile("places = \"workspace\""), "were not provided: <WORKSPACE>"),
        (profile("places = \"--since last-1d graph\""), "`--since` stands before all places"),
        (profile("places = \"a\""), "`a` is a profile, and one cannot name another"),
        (profile("places = \"storage 'x\""), ":4: a quote is not closed; add '"),
        (profile("places = \"\""), ":4: the profile names no place"),
        (profile("places = []"), ":4: the profile names no place"),
        (profile("places = 3"), ":4: this names no place; write places ="),
        (profile(""), ":2: the profile has no places"),
        (profile("place = \"graph\""), "no setting of a profile `place`; did you mean `places`?"),
        (
            profile("places = \"graph\"\nenvironment = { AZURE_CLIENT_SECERT = \"X\" }"),
            "no variable `AZURE_CLIENT_SECERT`; did you mean `AZURE_CLIENT_SECRET`?",
        ),
        (
            profile("places = \"graph\"\nenvironment = { AZURE_CLIENT_SECRET = \"hunter2~x\" }"),
            ":5: name the variable that holds AZURE_CLIENT_SECRET",
        ),
        (
            "[[profiles]]\nname = \"query\"\nplaces = \"graph\"".to_owned(),
            "a command of entrail is called so",
        ),
        ("[[profiles]]\nname = \"hub/x\"\nplaces = \"graph\"".to_owned(), "one word of letters"),
        (
            profile("places = \"graph\"") + &profile("places = \"graph\""),
            ":7: there is a profile `a` already",
        ),
        ("[tenants]\ncontoso = \"x\"".to_owned(), ":2: a tenant is named by its id"),
    ] {
        let run = configured(&configuration, &["keys"]);
        assert!(run.code == Some(2) && run.err.contains(says), "{configuration}: {run:?}");
        // Whoever names it, or what may be one, is told; nobody else.
        let word = if configuration.contains("\"query\"") { "query" } else { "a" };
        let run = configured(&configuration, &["query", "", word]);
        assert!(run.err.contains(says) && !run.err.contains("hunter2"), "{configuration}: {run:?}");
        assert_eq!(configured(&configuration, &["query", "", AUDIT, "--count"]).out, "7\n");
    }
}

/// Whoever may write to the configuration decides what keys do and who is watched.
#[test]
#[cfg(target_os = "linux")]
fn a_configuration_of_others_is_not_used() {
    use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("entrail");
    std::fs::create_dir_all(&folder).expect("a folder");
    let (file, kept) = (folder.join("config.toml"), home.path().join("dotfiles.toml"));
    std::fs::write(&kept, "[working-week]\nto = 99\n").expect("a file");
    symlink("../dotfiles.toml", &file).expect("a link");
    let run = || {
        let mut command = command();
        command.args(["keys"]).env("XDG_CONFIG_HOME", home.path()).stdin(Stdio::null());
        Run::of(command.output().expect("it runs"))
    };
    let told = run().err;
    assert!(told.contains("config.toml:2: an hour"), "a link of one's own is followed: {told}");
    std::fs::set_permissions(&kept, std::fs::Permissions::from_mode(0o664)).expect("opened");
    let refused = run();
    assert_eq!((refused.code, refused.out.as_str()), (Some(2), ""));
    assert!(
        refused.err.contains("is not used: ") && refused.err.contains("chmod go-w"),
        "{refused:?}"
    );
    std::fs::set_permissions(&kept, std::fs::Permissions::from_mode(0o644)).expect("closed");
    if chown(&kept, Some(12_345), None).is_ok() {
        let refused = run();
        assert!(refused.err.contains("belongs to user 12345"), "{refused:?}");
    }
}

#[test]
fn a_query_is_written_for_other_tools_without_reading_anything() {
    let run = entrail(&["query", "activity:\"add role\" source:x", "--as", "kql"]);
    assert_eq!(
        run.out,
        "// weaker: activity:\"add role\" (compared by its plain parts there; search what this finds with \
         entrail)\n// left out: source:x (entrail does not write it in that language)\nAuditLogs\n\
         | where (coalesce(ActivityDisplayName, OperationName) contains \"add\" and \
         coalesce(ActivityDisplayName, OperationName) contains \"role\")\n"
    );
    let run = entrail(&["query", "kind=sign-in risk.signin=high device.os:linux", "--as", "kql"]);
    assert!(run.out.contains("RiskLevelDuringSignIn contains \"high\""), "{run:?}");
    assert!(run.out.contains("tostring(DeviceDetail) contains \"linux\""), "{run:?}");
    let run = entrail(&["query", "kind=sign-in actor=bob", "--as", "powershell"]);
    assert!(run.out.contains("\nGet-MgAuditLogSignIn -All |\n    Where-Object {"), "{run:?}");
    let run = entrail(&["query", "time>=2026-11-01 op=y", "--as", "odata"]);
    assert_eq!(run.out, "activityDateTime ge 2026-11-01T00:00:00Z\n");
    assert!(run.err.contains("left out: op=y"), "{run:?}");
    assert_eq!(entrail(&["query", "op=y", "--as", "odata"]).code, Some(1), "nothing can be said");
    assert_eq!(entrail(&["query", "x", AUDIT, "--as", "kql"]).code, Some(2));
}

#[test]
fn bash_completes_queries_with_what_the_program_knows() {
    let script = entrail(&["completions", "bash"]).out;
    let folder = PathBuf::from(env!("CARGO_BIN_EXE_entrail"));
    let folder = folder.parent().expect("a folder").display().to_string();
    let ask = |words: &[&str]| {
        let quoted: Vec<String> =
            words.iter().map(|word| format!("'{}'", word.replace('\'', "'\\''"))).collect();
        let line = words.join(" ").replace('\'', "'\\''");
        let program = format!(
            "{script}\nCOMP_WORDS=({})\nCOMP_CWORD={}\nCOMP_LINE='{line}'\nCOMP_POINT=${{#COMP_LINE}}\n\
             _entrail_dynamic entrail \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"\n\
             printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            quoted.join(" "),
            words.len() - 1,
        );
        let path = format!("{folder}:{}", std::env::var("PATH").unwrap_or_default());
        let mut bash = Command::new("bash");
        bash.args(["--norc", "-c", &program]).env("PATH", path).stdin(Stdio::null());
        bash.output().ok().map(Run::of)
    };
    let Some(run) = ask(&["entrail", "query", "'activity:consent to"]) else {
        eprintln!("there is no bash here: not tested");
        return;
    };
    assert!(run.lines().contains(&"activity:\"Consent to application\""), "{run:?}");
    let lines = |words: &[&str]| ask(words).map(|run| run.out).unwrap_or_default();
    assert!(lines(&["entrail", "query", "targ"]).contains("target.id:\n"));
    assert!(lines(&["entrail", "lookup", "'consent"]).contains("Consent to application\n"));
    // Options and commands come from the script itself.
    assert!(lines(&["entrail", "query", "--li"]).contains("--limit\n"));
    assert!(lines(&["entrail", "comp"]).contains("completions"));
}

#[test]
fn what_may_follow_is_told_to_any_shell() {
    let run = entrail(&["complete", "--", "query", "result:f"]);
    assert!(run.out.starts_with("result:failure\t"), "{run:?}");
    let run = piped(
        &["complete", "--for", "powershell", "--line", "-"],
        b"entrail query 'activity:consent to app",
    );
    assert!(run.out.contains("'activity:\"Consent to application\"'\t"), "{run:?}");
    assert_eq!(entrail(&["complete", "--", "demo", ""]).out, "");
}

#[test]
fn a_redacted_report_does_not_tell_what_was_asked() {
    let asked = &["query", "mallor", "--format", "report"];
    let plain = piped(asked, evil().as_bytes());
    assert!(plain.out.contains("- `mallor`") && plain.out.contains("entrail query mallor "));
    let redacted = piped(&[asked, &["--redact"][..]].concat(), evil().as_bytes());
    assert!(redacted.code == Some(0) && !redacted.out.contains("mallor"), "{}", redacted.out);
}

#[test]
fn a_report_tells_what_the_rules_found_and_the_same_when_it_is_redacted() {
    let asked = ["query", "actor.ip=192.0.2.71 risk>=high", "--demo", "--format", "report"];
    let findings = |run: &Run| {
        let section = run.out.split("## Findings\n").nth(1).expect("findings");
        section.split("# Records").next().unwrap_or_default().trim().to_owned()
    };
    let (plain, redacted) = (entrail(&asked), entrail(&[&asked[..], &["--redact"]].concat()));
    let sequence =
        "- **high** Conditional Access weakened: svc-print.relay@tidewick.example weakened CA004";
    assert!(findings(&plain).contains(sequence), "{}", findings(&plain));
    let by_themselves = |run: &Run| {
        let findings = findings(run);
        findings.split("Records by themselves:\n\n").nth(1).expect("rules").to_owned()
    };
    assert!(by_themselves(&plain).starts_with("- **high**"), "{}", findings(&plain));
    assert_eq!(by_themselves(&plain), by_themselves(&redacted));
    assert!(findings(&redacted).contains("- **high** Conditional Access weakened: records 1, 2;"));
    assert!(!findings(&redacted).contains("svc-print"), "{}", findings(&redacted));
    assert!(plain.out.contains("\n- Risk: **high**, "), "each record says why");
}

#[test]
fn access_tells_who_holds_a_thing_and_what_somebody_holds() {
    let run = entrail(&["access", "finance month end", "--demo"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(
        run.out
            .contains("\nHeld by (6)\n  benedikt.ashdown@tidewick.example: access package · given")
    );
    assert!(run.out.contains("\nEvents (65)\n"), "{}", run.out);
    // A request to remove is no removal, and who approved is named.
    assert!(run.out.contains("\nLost by (0)\n"), "{}", run.out);
    let run = entrail(&["access", "benedikt.ashdown", "--demo"]);
    let expected = "given 2026-11-17 12:12:12 UTC, before that approved 2026-11-17 12:10:12 UTC by \
                    ragnheidur.bragadottir@tidewick.example";
    assert!(run.out.contains(expected), "{}", run.out);
    let run = entrail(&["access", "Global Administrator", "--demo"]);
    assert!(run.out.contains("  svc-print.relay@tidewick.example: role · given"), "{}", run.out);
    let run = entrail(&["access", "Tidewick Document Viewer", "--demo"]);
    assert!(run.out.contains("Holds (0)\nLost (1)\n  delegated permission"), "{}", run.out);
    assert!(run.out.contains("gone with the deletion of Tidewick Document Viewer"), "{}", run.out);
}

#[test]
fn exit_codes_of_access_tell_nothing_given_from_nobody_of_that_name() {
    for (arguments, code) in [
        (&["access", "marek.toivonen", "--demo"][..], 0),
        // Known, but nothing was given or taken.
        (&["access", "mallory", AUDIT], 1),
        (&["access", "nobody-at-all", AUDIT], 2),
        (&["access", "@tidewick.example", "--demo"], 2),
        (&["access", "grace", "no/such/file.json"], 2),
    ] {
        let run = entrail(arguments);
        assert_eq!(run.code, Some(code), "{arguments:?}: {run:?}");
        assert_eq!(run.err.is_empty(), code < 2, "{arguments:?}: {run:?}");
    }
}

/// Records of one consent whose application is named as attackers name things.
fn disguised() -> String {
    r#"{"id":"c1","activityDateTime":"2026-03-01T09:00:00Z","activityDisplayName":"Consent to application","category":"ApplicationManagement","loggedByService":"Core Directory","result":"success","correlationId":"6d3f2a10-0000-4000-8000-000000000001","initiatedBy":{"user":{"id":"u1","userPrincipalName":"ann@tidewick.example"}},"targetResources":[{"id":"a1","type":"ServicePrincipal","displayName":"Mai\u009bl\u202er\u200b\udb40\udc41","modifiedProperties":[{"displayName":"ConsentContext.IsAdminConsent","oldValue":null,"newValue":"True"}]}],"additionalDetails":[]}"#.to_owned()
}

#[test]
fn trails_are_written_as_text_json_and_markdown() {
    let table = entrail(&["trails", "--demo", "--trail", "domain,policy", "--ascii"]);
    assert_eq!(table.code, Some(0), "{table:?}");
    assert!(table.out.starts_with("**** kai.morrow_quietharbor"), "{}", table.out);
    assert!(table.out.contains("\n** svc-print.relay@tidewick.example weakened CA004"));
    let json = entrail(&["trails", "--demo", "--trail", "domain", "--format", "json"]);
    let found: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!(found[0]["trail"], "domain");
    assert_eq!(found[0]["severity"], "critical");
    assert_eq!(found[0]["steps"].as_array().map(Vec::len), Some(4));
    assert!(found[0]["ordinary"] == false && found[0]["beside"].as_array().is_some());
    let markdown = entrail(&["trails", "--demo", "--trail", "DOMAIN", "--format", "markdown"]);
    assert!(markdown.out.starts_with("## kai.morrow\\_quietharbor"), "{}", markdown.out);
}

#[test]
fn trails_are_limited_ordered_and_their_exit_code_tells_whether_there_are_any() {
    let titles = |arguments: &[&str]| {
        let all = [&["trails", "--demo", "--format", "json"], arguments].concat();
        let run = entrail(&all);
        let found: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
        found.as_array().expect("an array").clone()
    };
    assert_eq!(titles(&["--limit", "3"]).len(), 3);
    assert_eq!(titles(&["--limit", "0"]).len(), 0);
    let newest = titles(&["--newest", "--limit", "20"]);
    let times: Vec<&str> = newest.iter().filter_map(|one| one["last"].as_str()).collect();
    assert!(times.is_sorted_by(|a, b| a >= b), "{times:?}");
    assert_eq!(entrail(&["trails", "--demo", "--trail", "nonsense"]).code, Some(2));
    let nothing = piped(&["trails", "--format", "json"], b"{\"activityDisplayName\":\"x\",\"activityDateTime\":\"2026-03-01T09:00:00Z\",\"id\":\"1\"}");
    assert_eq!((nothing.code, nothing.out.as_str()), (Some(1), "[]\n"), "{nothing:?}");
    assert_eq!(entrail(&["trails", "no/such/file.json"]).code, Some(2));
}

#[test]
fn what_nobody_sees_is_spelled_out_in_the_json_of_trails() {
    let run = piped(&["trails", "--format", "json"], disguised().as_bytes());
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.out.contains(r"Mai\u009bl\u202er\u200b\udb40\udc41"), "{}", run.out);
    assert!(!run.out.chars().any(is_invisible), "{}", run.out);
    let found: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    let title = found[0]["title"].as_str().unwrap_or_default();
    assert_eq!(title, "ann@tidewick.example consented to Mai\u{9b}l\u{202e}r\u{200b}\u{e0041}");
    for format in ["table", "markdown"] {
        let run = piped(&["trails", "--format", format], disguised().as_bytes());
        assert!(!run.out.chars().any(is_invisible), "{}", run.out);
    }
}

#[test]
fn distinct_values_are_counted_by_id_and_type() {
    let records = entrail(&["query", "kind=audit", "--demo", "--format", "ndjson"]).out;
    let mut users = std::collections::BTreeSet::new();
    for line in records.lines() {
        let record: serde_json::Value = serde_json::from_str(line).expect("JSON");
        for target in record["targetResources"].as_array().into_iter().flatten() {
            if target["type"] == "User" {
                let names = ["id", "userPrincipalName", "displayName"];
                let name = names
                    .iter()
                    .find_map(|name| target[name].as_str().filter(|name| !name.is_empty()));
                users.extend(name.map(str::to_lowercase));
            }
        }
    }
    let distinct = |of: &str| entrail(&["query", "kind=audit", "--demo", "--distinct", of]).out;
    assert_eq!(distinct("target:User"), format!("{}\n", users.len()));
    assert!(users.len() > 10, "the demo changes users");
    let services = entrail(&["query", "kind=audit", "--demo", "--by", "service"]).out;
    let services = services.lines().filter(|line| !line.ends_with("\t(none)")).count();
    assert_eq!(distinct("service"), format!("{services}\n"));
    assert_eq!(entrail(&["query", "", "--demo", "--distinct", "actor:User"]).code, Some(2));
}

#[test]
fn names_ids_and_types_of_targets_stand_in_one_order() {
    let fields = ["--fields", "target,target.id,target.type,change.new"];
    let run = entrail(&[&["query", "", "--demo", "--format", "ndjson"][..], &fields].concat());
    let (mut nameless, mut changes) = (0, 0);
    for line in run.lines() {
        let record: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let all = |field: &str| record[field].as_array().map_or(0, Vec::len);
        assert!(all("target") == all("target.id") && all("target") == all("target.type"), "{line}");
        let names = record["target"].as_array().into_iter().flatten();
        nameless += names.filter(|name| name.is_null()).count();
        changes += usize::from(all("change.new") > 1);
    }
    assert!(nameless > 100 && changes > 100, "{nameless} {changes}");
    let run =
        entrail(&[&["query", "op:Create PIM", "--demo", "--format", "csv"][..], &fields].concat());
    let text = run.out;
    assert!(text.contains("; ;"), "a place without a name stays: {}", &text[..400.min(text.len())]);
}

#[test]
fn a_role_is_found_by_each_of_its_names() {
    let line = |id: &str, role: &str| {
        format!(
            r#"{{"id":"{id}","category":"RoleManagement","correlationId":"c","result":"success","resultReason":"","activityDisplayName":"Add member to role","activityDateTime":"2026-11-05T10:00:00Z","loggedByService":"Core Directory","operationType":"Assign","initiatedBy":{{"user":{{"id":"u","displayName":null,"userPrincipalName":"una@moorland.example"}},"app":null}},"targetResources":[{{"id":"v","displayName":null,"type":"User","userPrincipalName":"ivo@moorland.example","groupType":null,"modifiedProperties":[{{"displayName":"Role.DisplayName","oldValue":null,"newValue":"\"{role}\""}}]}}],"additionalDetails":[]}}"#
        )
    };
    let lines = [
        line("1", "Company Administrator"),
        line("2", "Global Administrator"),
        line("3", "User Administrator"),
    ];
    let input = lines.join("\n");
    for (query, count) in [
        ("target:\"Global Administrator\"", "2\n"),
        ("target=\"company administrator\"", "2\n"),
        ("\"global admin\"", "2\n"),
        ("target:(mallory \"Global Administrator\")", "2\n"),
        ("-target:\"Global Administrator\"", "1\n"),
        ("target=Glob*", "2\n"),
        ("target:Administrator", "3\n"),
        ("target=\"User Administrator\"", "1\n"),
    ] {
        assert_eq!(
            piped(&["query", query, "-", "--count"], input.as_bytes()).out,
            count,
            "{query}"
        );
    }
}

#[test]
fn a_key_that_no_record_has_is_told() {
    let run = entrail(&["query", "detail.UserAgent:curl", AUDIT]);
    assert_eq!(run.code, Some(1));
    assert!(
        run.err.contains("no record has `UserAgent` in `detail`; did you mean `User-Agent`?"),
        "{run:?}"
    );
    let run = entrail(&["query", "change.Nope=1", "--demo", "--count"]);
    assert!(run.out == "0\n" && run.err.contains("no record has `Nope` in `new`"), "{run:?}");
    // One that is there and has another value is no mistake.
    let run = entrail(&["query", "change.AccountEnabled=perhaps", "--demo", "--count"]);
    assert!(run.out == "0\n" && !run.err.contains("no record has"), "{run:?}");
}

#[test]
fn an_actor_s_name_from_other_records_is_told_and_not_written_as_logged() {
    let line = |id: &str, user: &str| {
        format!(
            r#"{{"id":"{id}","category":"UserManagement","correlationId":"c{id}","result":"success","activityDisplayName":"Update user","activityDateTime":"2026-11-05T10:00:0{id}Z","loggedByService":"Core Directory","initiatedBy":{{"user":{user},"app":null}},"targetResources":[],"additionalDetails":[]}}"#
        )
    };
    let guid = "7d3c1c6e-5b1e-4b7e-9e55-0f3a5a5f1d09";
    let nameless = format!(r#"{{"id":"{guid}","displayName":null,"userPrincipalName":null}}"#);
    let named = format!(
        r#"{{"id":"{guid}","displayName":null,"userPrincipalName":"una@moorland.example"}}"#
    );
    let input = [line("1", &nameless), line("2", &named)].join("\n");
    let find =
        |more: &[&str]| piped(&[&["query", "id:1", "-"][..], more].concat(), input.as_bytes()).out;
    assert!(find(&["--format", "report"]).contains("(named in other records)"));
    assert!(!find(&["--format", "ndjson"]).contains("una@moorland"));
    assert!(find(&["--format", "csv"]).contains("una@moorland"));
}

#[test]
fn who_renames_something_is_found_by_its_old_name_which_is_no_target() {
    let renamed = br#"{"id":"d1","activityDateTime":"2026-06-05T10:00:00Z","activityDisplayName":"Update group","category":"GroupManagement","loggedByService":"Core Directory","result":"success","initiatedBy":{},"targetResources":[{"id":"000000b1-1111-4222-8333-444444444444","displayName":"SG New","type":"Group","modifiedProperties":[{"displayName":"DisplayName","oldValue":"[\"SG Old\"]","newValue":"[\"SG New\"]"}]}]}"#;
    for query in ["target:\"SG Old\"", "target=\"sg old\"", "\"SG Old\"", "target:\"SG New\""] {
        assert_eq!(piped(&["query", query, "--count"], renamed).out, "1\n", "{query}");
    }
    assert_eq!(piped(&["query", "", "--by", "target"], renamed).out, "1\tSG New\n");
    assert_eq!(piped(&["query", "", "--distinct", "target"], renamed).out, "1\n");
    let table = piped(&["query", "", "--format", "csv", "--fields", "target"], renamed).out;
    assert!(table.contains("SG New") && !table.contains("SG Old"), "{table}");
}

#[test]
fn a_value_to_be_restored_is_told_as_it_was() {
    let run = entrail(&["query", "actor:print.relay target:CA004", "--demo", "--format", "undo"]);
    let blocks: Vec<&str> = run.out.split("```json").skip(1).collect();
    assert_eq!(blocks.len(), 2, "{run:?}");
    for block in blocks {
        let text = block.split("```").next().expect("an end");
        let value: serde_json::Value = serde_json::from_str(text).expect("JSON");
        assert!(value.to_string().contains("\"9ce8209b-e20e-456e-9e8c-69861964b8ea\""), "{value}");
    }
    assert!(
        run.out.contains("`5f8bc936-391f-4373-9af9-ee2fdf7ab92d` (`svc-print.relay@"),
        "{}",
        run.out
    );
}

#[test]
fn what_is_renamed_later_had_the_name_that_is_replaced() {
    let group = "000000b1-1111-4222-8333-444444444444";
    let line = |minute: u32, activity: &str, target: &str| {
        format!(
            r#"{{"id":"{minute}","activityDateTime":"2026-06-05T10:{minute:02}:00Z","activityDisplayName":"{activity}","category":"GroupManagement","loggedByService":"Core Directory","result":"success","initiatedBy":{{}},"targetResources":[{{"id":"{group}","type":"Group",{target}}}]}}"#
        )
    };
    let before = line(0, "Delete group", r#""displayName":null"#);
    let renamed = line(
        2,
        "Update group",
        r#""displayName":null,"modifiedProperties":[{"displayName":"DisplayName","oldValue":"[\"Finance Admins\"]","newValue":"[\"Old Unused\"]"}]"#,
    );
    let after = line(4, "Update group", r#""displayName":null"#);
    for lines in [[&before, &renamed, &after], [&after, &renamed, &before]] {
        let input = lines.map(String::as_str).join("\n");
        let of =
            |arguments: &[&str]| piped(&[&["query"][..], arguments].concat(), input.as_bytes()).out;
        let shown = of(&["", "--sort", "time:asc", "--format", "csv", "--fields", "target"]);
        assert_eq!(shown, "target\r\nFinance Admins\r\nOld Unused\r\nOld Unused\r\n");
        assert_eq!(of(&["target:\"Finance Admins\"", "--count"]), "3\n");
    }
}

#[test]
fn an_undo_sheet_names_what_other_records_name() {
    let line = |id: u32, activity: &str, name: &str| {
        format!(
            r#"{{"id":"{id}","activityDateTime":"2026-06-05T10:0{id}:00Z","activityDisplayName":"{activity}","category":"GroupManagement","loggedByService":"Core Directory","result":"success","initiatedBy":{{}},"targetResources":[{{"id":"000000b1-1111-4222-8333-444444444444","type":"Group","displayName":{name}}}]}}"#
        )
    };
    let input = [line(1, "Add group", "\"SG Alpha\""), line(2, "Delete group", "null")].join("\n");
    for format in ["undo", "report"] {
        let run =
            piped(&["query", "activity=\"Delete group\"", "--format", format], input.as_bytes());
        assert!(run.out.contains("group SG Alpha"), "{format}: {}", run.out);
    }
}

/// The places of a line and their order could not be told from its files and the values of options.
#[test]
fn words_name_places_wherever_a_path_may_stand() {
    let folder = tempfile::tempdir().expect("a folder");
    let ran = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_entrail"));
        command.args(words).current_dir(folder.path()).env_clear().env("HOME", folder.path());
        Run::of(command.stdin(Stdio::null()).output().expect("it runs"))
    };
    let id = WORKSPACE;
    std::fs::write(folder.path().join("audit.json"), "[]").expect("written");
    let origin = |words: &[&str]| {
        let run = ran(words);
        assert_eq!((run.code, &*run.err), (Some(0), ""), "{words:?}: {run:?}");
        let known = |line: &&str| {
            line.starts_with("az://")
                || line.contains("asked of the workspace")
                || *line == "audit.json"
        };
        run.out
            .lines()
            .filter(known)
            .map(|line| line.chars().take(12).collect())
            .collect::<Vec<String>>()
    };
    let (blobs, rows, file) = ("az://contosol", "from 2026-11", "audit.json");
    let (blobs, file) = (&blobs[..12], &file[..10]);
    let both =
        ["storage", "contosologs", "--log", "audit", "workspace", id, "--since", "2026-11-01"];
    let more = ["--until", "2026-11-02", "audit.json", "--explain"];
    assert_eq!(origin(&[&both[..], &more].concat()), [blobs, rows, file]);
    // Behind a command, with its own options among those of places, and files between.
    let line =
        [&["query", "actor:x", "--by", "actor", "audit.json"], &both[..], &more[..2]].concat();
    assert_eq!(origin(&[&line[..], &["--limit", "3", "--explain"]].concat()), [file, blobs, rows]);
    assert_eq!(origin(&["access", "workspace", "storage", "contosologs", "--explain"]), [blobs]);
    // No value of an option begins a place, and no query does.
    std::fs::write(folder.path().join("workspace"), "[]").expect("written");
    let told = ran(&["query", "workspace"]);
    assert!(told.err.contains("`workspace` was taken for the query"), "{told:?}");
    for (words, says) in [
        (
            &["query", "", "storage", "contosologs", "--query", "workspace", "--frob"][..],
            "'--frob'",
        ),
        (&["query", "", "workspace", id, "--limt", "3"], "'--limit'"),
        (&["storage", "contosologs", "--fliter", "x"], "'--filter'"),
        (&["pull", "--archive", "d", "--tenant", "x", "workspace", id], "`--tenant` stands before"),
        (&["pull", "--archive", "d", "hub", "contoso/entra"], "cannot be pulled from yet"),
        (&["pull", "--archive", "d", "audit.json"], "`audit.json` is no place that can be pulled"),
        (&["pull", "workspace", id], "--archive <DIR>"),
        (
            &["pull", "--watch", "hub", "contoso/entra", "--archive", "d"],
            "cannot be pulled from yet",
        ),
        (&["query", "", "workspace"], "<WORKSPACE>"),
        (&["query", "", "workspace"], "the file is ./workspace"),
        (&["trails", "workspace", id, "--query", "role"], "leave --query out"),
        (&["query", "", "--demo", "workspace", id], "--demo is a place of its own"),
        (&["query", "", "--as", "kql", "workspace", id], "--as reads nothing"),
        (&["query", "", "graph", "graph"], "Microsoft Graph is named twice"),
        (
            &["query", "", "graph", "--token-stdin", "storage", "a", "--token-stdin"],
            "gives one token",
        ),
        (&["query", "", "graph", "--token-stdin", "-"], "cannot give a token and records"),
    ] {
        let run = ran(words);
        assert!(run.code == Some(2) && run.err.contains(says), "{words:?}: {run:?}");
        assert!(run.out.is_empty() && !run.err.contains("panicked"), "{run:?}");
    }
    // The file of that name, behind `--` too.
    for words in [&["query", "", "./workspace"][..], &["query", "", "--", "workspace"]] {
        let run = ran(words);
        assert_eq!((run.code, &*run.err), (Some(1), ""), "{words:?}: {run:?}");
    }
    let help = ran(&["query", "", "workspace", "--help"]).out;
    assert!(help.contains("Usage: entrail query … workspace [OPTIONS]"), "{help}");
}
