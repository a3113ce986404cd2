//! What a workspace answers: columns and rows, and whether they are all.
//! Never changes a value: a row becomes a line of JSON with the names of its columns.
//!
//! Source: Log Analytics query API, "Response format": `{"tables":[{"name":"PrimaryResult","columns":
//! [{"name":…,"type":…}],"rows":[[…]]}]}`, in part where there is an `error` beside it. An empty
//! workspace answers 204.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::http::refused::Said;

/// An answer.
#[derive(Default, Debug)]
pub struct Rows {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// The rows as JSON, one on each line, without what is empty.
    pub lines: Vec<u8>,
    /// How many.
    pub count: u64,
    /// Why these are not all; `None`: they are.
    pub partial: Option<String>,
}

#[derive(Deserialize)]
struct Whole<'a> {
    #[serde(borrow, default)]
    tables: Vec<Table<'a>>,
    error: Option<ErrorBody>,
}

#[derive(Deserialize)]
struct Table<'a> {
    columns: Vec<Column>,
    #[serde(borrow)]
    rows: Vec<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct Column {
    name: String,
}

/// An error, with those inside of it: the innermost one says most.
#[derive(Deserialize, Default, Debug)]
struct ErrorBody {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
    #[serde(default, alias = "innerError")]
    innererror: Option<Box<Self>>,
    #[serde(default)]
    details: Vec<Self>,
}

impl ErrorBody {
    /// What it says in all: `BadArgumentError/SemanticError: … 'X' could not be found`.
    fn said(self) -> (String, String) {
        let Self { mut code, message, innererror, mut details } = self;
        details.truncate(1);
        let inner = innererror.map(|inner| *inner).or(details.pop());
        let Some((inner_code, inner_message)) = inner.map(Self::said) else {
            return (code, message);
        };
        if !inner_code.is_empty() && inner_code != code {
            code = [code, inner_code].join("/");
        }
        let message = [message, inner_message].join(" ").trim().to_owned();
        (code, message)
    }
}

/// What an answer that refuses says.
pub(super) fn said(body: &[u8]) -> Option<Said> {
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

/// Reads an answer. Fails with what is wrong where it is none.
pub(super) fn read(body: &[u8]) -> Result<Rows, String> {
    if body.is_empty() {
        // 204: there is nothing in the workspace yet.
        return Ok(Rows::default());
    }
    let whole: Whole<'_> =
        serde_json::from_slice(body).map_err(|error| format!("the answer is broken: {error}"))?;
    let partial = whole.error.map(|error| {
        let (code, message) = error.said();
        format!("{code}: {message}")
    });
    let Some(Table { columns, rows }) = whole.tables.into_iter().next() else {
        return match partial {
            Some(partial) => Ok(Rows { partial: Some(partial), ..Rows::default() }),
            None => Err("the answer has no table".to_owned()),
        };
    };
    let columns: Vec<String> = columns.into_iter().map(|column| column.name).collect();
    let keys: Vec<String> = columns
        .iter()
        .map(|name| serde_json::Value::String(name.clone()).to_string() + ":")
        .collect();
    let mut lines = Vec::with_capacity(body.len());
    for row in &rows {
        if row.len() != keys.len() {
            return Err(format!(
                "the answer is broken: a row of {} values under {} columns",
                row.len(),
                keys.len()
            ));
        }
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
    Ok(Rows { columns, lines, count: rows.len() as u64, partial })
}

/// How many rows there are in hours that have any.
#[derive(Default, Debug)]
pub(super) struct Counts {
    /// When an hour begins, and how many rows it has.
    pub hours: Vec<(String, u64)>,
    /// Are some missing?
    pub is_partial: bool,
}

/// Reads an answer that counts. Fails with what is wrong where it is none.
pub(super) fn counts(body: &[u8]) -> Result<Counts, String> {
    #[derive(Deserialize)]
    struct Counted {
        #[serde(default)]
        tables: Vec<Hours>,
        error: Option<ErrorBody>,
    }
    #[derive(Deserialize)]
    struct Hours {
        columns: Vec<Column>,
        rows: Vec<(serde_json::Value, serde_json::Value)>,
    }
    if body.is_empty() {
        return Ok(Counts::default());
    }
    let Counted { tables, error } =
        serde_json::from_slice(body).map_err(|error| format!("the answer is broken: {error}"))?;
    let is_partial = error.is_some();
    let Some(Hours { columns, rows }) = tables.into_iter().next() else {
        return Ok(Counts { is_partial, ..Counts::default() });
    };
    let swapped = columns.first().is_some_and(|column| column.name == "Rows");
    let hour = |(first, second): (serde_json::Value, serde_json::Value)| {
        let (hour, count) = if swapped { (second, first) } else { (first, second) };
        let hour = hour.as_str().map(str::to_owned);
        // Long integers may come as texts.
        let count = count.as_u64().or_else(|| count.as_str()?.parse().ok());
        hour.zip(count).ok_or_else(|| "the answer is broken: no count by the hour".to_owned())
    };
    let hours: Result<Vec<_>, _> = rows.into_iter().map(hour).collect();
    Ok(Counts { hours: hours?, is_partial })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_becomes_a_line_with_every_value_as_it_came() {
        let body = br#"{"tables":[{"name":"PrimaryResult","columns":[{"name":"Id","type":"string"},
            {"name":"Da\"ta","type":"dynamic"},{"name":"Empty","type":"string"}],
            "rows":[["a\u0041","{\"x\":1}",""],[1.50,{"y":
            [2]},null],[null,null,null]]}]}"#;
        let rows = read(body).expect("an answer");
        assert_eq!(
            String::from_utf8(rows.lines).expect("text"),
            "{\"Id\":\"a\\u0041\",\"Da\\\"ta\":\"{\\\"x\\\":1}\"}\n\
             {\"Id\":1.50,\"Da\\\"ta\":{\"y\":            [2]}}\n{}\n"
        );
        assert_eq!((rows.count, rows.partial, rows.columns.len()), (3, None, 3));
    }

    #[test]
    fn an_answer_in_part_says_so() {
        let body = br#"{"tables":[{"name":"PrimaryResult","columns":[{"name":"Id"}],"rows":[["a"]]}],
            "error":{"code":"PartialError","message":"There were some errors",
            "details":[{"code":"EngineError","message":"Query result set has exceeded the limit"}]}}"#;
        let rows = read(body).expect("an answer");
        assert_eq!(rows.count, 1);
        let partial = rows.partial.expect("in part");
        assert_eq!(
            partial,
            "PartialError/EngineError: There were some errors Query result set has exceeded the limit"
        );
    }

    #[test]
    fn what_is_no_answer_is_told_and_nothing_is_made_of_it() {
        for (body, wrong) in [
            (&b"<html>"[..], "the answer is broken"),
            (b"{}", "no table"),
            (b"{\"tables\":[]}", "no table"),
            (br#"{"tables":[{"columns":[{"name":"a"}],"rows":[[1,2]]}]}"#, "a row of 2 values"),
            (br#"{"tables":[{"columns":[{"name":"a"}],"rows":[[1"#, "the answer is broken"),
        ] {
            let why = read(body).expect_err("no answer");
            assert!(why.contains(wrong), "{why}");
        }
        assert_eq!(read(b"").expect("an empty workspace").count, 0);
    }

    #[test]
    fn counts_are_read_in_either_order_and_as_texts_too() {
        let body = |columns: &str, rows: &str| {
            let body = format!("{{\"tables\":[{{\"columns\":[{columns}],\"rows\":[{rows}]}}]}}");
            counts(body.as_bytes()).map(|counts| counts.hours)
        };
        let hours = vec![("2026-11-01T08:00:00Z".to_owned(), 7)];
        let (hour, rows) = (r#"{"name":"Hour"}"#, r#"{"name":"Rows"}"#);
        let found = body(&format!("{hour},{rows}"), r#"["2026-11-01T08:00:00Z",7]"#);
        assert_eq!(found.as_ref(), Ok(&hours));
        let found = body(&format!("{rows},{hour}"), r#"["7","2026-11-01T08:00:00Z"]"#);
        assert_eq!(found.as_ref(), Ok(&hours));
        assert!(body("", r#"["x","y"]"#).is_err());
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
