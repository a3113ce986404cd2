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
