//! The answers of the fake workspace, as Kusto gives them: frames, and errors among them.
//! Never knows a row.
//!
//! Shapes: Kusto, "Query V2 HTTP response"; duckdb-kql's server answers in the same ones
//! (`tests/engines/duckdb-kql`).

use serde_json::{Value, json};

/// What was asked in Kusto's way, and what its rows are to be called; `None` where it was asked in another.
pub fn asked(body: &Value) -> Option<(String, Option<String>)> {
    let text = body["csl"].as_str()?;
    assert!(body["db"].as_str().is_some_and(|name| !name.is_empty()), "a database is named");
    // Columns are known by the name of a table of Log Analytics; here the same one has another.
    let text = &text.replacen("EntraAudit\n", "AuditLogs\n", 1);
    Some(match text.rsplit_once("\n| extend Type = ") {
        Some((text, kind)) => (text.to_owned(), Some(kind.trim_matches('"').to_owned())),
        None => (text.to_owned(), None),
    })
}

/// An answer whose rows are called that.
pub fn called(mut answer: Value, kind: &str) -> Value {
    let table = &mut answer["tables"][0];
    let columns = table["columns"].as_array_mut().expect("columns");
    let at = columns.iter().position(|column| column["name"] == "Type");
    if at.is_none() {
        columns.push(json!({"name": "Type", "type": "string"}));
    }
    for row in table["rows"].as_array_mut().expect("rows") {
        let row = row.as_array_mut().expect("a row");
        match at {
            Some(at) => row[at] = kind.into(),
            None => row.push(kind.into()),
        }
    }
    answer
}

/// An answer in frames; every other one in fragments.
pub fn frames(answer: &Value, is_fragmented: bool) -> Value {
    let table = &answer["tables"][0];
    let named =
        |column: &Value| json!({"ColumnName": column["name"], "ColumnType": column["type"]});
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let columns: Vec<Value> = list(&table["columns"]).iter().map(named).collect();
    let mut rows = list(&table["rows"]);
    let head =
        json!({"FrameType": "DataSetHeader", "IsProgressive": is_fragmented, "Version": "v2.0"});
    let properties = json!({"FrameType": "DataTable", "TableId": 0, "TableKind": "QueryProperties",
        "TableName": "@ExtendedProperties", "Columns": [{"ColumnName": "Key", "ColumnType": "string"}],
        "Rows": [["Visualization"]]});
    let error = &answer["error"];
    let wrong = json!([{"error": {"code": "LimitsExceeded", "message": "Request is invalid",
        "@message": "Query result set has exceeded the internal record count limit \
                     (E_QUERY_RESULT_SET_TOO_LARGE)"}}]);
    let mut end = json!({"FrameType": "DataSetCompletion", "HasErrors": !error.is_null(),
        "Cancelled": false});
    let mut all = vec![head, properties];
    let table = |kind: &str| {
        json!({"FrameType": kind, "TableId": 1, "TableKind": "PrimaryResult",
            "TableName": "PrimaryResult", "Columns": columns})
    };
    if is_fragmented {
        let half = rows.split_off(rows.len() / 2);
        let count = rows.len() + half.len();
        let fragment = |rows: Vec<Value>| {
            json!({"FrameType": "TableFragment", "TableId": 1, "FieldCount": columns.len(),
                "TableFragmentType": "DataAppend", "Rows": rows})
        };
        all.extend([table("TableHeader"), fragment(rows)]);
        all.push(json!({"FrameType": "TableProgress", "TableId": 1, "TableProgress": 50.0}));
        all.push(fragment(half));
        all.push(json!({"FrameType": "TableCompletion", "TableId": 1, "RowCount": count}));
        if !error.is_null() {
            end["OneApiErrors"] = wrong;
        }
    } else {
        if !error.is_null() {
            rows.push(json!({ "OneApiErrors": wrong }));
        }
        let mut table = table("DataTable");
        table["Rows"] = rows.into();
        all.push(table);
    }
    all.push(end);
    Value::Array(all)
}
