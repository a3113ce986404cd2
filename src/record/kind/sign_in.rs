//! What sign-ins add. Source: Microsoft Graph reference, "signIn".
//! Never reads them.

use super::KindRow;
use crate::record::kind::property::properties;

/// The kind.
pub(super) const KIND: KindRow =
    KindRow { word: "sign-in", service: Some("Sign-ins"), heading: "Sign-in" };

properties! {
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
}
