//! What Kusto answers to a query: frames, of which one table is the result, and whether it is all.
//! Never takes a table that was cut, replaced or ended with errors for a whole one.
//!
//! Source: Kusto, "Query V2 HTTP response": frames `DataSetHeader`, `DataTable`, `TableHeader`,
//! `TableFragment` (`DataAppend`, `DataReplace`), `TableProgress`, `TableCompletion`, `DataSetCompletion`;
//! errors after the beginning are in `OneApiErrors`, as a row too.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::http::unanswered::Unanswered;
use crate::source::kql::answer::{Answer, Column, ErrorBody};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Frame<'a> {
    #[serde(rename = "FrameType")]
    kind: String,
    table_id: Option<i64>,
    #[serde(default)]
    table_kind: String,
    #[serde(default)]
    columns: Vec<Named>,
    #[serde(borrow, default)]
    rows: Option<Vec<&'a RawValue>>,
    #[serde(default)]
    table_fragment_type: String,
    row_count: Option<u64>,
    #[serde(default)]
    has_errors: bool,
    #[serde(default)]
    cancelled: bool,
    one_api_errors: Option<Vec<OneApiError>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    column_name: String,
    #[serde(default)]
    column_type: String,
}

#[derive(Deserialize)]
struct OneApiError {
    error: ErrorBody,
}

/// A row that is an error.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wrong {
    one_api_errors: Vec<OneApiError>,
}

/// What was read so far.
#[derive(Default)]
struct Reading<'a> {
    table: Option<i64>,
    columns: Vec<Column>,
    rows: Vec<Vec<&'a RawValue>>,
    has_result: bool,
    is_over: bool,
    errors: Vec<String>,
}

/// A query that was refused because too many are answered: the same one is asked again later.
const THROTTLED: &str = "E_QUERY_THROTTLED";

/// Reads an answer. Fails with what is wrong where it is none, or says that it is to be asked later.
pub(super) fn read(body: &[u8]) -> Result<Answer<'_>, Unanswered> {
    let broken = |why: String| Unanswered::Broken(format!("the answer is broken: {why}"));
    let frames: Vec<Frame<'_>> =
        serde_json::from_slice(body).map_err(|error| broken(error.to_string()))?;
    let mut reading = Reading::default();
    for frame in frames {
        reading.frame(frame).map_err(broken)?;
    }
    let Reading { columns, rows, has_result, is_over, errors, .. } = reading;
    if !is_over {
        return Err(broken("it has no end".to_owned()));
    }
    if errors.iter().any(|error| error.contains(THROTTLED)) {
        return Err(Unanswered::Throttled(None));
    }
    if !has_result && errors.is_empty() {
        return Err(broken("it has no result".to_owned()));
    }
    let partial = (!errors.is_empty()).then(|| errors.join("; "));
    Ok(Answer { partial, ..Answer::new(columns, rows).map_err(Unanswered::Broken)? })
}

impl<'a> Reading<'a> {
    fn frame(&mut self, frame: Frame<'a>) -> Result<(), String> {
        let errors = frame.one_api_errors.unwrap_or_default();
        self.errors.extend(errors.into_iter().map(|one| one.error.words()));
        let is_result = frame.table_kind == "PrimaryResult";
        let is_of_result = self.has_result && frame.table_id == self.table;
        match frame.kind.as_str() {
            "DataTable" | "TableHeader" if is_result && !self.has_result => {
                (self.has_result, self.table) = (true, frame.table_id);
                let column =
                    |named: Named| Column { name: named.column_name, kind: named.column_type };
                self.columns = frame.columns.into_iter().map(column).collect();
                self.add(frame.rows)
            }
            "DataTable" | "TableHeader" if is_result => Err("it has two results".to_owned()),
            "TableFragment" if is_of_result => {
                match frame.table_fragment_type.as_str() {
                    "DataAppend" => {}
                    "DataReplace" => self.rows.clear(),
                    other => return Err(format!("a fragment of the kind {other}")),
                }
                self.add(frame.rows)
            }
            "TableCompletion" if is_of_result => match frame.row_count {
                Some(count) if count != self.rows.len() as u64 && self.errors.is_empty() => {
                    Err(format!("{} rows of {count}", self.rows.len()))
                }
                _ => Ok(()),
            },
            "DataSetCompletion" => {
                self.is_over = true;
                if (frame.has_errors || frame.cancelled) && self.errors.is_empty() {
                    let what = if frame.cancelled { "it was cancelled" } else { "it had errors" };
                    self.errors.push(what.to_owned());
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn add(&mut self, rows: Option<Vec<&'a RawValue>>) -> Result<(), String> {
        for row in rows.unwrap_or_default() {
            if row.get().starts_with('{') {
                let wrong: Wrong =
                    serde_json::from_str(row.get()).map_err(|error| error.to_string())?;
                self.errors.extend(wrong.one_api_errors.into_iter().map(|one| one.error.words()));
                continue;
            }
            self.rows.push(serde_json::from_str(row.get()).map_err(|error| error.to_string())?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = r#"{"FrameType":"DataSetHeader","IsProgressive":false,"Version":"v2.0"}"#;
    const PROPERTIES: &str = r#"{"FrameType":"DataTable","TableId":0,"TableKind":"QueryProperties",
        "TableName":"@ExtendedProperties","Columns":[{"ColumnName":"Key","ColumnType":"string"}],"Rows":[["x"]]}"#;
    const END: &str = r#"{"FrameType":"DataSetCompletion","HasErrors":false,"Cancelled":false}"#;

    fn told(frames: &[&str]) -> Result<(Vec<String>, usize, Option<String>), Unanswered> {
        let body = format!("[{}]", frames.join(","));
        let answer = read(body.as_bytes())?;
        let columns = answer.columns.iter().map(|c| format!("{}:{}", c.name, c.kind)).collect();
        Ok((columns, answer.rows.len(), answer.partial))
    }

    fn table(rows: &str) -> String {
        format!(
            r#"{{"FrameType":"DataTable","TableId":1,"TableKind":"PrimaryResult","TableName":"PrimaryResult",
            "Columns":[{{"ColumnName":"Id","ColumnType":"string"}}],"Rows":[{rows}]}}"#
        )
    }

    const PARTIAL: &str = r#"{"OneApiErrors":[{"error":{"code":"LimitsExceeded","message":"Request is invalid",
        "@message":"Query result set has exceeded the internal record count limit 500000 (E_QUERY_RESULT_SET_TOO_LARGE)."}}]}"#;

    #[test]
    fn the_result_is_read_of_one_frame_or_of_many() {
        let columns = vec!["Id:string".to_owned()];
        let one = table(r#"["a"],["b"]"#);
        assert_eq!(told(&[HEADER, PROPERTIES, &one, END]), Ok((columns.clone(), 2, None)));
        let head = r#"{"FrameType":"TableHeader","TableId":1,"TableKind":"PrimaryResult","TableName":"x",
            "Columns":[{"ColumnName":"Id","ColumnType":"string"}]}"#;
        let fragment = |kind: &str, rows: &str| {
            format!(
                r#"{{"FrameType":"TableFragment","TableId":1,"FieldCount":1,"TableFragmentType":"{kind}","Rows":[{rows}]}}"#
            )
        };
        let progress = r#"{"FrameType":"TableProgress","TableId":1,"TableProgress":50}"#;
        let (a, b) =
            (fragment("DataAppend", r#"["a"]"#), fragment("DataReplace", r#"["b"],["c"]"#));
        let done = |count: u64| {
            format!(r#"{{"FrameType":"TableCompletion","TableId":1,"RowCount":{count}}}"#)
        };
        let frames = [HEADER, head, &a, progress, &b, &a, &done(3), END];
        assert_eq!(told(&frames), Ok((columns, 3, None)));
        // Fewer than there were, a kind nobody knows, and another result.
        assert!(told(&[HEADER, head, &a, &done(2), END]).is_err());
        assert!(told(&[HEADER, head, &fragment("DataShuffle", ""), END]).is_err());
        assert!(told(&[HEADER, &one, &one, END]).is_err());
    }

    #[test]
    fn a_part_is_told_wherever_it_says_so() {
        let inside = table(&format!(r#"["a"],{PARTIAL}"#));
        let whole = table(r#"["a"]"#);
        let errors = PARTIAL.trim_start_matches('{').trim_end_matches('}');
        let behind = format!(
            r#"{{"FrameType":"DataSetCompletion","HasErrors":true,"Cancelled":false,{errors}}}"#
        );
        let silent = END.replace("\"HasErrors\":false", "\"HasErrors\":true");
        let cancelled = END.replace("\"Cancelled\":false", "\"Cancelled\":true");
        for (frames, words) in [
            (vec![HEADER, &inside, END], "E_QUERY_RESULT_SET_TOO_LARGE"),
            (vec![HEADER, &whole, &behind], "LimitsExceeded: Query result set"),
            (vec![HEADER, &whole, &silent], "it had errors"),
            (vec![HEADER, &whole, &cancelled], "it was cancelled"),
        ] {
            let (_, rows, partial) = told(&frames).expect("an answer");
            let partial = partial.expect(words);
            assert!(rows == 1 && partial.contains(words), "{partial}");
        }
        // Without a result there is still the reason.
        let (_, rows, partial) = told(&[HEADER, &behind]).expect("an answer");
        assert!(rows == 0 && partial.is_some());
        let throttled = behind.replace("E_QUERY_RESULT_SET_TOO_LARGE", "E_QUERY_THROTTLED");
        assert_eq!(told(&[HEADER, &throttled]), Err(Unanswered::Throttled(None)));
    }

    #[test]
    fn an_answer_that_is_cut_anywhere_is_broken() {
        let body = format!("[{HEADER},{PROPERTIES},{},{END}]", table(r#"["a"],["b"]"#));
        for end in 0..body.len() {
            assert!(read(&body.as_bytes()[..end]).is_err(), "{end}");
        }
        // Cut between frames, by something that closes what was opened.
        for frames in [&[HEADER][..], &[HEADER, PROPERTIES], &[HEADER, &table("")], &[]] {
            assert!(told(frames).is_err());
        }
        assert!(told(&[HEADER, PROPERTIES, END]).is_err());
        assert!(told(&[HEADER, &table(r#"["a","b"]"#), END]).is_err());
    }
}
