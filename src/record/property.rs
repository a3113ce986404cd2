//! What only some kinds of record have: one row of [`PROPERTIES`] for each such property.
//! Never reads bytes; formats fill [`Record::properties`](super::Record::properties), everything else asks by [`Key`].
//!
//! A row is all there is to a property: its field, column, facet, detail line and place in Graph's
//! JSON follow from it. Source of the paths: Microsoft Graph reference, "signIn", "provisioningObjectSummary",
//! "riskDetection" and "riskyUser resource type"; Azure Monitor reference, `MicrosoftGraphActivityLogs`.

use std::borrow::Cow;

use super::Kind;
use super::field::ValueKind;

/// One property that a record's kind adds, with its value as text.
#[derive(Clone, PartialEq, Debug)]
pub struct Property<'a> {
    /// Which property.
    pub key: Key,
    /// Its value, never empty; a property with several values stands several times.
    pub value: Cow<'a, str>,
}

/// A row of the property table.
#[derive(Debug)]
pub struct PropertyRow {
    /// Its name in the code.
    pub key: Key,
    /// Name of the field.
    pub field: &'static str,
    /// Where Graph has it: names of nested objects joined by `.`. Empty where it is made from other
    /// properties.
    pub path: &'static str,
    /// Other names of the field.
    pub aliases: &'static [&'static str],
    /// What its values are.
    pub kind: ValueKind,
    /// May a record have several values?
    pub many: bool,
    /// Does a bare word look in it?
    pub in_words: bool,
    /// What of a person or tenant its values tell.
    pub class: Class,
    /// The kinds of record that have it.
    pub kinds: &'static [Kind],
    /// Title of the list column.
    pub title: &'static str,
    /// One line for help, completion and README.
    pub help: &'static str,
}

/// What of a person or tenant a value tells: what a redacted export puts in its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// Nothing: one of Microsoft's own words, a number.
    Nothing,
    /// An id.
    Id,
    /// An IP address.
    Ip,
    /// A user principal name.
    Upn,
    /// The name of a place.
    Place,
    /// The name of an application or a system.
    App,
    /// The name of a device.
    Device,
    /// The name of a policy, a colon and one of Microsoft's words.
    Policy,
    /// Running text that may have any of these in it.
    Text,
}

/// Declares [`Key`] and [`PROPERTIES`]: `Key: field, path, [aliases], kind, values, words, class, [kinds], title,
/// help;` where values is `one` or `many`, and words is `word` where a bare word looks in it and `apart`
/// where not.
macro_rules! properties {
    (@many one) => { false };
    (@many many) => { true };
    (@word word) => { true };
    (@word apart) => { false };
    ($($key:ident: $field:literal, $path:literal, [$($alias:literal),*], $kind:ident, $many:ident,
       $word:ident, $class:ident, [$($of:ident),*], $title:literal, $help:literal;)*) => {
        /// Names a row of [`PROPERTIES`].
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Key {
            $(#[doc = concat!("The field `", $field, "`.")] $key,)*
        }

        /// All properties that kinds add, in the order in which they are shown.
        pub static PROPERTIES: &[PropertyRow] = ROWS;

        /// As [`PROPERTIES`], for tables that are made when the program is built.
        pub(super) const ROWS: &[PropertyRow] = &[$(PropertyRow {
            key: Key::$key,
            field: $field,
            path: $path,
            aliases: &[$($alias),*],
            kind: ValueKind::$kind,
            many: properties!(@many $many),
            in_words: properties!(@word $word),
            class: Class::$class,
            kinds: &[$(Kind::$of),*],
            title: $title,
            help: $help,
        },)*];
    };
}

properties! {
    Agent: "agent.type", "", ["agentType"], Text, many, word, Nothing, [Audit],
        "Agentic", "kind of AI agent that acted or was changed, such as agenticAppInstance";
    ActorAgent: "actor.agent", "", [], Text, one, apart, Nothing, [Audit],
        "By agent", "kind of AI agent that acted";
    TargetAgent: "target.agent", "", [], Text, many, apart, Nothing, [Audit],
        "On agent", "kind of AI agent it was done to";
    Blueprint: "blueprint", "", ["blueprintId"], Text, many, word, Id, [Audit],
        "Blueprint", "object id of the blueprint that an AI agent was made from";
    Performer: "performer", "", ["performedBy"], Text, one, word, Id, [Audit],
        "Performer", "application id of the agent that performed it for the actor";
    Origin: "app.origin", "", [], Text, one, apart, Nothing, [Audit],
        "Origin", "whose service principal: microsoft, managed-identity, own, foreign, other";
    Provisioned: "app.provisioning", "", ["provisioningType"], Text, one, word, Nothing, [Audit],
        "Came by", "why a service principal is there: defaultMicrosoft, subscription, Other, …";
    OwnerTenant: "app.owner", "", ["appOwnerOrganizationId"], Text, one, word, Id, [Audit],
        "Home", "tenant id of the organisation that registered the application";
    Sku: "app.sku", "", ["subscribedSkus"], Text, many, word, Nothing, [Audit],
        "For SKU", "licences that brought a service principal of Microsoft, such as SPE_E5";
    App: "app", "", ["application", "appDisplayName"], Text, one, word, App, [SignIn],
        "App", "the application that was signed in to";
    Resource: "resource", "", ["resourceDisplayName"], Text, one, word, App, [SignIn],
        "Resource", "the resource the sign-in was for";
    ErrorCode: "error.code", "", ["errorCode", "resultType"], Text, one, word, Nothing, [SignIn, Provisioning],
        "Code", "error code of a sign-in (0 is success) or of provisioning";
    Error: "error", "", ["errorMeaning"], Text, one, word, Text, [SignIn],
        "Error", "what the error code of a sign-in means, in words";
    ErrorName: "error.name", "", ["LogonError"], Text, one, word, Nothing, [SignIn],
        "Error name", "Microsoft's name for the error, such as InvalidUserNameOrPassword";
    Location: "location", "", [], Text, one, word, Place, [SignIn, Risk],
        "Location", "city, state and country of the IP address";
    City: "location.city", "location.city", ["city"], Text, one, apart, Place, [SignIn, Risk],
        "City", "city of the IP address";
    State: "location.state", "location.state", [], Text, one, apart, Place, [SignIn, Risk],
        "State", "state or province of the IP address";
    Country: "location.country", "location.countryOrRegion", ["country", "countryOrRegion"],
        Text, one, apart, Nothing, [SignIn, Risk],
        "Country", "country or region of the IP address, two letters";
    Client: "client", "clientAppUsed", ["clientApp"], Text, one, word, Nothing, [SignIn],
        "Client", "client app: Browser, Mobile Apps and Desktop clients, IMAP4, …";
    Protocol: "protocol", "authenticationProtocol", [], Text, one, word, Nothing, [SignIn],
        "Protocol", "authentication protocol: deviceCode, ropc, oAuth2, …";
    Requirement: "auth.requirement", "authenticationRequirement", ["requirement"],
        Text, one, word, Nothing, [SignIn],
        "Required", "singleFactorAuthentication or multiFactorAuthentication";
    Method: "auth.method", "", ["authenticationMethod", "mfaDetail"], Text, many, word, Nothing, [SignIn],
        "Method", "authentication methods of the sign-in, such as Password";
    Step: "auth.detail", "authenticationDetails", [], Text, many, word, Text, [SignIn],
        "Steps", "authentication steps, as METHOD: RESULT";
    Access: "ca", "conditionalAccessStatus", ["conditionalAccess", "ca.status"],
        Text, one, word, Nothing, [SignIn],
        "CA", "what Conditional Access decided: success, failure or notApplied";
    Policy: "ca.policy", "appliedConditionalAccessPolicies", ["conditionalAccessPolicies"],
        Text, many, word, Policy, [SignIn],
        "Policies", "Conditional Access policies, as NAME: RESULT";
    RiskDuring: "risk.signin", "riskLevelDuringSignIn", [], Level, one, apart, Nothing, [SignIn],
        "MS risk", "Microsoft's own risk of the sign-in: none, low, medium, high, hidden";
    RiskAggregated: "risk.aggregated", "riskLevelAggregated", [], Level, one, apart, Nothing, [SignIn],
        "MS total", "Microsoft's own risk level, later detections included";
    RiskState: "risk.state", "riskState", [], Text, one, word, Nothing, [SignIn, Risk],
        "MS state", "atRisk, confirmedCompromised, remediated, dismissed, confirmedSafe or none";
    RiskDetail: "risk.detail", "riskDetail", [], Text, one, word, Nothing, [SignIn, Risk],
        "MS detail", "why the risk state was set, such as userPerformedSecuredPasswordReset";
    RiskEvent: "risk.event", "riskEventTypes_v2", ["riskEventTypes", "riskEventType"],
        Text, many, word, Nothing, [SignIn, Risk],
        "MS events", "what Microsoft detected: anonymizedIPAddress, unfamiliarFeatures, …";
    RiskLevel: "risk.level", "riskLevel", [], Level, one, apart, Nothing, [Risk],
        "MS level", "Microsoft's level of a detection or of an account at risk";
    RiskTiming: "risk.timing", "detectionTimingType", [], Text, one, word, Nothing, [Risk],
        "Timing", "when the risk was detected: realtime, nearRealtime, offline";
    RiskSource: "risk.source", "source", [], Text, one, word, Nothing, [Risk],
        "Found by", "what detected the risk: IdentityProtection, Microsoft Defender, …";
    Technique: "risk.technique", "mitreTechniqueId", [], Text, many, word, Nothing, [Risk],
        "Techniques", "MITRE ATT&CK techniques of the detection";
    Request: "request", "requestId", [], Text, one, word, Id, [Risk],
        "Request", "id of the sign-in that was detected: its record id";
    Device: "device", "deviceDetail.displayName", ["deviceName"], Text, one, word, Device, [SignIn],
        "Device", "name of the device";
    DeviceId: "device.id", "deviceDetail.deviceId", ["deviceId"], Text, one, word, Id, [SignIn, GraphCall],
        "Device id", "Entra device id";
    Os: "device.os", "deviceDetail.operatingSystem", ["os", "operatingSystem"],
        Text, one, word, Nothing, [SignIn],
        "OS", "operating system of the device";
    Browser: "device.browser", "deviceDetail.browser", ["browser"], Text, one, word, Nothing, [SignIn],
        "Browser", "browser, or the name of the client";
    Compliant: "device.compliant", "deviceDetail.isCompliant", ["isCompliant"],
        Text, one, apart, Nothing, [SignIn],
        "Compliant", "true where the device complies with the policies for devices";
    Managed: "device.managed", "deviceDetail.isManaged", ["isManaged"], Text, one, apart, Nothing, [SignIn],
        "Managed", "true where the device is managed";
    Trust: "device.trust", "deviceDetail.trustType", ["trustType"], Text, one, word, Nothing, [SignIn],
        "Trust", "how the device is joined: AzureAd, Workplace, ServerAd, …";
    CrossTenant: "tenant.access", "crossTenantAccessType", [], Text, one, word, Nothing, [SignIn],
        "Cross", "access across tenants: none, b2bCollaboration, serviceProvider, …";
    HomeTenant: "tenant.home", "homeTenantId", [], Text, one, word, Id, [SignIn, Risk],
        "Home", "tenant id the user or application is at home in";
    ResourceTenant: "tenant.resource", "resourceTenantId", [], Text, one, word, Id, [SignIn],
        "Of tenant", "tenant id of the resource";
    UserType: "user.type", "userType", [], Text, one, word, Nothing, [SignIn, Risk],
        "User type", "member or guest";
    LoginName: "user.login", "signInIdentifier", ["alternateSignInName"], Text, one, word, Upn, [SignIn],
        "Login", "the name that was typed to sign in";
    Interactive: "interactive", "isInteractive", [], Text, one, apart, Nothing, [SignIn],
        "Interact.", "true where the user took part in the sign-in";
    Network: "asn", "autonomousSystemNumber", ["autonomousSystem"], Text, one, apart, Place, [SignIn],
        "ASN", "autonomous system number of the IP address";
    NamedLocation: "location.named", "networkLocationDetails", [], Text, many, word, Place, [SignIn],
        "Named loc.", "named locations the IP address is in";
    SeenIp: "ip.resource", "ipAddressFromResourceProvider", [], Text, one, word, Ip, [SignIn],
        "Seen IP", "IP address that the resource saw";
    Token: "token", "uniqueTokenIdentifier", ["tokenId", "signInActivityId"], Text, one, word, Id, [SignIn, GraphCall],
        "Token", "unique id of the token that was issued";
    TokenIn: "token.incoming", "incomingTokenType", [], Text, one, word, Nothing, [SignIn],
        "Came with", "token the client came with: primaryRefreshToken, saml11, …";
    TokenIssuer: "token.issuer", "tokenIssuerType", [], Text, one, word, Nothing, [SignIn, Risk],
        "Issuer", "who issued the token: AzureAD, ADFederationServices, …";
    Transfer: "token.transfer", "originalTransferMethod", [], Text, one, word, Nothing, [SignIn],
        "Transfer", "how the session came to the device: deviceCodeFlow, …";
    Protection: "token.protection", "signInTokenProtectionStatus", [], Text, one, word, Nothing, [SignIn],
        "Bound", "whether the token is bound to the device: bound, unbound or none";
    Flagged: "flagged", "flaggedForReview", [], Text, one, apart, Nothing, [SignIn],
        "Flagged", "true where the user flagged the failed sign-in for review";
    Credential: "credential", "clientCredentialType", [], Text, one, word, Nothing, [SignIn],
        "Credential", "credential of the application: clientSecret, certificate, …";
    CredentialKey: "credential.key", "servicePrincipalCredentialKeyId", [], Text, one, word, Id, [SignIn],
        "Key id", "id of the key or secret a service principal signed in with";
    Thumbprint: "credential.thumbprint", "servicePrincipalCredentialThumbprint", [],
        Text, one, word, Id, [SignIn],
        "Thumbprint", "thumbprint of the certificate a service principal signed in with";
    Federated: "credential.federated", "federatedCredentialId", [], Text, one, word, Id, [SignIn],
        "Federated", "id of the federated credential that was used";
    SourceSystem: "system.source", "sourceSystem.displayName", ["sourceSystem"],
        Text, one, word, App, [Provisioning],
        "From", "system that provisioning read from";
    TargetSystem: "system.target", "targetSystem.displayName", ["targetSystem"],
        Text, one, word, App, [Provisioning],
        "Into", "system that provisioning wrote to";
    ProvisioningStep: "step", "provisioningSteps", ["provisioningSteps"],
        Text, many, word, Text, [Provisioning],
        "Steps", "steps of provisioning, as STEP: STATUS";
    Job: "job", "jobId", [], Text, one, word, Id, [Provisioning],
        "Job", "id of the provisioning job";
    Cycle: "cycle", "", ["cycleId"], Text, one, word, Id, [Provisioning],
        "Cycle", "id of the provisioning cycle";
    ChangeId: "change.id", "changeId", [], Text, one, word, Id, [Provisioning],
        "Change id", "id of the change that was provisioned";
    Advice: "error.advice", "", ["recommendedAction"],
        Text, one, word, Text, [Provisioning],
        "Advice", "what Microsoft recommends against the error";
    RequestMethod: "request.method", "", ["requestMethod"], Text, one, word, Nothing, [GraphCall],
        "Method", "HTTP method of the call";
    RequestUri: "request.uri", "", ["requestUri", "uri"], Text, one, word, Text, [GraphCall],
        "URI", "address of the call, ids and query included";
    Status: "response.status", "", ["responseStatusCode"], Text, one, word, Nothing, [GraphCall],
        "Status", "HTTP status of the response";
    ResponseSize: "response.size", "responseSizeBytes", [], Text, one, apart, Nothing, [GraphCall],
        "Bytes", "size of the response in bytes";
    ApiVersion: "api.version", "apiVersion", [], Text, one, apart, Nothing, [GraphCall],
        "Version", "version of Graph: v1.0 or beta";
    ClientRequest: "request.client", "clientRequestId", [], Text, one, word, Id, [GraphCall],
        "Client id", "id the client gave to the call";
    Role: "token.role", "roles", [], Text, many, word, Nothing, [GraphCall],
        "Roles", "application permissions in the token";
    Scope: "token.scope", "scopes", [], Text, many, word, Nothing, [GraphCall],
        "Scopes", "delegated permissions in the token";
    RoleId: "token.wids", "wids", [], Text, many, word, Nothing, [GraphCall],
        "Role ids", "template ids of the directory roles in the token";
    ClientAuth: "token.auth", "clientAuthMethod", [], Text, one, apart, Nothing, [GraphCall],
        "Auth", "how the client authenticated: 0 public, 1 secret, 2 certificate";
    Duration: "duration", "durationInMilliseconds", ["durationMs"], Text, one, apart, Nothing, [Provisioning, GraphCall],
        "ms", "how long it took, in milliseconds";
}

impl Key {
    /// This property's row.
    pub fn row(self) -> &'static PropertyRow {
        &PROPERTIES[self as usize]
    }

    /// The property whose field has this name.
    pub fn of_field(field: &str) -> Option<Self> {
        PROPERTIES.iter().find(|row| row.field == field).map(|row| row.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_keys_and_no_path_is_there_twice() {
        let mut paths = std::collections::HashSet::new();
        for (at, row) in PROPERTIES.iter().enumerate() {
            assert_eq!(row.key as usize, at, "{}", row.field);
            assert_eq!(Key::of_field(row.field), Some(row.key));
            assert!(!row.kinds.is_empty(), "{}: which kinds have it?", row.field);
            assert!(row.path.is_empty() || paths.insert(row.path), "{} twice", row.path);
        }
    }
}
