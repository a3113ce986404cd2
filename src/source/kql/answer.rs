//! What an engine answers: columns and rows, and whether they are all.
//! Never changes a value: a row becomes a line of JSON with the names of its columns.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::http::refused::Said;
use crate::time::Timestamp;

/// A column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type as Kusto calls it: `string`, `datetime`, `long`, `dynamic` …; empty where that was not said.
    pub kind: String,
}

/// An answer as it came.
#[derive(Default, Debug)]
pub struct Answer<'b> {
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, each with a value for every column.
    pub rows: Vec<Vec<&'b RawValue>>,
    /// Why these are not all; `None`: they are.
    pub partial: Option<String>,
}

/// Rows as they are read, one on each line.
#[derive(Default, Debug)]
pub struct Rows {
    /// The rows as JSON, one on each line, without what is empty.
    pub lines: Vec<u8>,
    /// How many.
    pub count: u64,
    /// Why these are not all; `None`: they are.
    pub partial: Option<String>,
}

/// Rows as values under their columns.
#[derive(Default, Debug)]
pub struct Cells {
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<Vec<Value>>,
    /// Why these are not all; `None`: they are.
    pub partial: Option<String>,
}

/// How many rows there are in hours that have any.
#[derive(Default, Debug)]
pub struct Counts {
    /// When an hour begins, and how many rows it has.
    pub hours: Vec<(Timestamp, u64)>,
    /// Are some missing?
    pub is_partial: bool,
}

impl<'b> Answer<'b> {
    /// An answer of these rows. Fails where one has more or fewer values than there are columns.
    pub fn new(columns: Vec<Column>, rows: Vec<Vec<&'b RawValue>>) -> Result<Self, String> {
        match rows.iter().find(|row| row.len() != columns.len()) {
            Some(row) => Err(format!(
                "the answer is broken: a row of {} values under {} columns",
                row.len(),
                columns.len()
            )),
            None => Ok(Self { columns, rows, partial: None }),
        }
    }

    /// The rows as lines.
    pub fn into_rows(self) -> Rows {
        let Self { columns, rows, partial } = self;
        let keys: Vec<String> =
            columns.iter().map(|column| Value::from(&*column.name).to_string() + ":").collect();
        let mut lines = Vec::new();
        for row in &rows {
            let mut separator = b'{';
            for (key, value) in keys.iter().zip(row) {
                let value = value.get();
                if matches!(value, "null" | "\"\"") {
                    continue;
                }
                lines.push(separator);
                lines.extend_from_slice(key.as_bytes());
                // A value may be written over several lines; what is between its parts means nothing.
                lines.extend(value.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')));
                separator = b',';
            }
            if separator == b'{' {
                lines.push(b'{');
            }
            lines.extend_from_slice(b"}\n");
        }
        Rows { lines, count: rows.len() as u64, partial }
    }
}

/// The rows of an answer as values. Fails where one is not JSON.
pub fn cells(answer: Answer<'_>) -> Result<Cells, String> {
    let Answer { columns, rows, partial } = answer;
    let cell = |cell: &RawValue| serde_json::from_str(cell.get());
    let row = |row: Vec<&RawValue>| row.into_iter().map(cell).collect::<Result<Vec<_>, _>>();
    let rows: Result<Vec<_>, _> = rows.into_iter().map(row).collect();
    let rows = rows.map_err(|error| format!("the answer is broken: {error}"))?;
    Ok(Cells { columns, rows, partial })
}

/// The counts of an answer that counts rows (`Rows`) by the hour (`Hour`). Fails where it has none.
pub fn counts(answer: Answer<'_>) -> Result<Counts, String> {
    let Cells { columns, rows, partial } = cells(answer)?;
    let at = |name: &str| columns.iter().position(|column| column.name == name);
    let places = at("Hour").zip(at("Rows"));
    let hour = |row: &Vec<Value>| {
        let (hour, count) = places?;
        let hour = Timestamp::parse(row.get(hour)?.as_str()?)?;
        let count = row.get(count)?;
        // Long integers may come as texts.
        let count = count.as_u64().or_else(|| count.as_str()?.parse().ok())?;
        Some((hour, count))
    };
    let hours: Option<Vec<_>> = rows.iter().map(hour).collect();
    let hours = hours.ok_or_else(|| "the answer is broken: no count by the hour".to_owned())?;
    Ok(Counts { hours, is_partial: partial.is_some() })
}

/// An error, with those inside of it: the innermost one says most.
#[derive(Deserialize, Default, Debug)]
pub struct ErrorBody {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
    /// What Kusto says in particular, where `message` is only what kind of error it is.
    #[serde(default, rename = "@message")]
    particular: String,
    #[serde(default, alias = "innerError")]
    innererror: Option<Box<Self>>,
    #[serde(default)]
    details: Vec<Self>,
}

impl ErrorBody {
    /// What it says in all: `BadArgumentError/SemanticError: … 'X' could not be found`.
    pub fn said(self) -> (String, String) {
        let Self { mut code, message, particular, innererror, mut details } = self;
        let message = if particular.is_empty() { message } else { particular };
        details.truncate(1);
        let inner = innererror.map(|inner| *inner).or(details.pop());
        let Some((inner_code, inner_message)) = inner.map(Self::said) else {
            return (code, message);
        };
        if !inner_code.is_empty() && inner_code != code {
            code = [code, inner_code].join("/");
        }
        let message = match message.contains(&*inner_message) {
            true => message,
            false => [message, inner_message].join(" ").trim().to_owned(),
        };
        (code, message)
    }

    /// The same in one text.
    pub fn words(self) -> String {
        let (code, message) = self.said();
        format!("{code}: {message}")
    }
}

/// What an answer that refuses says.
pub fn said(body: &[u8]) -> Option<Said> {
    #[derive(Deserialize)]
    struct Refusal {
        error: ErrorBody,
        #[serde(default, rename = "correlationId")]
        correlation: String,
    }
    let Refusal { error, correlation } = serde_json::from_slice(body).ok()?;
    let (code, message) = error.said();
    Some(Said { code, message, request_id: correlation })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(names: &[&str]) -> Vec<Column> {
        let column = |name: &&str| Column { name: (*name).to_owned(), kind: String::new() };
        names.iter().map(column).collect()
    }

    #[test]
    fn a_row_becomes_a_line_with_every_value_as_it_came() {
        let rows: Vec<Vec<&RawValue>> = serde_json::from_str(
            "[[\"a\\u0041\",\"{\\\"x\\\":1}\",\"\"],[1.50,{\"y\":\n            [2]},null],[null,null,null]]",
        )
        .expect("rows");
        let rows =
            Answer::new(columns(&["Id", "Da\"ta", "Empty"]), rows).expect("rows").into_rows();
        assert_eq!(
            String::from_utf8(rows.lines).expect("text"),
            "{\"Id\":\"a\\u0041\",\"Da\\\"ta\":\"{\\\"x\\\":1}\"}\n\
             {\"Id\":1.50,\"Da\\\"ta\":{\"y\":            [2]}}\n{}\n"
        );
        assert_eq!((rows.count, rows.partial), (3, None));
    }

    #[test]
    fn counts_are_read_in_either_order_and_as_texts_too() {
        let counted = |names: &[&str], rows: &str| {
            let rows: Vec<Vec<&RawValue>> = serde_json::from_str(rows).expect("rows");
            let answer = Answer::new(columns(names), rows)?;
            super::counts(answer).map(|counts| counts.hours)
        };
        let hours = vec![(Timestamp::parse("2026-11-01T08:00:00Z").expect("a time"), 7)];
        let found = counted(&["Hour", "Rows"], r#"[["2026-11-01T08:00:00Z",7]]"#);
        assert_eq!(found.as_ref(), Ok(&hours));
        let found = counted(&["Rows", "Hour"], r#"[["7","2026-11-01T08:00:00Z"]]"#);
        assert_eq!(found.as_ref(), Ok(&hours));
        assert_eq!(counted(&["Hour", "Rows"], "[]"), Ok(Vec::new()));
        for (names, rows) in [
            (&["Hour", "Rows"][..], r#"[["x","y"]]"#),
            (&["a", "b"], r#"[["2026-11-01T08:00:00Z",7]]"#),
            (&["Hour"], r#"[["2026-11-01T08:00:00Z",7]]"#),
        ] {
            assert!(counted(names, rows).is_err(), "{rows}");
        }
    }

    #[test]
    fn the_innermost_error_is_told_too() {
        let body = br#"{"error":{"message":"The request had some invalid properties","code":"BadArgumentError",
            "correlationId":"6f0c","innererror":{"code":"SemanticError","message":"A semantic error occurred.",
            "innererror":{"code":"SEM0100","message":"'where' operator: Failed to resolve table 'AuditLogs'"}}}}"#;
        let said = said(body).expect("an error");
        assert_eq!(said.code, "BadArgumentError/SemanticError/SEM0100");
        assert!(said.message.ends_with("Failed to resolve table 'AuditLogs'"), "{}", said.message);
    }
}
