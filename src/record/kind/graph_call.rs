//! What calls of Microsoft Graph add. Source: Azure Monitor reference, `MicrosoftGraphActivityLogs`.
//! Never reads them.

use super::KindRow;
use crate::record::kind::property::properties;

/// The kind.
pub(super) const KIND: KindRow =
    KindRow { word: "graph-call", service: Some("Microsoft Graph calls"), heading: "Graph call" };

properties! {
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
