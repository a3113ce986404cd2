//! Tables as rows: only known headers are taken for one, and no row is misread.

use proptest::prelude::*;

use super::*;

#[test]
fn only_headers_of_known_files_are_recognised() {
    for header in [
        &b""[..],
        b"\n",
        b"name,age\n",
        b"{\"activityDisplayName\":1}",
        b"[\"activityDisplayName\",\"id\"]",
        b"activityDisplayName\n",
        b"\xff\xfe\x00",
    ] {
        assert!(Columns::of_csv(header).is_none(), "{header:?}");
    }
    for header in [
        &b"\xef\xbb\xbf\"TimeGenerated [UTC]\",OperationName,Result\r\n"[..],
        b"Id;ActivityDateTime;ActivityDisplayName",
        b"CreationDate\tAuditData",
        b"CreationDate,UserIds,Operations,AuditData",
        b"Date (UTC),Request ID,Sign-in error code",
        b"Data (UTC),ActorDisplayName,Target1ObjectId",
    ] {
        assert!(Columns::of_csv(header).is_some(), "{}", String::from_utf8_lossy(header));
    }
}

#[test]
fn a_table_is_known_by_its_name_or_by_its_columns() {
    let columns = br#"[{"name":"TimeGenerated","type":"datetime"},{"name":"Who","type":"string"}]"#;
    assert!(Columns::of_table("AuditLogs", columns).is_some());
    assert!(Columns::of_table("PrimaryResult", columns).is_none());
    let columns = br#"[{"name":"TimeGenerated"},{"name":"AADOperationType"}]"#;
    assert!(Columns::of_table("PrimaryResult", columns).is_some());
    assert!(Columns::of_table("AuditLogs", b"[{\"name\":").is_none());
    assert!(Columns::of_table("AuditLogs", b"{}").is_none());
}

#[test]
fn a_header_that_names_huge_numbers_costs_nothing() {
    let header =
        b"ActorDisplayName,Target1Type,Target99999999Type,Target0Type,AdditionalDetail101Key";
    let columns = Columns::of_csv(header).expect("an audit file");
    let mut reader = Reader::new(b"", 0, Depth::Full);
    let Ok(Ok(record)) = columns.csv_row(b"Mara,User,x,y,z", &mut reader) else {
        panic!("a record");
    };
    assert_eq!(record.targets.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(13),
        ..Default::default()
    })]

    #[test]
    fn cells_are_those_the_csv_crate_finds(row in "([\",;a\r\n ]|é){0,14}") {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(row.as_bytes());
        let mut expected = csv::StringRecord::new();
        if reader.read_record(&mut expected).expect("a row") {
            prop_assert_eq!(cells(&row, b','), expected.iter().collect::<Vec<_>>());
        }
    }
}

/// The time of a row, or what was noted of it.
fn dated(header: &str, row: &str) -> Result<String, String> {
    let layout = super::super::Layout::of_header(header.as_bytes()).expect("a known header");
    match super::super::decode(row.as_bytes(), &layout, Depth::Full) {
        Ok(super::super::Decoded::Record { record, odd, .. }) => {
            record.time.map(crate::time::Timestamp::to_rfc3339).ok_or_else(|| odd.join("; "))
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn times_are_in_the_zone_of_their_header() {
    let workspace = |zone: &str| {
        let header = format!(
            "Id,TimeGenerated [{zone}],ActivityDateTime [{zone}],OperationName,Category,Result,LoggedByService,InitiatedBy,TargetResources,Type"
        );
        dated(
            &header,
            "k1,\"6/15/2026, 3:50:30.123 PM\",\"6/15/2026, 3:50:30.123 PM\",Update user,UserManagement,success,Core Directory,{},[],AuditLogs",
        )
    };
    let audit = |date: &str| {
        let header = format!(
            "{date},CorrelationId,Service,Category,Activity,Result,ResultReason,User Agent,ActorType,ActorDisplayName,ActorObjectId,Target1Type,Target1DisplayName"
        );
        dated(
            &header,
            "2026-06-15 15:50:30.123,c,Core Directory,UserManagement,Update user,success,,,User,Ann,u,User,Bo",
        )
    };
    let sign_in = |date: &str| {
        let header = format!("{date},Request ID,User,Username,Sign-in error code,Status");
        dated(&header, "2026-06-15 15:50:30.123,r,Bo,bo@f.example,0,Success")
    };
    let utc = Ok("2026-06-15T15:50:30.1230000Z".to_owned());
    let east = Ok("2026-06-15T13:50:30.1230000Z".to_owned());
    assert_eq!((workspace("UTC"), workspace("UTC+02:00")), (utc.clone(), east.clone()));
    for read in [&audit as &dyn Fn(&str) -> Result<String, String>, &sign_in] {
        assert_eq!(read("Date (UTC)"), utc);
        assert_eq!(read("Date (UTC+02:00)"), east);
        for local in ["Date (Local)", "Date (CET)"] {
            let why = read(local).expect_err("no time");
            assert!(why.contains(&format!("`{local}` is not read: it is in local time")), "{why}");
            assert!(!why.contains("missing"), "{why}");
        }
    }
    assert_eq!((audit("Datum (UTC)"), audit("Datum (UTC+02:00)")), (utc, east));
    let why = workspace("Local Time").expect_err("no time");
    assert!(why.contains("`ActivityDateTime [Local Time]` is not read"), "{why}");
    assert!(why.contains("export it with times in UTC") && !why.contains("missing"), "{why}");
}
