//! Records of Microsoft Graph as the portal's CSV download has them: 86 columns.
//! Never quite all of a record: at most 3 targets of 5 changes, and 6 details, as in the portal.

use std::fmt::Write as _;

use serde_json::Value;

const TARGETS: usize = 3;
const CHANGES: usize = 5;
const DETAILS: usize = 6;

/// The row of headers.
pub fn headers() -> Vec<String> {
    let fixed = "Date (UTC),CorrelationId,Service,Category,Activity,Result,ResultReason,User Agent,\
        ActorType,ActorDisplayName,ActorObjectId,ActorUserPrincipalName,IPAddress,\
        ActorHomeTenantId,ActorHomeTenantName,ActorServicePrincipalId,ActorServicePrincipalName";
    let mut headers: Vec<String> = fixed.split(',').map(str::to_owned).collect();
    for target in 1..=TARGETS {
        for part in ["Type", "DisplayName", "ObjectId", "UserPrincipalName"] {
            headers.push(format!("Target{target}{part}"));
        }
        for change in 1..=CHANGES {
            for part in ["Name", "OldValue", "NewValue"] {
                headers.push(format!("Target{target}ModifiedProperty{change}{part}"));
            }
        }
    }
    for detail in 1..=DETAILS {
        headers.extend([
            format!("AdditionalDetail{detail}Key"),
            format!("AdditionalDetail{detail}Value"),
        ]);
    }
    headers
}

/// The cells of a record.
pub fn cells(record: &Value) -> Vec<String> {
    let mut cells = Vec::with_capacity(86);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for name in [
        "activityDateTime",
        "correlationId",
        "loggedByService",
        "category",
        "activityDisplayName",
        "result",
        "resultReason",
        "userAgent",
    ] {
        cells.push(text(&record[name]));
    }
    let (user, app) = (&record["initiatedBy"]["user"], &record["initiatedBy"]["app"]);
    if app.is_object() {
        let (name, id) = (text(&app["displayName"]), text(&app["servicePrincipalId"]));
        let empty = String::new;
        cells.extend(["Application".to_owned(), name.clone(), empty(), empty(), empty()]);
        cells.extend([empty(), empty(), id, name]);
    } else {
        cells.push("User".to_owned());
        for name in ["displayName", "id", "userPrincipalName", "ipAddress", "homeTenantId"] {
            cells.push(text(&user[name]));
        }
        cells.extend([text(&user["homeTenantName"]), String::new(), String::new()]);
    }
    for target in 0..TARGETS {
        let target = &record["targetResources"][target];
        for name in ["type", "displayName", "id", "userPrincipalName"] {
            cells.push(text(&target[name]));
        }
        for change in 0..CHANGES {
            let change = &target["modifiedProperties"][change];
            for name in ["displayName", "oldValue", "newValue"] {
                cells.push(text(&change[name]));
            }
        }
    }
    for detail in 0..DETAILS {
        let detail = &record["additionalDetails"][detail];
        cells.extend([text(&detail["key"]), text(&detail["value"])]);
    }
    cells
}

/// The record inside the envelope that diagnostic settings write into storage archives.
pub fn enveloped(line: &str, out: &mut String) -> anyhow::Result<()> {
    let event: crate::baseline::Event<'_> = serde_json::from_str(line)?;
    let quoted = |text: &str| serde_json::to_string(text);
    let ip = event.initiated_by.user.as_ref().and_then(|user| user.ip_address.as_ref());
    let (tenant, time) = ("5c6d7e8f-0000-4000-8000-000000000001", &event.activity_date_time);
    write!(
        out,
        "{{ \"time\": \"{time}\", \"resourceId\": \"/tenants/{tenant}/providers/Microsoft.aadiam\", \
         \"operationName\": {}, \"operationVersion\": \"1.0\", \"category\": \"AuditLogs\", \
         \"tenantId\": \"{tenant}\", \"resultSignature\": \"None\", \"durationMs\": 0, \
         \"callerIpAddress\": {}, \"correlationId\": {}, \"Level\": 4, \"properties\": {line}}}",
        quoted(&event.activity_display_name)?,
        quoted(ip.map_or("", |ip| &ip.0))?,
        quoted(&event.correlation_id)?,
    )?;
    out.push('\n');
    Ok(())
}
