//! The ways to sign in, by their names, in the order in which they are tried.
//! Never signs in.

use std::fmt;

/// A way to sign in. The order is the one in which they are tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    /// A token in `ENTRAIL_TOKEN` or on standard input.
    Token,
    /// An application's secret in `AZURE_CLIENT_SECRET`.
    ClientSecret,
    /// An application's certificate in `AZURE_CLIENT_CERTIFICATE_PATH`.
    Certificate,
    /// A token of another party in `AZURE_FEDERATED_TOKEN_FILE`.
    Federated,
    /// The identity Azure gives the machine.
    ManagedIdentity,
    /// The account in the Azure CLI.
    AzureCli,
    /// A person with a code.
    DeviceCode,
}

/// All ways with their names for `--sign-in` and for sentences, in order.
const METHODS: &[(Method, &str, &str)] = &[
    (Method::Token, "token", "access token"),
    (Method::ClientSecret, "client-secret", "client secret"),
    (Method::Certificate, "certificate", "certificate"),
    (Method::Federated, "federated", "federated token"),
    (Method::ManagedIdentity, "managed-identity", "managed identity"),
    (Method::AzureCli, "azure-cli", "Azure CLI"),
    (Method::DeviceCode, "device-code", "device code"),
];

impl Method {
    /// All ways, in the order in which they are tried.
    pub fn all() -> impl Iterator<Item = Self> {
        METHODS.iter().map(|(method, ..)| *method)
    }

    /// The way with that name for `--sign-in`.
    pub fn named(name: &str) -> Option<Self> {
        METHODS.iter().find(|(_, known, _)| *known == name).map(|(method, ..)| *method)
    }

    /// The name for `--sign-in`.
    pub fn name(self) -> &'static str {
        METHODS.iter().find(|(method, ..)| *method == self).map_or("", |(_, name, _)| name)
    }
}

impl fmt::Display for Method {
    /// In words, as `client secret`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            METHODS.iter().find(|(method, ..)| method == self).map_or("", |(.., words)| words),
        )
    }
}
