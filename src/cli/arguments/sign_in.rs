//! How to sign in, as every command takes it that asks a tenant.
//! Never takes a secret: those come from the environment, a file or standard input.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::config::environment::Variables;

/// How to sign in.
#[derive(Args, Clone, Default, Debug)]
#[command(next_help_heading = "Sign-in")]
pub(in crate::cli) struct SignInArguments {
    /// Tenant id or domain [default: `AZURE_TENANT_ID`, else that of whoever signs in]
    #[arg(long, value_name = "TENANT")]
    pub(in crate::cli) tenant: Option<String>,

    /// Application (client) id [default: `AZURE_CLIENT_ID`, else Microsoft Graph Command Line Tools]
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) client_id: Option<String>,

    /// Cloud: global, us-gov, us-gov-dod, china
    /// [default: that of `AZURE_AUTHORITY_HOST`, else global]
    #[arg(long, value_name = "CLOUD")]
    pub(in crate::cli) cloud: Option<String>,

    /// Sign in this way only: token, client-secret, certificate, federated, managed-identity,
    /// azure-cli, device-code [default: the first of these that is set up]
    #[arg(long, value_name = "METHOD")]
    pub(in crate::cli) sign_in: Option<String>,

    /// Read an access token from the first line of standard input
    #[arg(long)]
    pub(in crate::cli) token_stdin: bool,

    /// Keep the sign-in for the next time, in a file only you can read
    #[arg(long)]
    pub(in crate::cli) remember: bool,

    /// Also trust the certificates in this PEM file (a proxy that inspects TLS)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(in crate::cli) ca_cert: Option<PathBuf>,

    /// Another place to sign in, for tests and private clouds
    #[arg(long, value_name = "URL", hide = true, requires = "graph_url")]
    pub(in crate::cli) login_url: Option<String>,

    /// Another place of Graph, for tests and private clouds
    #[arg(long, value_name = "URL", hide = true, requires = "login_url")]
    pub(in crate::cli) graph_url: Option<String>,

    /// Another folder of the keys of Azure Arc, for tests
    #[arg(long, value_name = "DIR", hide = true, requires = "login_url")]
    pub(in crate::cli) arc_keys: Option<PathBuf>,

    /// Variables that are read in place of others: those of a profile.
    #[arg(skip)]
    pub(in crate::cli) variables: Variables,
}
