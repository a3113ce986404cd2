//! A real engine that executes KQL, where `ENTRAIL_DUCKDB_KQL` names a Python that has duckdb-kql.
//! Never knows what its answers are for. `tests/engines/README.md` says how to install it.

use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use super::kql::{Cells, type_of};

/// The engine, running.
pub struct Engine {
    process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Engine {
    /// The one that the environment names.
    pub fn named() -> Option<Self> {
        let python = env::var_os("ENTRAIL_DUCKDB_KQL")?;
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/engines/duckdb-kql/answer.py");
        let mut program = Command::new(python);
        program.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = program.spawn().expect("the engine starts");
        let (to, from) = (process.stdin.take(), process.stdout.take());
        let from = BufReader::new(from.expect("its answers"));
        Some(Self { process, to: to.expect("a way to it"), from })
    }

    /// What a query makes of the rows of a table.
    pub fn answer(
        &mut self,
        table: &str,
        columns: &[&str],
        rows: Vec<&Value>,
        query: &str,
    ) -> Cells {
        let cell = |row: &Value, name: &str| match (&row[name], type_of(name)) {
            (Value::Null, _) => Value::Null,
            // Nested values are written as what they are, texts among them.
            (value, "dynamic") => Value::String(value.to_string()),
            (Value::String(time), "datetime") if time.is_empty() => Value::Null,
            (Value::String(time), "datetime") => time.trim_end_matches('Z').into(),
            (value, _) => value.clone(),
        };
        let cells = |row: &Value| columns.iter().map(|name| cell(row, name)).collect::<Vec<_>>();
        let rows: Vec<Vec<Value>> = rows.into_iter().map(cells).collect();
        let columns: Vec<[&str; 2]> = columns.iter().map(|name| [*name, type_of(name)]).collect();
        let asked = json!({"table": table, "columns": columns, "rows": rows, "query": query});
        writeln!(self.to, "{asked}").expect("it listens");
        let mut line = String::new();
        self.from.read_line(&mut line).expect("it answers");
        let answered: Value = serde_json::from_str(&line).expect("JSON");
        assert!(answered["error"].is_null(), "{}\n{query}", answered["error"]);
        let list = |value: &Value| value.as_array().expect("a list").clone();
        let names: Vec<String> = list(&answered["columns"])
            .iter()
            .map(|name| name.as_str().expect("a name").to_owned())
            .collect();
        // A nested value that is a text comes as that text.
        let plain = |(name, value): (&String, Value)| {
            let nested = value.as_str().filter(|_| type_of(name) == "dynamic");
            match nested.map(serde_json::from_str) {
                Some(Ok(text @ Value::String(_))) => text,
                _ => value,
            }
        };
        let row = |row: &Value| names.iter().zip(list(row)).map(plain).collect::<Vec<Value>>();
        let rows = list(&answered["rows"]).iter().map(row).collect();
        (names, rows)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // It ends by itself where it is gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
