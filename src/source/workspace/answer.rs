//! What a workspace answers, as any engine's answer.
//! Never says that a part is the whole.
//!
//! Source: Log Analytics query API, "Response format": `{"tables":[{"name":"PrimaryResult","columns":
//! [{"name":…,"type":…}],"rows":[[…]]}]}`, in part where there is an `error` beside it. An empty
//! workspace answers 204.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::source::kql::answer::{Answer, Column, ErrorBody};

#[derive(Deserialize)]
struct Whole<'a> {
    #[serde(borrow, default)]
    tables: Vec<Table<'a>>,
    error: Option<ErrorBody>,
}

#[derive(Deserialize)]
struct Table<'a> {
    columns: Vec<Named>,
    #[serde(borrow)]
    rows: Vec<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
    #[serde(default, rename = "type")]
    kind: String,
}

/// Reads an answer. Fails with what is wrong where it is none.
pub fn read(body: &[u8]) -> Result<Answer<'_>, String> {
    let whole: Whole<'_> =
        serde_json::from_slice(body).map_err(|error| format!("the answer is broken: {error}"))?;
    let partial = whole.error.map(ErrorBody::words);
    let Some(Table { columns, rows }) = whole.tables.into_iter().next() else {
        return match partial {
            None => Err("the answer has no table".to_owned()),
            partial => Ok(Answer { partial, ..Answer::default() }),
        };
    };
    let columns = columns.into_iter().map(|Named { name, kind }| Column { name, kind }).collect();
    Ok(Answer { partial, ..Answer::new(columns, rows)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_in_part_says_so() {
        let body = br#"{"tables":[{"name":"PrimaryResult","columns":[{"name":"Id","type":"string"}],
            "rows":[["a"]]}],
            "error":{"code":"PartialError","message":"There were some errors",
            "details":[{"code":"EngineError","message":"Query result set has exceeded the limit"}]}}"#;
        let answer = read(body).expect("an answer");
        assert_eq!(answer.columns, [Column { name: "Id".to_owned(), kind: "string".to_owned() }]);
        let partial = answer.partial.expect("in part");
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
    }
}
