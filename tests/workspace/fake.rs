//! A workspace on this computer: tables of rows, asked in KQL over HTTP, with the limits and faults of the real one.
//! Never knows what its answers are for.
//!
//! Answers: Azure Monitor Logs query API, "Response format" and "Errors".
#![allow(clippy::panic, reason = "what is not asked as it should be ends the test")]
#![expect(clippy::disallowed_methods, reason = "a server of this test")]

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use entrail::time::Timestamp;
use serde_json::{Value, json};

use super::frames;
use super::kql::{Query, type_of};

/// A table.
#[derive(Clone, Default)]
pub struct Table {
    pub columns: Vec<&'static str>,
    pub rows: Vec<Value>,
    /// Is its plan Basic, so that it is only searched?
    pub is_basic: bool,
}

/// What goes wrong with one answer.
#[derive(Clone, Debug)]
pub enum Fault {
    /// This status, and an error of that code.
    Status(u16, &'static str),
    /// The answer ends at this share of it, in percent.
    Cut(usize),
    /// The answer ends at this byte.
    CutAt(usize),
    /// A status of success, and nothing.
    Empty,
    /// Rows are left out, and it is said.
    Partial,
    /// Rows are left out, and nothing is said.
    Silent,
}

/// What it is at a time.
#[derive(Default)]
pub struct State {
    pub tables: BTreeMap<&'static str, Table>,
    /// Most rows of an answer; more of them are a part, and it is said.
    pub most_rows: Option<usize>,
    /// What goes wrong with the next answers.
    pub faults: VecDeque<Option<Fault>>,
    /// Lists that are had by `GET`, by their path.
    pub lists: BTreeMap<String, (u16, Value)>,
    /// What was asked: the path, and the query.
    pub asked: Vec<(String, String)>,
    /// Tokens that came.
    pub tokens: Vec<String>,
    /// A real engine that evaluates queries in place of the interpreter.
    pub engine: Option<super::engine::Engine>,
}

/// The workspace and where it is.
pub struct Fake {
    pub base: String,
    state: Arc<Mutex<State>>,
}

impl Fake {
    pub fn new(tables: BTreeMap<&'static str, Table>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(Mutex::new(State { tables, ..State::default() }));
        let served = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                serve(&mut stream.expect("a connection"), &served);
            }
        });
        Self { base, state }
    }

    pub fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock().expect("the state"))
    }

    /// The queries that were asked since this was asked last.
    pub fn asked(&self) -> Vec<(String, String)> {
        self.with(|state| std::mem::take(&mut state.asked))
    }
}

fn serve(stream: &mut TcpStream, state: &Mutex<State>) {
    let Some((path, headers, body)) = read(stream) else { return };
    let mut state = state.lock().expect("the state");
    if body.is_empty() {
        let (status, list) = state.lists.get(&path).expect("a list that is there");
        return send(stream, *status, &list.to_string(), list.to_string().as_bytes());
    }
    assert!(headers.get("content-type").is_some_and(|kind| kind.starts_with("application/json")));
    state.tokens.extend(headers.get("authorization").cloned());
    let asked: Value = serde_json::from_str(&body).expect("JSON");
    let of_kusto = frames::asked(&asked);
    assert_eq!(of_kusto.is_some(), path.ends_with("/v2/rest/query"), "{path}");
    if of_kusto.is_none() {
        assert!(headers.get("prefer").is_some_and(|prefer| prefer == "response-v1=true, wait=280"));
    }
    let is_of_kusto = of_kusto.is_some();
    let whole = || asked["query"].as_str().map(|text| (text.to_owned(), None));
    let (text, kind) = of_kusto.or_else(whole).expect("a query");
    let every = ("1900-01-01", "2900-01-01");
    let span = asked["timespan"].as_str().map(|span| span.split_once('/').expect("a span"));
    let span = span
        .or(is_of_kusto.then_some(every))
        .and_then(|(start, end)| Some((Timestamp::parse(start)?, Timestamp::parse(end)?)));
    state.asked.push((path.clone(), text.clone()));
    if let Some(file) = std::env::var_os("ENTRAIL_KQL_ASKED") {
        // Each at once: whoever checks them needs whole ones.
        let mut file =
            std::fs::File::options().append(true).create(true).open(file).expect("a file");
        file.write_all(format!("{text}\n---\n").as_bytes()).expect("written");
    }
    let fault = state.faults.pop_front().flatten();
    let (status, answer) = match &fault {
        Some(Fault::Status(status, code)) => (*status, error(code, "it went wrong")),
        _ => answer(&mut state, &path, &text, span.expect("a span of time"), fault.as_ref()),
    };
    let is_fragmented = state.tokens.len().is_multiple_of(2);
    drop(state);
    let answer = match (kind, is_of_kusto && status == 200) {
        (_, false) => answer,
        (None, true) => frames::frames(&answer, is_fragmented),
        (Some(kind), true) => frames::frames(&frames::called(answer, &kind), is_fragmented),
    };
    let text = if answer.is_null() { String::new() } else { answer.to_string() };
    let whole = text.len();
    let sent = match fault {
        Some(Fault::CutAt(byte)) => &text.as_bytes()[..byte.min(whole)],
        Some(Fault::Cut(percent)) => &text.as_bytes()[..whole * percent / 100],
        Some(Fault::Empty) => &[][..],
        _ => text.as_bytes(),
    };
    send(stream, status, if matches!(fault, Some(Fault::Empty)) { "" } else { &text }, sent);
}

/// Sends an answer, or only a part of it.
fn send(stream: &mut TcpStream, status: u16, whole: &str, sent: &[u8]) {
    let length = whole.len();
    let head = format!(
        "HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n"
    );
    // Whoever asked may have gone.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(sent));
}

fn read(stream: &mut TcpStream) -> Option<(String, BTreeMap<String, String>, String)> {
    let mut reader = BufReader::new(stream);
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        Some(line.trim_end().to_owned())
    };
    let first = line()?;
    let mut headers = BTreeMap::new();
    while let Some((name, value)) = line()?.split_once(": ") {
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let len = headers.get("content-length").map_or(0, |len| len.parse().expect("a length"));
    let mut body = vec![0; len];
    reader.read_exact(&mut body).ok()?;
    let path = first.split(' ').nth(1)?.to_owned();
    Some((path, headers, String::from_utf8(body).ok()?))
}

fn error(code: &str, message: &str) -> Value {
    json!({"error": {"message": "The request had some invalid properties", "code": "BadArgumentError",
        "correlationId": "6f0c", "innererror": {"code": code, "message": message}}})
}

fn answer(
    state: &mut State,
    path: &str,
    text: &str,
    span: (Timestamp, Timestamp),
    fault: Option<&Fault>,
) -> (u16, Value) {
    let query = Query::parse(text);
    let Some(table) = state.tables.get(query.table.as_str()).cloned() else {
        let message =
            format!("Failed to resolve table or column expression named '{}'", query.table);
        return (400, error("SemanticError", &message));
    };
    let searches = path.split('?').next().is_some_and(|path| path.ends_with("/search"));
    if searches != table.is_basic {
        return (400, error("InvalidTablePlan", "the plan of the table is another one"));
    }
    let has = |name: &String| table.columns.contains(&name.as_str()) || query.added.contains(name);
    if let Some(name) = query.columns().iter().find(|name| !has(name)) {
        let message = format!("Failed to resolve scalar expression named '{name}'");
        return (400, error("SemanticError", &message));
    }
    let made =
        |row: &Value| row["TimeGenerated"].as_str().and_then(Timestamp::parse).expect("a time");
    let is_made = |row: &&Value| span.0 <= made(row) && made(row) < span.1;
    if let Some(engine) = &mut state.engine {
        let rows = table.rows.iter().filter(is_made).collect();
        let (names, rows) = engine.answer(&query.table, &table.columns, rows, text);
        return (200, answered_with(&names, &rows, false));
    }
    let is_in = |row: &&Value| is_made(row) && query.matches(row);
    let mut rows: Vec<&Value> = table.rows.iter().filter(is_in).collect();
    let mut partial = matches!(fault, Some(Fault::Partial));
    if partial || matches!(fault, Some(Fault::Silent)) {
        rows.truncate(rows.len() / 2);
    }
    // A summary is far from any limit.
    if let Some((names, rows)) = query.summarized(&rows) {
        return (200, answered_with(&names, &rows, partial));
    }
    if state.most_rows.is_some_and(|most| rows.len() > most) {
        rows.truncate(state.most_rows.unwrap_or_default());
        partial = true;
    }
    rows.truncate(query.most.unwrap_or(usize::MAX));
    let mut names: Vec<&str> = table.columns.clone();
    names.extend(query.added.iter().map(String::as_str));
    names.retain(|name| !query.taken.iter().any(|taken| taken == name) && *name != "_Arrived");
    // Nested values come as texts.
    let cell = |value: &Value| match value {
        Value::Object(_) | Value::Array(_) => Value::String(value.to_string()),
        other => other.clone(),
    };
    let row = |row: &&Value| names.iter().map(|name| cell(&row[*name])).collect::<Vec<Value>>();
    let rows: Vec<Vec<Value>> = rows.iter().map(row).collect();
    (200, answered_with(&names, &rows, partial))
}

fn answered_with(names: &[impl AsRef<str>], rows: &[Vec<Value>], partial: bool) -> Value {
    let column = |name: &str| json!({"name": name, "type": type_of(name)});
    let columns: Vec<Value> = names.iter().map(|name| column(name.as_ref())).collect();
    let mut answer =
        json!({"tables": [{"name": "PrimaryResult", "columns": columns, "rows": rows}]});
    if partial {
        answer["error"] = json!({"code": "PartialError", "message": "There were some errors",
            "details": [{"code": "EngineError", "message": "the result is too large"}]});
    }
    answer
}
