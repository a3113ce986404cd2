//! Calls of Microsoft Graph, as diagnostic settings write `MicrosoftGraphActivityLogs`.
//! Never says what a call changed; audit records do.

use super::Log;
use super::members::Members;
use super::sign_in::{Caller, SignIn};
use crate::demo::calendar::time_text;
use crate::demo::people::COMPANY;
use crate::demo::random::Guid;
use crate::time::TICKS_PER_SECOND;

/// One call with the token of an application.
#[derive(Clone, Copy, Debug)]
pub(in crate::demo) struct Call<'a> {
    /// When it was answered, in ticks.
    pub(in crate::demo) at: i64,
    pub(in crate::demo) method: &'a str,
    /// What stands behind `https://graph.microsoft.com/v1.0`.
    pub(in crate::demo) path: &'a str,
    pub(in crate::demo) status: u16,
    /// Bytes of the answer.
    pub(in crate::demo) size: u32,
    /// Permissions of the application, separated by spaces.
    pub(in crate::demo) roles: &'a str,
}

impl Log {
    /// Writes a call with the token that a sign-in of a service principal got.
    pub(in crate::demo) fn call(
        &mut self,
        sign_in: &SignIn<'_>,
        caller: &Caller<'_>,
        call: &Call<'_>,
    ) {
        self.line(call.at, |out| {
            Members::object(out, |members| envelope(sign_in, caller, call, members));
        });
    }
}

/// The region that answers.
const REGION: &str = "North Europe";

/// The envelope, and the properties in it.
fn envelope(sign_in: &SignIn<'_>, caller: &Caller<'_>, call: &Call<'_>, out: &mut Members<'_>) {
    let tenant = Guid::of(COMPANY);
    let request = Guid::of(&format!("request {}", call.at));
    let duration = (call.at / TICKS_PER_SECOND % 700_000 + 90_000).to_string();
    out.text("time", &time_text(call.at));
    let resource = format!("/tenants/{tenant}/providers/Microsoft.aadiam");
    out.text("resourceId", &resource.to_ascii_uppercase());
    out.text("operationName", "Microsoft Graph Activity");
    out.text("operationVersion", "v1.0");
    out.text("category", "MicrosoftGraphActivityLogs");
    out.text("resultSignature", &call.status.to_string());
    out.text("durationMs", &duration);
    out.text("callerIpAddress", sign_in.ip);
    out.id("correlationId", request);
    out.text("level", "Informational");
    out.text("location", REGION);
    out.within("properties", |out| {
        out.id("__UDI_RequiredFields_TenantId", tenant);
        out.id("__UDI_RequiredFields_UniqueId", request);
        // .NET ticks: 100 ns since the year 1.
        let ticks = (call.at + 621_355_968_000_000_000).to_string();
        out.json("__UDI_RequiredFields_EventTime", &ticks);
        out.text("__UDI_RequiredFields_RegionScope", "EU");
        out.text("timeGenerated", &time_text(call.at));
        out.text("location", REGION);
        out.id("requestId", request);
        out.id("operationId", request);
        out.id("clientRequestId", Guid::of(&format!("client request {}", call.at)));
        out.text("apiVersion", "v1.0");
        out.text("requestMethod", call.method);
        out.json("responseStatusCode", &call.status.to_string());
        out.id("tenantId", tenant);
        out.json("durationMs", &duration);
        out.json("responseSizeBytes", &call.size.to_string());
        token(sign_in, caller, call, out);
    });
    out.id("tenantId", tenant);
}

/// The token that was sent, and by whom.
fn token(sign_in: &SignIn<'_>, caller: &Caller<'_>, call: &Call<'_>, out: &mut Members<'_>) {
    let principal = caller.app.principal;
    out.text("signInActivityId", &sign_in.id().token());
    out.text("roles", call.roles);
    out.id("appId", caller.app.client);
    out.id("UserPrincipalObjectID", principal);
    out.text("scopes", "");
    out.text("identityProvider", &format!("https://sts.windows.net/{}/", Guid::of(COMPANY)));
    // A secret; 2 is a certificate.
    out.text("clientAuthMethod", "1");
    out.text("wids", "0997a1d0-0d1d-4acb-b408-d5ca73121e90");
    out.text("C_Idtyp", "app");
    let issued = sign_in.at / TICKS_PER_SECOND;
    out.text("C_Iat", &issued.to_string());
    out.text("ipAddress", sign_in.ip);
    out.text("userAgent", sign_in.agent);
    out.text("requestUri", &format!("https://graph.microsoft.com/v1.0{}", call.path));
    out.text("atContentP", "");
    out.text("atContentH", "");
    out.text("C_Sid", "");
    out.text("C_DeviceId", "");
    out.id("servicePrincipalId", principal);
    out.text("tokenIssuedAt", &time_text(issued * TICKS_PER_SECOND));
}
