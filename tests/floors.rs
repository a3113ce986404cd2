//! The house: a room imports only rooms on lower floors, and a file says what it is.
//! Never compiles anything: it reads the words of the source, so that a wrong import is named.

use std::fs;
use std::path::{Path, PathBuf};

/// Every room with its floor and, where rooms of one floor may stand on each other, its step there.
/// A room imports rooms of lower floors and lower steps only.
const ROOMS: &[(&str, u8, u8)] = &[
    ("time", 1, 0),
    ("text", 1, 1),
    ("disk", 1, 2),
    ("secret", 1, 2),
    ("meaning", 1, 2),
    ("record", 1, 3),
    ("catalogue", 1, 3),
    ("log", 1, 3),
    ("format", 2, 0),
    ("store", 2, 0),
    ("document", 2, 0),
    ("demo", 2, 0),
    ("http", 2, 0),
    ("sign_in", 2, 1),
    ("ledger", 3, 0),
    ("query", 3, 0),
    ("place", 3, 1),
    ("source", 3, 2),
    ("case", 3, 3),
    ("export", 4, 0),
    ("lookup", 4, 0),
    ("trails", 4, 1),
    ("app", 4, 2),
    ("ui", 5, 0),
    ("config", 6, 0),
    ("runtime", 6, 1),
    ("cli", 7, 0),
    ("lib", 8, 0),
    ("main", 8, 1),
];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] =
    &["utils", "util", "helpers", "helper", "common", "types", "manager", "misc"];

/// What of ratatui a room may name; rooms that are not listed may name nothing of it.
const RATATUI: &[(&str, &[&str])] = &[
    // Keys and rectangles are plain values.
    ("app", &["crossterm", "layout"]),
    // The width of the terminal.
    ("cli", &["crossterm"]),
    // It owns the terminal, hands out frames and turns cells into bytes; it does not know what is
    // painted.
    ("runtime", &["crossterm", "layout", "backend", "buffer", "style", "Terminal", "Frame"]),
];

/// A file of the source.
struct File {
    /// Path below `src`, with `/`.
    path: String,
    text: String,
}

impl File {
    /// Its module path: `app/tree.rs` is `app`, `tree`.
    fn modules(&self) -> Vec<&str> {
        self.path.trim_end_matches(".rs").split('/').collect()
    }

    fn room(&self) -> &str {
        self.path.trim_end_matches(".rs").split('/').next().unwrap_or_default()
    }
}

fn files() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    collect(&root, &root, &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(found.len() > 50, "the source was found");
    found
}

#[expect(clippy::disallowed_methods, reason = "the source is what is tested")]
fn collect(root: &Path, folder: &Path, found: &mut Vec<File>) {
    let entries = fs::read_dir(folder).expect("a folder of the source");
    let paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    for path in paths {
        if path.is_dir() {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let below = path.strip_prefix(root).expect("below the source");
            let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
            let text = fs::read_to_string(&path).expect("a file of the source");
            found.push(File { path: parts.join("/"), text });
        }
    }
}

/// The words of Rust source: names, `::`, and single signs; comments and literals left out.
fn words(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let is = |at: usize, c: char| chars.get(at) == Some(&c);
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        if c == '/' && is(at + 1, '/') {
            while at < chars.len() && !is(at, '\n') {
                at += 1;
            }
        } else if c == '/' && is(at + 1, '*') {
            while at < chars.len() && !(is(at, '*') && is(at + 1, '/')) {
                at += 1;
            }
            at += 2;
        } else if c == '"' {
            at = after_string(&chars, at);
        } else if c == '\'' {
            // A character literal, or a lifetime, which is left alone.
            at += match (chars.get(at + 1), is(at + 2, '\'')) {
                (Some('\\'), _) => {
                    let quote = (at + 3..chars.len()).find(|&end| is(end, '\''));
                    quote.unwrap_or(at) + 1 - at
                }
                (_, true) => 3,
                _ => 1,
            };
        } else if c.is_alphanumeric() || c == '_' {
            let start = at;
            while chars.get(at).is_some_and(|c| c.is_alphanumeric() || *c == '_') {
                at += 1;
            }
            let word: String = chars[start..at].iter().collect();
            let hashes = chars[at..].iter().take_while(|&&c| c == '#').count();
            if matches!(word.as_str(), "r" | "br") && is(at + hashes, '"') {
                at = after_raw_string(&chars, at + hashes + 1, hashes);
            } else {
                words.push(word);
            }
        } else if c == ':' && is(at + 1, ':') {
            words.push("::".to_owned());
            at += 2;
        } else {
            if !c.is_whitespace() {
                words.push(c.to_string());
            }
            at += 1;
        }
    }
    words
}

fn after_string(chars: &[char], quote: usize) -> usize {
    let mut at = quote + 1;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

fn after_raw_string(chars: &[char], start: usize, hashes: usize) -> usize {
    let ends = |at: &usize| {
        chars[*at] == '"'
            && chars[*at + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes
    };
    (start..chars.len()).find(ends).map_or(chars.len(), |at| at + 1 + hashes)
}

/// The names that stand behind `words[at]`, a `::`: one, or those of a group.
fn behind(words: &[String], at: usize) -> Vec<&str> {
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    if word(at) != "::" {
        return Vec::new();
    }
    if word(at + 1) != "{" {
        return vec![word(at + 1)];
    }
    let (mut names, mut depth, mut first) = (Vec::new(), 0, false);
    for word in words[at + 1..].iter().map(String::as_str) {
        match word {
            "{" => {
                depth += 1;
                first = depth == 1;
            }
            "}" => depth -= 1,
            "," => first = depth == 1,
            name if first => {
                names.push(name);
                first = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names
}

/// The rooms a file imports, by `crate::` or by enough `super::`.
fn imports(file: &File) -> Vec<String> {
    let words = words(&file.text);
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    let mut found: Vec<String> = Vec::new();
    // Modules inside of the file, with the depth of braces at which each began.
    let mut inside: Vec<usize> = Vec::new();
    let (mut depth, mut at) = (0_usize, 0);
    while at < words.len() {
        match word(at) {
            "mod" if word(at + 2) == "{" => {
                inside.push(depth);
                depth += 1;
                at += 2;
            }
            "{" => depth += 1,
            "}" => {
                depth = depth.saturating_sub(1);
                if inside.last() == Some(&depth) {
                    inside.pop();
                }
            }
            "crate" => found.extend(behind(&words, at + 1).into_iter().map(str::to_owned)),
            "super" => {
                let mut up = 1;
                while word(at + 1) == "::" && word(at + 2) == "super" {
                    up += 1;
                    at += 2;
                }
                let levels = file.modules().len() + inside.len();
                if up >= levels {
                    found.extend(behind(&words, at + 1).into_iter().map(str::to_owned));
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
}

fn place(room: &str) -> Option<(u8, u8)> {
    ROOMS.iter().find(|(name, ..)| *name == room).map(|(_, floor, step)| (*floor, *step))
}

/// What is wrong with the imports of a file.
fn wrong_imports(file: &File) -> Vec<String> {
    let room = file.room();
    let Some(own) = place(room) else {
        return vec![format!("{}: the room `{room}` has no floor", file.path)];
    };
    let mut wrong = Vec::new();
    for import in imports(file) {
        if import == room {
            continue;
        }
        match place(&import) {
            None => wrong.push(format!("{}: `{import}` is no room", file.path)),
            Some(other) if other >= own => wrong.push(format!(
                "{}: `{room}` on floor {} must not import `{import}` on floor {}",
                file.path, own.0, other.0
            )),
            Some(_) => {}
        }
    }
    wrong.dedup();
    wrong
}

/// What of ratatui a file names and must not.
fn wrong_painting(file: &File) -> Vec<String> {
    let room = file.room();
    if room == "ui" {
        return Vec::new();
    }
    let allowed = RATATUI.iter().find(|(name, _)| *name == room).map_or(&[][..], |(_, all)| all);
    let words = words(&file.text);
    let named = (0..words.len()).filter(|&at| words[at] == "ratatui");
    let parts = named.flat_map(|at| behind(&words, at + 1));
    let wrong = parts.filter(|part| !allowed.contains(part));
    wrong.map(|part| format!("{}: `ratatui::{part}` belongs to src/ui", file.path)).collect()
}

fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn planted(path: &str, text: &str) -> File {
    File { path: path.to_owned(), text: text.to_owned() }
}

#[test]
fn imports_run_down_only() {
    none(&files().iter().flat_map(wrong_imports).collect::<Vec<_>>());
}

#[test]
fn every_room_has_a_floor_and_a_name_that_says_something() {
    for file in files() {
        assert!(place(file.room()).is_some(), "{}: give it a floor", file.path);
        for name in file.modules() {
            assert!(name != "mod", "{}: write foo.rs beside foo/", file.path);
            assert!(!EMPTY_NAMES.contains(&name), "{}: what is in it?", file.path);
        }
    }
}

#[test]
fn every_file_says_what_it_is_and_what_it_never_does() {
    let lacks = |file: &File| {
        let documents = |line: &str| line.strip_prefix("//! ").is_some_and(|rest| rest.len() > 10);
        // Tests beside a room never are anything but its tests.
        let wanted = if file.path.ends_with("/tests.rs") { 1 } else { 2 };
        file.text.lines().take(wanted).filter(|line| documents(line)).count() < wanted
    };
    let wrong: Vec<String> = files().into_iter().filter(lacks).map(|file| file.path).collect();
    none(&wrong);
}

#[test]
fn only_the_painting_room_names_frames_styles_and_widgets() {
    none(&files().iter().flat_map(wrong_painting).collect::<Vec<_>>());
}

#[test]
fn drawing_gets_the_state_to_read_only() {
    let files = files();
    let ui = files.iter().find(|file| file.path == "ui.rs").expect("src/ui.rs");
    assert!(ui.text.contains("pub fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>)"));
    for file in files.iter().filter(|file| file.room() == "ui") {
        let words = words(&file.text);
        let writes = words.windows(3).any(|three| three == ["&", "mut", "App"]);
        assert!(!writes, "{}: `&mut App`", file.path);
    }
}

/// A key is answered on the thread that draws: the records of a session are matched on others.
#[test]
fn the_state_matches_no_records_by_itself() {
    let files = files();
    let app = files.iter().filter(|file| file.room() == "app");
    let may = |file: &File, name: &str| {
        // The catalogue, which no load makes longer.
        name == "Matcher" && file.path == "app/panes/activities.rs"
    };
    let (mut seen, mut wrong) = (0, Vec::new());
    for file in app {
        for name in words(&file.text) {
            if ["Matcher", "Answerer"].contains(&&*name) {
                let called = [format!("{name}("), format!("{name}::")];
                if !called.iter().any(|call| file.text.contains(call)) {
                    continue;
                }
                seen += 1;
                if !may(file, &name) {
                    wrong.push(format!("{}: {name}", file.path));
                }
            }
        }
    }
    assert!(seen > 0, "the one that may is found");
    wrong.dedup();
    none(&wrong);
}

#[test]
fn an_upward_import_is_found_however_it_is_written() {
    for (path, text) in [
        ("store/segment.rs", "use crate::app::App;"),
        ("store.rs", "fn f() { let x = crate::query::Query::parse(\"\"); }"),
        ("store/segment.rs", "use crate::{record::Record, query::{Query, Context}};"),
        ("store.rs", "use super::query::Query;"),
        ("store/column.rs", "use super::super::source::Load;"),
        ("store.rs", "mod tests { use super::super::ui::draw; }"),
        ("store.rs", "use crate::format::decode;"),
        ("text.rs", "use crate::catalogue::catalogue;"),
        ("store.rs", "let c = '\"'; use crate::app; let d = '\\'';"),
    ] {
        assert_eq!(wrong_imports(&planted(path, text)).len(), 1, "{path}: {text}");
    }
}

#[test]
fn imports_that_run_down_and_words_that_are_no_imports_are_left_alone() {
    for (path, text) in [
        ("store/segment.rs", "use super::column::Column; use crate::record::{Record, Kind};"),
        ("store.rs", "mod tests { use super::*; use crate::time::Timestamp; }"),
        ("store.rs", "mod tests { mod inner { use super::super::Store; } } use crate::text::fold;"),
        ("store.rs", "//! see crate::app\n/* crate::ui */ const X: &str = \"crate::cli\";"),
        ("store.rs", "const X: &str = r#\"\"crate::cli\"#; fn f<'a>(x: &'a str) -> &'a str { x }"),
        ("catalogue.rs", "use crate::text::fold;"),
    ] {
        assert_eq!(wrong_imports(&planted(path, text)), Vec::<String>::new(), "{path}: {text}");
    }
    assert_eq!(wrong_imports(&planted("attic.rs", "")).len(), 1);
}

#[test]
fn painting_outside_of_its_room_is_found() {
    let named = |path: &str, text: &str| wrong_painting(&planted(path, text)).len();
    assert_eq!(named("app/list.rs", "use ratatui::widgets::Block;"), 1);
    assert_eq!(named("app.rs", "use ratatui::{Frame, style::Style, layout::Rect};"), 2);
    assert_eq!(named("query.rs", "use ratatui::layout::Rect;"), 1);
    assert_eq!(named("app.rs", "use ratatui::layout::{Position, Rect};"), 0);
    assert_eq!(named("ui/list.rs", "use ratatui::widgets::Block;"), 0);
}

/// A path as it is written: `crate::a::b` and `super::c` are `crate, a, b` and `super, c`.
type Written = Vec<String>;

/// The paths that begin at `words[at]`, all those of a group, and where they end.
fn paths(words: &[String], at: usize) -> (Vec<Written>, usize) {
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    if word(at) == "{" {
        let (mut all, mut at) = (Vec::new(), at + 1);
        while at < words.len() && word(at) != "}" {
            if word(at) == "," {
                at += 1;
                continue;
            }
            let (found, end) = paths(words, at);
            all.extend(found);
            at = end.max(at + 1);
        }
        return (all, at + 1);
    }
    let first = word(at).to_owned();
    if word(at + 1) != "::" {
        return (vec![vec![first]], at + 1);
    }
    let (rest, end) = paths(words, at + 2);
    let longer = |path: Written| [vec![first.clone()], path].concat();
    (rest.into_iter().map(longer).collect(), end)
}

/// The modules of all files but those only tests have, and what each re-exports or imports from its own
/// modules.
struct House {
    /// By module path; whether it is built for more than tests.
    files: std::collections::BTreeMap<Vec<String>, Vec<Written>>,
}

impl House {
    fn new(files: &[File]) -> Self {
        let mut all = std::collections::BTreeMap::new();
        let mut for_tests: Vec<Vec<String>> = Vec::new();
        for file in files {
            let own: Vec<String> = file.modules().into_iter().map(str::to_owned).collect();
            let (written, tests) = outside_of_tests(&words(&file.text));
            for_tests.extend(tests.into_iter().map(|name| [own.clone(), vec![name]].concat()));
            all.insert(own, written);
        }
        all.retain(|own, _| !for_tests.iter().any(|tests| own.starts_with(tests)));
        Self { files: all }
    }

    /// The module path that a path written in `own` leads to.
    fn leads(&self, own: &[String], written: &[String], depth: u8) -> Option<Vec<String>> {
        let (mut at, mut rest) = match written.first().map(String::as_str)? {
            "crate" => (Vec::new(), &written[1..]),
            "self" => (own.to_vec(), &written[1..]),
            "super" => (own[..own.len().checked_sub(1)?].to_vec(), &written[1..]),
            _ => (own.to_vec(), written),
        };
        while let Some((first, behind)) = rest.split_first() {
            let inside = [at.clone(), vec![first.clone()]].concat();
            if first == "super" {
                at.pop()?;
            } else if self.files.contains_key(&inside) {
                at = inside;
            } else {
                // What is imported there from one of its own modules belongs to that.
                let imported = self.files.get(&at).filter(|_| depth < 4)?.iter().find(|path| {
                    path.len() > 1 && path.last() == Some(first) && path.first() != Some(first)
                });
                let further = imported.and_then(|path| self.leads(&at, path, depth + 1));
                return Some(further.filter(|to| to.starts_with(&at)).unwrap_or(at));
            }
            rest = behind;
        }
        Some(at)
    }

    /// What hinders the modules beside each other in one room from standing on each other: each circle
    /// by the names in it. A file and what is in its folder are one.
    fn knots(&self, room: &str) -> Vec<String> {
        use std::collections::{BTreeMap, BTreeSet};
        // By the folder: which module beside which other.
        let mut beside: BTreeMap<Vec<String>, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
        for (own, written) in self.files.iter().filter(|(own, _)| own[0] == room) {
            for to in written.iter().filter_map(|path| self.leads(own, path, 0)) {
                let common = own.iter().zip(&to).take_while(|(a, b)| a == b).count();
                if let (1.., Some(from), Some(to)) = (common, own.get(common), to.get(common)) {
                    let folder = beside.entry(own[..common].to_vec()).or_default();
                    folder.entry(from.clone()).or_default().insert(to.clone());
                }
            }
        }
        let mut knots = Vec::new();
        for (folder, mut edges) in beside {
            loop {
                let free = |name: &String| edges.get(name).is_none_or(BTreeSet::is_empty);
                let ends: Vec<String> =
                    edges.values().flatten().filter(|to| free(to)).cloned().collect();
                if ends.is_empty() {
                    break;
                }
                for to in edges.values_mut() {
                    to.retain(|name| !ends.contains(name));
                }
                edges.retain(|_, to| !to.is_empty());
            }
            // What only stands on a circle is none of it.
            loop {
                let stood: BTreeSet<String> = edges.values().flatten().cloned().collect();
                let before = edges.len();
                edges.retain(|name, _| stood.contains(name));
                if edges.len() == before {
                    break;
                }
            }
            for (name, to) in edges {
                let to: Vec<String> = to.into_iter().collect();
                knots.push(format!("{}: {name} imports {}", folder.join("/"), to.join(", ")));
            }
        }
        knots
    }
}

/// The paths of a file, without those of its tests, and the names of modules only tests have.
fn outside_of_tests(words: &[String]) -> (Vec<Written>, Vec<String>) {
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    let (mut written, mut tests, mut at) = (Vec::new(), Vec::new(), 0);
    let mut is_test = false;
    while at < words.len() {
        match word(at) {
            "cfg" if word(at + 1) == "(" => {
                let close = (at..words.len()).find(|&end| word(end) == "]").unwrap_or(at);
                is_test = words[at..close].iter().any(|word| word == "test");
                at = close;
            }
            "mod" if is_test && word(at + 2) == "{" => {
                let mut depth = 0_usize;
                at += 2;
                while at < words.len() {
                    match word(at) {
                        "{" => depth += 1,
                        "}" => depth -= 1,
                        _ => {}
                    }
                    if depth == 0 {
                        break;
                    }
                    at += 1;
                }
                is_test = false;
            }
            "mod" if is_test && word(at + 2) == ";" => tests.push(word(at + 1).to_owned()),
            "use" if word(at + 1) != "<" => {
                let (found, end) = paths(words, at + 1);
                if !is_test {
                    written.extend(found);
                }
                at = end - 1;
            }
            "crate" | "super" | "self" if word(at + 1) == "::" => {
                let (found, end) = paths(words, at);
                if !is_test {
                    written.extend(found);
                }
                at = end - 1;
            }
            ";" | "}" => is_test = false,
            _ => {}
        }
        at += 1;
    }
    (written, tests)
}

#[test]
fn imports_run_down_inside_of_a_room_too() {
    let house = House::new(&files());
    let wrong: Vec<String> = ROOMS.iter().flat_map(|(room, ..)| house.knots(room)).collect();
    none(&wrong);
}

#[test]
fn a_knot_inside_of_a_room_is_found() {
    let knots = |files: &[(&str, &str)]| {
        let files: Vec<File> = files.iter().map(|(path, text)| planted(path, text)).collect();
        House::new(&files).knots("app").len()
    };
    // A file and its folder are one, and so are the modules in it with what is above them.
    assert_eq!(knots(&[("app.rs", "mod a; use self::a::A;"), ("app/a.rs", "use super::App;")]), 0);
    let down = "use super::b::B;";
    assert_eq!(knots(&[("app.rs", ""), ("app/a.rs", down), ("app/b.rs", "")]), 0);
    let up = [
        "use super::a::A;",
        "use super::{x::X, a::{A, B}};",
        "fn f() { super::a::f(); }",
        "use crate::app::a;",
        "use crate::app::A;",
    ];
    for text in up {
        let house = [("app.rs", "mod a; pub use a::A;"), ("app/a.rs", down), ("app/b.rs", text)];
        assert_eq!(knots(&house), 2, "{text}");
        let text = text.replace("super", "super::super");
        let deep = [house[0], house[1], ("app/b.rs", "mod c;"), ("app/b/c.rs", &text)];
        assert_eq!(knots(&deep), 2, "{text}");
    }
    // Three in a circle, and one that only stands on them.
    let circle = [
        ("app/a.rs", down),
        ("app/b.rs", "use super::c::C;"),
        ("app/c.rs", "use super::a::A;"),
        ("app/d.rs", down),
    ];
    assert_eq!(knots(&circle), 3);
    // Tests may import as they like.
    for text in
        ["#[cfg(test)]\nmod tests { use super::super::a::A; }", "#[cfg(test)] use super::a::A;"]
    {
        assert_eq!(knots(&[("app/a.rs", down), ("app/b.rs", text)]), 0, "{text}");
    }
    let tests = [
        ("app/a.rs", down),
        ("app/b.rs", "#[cfg(test)]\nmod tests;"),
        ("app/b/tests.rs", "use super::super::a::A;"),
    ];
    assert_eq!(knots(&tests), 0);
}
