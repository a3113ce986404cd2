//! How to sign in: what the user wants, and what the environment has.
//! Never reads the environment itself.

use std::path::PathBuf;

use super::cloud::Cloud;
use super::method::Method;
use crate::secret::Secret;

/// What the environment says about signing in. Variables that are empty are not set.
#[derive(Clone, Default, Debug)]
pub struct Environment {
    /// `ENTRAIL_TOKEN`: an access token.
    pub token: Option<Secret>,
    /// `AZURE_TENANT_ID`: id or domain.
    pub tenant: Option<String>,
    /// `AZURE_CLIENT_ID`.
    pub client: Option<String>,
    /// `AZURE_CLIENT_SECRET`.
    pub client_secret: Option<Secret>,
    /// `AZURE_CLIENT_CERTIFICATE_PATH`: PEM or PFX, certificate and key.
    pub certificate: Option<PathBuf>,
    /// `AZURE_CLIENT_CERTIFICATE_PASSWORD`.
    pub certificate_password: Option<Secret>,
    /// `AZURE_CLIENT_SEND_CERTIFICATE_CHAIN` is `1` or `true`: for applications that trust a name
    /// and an issuer, not a certificate.
    pub send_chain: bool,
    /// `AZURE_FEDERATED_TOKEN_FILE`.
    pub federated_token_file: Option<PathBuf>,
    /// `AZURE_AUTHORITY_HOST`; see [`Cloud::of_authority`].
    pub authority: Option<String>,
    /// `IDENTITY_ENDPOINT` of App Service, Service Fabric or Azure Arc.
    pub identity_endpoint: Option<String>,
    /// `IDENTITY_HEADER` of App Service or Service Fabric.
    pub identity_header: Option<Secret>,
    /// `IDENTITY_SERVER_THUMBPRINT` of Service Fabric: SHA-1 of the endpoint's certificate, in hex.
    pub identity_thumbprint: Option<String>,
    /// `IMDS_ENDPOINT`, which Azure Arc sets beside `IDENTITY_ENDPOINT`.
    pub arc_imds: Option<String>,
    /// The folder the agent of Azure Arc puts its keys in; `None` for the one it always is.
    pub arc_keys: Option<PathBuf>,
    /// `AZURE_POD_IDENTITY_AUTHORITY_HOST`: where the metadata service is, if not where it always is.
    pub imds: Option<String>,
    /// Passwords of proxies (`HTTPS_PROXY` and its kin): known so that no message repeats them.
    pub proxy_secrets: Vec<Secret>,
    /// The program asked as Azure CLI; `None` for `az` on the search path.
    pub azure_cli: Option<PathBuf>,
}

/// How to sign in.
#[derive(Clone, Default, Debug)]
pub struct Settings {
    /// Where.
    pub cloud: Cloud,
    /// `--tenant`: id or domain; goes before the environment.
    pub tenant: Option<String>,
    /// `--client-id`: id of the application; goes before the environment.
    pub client: Option<String>,
    /// `--sign-in`: this way only. `None`: the first that is set up.
    pub method: Option<Method>,
    /// The file sign-ins are remembered in, only with `--remember`.
    pub remember: Option<PathBuf>,
    /// What the environment says.
    pub environment: Environment,
    /// An access token from standard input.
    pub token_from_stdin: Option<Secret>,
}

impl Settings {
    pub(super) fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref().or(self.environment.tenant.as_deref())
    }

    pub(super) fn client(&self) -> Option<&str> {
        self.client.as_deref().or(self.environment.client.as_deref())
    }
}
