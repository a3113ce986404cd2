//! Sign-ins as diagnostic settings of Azure Monitor write them: an envelope around Graph's `signIn`.
//! Never decides who signs in or how that ends.
//!
//! A sign-in is written several times with one id: when it is interrupted, when it is done, and when
//! more is known about it. Each time is a [`SignInVersion`]. Which properties are absent, null or empty follows
//! public storage archives; `tests/shapes.tsv` names them.

use super::Log;
use super::members::Members;
use crate::demo::calendar::time_text;
use crate::demo::people::{App, COMPANY, Device, User};
use crate::demo::random::Guid;
use crate::time::TICKS_PER_SECOND;

/// The tenant of Microsoft's own services.
const MICROSOFT: &str = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";

/// Where an address is, and whose network it is in.
#[derive(Clone, Copy, Debug)]
pub(in crate::demo) struct Location {
    /// City, state and country.
    pub(in crate::demo) city: &'static str,
    pub(in crate::demo) state: &'static str,
    pub(in crate::demo) country: &'static str,
    /// Latitude and longitude.
    pub(in crate::demo) at: (&'static str, &'static str),
    /// The number of its network, one of those reserved for documentation.
    pub(in crate::demo) network: u32,
    /// The named location it belongs to; empty where it belongs to none.
    pub(in crate::demo) named: &'static str,
}

/// One of Microsoft's applications or resources: name and application id.
#[derive(Clone, Copy, Debug)]
pub(in crate::demo) struct Service(
    pub(in crate::demo) &'static str,
    pub(in crate::demo) &'static str,
);

/// A person who signs in, and with what.
#[derive(Clone, Copy, Debug)]
pub(in crate::demo) struct Person<'a> {
    pub(in crate::demo) user: &'a User,
    pub(in crate::demo) app: Service,
    /// `Browser`, `Mobile Apps and Desktop clients`, `IMAP4` and so on.
    pub(in crate::demo) client: &'static str,
    /// Operating system and browser; an empty one is left out.
    pub(in crate::demo) system: (&'static str, &'static str),
    /// The device, where it is one of the tenant's.
    pub(in crate::demo) device: Option<&'a Device>,
    /// Whether the person took part in it.
    pub(in crate::demo) interactive: bool,
    /// `none`, `deviceCode`.
    pub(in crate::demo) protocol: &'static str,
    /// The tenant they are at home in.
    pub(in crate::demo) home: Guid,
}

/// An application that signs in, and the key it signs in with.
#[derive(Clone, Copy, Debug)]
pub(in crate::demo) struct Caller<'a> {
    pub(in crate::demo) app: &'a App,
    pub(in crate::demo) key: Guid,
}

/// Who signs in.
#[derive(Clone, Copy, Debug)]
pub(in crate::demo) enum Who<'a> {
    Person(Person<'a>),
    App(Caller<'a>),
}

/// A sign-in: what stays the same in all of its rows.
#[derive(Clone, Copy, Debug)]
pub(in crate::demo) struct SignIn<'a> {
    /// When it began, in ticks.
    pub(in crate::demo) at: i64,
    pub(in crate::demo) who: Who<'a>,
    pub(in crate::demo) ip: &'a str,
    pub(in crate::demo) place: Location,
    /// The browser or program.
    pub(in crate::demo) agent: &'a str,
    pub(in crate::demo) resource: Service,
}

impl SignIn<'_> {
    /// Its id, which all of its rows have.
    pub(in crate::demo) fn id(&self) -> Guid {
        Guid::of_sign_in(&self.named("sign-in"))
    }

    /// A name that no other sign-in has.
    fn named(&self, what: &str) -> String {
        let who = match &self.who {
            Who::Person(person) => person.user.id,
            Who::App(caller) => caller.app.principal,
        };
        format!("{what} {who} {}", self.at)
    }
}

/// What Identity Protection says of a sign-in.
#[derive(Clone, Copy, Debug)]
pub(in crate::demo) struct Risk {
    /// `riskLevelDuringSignIn` and `riskLevelAggregated`.
    pub(in crate::demo) levels: (&'static str, &'static str),
    pub(in crate::demo) state: &'static str,
    pub(in crate::demo) events: &'static [&'static str],
}

/// No risk.
const SAFE: Risk = Risk { levels: ("none", "none"), state: "none", events: &[] };

/// A Conditional Access policy in a row: name, control, result.
pub(in crate::demo) type Applied = (&'static str, &'static str, &'static str);

/// One step of a sign-in: method, whether it succeeded, result.
pub(in crate::demo) type Step = (&'static str, bool, &'static str);

/// One of the times a sign-in is written.
#[derive(Clone, Copy, Debug)]
pub(in crate::demo) struct SignInVersion {
    /// The error code; 0 is success.
    code: u32,
    /// Seconds after the sign-in began.
    written: i64,
    /// `additionalDetails` of the status.
    details: &'static str,
    /// What the policies did.
    policies: &'static [Applied],
    /// What the person did.
    steps: &'static [Step],
    /// What was found.
    risk: Risk,
}

impl SignInVersion {
    /// A row with this error code, written so many seconds after the sign-in began.
    pub(in crate::demo) const fn new(code: u32, written: i64) -> Self {
        Self { code, written, details: "", policies: &[], steps: &[], risk: SAFE }
    }

    /// The same row with a success, written so many seconds after the sign-in began.
    pub(in crate::demo) const fn ended(self, written: i64) -> Self {
        Self { code: 0, written, ..self }
    }

    /// With these steps.
    pub(in crate::demo) const fn steps(self, steps: &'static [Step]) -> Self {
        Self { steps, ..self }
    }

    /// With these policies.
    pub(in crate::demo) const fn policies(self, policies: &'static [Applied]) -> Self {
        Self { policies, ..self }
    }

    /// With these details of the status.
    pub(in crate::demo) const fn saying(self, details: &'static str) -> Self {
        Self { details, ..self }
    }

    /// With this risk.
    pub(in crate::demo) const fn risk(self, risk: Risk) -> Self {
        Self { risk, ..self }
    }

    /// The decision of Conditional Access, from the results of the policies.
    fn access(&self) -> &'static str {
        let some = |wanted: &str| self.policies.iter().any(|(_, _, result)| *result == wanted);
        match () {
            () if some("failure") => "failure",
            () if some("success") => "success",
            () => "notApplied",
        }
    }

    /// Whether a policy asked for a second factor.
    fn requirement(&self) -> &'static str {
        let asked = |&(_, control, result): &Applied| {
            control == "Mfa" && matches!(result, "success" | "failure")
        };
        if self.policies.iter().any(asked) {
            "multiFactorAuthentication"
        } else {
            "singleFactorAuthentication"
        }
    }
}

/// The failure reason that Entra writes for an error code.
fn failure(code: u32) -> &'static str {
    match code {
        50_053 => {
            "The account is locked, you've tried to sign in too many times with an incorrect user ID or password."
        }
        50_074 => "Strong Authentication is required.",
        50_126 => "Error validating credentials due to invalid username or password.",
        50_140 => {
            "This error occurred due to 'Keep me signed in' interrupt when the user was signing-in."
        }
        50_199 => {
            "For security reasons, user confirmation is required for this request. Please repeat the request allowing user interaction."
        }
        53_003 => {
            "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance."
        }
        _ => "",
    }
}

/// An instant as the properties write it: with an offset in place of the `Z`.
fn offset_time(at: i64) -> String {
    time_text(at).replace('Z', "+00:00")
}

impl Log {
    /// Writes one row of a sign-in. Its place in the log is the time at which the sign-in began.
    pub(in crate::demo) fn sign_in(&mut self, sign_in: &SignIn<'_>, row: &SignInVersion) {
        self.line(sign_in.at, |out| {
            Members::object(out, |members| envelope(sign_in, row, members));
        });
    }
}

/// The envelope, and the properties in it.
fn envelope(sign_in: &SignIn<'_>, row: &SignInVersion, out: &mut Members<'_>) {
    let tenant = Guid::of(COMPANY);
    let category = match &sign_in.who {
        Who::App(_) => "ServicePrincipalSignInLogs",
        Who::Person(person) if person.interactive => "SignInLogs",
        Who::Person(_) => "NonInteractiveUserSignInLogs",
    };
    out.text("time", &time_text(sign_in.at + row.written * TICKS_PER_SECOND));
    out.text("resourceId", &format!("/tenants/{tenant}/providers/Microsoft.aadiam"));
    out.text("operationName", "Sign-in activity");
    out.text("operationVersion", "1.0");
    out.text("category", category);
    out.id("tenantId", tenant);
    out.text("resultType", &row.code.to_string());
    out.text("resultSignature", if row.code == 0 { "SUCCESS" } else { "None" });
    if row.code > 0 {
        out.text("resultDescription", failure(row.code));
    }
    out.json("durationMs", "0");
    out.text("callerIpAddress", sign_in.ip);
    out.id("correlationId", Guid::of(&sign_in.named("sign-in operation")));
    if let Who::Person(person) = &sign_in.who {
        out.text("identity", &person.user.name);
    }
    out.json("Level", "4");
    out.text("location", sign_in.place.country);
    out.within("properties", |out| match &sign_in.who {
        Who::Person(person) => of_person(sign_in, person, row, out),
        Who::App(caller) => of_app(sign_in, caller, row, out),
    });
}

/// The properties of a person's sign-in.
fn of_person(
    sign_in: &SignIn<'_>,
    person: &Person<'_>,
    row: &SignInVersion,
    out: &mut Members<'_>,
) {
    out.id("id", sign_in.id());
    out.text("createdDateTime", &offset_time(sign_in.at));
    out.text("userDisplayName", &person.user.name);
    out.text("userPrincipalName", &person.user.mail());
    out.id("userId", person.user.id);
    out.text("appId", person.app.1);
    out.text("appDisplayName", person.app.0);
    out.text("ipAddress", sign_in.ip);
    status(row, out);
    out.text("clientAppUsed", person.client);
    out.text("userAgent", sign_in.agent);
    out.within("deviceDetail", |out| device(person, out));
    location(sign_in.place, out);
    out.id("correlationId", Guid::of(&sign_in.named("sign-in operation")));
    conditional_access(row, out);
    out.json("authenticationContextClassReferences", "[]");
    out.id("originalRequestId", sign_in.id());
    out.json("isInteractive", if person.interactive { "true" } else { "false" });
    out.text("tokenIssuerName", "");
    out.text("tokenIssuerType", "AzureAD");
    let processing = [("Legacy TLS (TLS 1.0, 1.1, 3DES)", "False"), ("Is CAE Token", "False")];
    out.each("authenticationProcessingDetails", processing, pair);
    let named = Some(sign_in.place.named).filter(|named| !named.is_empty());
    out.each("networkLocationDetails", named, |named, out| {
        out.text("networkType", "namedNetwork");
        out.json("networkNames", &super::list(&[named]));
    });
    out.text("clientCredentialType", "none");
    out.json("processingTimeInMilliseconds", &processing_time(sign_in).to_string());
    risk(row, out);
    out.json("riskEventTypes", &super::list(row.risk.events));
    out.json("riskEventTypes_v2", &super::list(row.risk.events));
    out.text("resourceDisplayName", sign_in.resource.0);
    out.text("resourceId", sign_in.resource.1);
    out.id("resourceTenantId", Guid::of(COMPANY));
    out.id("homeTenantId", person.home);
    out.id("tenantId", Guid::of(COMPANY));
    steps(sign_in, row, out);
    out.text("authenticationRequirement", row.requirement());
    out.text("servicePrincipalId", "");
    out.text("userType", "Member");
    account(sign_in, person, out);
    token(sign_in, person, out);
}

/// The properties of a service principal's sign-in.
fn of_app(sign_in: &SignIn<'_>, caller: &Caller<'_>, row: &SignInVersion, out: &mut Members<'_>) {
    out.id("id", sign_in.id());
    out.text("createdDateTime", &offset_time(sign_in.at));
    out.json("userId", "null");
    out.id("appId", caller.app.client);
    out.text("ipAddress", sign_in.ip);
    status(row, out);
    location(sign_in.place, out);
    out.id("correlationId", Guid::of(&sign_in.named("sign-in operation")));
    conditional_access(row, out);
    out.json("isInteractive", "false");
    out.text("tokenIssuerType", "AzureAD");
    out.each(
        "authenticationProcessingDetails",
        [("Azure AD App Authentication Library", "")],
        pair,
    );
    out.text("clientCredentialType", "clientSecret");
    out.json("processingTimeInMilliseconds", "0");
    risk(row, out);
    out.text("resourceDisplayName", sign_in.resource.0);
    out.text("resourceId", sign_in.resource.1);
    out.text("servicePrincipalName", &caller.app.name);
    out.id("servicePrincipalId", caller.app.principal);
    out.json("flaggedForReview", "false");
    out.json("isTenantRestricted", "false");
    out.text("crossTenantAccessType", "none");
    out.id("servicePrincipalCredentialKeyId", caller.key);
    out.text("uniqueTokenIdentifier", &sign_in.id().token());
    out.text("incomingTokenType", "none");
    out.text("authenticationProtocol", "none");
    out.json("appServicePrincipalId", "null");
    out.text("resourceServicePrincipalId", "");
    out.text("signInTokenProtectionStatus", "none");
    out.text("originalTransferMethod", "none");
    out.json("isThroughGlobalSecureAccess", "false");
}

/// An entry of `authenticationProcessingDetails`.
fn pair((key, value): (&str, &str), out: &mut Members<'_>) {
    out.text("key", key);
    out.text("value", value);
}

/// Milliseconds that Entra took.
fn processing_time(sign_in: &SignIn<'_>) -> i64 {
    40 + sign_in.at / TICKS_PER_SECOND % 300
}

/// The error code and what is said about it.
fn status(row: &SignInVersion, out: &mut Members<'_>) {
    out.within("status", |out| {
        out.json("errorCode", &row.code.to_string());
        if row.code > 0 {
            out.text("failureReason", failure(row.code));
        }
        if !row.details.is_empty() {
            out.text("additionalDetails", row.details);
        }
    });
}

/// A device that the tenant does not know has an empty id and no name.
fn device(person: &Person<'_>, out: &mut Members<'_>) {
    let (system, browser) = person.system;
    match person.device {
        Some(device) => {
            out.id("deviceId", device.id);
            out.text("displayName", &device.name);
        }
        None => out.text("deviceId", ""),
    }
    if !system.is_empty() {
        out.text("operatingSystem", system);
    }
    if !browser.is_empty() {
        out.text("browser", browser);
    }
    if person.device.is_some() {
        out.json("isCompliant", "true");
        out.json("isManaged", "true");
        out.text("trustType", "Azure AD joined");
    }
}

/// The place of the address.
fn location(place: Location, out: &mut Members<'_>) {
    out.within("location", |out| {
        out.text("city", place.city);
        out.text("state", place.state);
        out.text("countryOrRegion", place.country);
        out.within("geoCoordinates", |out| {
            out.json("latitude", place.at.0);
            out.json("longitude", place.at.1);
        });
    });
}

/// The decision of Conditional Access and its policies.
fn conditional_access(row: &SignInVersion, out: &mut Members<'_>) {
    out.text("conditionalAccessStatus", row.access());
    out.each("appliedConditionalAccessPolicies", row.policies, |(name, control, result), out| {
        let applied = !result.ends_with("otApplied");
        out.id("id", Guid::of(name));
        out.text("displayName", name);
        out.json("enforcedGrantControls", &super::list(&[control]));
        out.json("enforcedSessionControls", "[]");
        out.text("result", result);
        // Bits: users, applications, and so on.
        out.json("conditionsSatisfied", if applied { "3" } else { "1" });
        out.json("conditionsNotSatisfied", if applied { "0" } else { "2" });
    });
}

/// The risk levels and the state.
fn risk(row: &SignInVersion, out: &mut Members<'_>) {
    out.text("riskDetail", "none");
    out.text("riskLevelAggregated", row.risk.levels.1);
    out.text("riskLevelDuringSignIn", row.risk.levels.0);
    out.text("riskState", row.risk.state);
}

/// The first step is numbered; those after it are not.
fn steps(sign_in: &SignIn<'_>, row: &SignInVersion, out: &mut Members<'_>) {
    out.each("authenticationDetails", row.steps.iter().enumerate(), |(place, step), out| {
        let (method, succeeded, result) = *step;
        let at = sign_in.at + place as i64 * 9 * TICKS_PER_SECOND;
        out.text("authenticationStepDateTime", &offset_time(at));
        out.text("authenticationMethod", method);
        if method == "Password" {
            out.text("authenticationMethodDetail", "Password in the cloud");
        }
        out.json("succeeded", if succeeded { "true" } else { "false" });
        out.text("authenticationStepResultDetail", result);
        if place > 0 {
            out.text("authenticationStepRequirement", "Multi-factor authentication");
            return;
        }
        out.text("authenticationStepRequirement", "Primary authentication");
        out.json("StatusSequence", "0");
        out.json("RequestSequence", "0");
    });
    let asked = Some(row.requirement()).filter(|asked| asked.starts_with("multi"));
    out.each("authenticationRequirementPolicies", asked, |_, out| {
        out.text("requirementProvider", "multiConditionalAccess");
        out.text("detail", "Conditional Access");
    });
    out.json("sessionLifetimePolicies", "[]");
}

/// The account and the network.
fn account(sign_in: &SignIn<'_>, person: &Person<'_>, out: &mut Members<'_>) {
    out.json("flaggedForReview", "false");
    out.json("isTenantRestricted", "false");
    out.json("autonomousSystemNumber", &sign_in.place.network.to_string());
    let foreign = person.home != Guid::of(COMPANY);
    out.text("crossTenantAccessType", if foreign { "b2bCollaboration" } else { "none" });
    out.json("privateLinkDetails", "{}");
    out.text("ssoExtensionVersion", "");
}

/// The token that was issued, or would have been.
fn token(sign_in: &SignIn<'_>, person: &Person<'_>, out: &mut Members<'_>) {
    out.text("uniqueTokenIdentifier", &sign_in.id().token());
    out.json("authenticationStrengths", "[]");
    let came_with = if person.interactive { "none" } else { "refreshToken" };
    out.text("incomingTokenType", came_with);
    out.text("authenticationProtocol", person.protocol);
    out.json("appServicePrincipalId", "null");
    out.id("resourceServicePrincipalId", Guid::of(sign_in.resource.0));
    out.json("rngcStatus", "0");
    out.text("signInTokenProtectionStatus", "none");
    out.within("tokenProtectionStatusDetails", |out| {
        out.text("signInSessionStatus", "unbound");
        out.json("signInSessionStatusCode", "1002");
    });
    let transfer = if person.protocol == "deviceCode" { "deviceCodeFlow" } else { "none" };
    out.text("originalTransferMethod", transfer);
    out.json("isThroughGlobalSecureAccess", "false");
    out.each("conditionalAccessAudiences", [sign_in.resource.1], |resource, out| {
        out.text("applicationId", resource);
        out.text("audienceReasons", "none");
    });
    out.id("sessionId", Guid::of(&sign_in.named("session")));
    out.text("appOwnerTenantId", MICROSOFT);
    out.text("resourceOwnerTenantId", MICROSOFT);
}
