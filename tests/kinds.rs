//! What only sign-ins and provisioning events have, and how records ended: the same in every format.
//! Never reads a file: the records stand here, one fact in each spelling.
#![expect(clippy::panic, reason = "what a test finds out of place ends it")]

use entrail::format::{Decoded, Depth, Layout, decode, write_graph};
use entrail::record::kind::property::PropertyKey;
use entrail::record::sentence::sentence;
use entrail::record::{ActorKind, Kind, Outcome, Record};

fn read(event: &str, layout: &Layout) -> Record<'static> {
    match decode(event.as_bytes(), layout, Depth::Full) {
        Ok(Decoded::Record { record, odd, .. }) if odd.is_empty() => record.into_owned(),
        other => panic!("{event}: {other:?}"),
    }
}

fn json(event: &str) -> Record<'static> {
    let record = read(event, &Layout::JSON);
    // What is written is read back the same.
    let mut written = Vec::new();
    write_graph(&record, &mut written);
    let again = read(&String::from_utf8(written).expect("JSON is text"), &Layout::JSON);
    assert_eq!(again, record, "{event}");
    record
}

fn csv(header: &str, row: &str) -> Record<'static> {
    read(row, &Layout::of_header(header.as_bytes()).expect(header))
}

/// A sign-in with this error code and word, in every format that carries both.
fn ended(code: &str, word: &str, operation: &str) -> Vec<(&'static str, Outcome)> {
    let time = "2026-11-01T10:00:00Z";
    let records = [
        (
            "Graph",
            json(&format!(
                r#"{{"id":"1","createdDateTime":"{time}","userPrincipalName":"bo@a.example","appDisplayName":"Portal","status":{{"errorCode":{code},"failureReason":"x"}}}}"#
            )),
        ),
        (
            "PowerShell",
            json(&format!(
                r#"{{"Id":"1","CreatedDateTime":"{time}","UserPrincipalName":"bo@a.example","AppDisplayName":"Portal","Status":"@{{ErrorCode={code}; FailureReason=x; AdditionalDetails=}}"}}"#
            )),
        ),
        (
            "storage",
            json(&format!(
                r#"{{"time":"{time}","category":"SignInLogs","operationName":"Sign-in activity","resultType":"{code}","resultDescription":"x","properties":{{"id":"1","createdDateTime":"{time}","userPrincipalName":"bo@a.example"}}}}"#
            )),
        ),
        (
            "Log Analytics",
            json(&format!(
                r#"{{"TimeGenerated":"{time}","Type":"SigninLogs","ResultType":"{code}","ResultDescription":"x","UserPrincipalName":"bo@a.example","AppDisplayName":"Portal"}}"#
            )),
        ),
        (
            "API table",
            read(
                &format!(r#"["{time}","{code}","x","bo@a.example","Portal"]"#),
                &Layout::of_table(
                    "SigninLogs",
                    br#"[{"name":"TimeGenerated","type":"datetime"},{"name":"ResultType","type":"string"},{"name":"ResultDescription","type":"string"},{"name":"UserPrincipalName","type":"string"},{"name":"AppDisplayName","type":"string"}]"#,
                )
                .expect("a table"),
            ),
        ),
        (
            "portal",
            csv(
                "Date (UTC),Request ID,Username,Application,Status,Sign-in error code,Failure reason",
                &format!("{time},1,bo@a.example,Portal,{word},{code},x"),
            ),
        ),
        (
            "flat CSV",
            csv(
                "CreatedDateTime,UserPrincipalName,AppDisplayName,Status,ConditionalAccessStatus",
                &format!("{time},bo@a.example,Portal,\"@{{ErrorCode={code}; FailureReason=x}}\",none"),
            ),
        ),
        (
            "unified",
            json(&format!(
                r#"{{"CreationTime":"2026-11-01T10:00:00","Id":"1","Operation":"{operation}","RecordType":15,"ResultStatus":"Success","Workload":"AzureActiveDirectory","UserId":"bo@a.example","ErrorNumber":"{code}"}}"#
            )),
        ),
        (
            "audit query",
            json(&format!(
                r#"{{"id":"1","createdDateTime":"{time}","auditLogRecordType":"azureActiveDirectoryStsLogon","operation":"{operation}","service":"AzureActiveDirectory","auditData":{{"CreationTime":"2026-11-01T10:00:00","Operation":"{operation}","RecordType":15,"ResultStatus":"Success","Workload":"AzureActiveDirectory","UserId":"bo@a.example","ErrorNumber":"{code}"}}}}"#
            )),
        ),
    ];
    for (format, record) in &records {
        assert_eq!(record.kind, Kind::SignIn, "{format}");
        assert_eq!(record.property(PropertyKey::ErrorCode), Some(code), "{format}");
    }
    records.map(|(format, record)| (format, record.outcome)).into()
}

#[test]
fn one_error_code_is_one_outcome_in_every_format() {
    for (code, word, operation, outcome) in [
        ("0", "Success", "UserLoggedIn", Outcome::Success),
        ("50126", "Failure", "UserLoginFailed", Outcome::Failure),
        ("53003", "Failure", "UserLoginFailed", Outcome::Failure),
        ("50140", "Interrupted", "UserLoginFailed", Outcome::Interrupted),
        ("50074", "Interrupted", "UserLoginFailed", Outcome::Interrupted),
        ("50076", "Interrupted", "UserLoginFailed", Outcome::Interrupted),
        ("50097", "Interrupted", "UserLoginFailed", Outcome::Interrupted),
        ("50125", "Interrupted", "UserLoginFailed", Outcome::Interrupted),
        ("65001", "Interrupted", "UserLoginFailed", Outcome::Interrupted),
        // A code that no table knows.
        ("31415926", "Failure", "UserLoginFailed", Outcome::Failure),
    ] {
        for (format, ended) in ended(code, word, operation) {
            assert_eq!(ended, outcome, "{code} in {format}");
        }
    }
}

/// The unified audit log writes `ResultStatus: Success` beside it.
#[test]
fn a_failed_login_of_the_unified_audit_log_is_never_a_success() {
    for status in ["Success", "Succeeded", "True", "PartiallySucceeded", "Failed", ""] {
        for record_type in ["15", "9", "8"] {
            let data = format!(
                r#"{{"CreationTime":"2026-11-01T10:00:00","Id":"1","Operation":"UserLoginFailed","RecordType":{record_type},"ResultStatus":"{status}","Workload":"AzureActiveDirectory","UserId":"bo@a.example"}}"#
            );
            let record = json(&data);
            assert_eq!(record.outcome, Outcome::Failure, "{status} {record_type}");
            assert_eq!(record.result, status, "the log's own word is kept");
            let row = format!(
                "AzureActiveDirectoryStsLogon,2026-11-01,bo@a.example,UserLoginFailed,\"{}\"",
                data.replace('"', "\"\"")
            );
            let row = csv("RecordType,CreationDate,UserIds,Operations,AuditData", &row);
            assert_eq!(row.outcome, Outcome::Failure, "{status} {record_type} in CSV");
        }
    }
}

#[test]
fn a_status_in_words_is_read_without_a_complaint() {
    let header = "CreatedDateTime,UserPrincipalName,AppDisplayName,Status,ConditionalAccessStatus";
    for (status, outcome, code) in [
        ("Success", Outcome::Success, None),
        ("Failure", Outcome::Failure, None),
        ("Interrupted", Outcome::Interrupted, None),
        ("0", Outcome::Success, Some("0")),
        ("50140", Outcome::Interrupted, Some("50140")),
        ("AADSTS50126", Outcome::Failure, Some("50126")),
        ("50126: Invalid username or password", Outcome::Failure, Some("50126")),
        (
            "@{ErrorCode=50126; FailureReason=Invalid username or password}",
            Outcome::Failure,
            Some("50126"),
        ),
        ("@{AdditionalDetails=; ErrorCode=0; FailureReason=Other.}", Outcome::Success, Some("0")),
    ] {
        let row = format!("2026-11-01T10:00:00Z,bo@a.example,Portal,\"{status}\",notApplied");
        let record = csv(header, &row);
        assert_eq!(
            (record.outcome, record.property(PropertyKey::ErrorCode)),
            (outcome, code),
            "{status}"
        );
    }
}

const FACTS: &[(PropertyKey, &str)] = &[
    (PropertyKey::App, "Broker"),
    (PropertyKey::Country, "LV"),
    (PropertyKey::City, "Riga"),
    (PropertyKey::Client, "Mobile Apps and Desktop clients"),
    (PropertyKey::Protocol, "deviceCode"),
    (PropertyKey::Requirement, "singleFactorAuthentication"),
    (PropertyKey::Access, "notApplied"),
    (PropertyKey::RiskDuring, "high"),
    (PropertyKey::RiskAggregated, "medium"),
    (PropertyKey::RiskState, "atRisk"),
    (PropertyKey::Os, "Windows"),
    (PropertyKey::Browser, "Edge 140"),
    (PropertyKey::Compliant, "false"),
    (PropertyKey::Managed, "true"),
    (PropertyKey::Token, "tok-1"),
];

fn has_facts(record: &Record<'_>, format: &str) {
    for (key, value) in FACTS {
        assert_eq!(record.property(*key), Some(*value), "{format}: {}", key.row().field);
    }
    let policies: Vec<&str> = record.properties_of(PropertyKey::Policy).collect();
    assert_eq!(policies, ["Require MFA: notApplied", "Block: EU: reportOnlyFailure"], "{format}");
    assert!(
        record
            .properties_of(PropertyKey::RiskEvent)
            .eq(["unfamiliarFeatures", "anonymizedIPAddress"]),
        "{format}"
    );
    assert!(record.properties_of(PropertyKey::Method).eq(["Password"]), "{format}");
}

const POLICIES: &str = r#"[{"id":"p1","displayName":"Require MFA","result":"notApplied","enforcedGrantControls":["Mfa"]},{"id":"p2","displayName":"Block: EU","result":"reportOnlyFailure"}]"#;
const STEPS: &str = r#"[{"authenticationMethod":"Password","authenticationStepResultDetail":"Correct password","succeeded":true}]"#;

#[test]
fn a_sign_in_has_the_same_facts_in_graph_powershell_and_an_envelope() {
    let body = format!(
        r#""id":"1","createdDateTime":"2026-11-01T10:00:00Z","userPrincipalName":"wen@a.example","userId":"u","appDisplayName":"Broker","ipAddress":"203.0.113.7","clientAppUsed":"Mobile Apps and Desktop clients","conditionalAccessStatus":"notApplied","riskLevelDuringSignIn":"high","riskLevelAggregated":"medium","riskState":"atRisk","riskEventTypes":["unfamiliarFeatures"],"riskEventTypes_v2":["unfamiliarFeatures","anonymizedIPAddress"],"authenticationProtocol":"deviceCode","authenticationRequirement":"singleFactorAuthentication","uniqueTokenIdentifier":"tok-1","status":{{"errorCode":0}},"deviceDetail":{{"deviceId":"","displayName":null,"operatingSystem":"Windows","browser":"Edge 140","isCompliant":false,"isManaged":true,"trustType":""}},"location":{{"city":"Riga","state":"","countryOrRegion":"LV","geoCoordinates":{{"latitude":1.5}}}},"appliedConditionalAccessPolicies":{POLICIES},"authenticationDetails":{STEPS}"#
    );
    let graph = json(&format!("{{{body}}}"));
    has_facts(&graph, "Graph");
    assert_eq!(
        sentence(&graph),
        "wen@a.example signed in to Broker from LV with device code: high risk by Microsoft"
    );
    let envelope = format!(
        r#"{{"time":"2026-11-01T10:00:00Z","category":"SignInLogs","properties":{{{body}}}}}"#
    );
    has_facts(&json(&envelope), "storage");
    let pascal = regex::Regex::new(r#""([a-z])([A-Za-z0-9_]*)":"#).expect("an expression");
    let pascal = pascal.replace_all(&body, |found: &regex::Captures<'_>| {
        format!("\"{}{}\":", found[1].to_uppercase(), &found[2])
    });
    has_facts(&json(&format!("{{{pascal}}}")), "PowerShell");
}

#[test]
fn a_sign_in_has_the_same_facts_in_rows_of_log_analytics_and_the_portal() {
    let quoted = |json: &str| format!("\"{}\"", json.replace('"', "\"\""));
    let row = csv(
        "TimeGenerated [UTC],CreatedDateTime [UTC],UserPrincipalName,AppDisplayName,ResultType,ClientAppUsed,ConditionalAccessStatus,RiskLevelDuringSignIn,RiskLevelAggregated,RiskState,RiskEventTypes_V2,AuthenticationProtocol,AuthenticationRequirement,UniqueTokenIdentifier,DeviceDetail,LocationDetails,ConditionalAccessPolicies,AuthenticationDetails,Location,Category,AADTenantId",
        &format!(
            "2026-11-01T10:00:00Z,2026-11-01T10:00:00Z,wen@a.example,Broker,0,Mobile Apps and Desktop clients,notApplied,high,medium,atRisk,{},deviceCode,singleFactorAuthentication,tok-1,{},{},{},{},LV,SignInLogs,t",
            quoted(r#"["unfamiliarFeatures","anonymizedIPAddress"]"#),
            quoted(
                r#"{"operatingSystem":"Windows","browser":"Edge 140","isCompliant":false,"isManaged":true}"#
            ),
            quoted(r#"{"city":"Riga","countryOrRegion":"LV"}"#),
            quoted(POLICIES),
            quoted(STEPS),
        ),
    );
    has_facts(&row, "Log Analytics");
    let portal = csv(
        "Date (UTC),Request ID,Username,Application,Location,Status,Sign-in error code,Client app,Browser,Operating System,Compliant,Managed,Authentication requirement,Authentication Protocol,Conditional Access,Unique token identifier,Multifactor authentication auth method",
        "2026-11-01T10:00:00Z,1,wen@a.example,Broker,\"Riga, Riga, LV\",Success,0,Mobile Apps and Desktop clients,Edge 140,Windows,No,Yes,Single-factor authentication,Device code,Not Applied,tok-1,Password",
    );
    for (key, value) in FACTS.iter().filter(|(key, _)| !key.row().field.starts_with("risk")) {
        assert_eq!(portal.property(*key), Some(*value), "portal: {}", key.row().field);
    }
}

#[test]
fn provisioning_says_systems_steps_and_why_it_was_skipped() {
    let record = json(
        r#"{"id":"p1","activityDateTime":"2026-11-01T10:00:00Z","jobId":"job-1","cycleId":"cy-1","changeId":"ch-1","provisioningAction":"create","durationInMilliseconds":512,"provisioningStatusInfo":{"status":"skipped","errorInformation":null},"provisioningSteps":[{"name":"EntryImport","provisioningStepType":"import","status":"success","description":"Read from Workday","details":{}},{"name":"EntryScoping","provisioningStepType":"scoping","status":"skipped","description":"not assigned","details":{"SkipReason":"NotEffectivelyEntitled"}}],"sourceSystem":{"id":"s","displayName":"Workday"},"targetSystem":{"id":"t","displayName":"ServiceNow"},"initiatedBy":{"id":"i","displayName":"Provisioning Service","initiatorType":"system"},"targetIdentity":{"id":"x","displayName":"Bob","identityType":"User"}}"#,
    );
    for (key, value) in [
        (PropertyKey::SourceSystem, "Workday"),
        (PropertyKey::TargetSystem, "ServiceNow"),
        (PropertyKey::Job, "job-1"),
        (PropertyKey::Cycle, "cy-1"),
        (PropertyKey::ChangeId, "ch-1"),
        (PropertyKey::Duration, "512"),
    ] {
        assert_eq!(record.property(key), Some(value));
    }
    let steps: Vec<&str> = record.properties_of(PropertyKey::ProvisioningStep).collect();
    assert_eq!(steps, ["EntryImport: success", "EntryScoping: skipped (not assigned)"]);
    assert_eq!((&*record.result, record.outcome), ("skipped", Outcome::Unknown));
    assert_eq!(record.result_reason, "NotEffectivelyEntitled: not assigned");
    assert_eq!(
        sentence(&record),
        "App Provisioning Service tried to create Bob in ServiceNow from Workday — skipped: NotEffectivelyEntitled: not assigned"
    );
}

#[test]
fn a_program_of_the_unified_audit_log_is_not_a_user() {
    let id = "65d91a3d-ab74-42e6-8a2f-0add61688c74";
    for (actor, user, kind, expected) in [
        ("[]".to_owned(), format!("ServicePrincipal_{id}"), "0", ActorKind::App),
        (
            format!(r#"[{{"ID":"ServicePrincipal_{id}","Type":2}}]"#),
            id.to_owned(),
            "0",
            ActorKind::App,
        ),
        (
            format!(
                r#"[{{"ID":"Sync App","Type":1}},{{"ID":"{id}","Type":2}},{{"ID":"ServicePrincipal","Type":2}}]"#
            ),
            "Sync App".to_owned(),
            "4",
            ActorKind::App,
        ),
        ("[]".to_owned(), "Sync Fabric".to_owned(), "System", ActorKind::App),
        ("[]".to_owned(), id.to_owned(), "6", ActorKind::App),
        (
            r#"[{"ID":"https://api.a.example","Type":4}]"#.to_owned(),
            String::new(),
            "0",
            ActorKind::App,
        ),
        (
            format!(r#"[{{"ID":"bo@a.example","Type":5}},{{"ID":"User_{id}","Type":2}}]"#),
            "bo@a.example".to_owned(),
            "0",
            ActorKind::User,
        ),
        ("[]".to_owned(), "bo@a.example".to_owned(), "2", ActorKind::User),
        ("[]".to_owned(), String::new(), "0", ActorKind::Unknown),
    ] {
        let record = json(&format!(
            r#"{{"CreationTime":"2026-11-01T10:00:00","Id":"1","Operation":"Add user.","RecordType":8,"ResultStatus":"Success","Workload":"AzureActiveDirectory","UserId":"{user}","UserType":"{kind}","Actor":{actor}}}"#
        ));
        assert_eq!(record.actor.kind, expected, "{actor} {user} {kind}: {:?}", record.actor);
        assert!(
            user.is_empty() || !record.actor.id.starts_with("ServicePrincipal"),
            "{:?}",
            record.actor
        );
    }
}

#[test]
fn what_identity_protection_says_is_a_kind_of_its_own() {
    let detection = r#""id":"d1","requestId":"r1","correlationId":"c1","riskType":"generic","riskEventType":"anomalousToken","riskState":"atRisk","riskLevel":"medium","riskDetail":"none","source":"IdentityProtection","detectionTimingType":"offline","ipAddress":"203.0.113.9","location":{"city":"Riga","countryOrRegion":"LV"},"activityDateTime":"2026-11-01T10:00:00Z","detectedDateTime":"2026-11-01T11:00:00Z","userId":"u1","userDisplayName":"Wen","userPrincipalName":"wen@a.example","additionalInfo":"[{\"Key\":\"userAgent\",\"Value\":\"Firefox\"}]""#;
    let plain = json(&format!("{{{detection}}}"));
    let envelope = json(&format!(
        r#"{{"time":"2026-11-01T11:00:00Z","operationName":"User Risk Detection","category":"UserRiskEvents","properties":{{{detection}}}}}"#
    ));
    for record in [&plain, &envelope] {
        assert_eq!((record.kind, &*record.category), (Kind::Risk, "UserRiskEvents"));
        assert_eq!(record.property(PropertyKey::RiskLevel), Some("medium"));
        assert_eq!(record.property(PropertyKey::Request), Some("r1"));
        assert_eq!((&*record.actor.ip, &*record.user_agent), ("203.0.113.9", "Firefox"));
        assert_eq!(
            sentence(record),
            "wen@a.example has medium risk by Microsoft (atRisk): anomalousToken from LV"
        );
    }
    let user = json(
        r#"{"time":"2026-11-01T11:35:37Z","operationName":"Risky user","category":"RiskyUsers","properties":{"id":"u1","userDisplayName":"Wen","userPrincipalName":"wen@a.example","riskLastUpdatedDateTime":"2026-11-01T11:35:37Z","riskState":"atRisk","riskDetail":"none","riskLevel":"high","isDeleted":false}}"#,
    );
    assert_eq!((user.kind, &*user.activity, &*user.actor.id), (Kind::Risk, "Risky user", "u1"));
    let row = csv(
        "TimeGenerated [UTC],Id,RiskLastUpdatedDateTime,RiskLevel,RiskState,UserPrincipalName,Type",
        "2026-11-01T11:35:37Z,u1,2026-11-01T11:35:37Z,high,atRisk,wen@a.example,AADRiskyUsers",
    );
    assert_eq!((row.kind, &*row.category), (Kind::Risk, "RiskyUsers"));
    assert_eq!(row.property(PropertyKey::RiskLevel), Some("high"));
    let principal = json(
        r#"{"id":"s1","riskEventType":"suspiciousSignins","riskLevel":"high","riskState":"atRisk","activityDateTime":"2026-11-01T10:00:00Z","servicePrincipalId":"sp1","servicePrincipalDisplayName":"Mailer","appId":"a1"}"#,
    );
    assert_eq!(principal.category, "ServicePrincipalRiskEvents");
    assert_eq!((principal.actor.kind, &*principal.actor.app_id), (ActorKind::App, "a1"));
}

#[test]
fn a_call_of_graph_says_who_called_what_with_which_token() {
    let id = "65d91a3d-ab74-42e6-8a2f-0add61688c74";
    let properties = format!(
        r#"{{"timeGenerated":"2026-11-01T10:00:00Z","requestId":"r1","operationId":"o1","apiVersion":"v1.0","requestMethod":"GET","responseStatusCode":403,"tenantId":"t1","durationMs":866182,"signInActivityId":"tok-1","roles":"User.Read.All Group.Read.All","appId":"a1","UserPrincipalObjectID":"sp1","scopes":"","wids":"0997a1d0-0d1d-4acb-b408-d5ca73121e90","C_Idtyp":"app","ipAddress":"203.0.113.9","userAgent":"curl","requestUri":"https://graph.microsoft.com/v1.0/users/{id}/messages?$top=1","servicePrincipalId":"sp1"}}"#
    );
    let record = json(&format!(
        r#"{{"time":"2026-11-01T10:00:00Z","category":"MicrosoftGraphActivityLogs","operationName":"Microsoft Graph Activity","properties":{properties}}}"#
    ));
    assert_eq!(record.kind, Kind::GraphCall);
    assert_eq!(record.activity, "GET /users/{id}/messages");
    assert_eq!((record.outcome, &*record.result), (Outcome::Failure, "403"));
    assert_eq!(
        (record.actor.kind, &*record.actor.id, &*record.actor.app_id),
        (ActorKind::App, "sp1", "a1")
    );
    assert_eq!((&*record.targets[0].kind, &*record.targets[0].id), ("User", id));
    // The same property as a sign-in's: what a token was issued for, and what it did.
    assert_eq!(record.property(PropertyKey::Token), Some("tok-1"));
    assert!(record.properties_of(PropertyKey::Role).eq(["User.Read.All", "Group.Read.All"]));
    let row = csv(
        "TimeGenerated [UTC],RequestId,OperationId,RequestMethod,RequestUri,ResponseStatusCode,UserId,AppId,SignInActivityId,Scopes,AadTenantId,TenantId,IPAddress,Type",
        "2026-11-01T10:00:00Z,r1,o1,POST,https://graph.microsoft.com/beta/groups,201,u1,a1,tok-1,Group.ReadWrite.All,t1,w1,203.0.113.9,MicrosoftGraphActivityLogs",
    );
    assert_eq!(
        (row.kind, &*row.activity, row.outcome),
        (Kind::GraphCall, "POST /groups", Outcome::Success)
    );
    assert_eq!((row.actor.kind, &*row.actor.id, &*row.tenant_id), (ActorKind::User, "u1", "t1"));
    assert_eq!(row.property(PropertyKey::Scope), Some("Group.ReadWrite.All"));
}

#[test]
fn of_two_error_codes_the_one_that_says_more_decides() {
    let time = "2026-11-01T10:00:00Z";
    for (own, other) in [("0", "50126"), ("50126", "0"), ("50126", ""), ("", "50126")] {
        let row = json(&format!(
            r#"{{"TimeGenerated":"{time}","Type":"SigninLogs","UserPrincipalName":"bo@a.example","AppDisplayName":"Portal","ResultType":"{other}","Status":"{{\"errorCode\":\"{own}\"}}"}}"#
        ));
        let storage = json(&format!(
            r#"{{"time":"{time}","category":"SignInLogs","operationName":"Sign-in activity","resultType":"{other}","properties":{{"id":"1","createdDateTime":"{time}","userPrincipalName":"bo@a.example","status":{{"errorCode":"{own}"}}}}}}"#
        ));
        let table = csv(
            "TimeGenerated [UTC],Id,ResultType,Status,UserPrincipalName,AppDisplayName,Type",
            &format!(
                "{time},1,{other},\"{{\"\"errorCode\"\":\"\"{own}\"\"}}\",bo@a.example,Portal,SigninLogs"
            ),
        );
        for (format, record) in [("row", row), ("storage", storage), ("table", table)] {
            assert_eq!(record.outcome, Outcome::Failure, "{format} {own} {other}");
            let code = record.property(PropertyKey::ErrorCode);
            assert_eq!(code, Some("50126"), "{format} {own} {other}");
            assert!(record.result_reason.starts_with("50126"), "{format} {own} {other}");
        }
    }
}

#[test]
fn how_a_token_is_protected_is_what_either_property_says() {
    let told = |properties: &str| {
        let record = json(&format!(
            r#"{{"id":"1","createdDateTime":"2026-11-01T10:00:00Z","userPrincipalName":"bo@a.example","appDisplayName":"Portal",{properties},"status":{{"errorCode":0}}}}"#
        ));
        record.property(PropertyKey::Protection).unwrap_or_default().to_owned()
    };
    let old = |word: &str| format!(r#""signInTokenProtectionStatus":"{word}""#);
    let new = |word: &str| {
        format!(
            r#""tokenProtectionStatusDetails":{{"signInSessionStatus":"{word}","signInSessionStatusCode":1002}}"#
        )
    };
    for (one, other, word) in [
        ("none", "unbound", "unbound"),
        ("none", "bound", "bound"),
        ("none", "none", "none"),
        ("bound", "none", "bound"),
    ] {
        assert_eq!(told(&format!("{},{}", old(one), new(other))), word);
        assert_eq!(told(&format!("{},{}", new(other), old(one))), word);
    }
    assert_eq!(told(&new("unbound")), "unbound");
    assert_eq!(told(&old("none")), "none");
    let row = r#"{"TimeGenerated":"2026-11-01T10:00:00Z","Type":"SigninLogs","UserPrincipalName":"bo@a.example","TokenProtectionStatusDetails":"{\"signInSessionStatus\":\"unbound\"}","ResultType":"0"}"#;
    assert_eq!(json(row).property(PropertyKey::Protection), Some("unbound"));
}

#[test]
fn the_unified_audit_log_does_not_say_which_of_two_a_device_is_not() {
    let told = |devices: &str| {
        let record = json(&format!(
            r#"{{"CreationTime":"2026-06-15T10:00:00","Id":"g1","Operation":"UserLoggedIn","RecordType":15,"ResultStatus":"Success","Workload":"AzureActiveDirectory","UserId":"bo@f.example","ErrorNumber":"0","DeviceProperties":[{devices}]}}"#
        ));
        [PropertyKey::Compliant, PropertyKey::Managed]
            .map(|key| record.property(key).unwrap_or_default().to_owned())
    };
    let compliant = |word: &str| format!(r#"{{"Name":"IsCompliant","Value":"{word}"}}"#);
    let both = |word: &str| format!(r#"{{"Name":"IsCompliantAndManaged","Value":"{word}"}}"#);
    assert_eq!(told(&both("False")), ["", ""]);
    assert_eq!(told(&both("True")), ["true", "true"]);
    for (one, other) in [(both("False"), compliant("True")), (compliant("True"), both("False"))] {
        assert_eq!(told(&format!("{one},{other}")), ["true", "false"]);
    }
    assert_eq!(told(&format!("{},{}", compliant("False"), both("False"))), ["false", ""]);
}

#[test]
fn a_detection_has_the_techniques_of_its_additional_information() {
    let told = |own: &str| {
        let record = json(&format!(
            r#"{{"id":"m1","riskEventType":"anonymizedIPAddress","riskState":"atRisk","riskLevel":"medium","detectedDateTime":"2026-06-15T10:00:00Z","userPrincipalName":"bo@f.example","userId":"u"{own},"additionalInfo":"[{{\"Key\":\"mitreTechniques\",\"Value\":\"T1090.003,T1078\"}}]"}}"#
        ));
        record.properties_of(PropertyKey::Technique).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(told(""), ["T1090.003", "T1078"]);
    assert_eq!(told(r#","mitreTechniqueId":"T1110""#), ["T1110"]);
}

#[test]
fn who_acted_through_an_application_in_the_portals_file_has_its_id() {
    let header = "Date (UTC),CorrelationId,Service,Category,Activity,Result,ResultReason,User Agent,ActorType,ActorDisplayName,ActorObjectId,ActorUserPrincipalName,IPAddress,ActorHomeTenantId,ActorHomeTenantName,ActorServicePrincipalId,ActorServicePrincipalName,Target1Type,Target1DisplayName,Target1ObjectId";
    let row = |kind: &str, id: &str| {
        format!(
            "2026-06-15T10:00:00Z,c,Core Directory,UserManagement,Update user,success,,,{kind},,{id},,,,,sp-1,Ledger,User,Bo,u-2"
        )
    };
    let user = csv(header, &row("User", "u-1")).actor;
    assert_eq!((user.kind, &*user.id, &*user.app_object_id), (ActorKind::User, "u-1", "sp-1"));
    assert_eq!(user.service_principal_name, "Ledger");
    let app = csv(header, &row("Application", "")).actor;
    assert_eq!((app.kind, &*app.id, &*app.app_object_id), (ActorKind::App, "sp-1", ""));
}
