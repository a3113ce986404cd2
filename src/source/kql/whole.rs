//! An answer in one piece, as a workspace gives it and Kusto to what manages it.
//! Never says that a part is the whole.
//!
//! Sources: Log Analytics query API, "Response format": `{"tables":[{"name":"PrimaryResult","columns":
//! [{"name":…,"type":…}],"rows":[[…]]}]}`, in part where there is an `error` beside it. Kusto, "Query and
//! management HTTP response": the same with `Tables`, `Columns`, `ColumnName`, `Rows`, where a row may be
//! `{"Exceptions":[…]}`; Azure Resource Manager answers so too where it is not asked otherwise.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::answer::{Answer, Column, ErrorBody};

#[derive(Deserialize)]
struct Whole<'a> {
    #[serde(borrow, default, alias = "Tables")]
    tables: Vec<Table<'a>>,
    error: Option<ErrorBody>,
}

#[derive(Deserialize)]
struct Table<'a> {
    #[serde(alias = "Columns")]
    columns: Vec<Named>,
    #[serde(borrow, alias = "Rows")]
    rows: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Named {
    #[serde(alias = "ColumnName")]
    name: String,
    #[serde(default, rename = "type", alias = "ColumnType")]
    kind: String,
}

#[derive(Deserialize)]
struct Exceptions {
    #[serde(default, rename = "Exceptions")]
    exceptions: Vec<String>,
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
    let (mut whole, mut partial) = (Vec::with_capacity(rows.len()), partial);
    for row in rows {
        match serde_json::from_str(row.get()) {
            Ok(row) => whole.push(row),
            Err(error) => match serde_json::from_str(row.get()) {
                Ok(Exceptions { exceptions }) if row.get().starts_with('{') => {
                    partial.get_or_insert(exceptions.join(" "));
                }
                _ => return Err(format!("the answer is broken: {error}")),
            },
        }
    }
    let columns = columns.into_iter().map(|Named { name, kind }| Column { name, kind }).collect();
    Ok(Answer { partial, ..Answer::new(columns, whole)? })
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
    fn the_older_shape_of_an_answer_is_read_too() {
        let body = br#"{"Tables":[{"TableName":"Table_0","Columns":[{"ColumnName":"Id","DataType":"String",
            "ColumnType":"string"}],"Rows":[["a"]]}]}"#;
        let answer = read(body).expect("an answer");
        assert_eq!(answer.columns, [Column { name: "Id".to_owned(), kind: "string".to_owned() }]);
        assert_eq!((answer.rows.len(), answer.partial), (1, None));
        let body = br#"{"Tables":[{"Columns":[{"ColumnName":"Id"}],"Rows":[["a"],{"Exceptions":["it ended"]}]}]}"#;
        let answer = read(body).expect("an answer");
        assert_eq!((answer.rows.len(), answer.partial.as_deref()), (1, Some("it ended")));
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
