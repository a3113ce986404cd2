//! Rows of tables: of several tables in one answer, of tables that only look like Entra's, of renamed columns.
//! Never depends on the order in which columns or properties stand.

use entrail::record::Kind;

use super::{Loaded, load, text};

/// Rows of three tables, as `union AuditLogs, SigninLogs, AzureDiagnostics` answers them: column names
/// and values. `by`: the column that names the table.
fn union(by: &str) -> (Vec<String>, Vec<Vec<&'static str>>) {
    let names = [
        "TimeGenerated",
        "OperationName",
        "Category",
        "Result",
        "ResultType",
        "UserPrincipalName",
        "CorrelationId",
        "ActivityDisplayName",
        "ConditionalAccessStatus",
        "RequestUri",
        "RequestMethod",
        by,
    ];
    let rows = vec![
        vec![
            "2026-06-15T10:00:00Z",
            "Add user",
            "UserManagement",
            "success",
            "",
            "",
            "c1",
            "Add user",
            "",
            "",
            "",
            "AuditLogs",
        ],
        vec![
            "2026-06-15T10:00:01Z",
            "Sign-in activity",
            "SignInLogs",
            "",
            "50126",
            "una@moorland.example",
            "c2",
            "",
            "success",
            "",
            "",
            "SigninLogs",
        ],
        vec![
            "2026-06-15T10:00:02Z",
            "VaultGet",
            "AuditEvent",
            "",
            "Success",
            "",
            "c3",
            "",
            "",
            "",
            "",
            "AzureDiagnostics",
        ],
    ];
    (names.map(str::to_owned).to_vec(), rows)
}

/// A table as CSV, as JSON lines and as the query API answers it.
fn written(names: &[String], rows: &[Vec<&str>]) -> [String; 4] {
    let csv = |delimiter: &str| {
        let lines = rows.iter().map(|row| row.join(delimiter) + "\n");
        names.join(delimiter) + "\n" + &lines.collect::<String>()
    };
    let object = |row: &Vec<&str>| {
        let members: Vec<String> = names
            .iter()
            .zip(row)
            .map(|(name, value)| format!("{}:{}", text(name), text(value)))
            .collect();
        format!("{{{}}}\n", members.join(","))
    };
    let columns: Vec<String> =
        names.iter().map(|name| format!(r#"{{"name":{},"type":"string"}}"#, text(name))).collect();
    let arrays: Vec<String> = (rows.iter())
        .map(|row| {
            let values = row
                .iter()
                .map(|value| if value.is_empty() { "null".to_owned() } else { text(value) });
            format!("[{}]", values.collect::<Vec<_>>().join(","))
        })
        .collect();
    let answer = format!(
        r#"{{"tables":[{{"name":"PrimaryResult","columns":[{}],"rows":[{}]}}]}}"#,
        columns.join(","),
        arrays.join(",")
    );
    [csv(","), csv(";"), rows.iter().map(object).collect(), answer]
}

fn left_out(loaded: &Loaded) -> Vec<(String, u64)> {
    let mut other = loaded.summary.other.clone();
    other.sort_unstable();
    other
}

#[test]
fn rows_of_a_union_are_of_the_table_that_each_names() {
    for by in ["Type", "type", "$table", "SourceTable", "TableName"] {
        let (names, rows) = union(by);
        let turned: Vec<String> = names.iter().rev().cloned().collect();
        let turned_rows: Vec<Vec<&str>> =
            rows.iter().map(|row| row.iter().rev().copied().collect()).collect();
        for text in written(&names, &rows).into_iter().chain(written(&turned, &turned_rows)) {
            let loaded = load(&text);
            let mut kinds: Vec<(Kind, String)> = (loaded.records().into_iter())
                .map(|record| (record.kind, record.actor.upn.into_owned()))
                .collect();
            kinds.sort_by_key(|(kind, _)| *kind == Kind::SignIn);
            let expected =
                [(Kind::Audit, String::new()), (Kind::SignIn, "una@moorland.example".to_owned())];
            assert_eq!(kinds, expected, "{text}: {:?}", loaded.told());
            assert_eq!(left_out(&loaded), [("AzureDiagnostics".to_owned(), 1)], "{text}");
            assert_eq!(loaded.summary.lost, 0, "{text}: {:?}", loaded.told());
        }
    }
}

#[test]
fn without_the_name_of_a_table_its_own_columns_tell_a_row_of_a_union() {
    let (mut names, rows) = union("Type");
    names.pop();
    let rows: Vec<Vec<&str>> = rows[..2].iter().map(|row| row[..11].to_vec()).collect();
    for text in written(&names, &rows) {
        let mut kinds: Vec<Kind> = load(&text).records().iter().map(|record| record.kind).collect();
        kinds.sort_by_key(|kind| *kind == Kind::SignIn);
        assert_eq!(kinds, [Kind::Audit, Kind::SignIn], "{text}");
    }
}

#[test]
fn rows_of_tables_that_are_not_entras_are_left_out_by_the_tables_name() {
    for table in
        ["AZKVAuditLogs", "AzureActivity", "LAQueryLogs", "SecurityIncident", "DatabricksAccounts"]
    {
        for columns in
            ["OperationName,Category,CorrelationId,Identity", "Title,Severity", "Identity,Name"]
        {
            let names: Vec<String> =
                format!("TimeGenerated,{columns},Type").split(',').map(str::to_owned).collect();
            let mut row = vec!["2026-06-15T10:00:00Z"];
            row.resize(names.len() - 1, "x");
            row.push(table);
            for text in written(&names, &[row.clone()]).into_iter().take(3) {
                let loaded = load(&text);
                assert_eq!(
                    left_out(&loaded),
                    [(table.to_owned(), 1)],
                    "{text}: {:?}",
                    loaded.told()
                );
                assert!(loaded.store.is_empty(), "{text}");
            }
        }
    }
}

#[test]
fn a_table_of_the_tenants_own_keeps_the_records_that_are_in_it() {
    let record = super::record("a");
    let columns =
        r#"{"TimeGenerated":"2026-06-15T10:00:00Z","ActivityDisplayName":"Update user","Type":"Own_CL"}"#
            .to_owned();
    let raw = format!(r#"{{"TimeGenerated":"x","RawData":{},"Type":"Own_CL"}}"#, text(&record));
    let csv = format!("TimeGenerated,RawData,Type\nx,{},Own_CL\n", super::cell(&record));
    for text in [columns, raw, csv] {
        assert_eq!(load(&text).activities(), ["Update user"], "{text}");
    }
    let copied = r#"{"TimeGenerated":"2026-06-15T10:00:00Z","OperationName":"Add user","Type":"AuditLogs_SRCH"}"#;
    assert_eq!(load(copied).activities(), ["Add user"]);
}

#[test]
fn entras_rows_of_office_activity_are_read_and_others_left_out() {
    let row = |workload: &str| {
        format!(
            r#"{{"TimeGenerated":"2026-06-15T10:00:00Z","RecordType":"{workload}","Operation":"Update user.","OfficeWorkload":"{workload}","UserId":"ada@fabrikam.example","OfficeId":"o1","ResultStatus":"Success","Type":"OfficeActivity","OfficeObjectId":"bo@fabrikam.example"}}"#
        )
    };
    let loaded = load(format!("{}\n{}\n", row("AzureActiveDirectory"), row("Exchange")));
    let records = loaded.records();
    assert_eq!(records.len(), 1, "{:?}", loaded.told());
    let record = &records[0];
    assert_eq!(
        (&*record.id, &*record.activity, &*record.result),
        ("o1", "Update user.", "Success")
    );
    assert!(record.time.is_some());
    assert_eq!(record.targets.len(), 1);
    assert_eq!(left_out(&loaded), [("Exchange".to_owned(), 1)]);
    assert_eq!(loaded.told(), [""; 0]);
}

#[test]
fn headers_of_the_portal_are_known_in_any_case_and_with_underscores() {
    let header = "Date (UTC),CorrelationId,Service,Category,Activity,Result,ActorDisplayName,ActorUserPrincipalName,Target1Type,Target1DisplayName,Target1ModifiedProperty1Name,Target1ModifiedProperty1NewValue,AdditionalDetail1Key,AdditionalDetail1Value";
    let snaked = "date_utc,correlation_id,service,category,activity,result,actor_display_name,actor_user_principal_name,target1_type,target1_display_name,target1_modified_property1_name,target1_modified_property1_new_value,additional_detail1_key,additional_detail1_value";
    let row = "2026-06-15T10:00:00Z,c,Core Directory,UserManagement,Delete user,success,Ann,ann@x.example,User,Bo,Department,Sales,k,v";
    let read = |header: &str| load(format!("{header}\n{row}\n")).records();
    let expected = read(header);
    assert_eq!(expected.len(), 1);
    assert_eq!(expected[0].targets[0].changes.len(), 1);
    for header in
        [header.to_lowercase(), header.to_uppercase(), snaked.to_owned(), snaked.to_uppercase()]
    {
        assert_eq!(read(&header), expected, "{header}");
    }
    let sign_ins = "Date (UTC),Request ID,User,Username,IP address,Status,Sign-in error code";
    let row = "2026-06-15T10:00:00Z,r,Ann,ann@x.example,192.0.2.1,Failure,50126";
    let read = |header: &str| load(format!("{header}\n{row}\n")).records();
    let expected = read(sign_ins);
    assert_eq!((expected[0].kind, &*expected[0].actor.upn), (Kind::SignIn, "ann@x.example"));
    for header in
        [sign_ins.to_lowercase(), sign_ins.to_uppercase(), sign_ins.replace([' ', '-'], "_")]
    {
        assert_eq!(read(&header), expected, "{header}");
    }
}

#[test]
fn some_columns_of_the_portals_are_records_and_no_kinds_of_activities() {
    let csv = "Date (UTC),Service,Category,Activity,Result,ActorUserPrincipalName\n2026-06-15T10:00:00Z,Core Directory,UserManagement,Delete user,success,ann@x.example\n";
    let json = r#"[{"time":"2026-06-15T10:00:00Z","service":"Core Directory","category":"UserManagement","activity":"Delete user","result":"success","actor":"ann@x.example"}]"#;
    for text in [csv, json] {
        let loaded = load(text);
        let records = loaded.records();
        assert_eq!(records.len(), 1, "{text}: {:?}", loaded.summary.other);
        assert!(records[0].time.is_some(), "{text}");
        let said = (&*records[0].activity, &*records[0].service, &*records[0].actor.upn);
        assert_eq!(said, ("Delete user", "Core Directory", "ann@x.example"), "{text}");
    }
    // The short names next to a record's own are another system's.
    let both = super::record("a").replacen(
        '{',
        r#"{"time":"2020-01-01T00:00:00Z","activity":"x","actor":"y@z","#,
        1,
    );
    let records = load(&both).records();
    assert_eq!(
        (&*records[0].activity, &*records[0].actor.upn),
        ("Update user", "ada@fabrikam.example")
    );
    assert_eq!(records, load(super::record("a")).records());
}

#[test]
fn a_row_that_says_nothing_is_no_record() {
    let header = "Date (UTC),CorrelationId,Service,Category,Activity,Result,ActorDisplayName,Target1DisplayName";
    let row = "2026-06-15T10:00:00Z,c,Core Directory,UserManagement,Delete user,success,Ann,Bo";
    for behind in ["Name,Color,Size\na,b,c\n", "Total,6\n", ",,,,,,,\n", "x,y,z,,,,,\n"] {
        let loaded = load(format!("{header}\n{row}\n{behind}"));
        assert_eq!(loaded.activities(), ["Delete user"], "{behind}: {:?}", loaded.told());
        assert_eq!(
            loaded.summary.lost,
            behind.lines().count() as u64,
            "{behind}: {:?}",
            loaded.told()
        );
    }
}

#[test]
fn the_audit_log_of_azure_devops_is_left_out_by_name() {
    let event = r#"{"id":"x","correlationId":"c","activityId":"a","actorUPN":"a@b.example","timestamp":"2026-06-15T10:00:00Z","actionId":"Git.CreateRepo","category":"create","area":"Git","scopeType":"organization"}"#;
    let csv = "id,correlationId,activityId,actorUPN,timestamp,actionId,category,area,scopeType\nx,c,a,a@b.example,2026-06-15T10:00:00Z,Git.CreateRepo,create,Git,organization\n";
    for text in [event, csv] {
        let loaded = load(text);
        assert_eq!(left_out(&loaded), [("Azure DevOps audit".to_owned(), 1)], "{text}");
    }
}

#[test]
fn rows_of_an_own_table_are_audits_where_category_and_operation_say_so() {
    let head = "TimeGenerated,OperationName,Category,Result,Type\n";
    for (table, category, operation, records) in [
        ("AuditLogs_CL", "GroupManagement", "Add group", 1),
        ("EntraFunction", "GroupManagement", "Add group", 1),
        ("Group", "UserManagement", "Update user", 1),
        ("AZKVAuditLogs", "AuditEvent", "SecretGet", 0),
        ("AzureActivity", "Policy", "Microsoft.Authorization/policies/audit/action", 0),
    ] {
        let row = format!("{head}2026-06-15T10:00:00Z,{operation},{category},success,{table}\n");
        assert_eq!(load(&row).store.len(), records, "{table}");
    }
}
