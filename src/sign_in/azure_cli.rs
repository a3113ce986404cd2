//! The account that is signed in to the Azure CLI: `az` is asked for a token.
//! Never signs in to it, and never hands it a secret of ours.

use std::io::ErrorKind;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::process::Command;
use zeroize::Zeroizing;

use super::claims::Claims;
use super::cloud::Cloud;
use super::context::Context;
use super::endpoint::{self, Failed, Reply};
use super::token::Grant;
use crate::secret::{IDENTITY_HEADER, VARIABLES};
use crate::time::{TICKS_PER_SECOND, Timestamp};

/// `az` is slow, but not slower.
const LONGEST: Duration = Duration::from_mins(1);
const INSTALL: &str = "install it (https://aka.ms/azure-cli) and sign in with az login, or choose another way with --sign-in";

/// Gets a token of the account in the Azure CLI.
pub async fn obtain(attempt: &Context<'_>) -> Result<Grant, Failed> {
    let settings = attempt.settings;
    let program = settings.environment.azure_cli.clone().unwrap_or_else(|| program().into());
    let mut command = Command::new(&program);
    command.args(["account", "get-access-token", "--output", "json"]);
    command.args(["--resource", &attempt.audience.resource]);
    if let Some(tenant) = settings.tenant() {
        // As one word, so that a tenant can be no option.
        command.arg(format!("--tenant={tenant}"));
    }
    // An account of `az` that is a managed identity needs the header itself.
    for variable in VARIABLES.iter().filter(|name| **name != IDENTITY_HEADER) {
        command.env_remove(variable);
    }
    command.env("AZURE_CORE_NO_COLOR", "1");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let ended = async {
        tokio::select! {
            ended = command.output() => Some(ended),
            () = attempt.pace.limit(LONGEST) => None,
        }
    };
    let output = match endpoint::unless_cancelled(attempt.cancel, ended).await? {
        None => {
            return Err(Failed::Unavailable(format!(
                "az did not answer within {} s",
                LONGEST.as_secs()
            )));
        }
        Some(Err(error)) if error.kind() == ErrorKind::NotFound => {
            return Err(Failed::Unavailable(format!("az was not found; {INSTALL}")));
        }
        Some(Err(error)) => {
            return Err(Failed::Unavailable(format!("az cannot be started ({error}); {INSTALL}")));
        }
        Some(Ok(output)) => output,
    };
    let output =
        Said { status: output.status, out: output.stdout.into(), err: output.stderr.into() };
    read(&output, settings.tenant(), attempt.pace.now()).and_then(|grant| fitting(attempt, grant))
}

fn program() -> &'static str {
    if cfg!(windows) { "az.cmd" } else { "az" }
}

/// A token of another cloud is no good; `az` has one cloud at a time.
fn fitting(attempt: &Context<'_>, grant: Grant) -> Result<Grant, Failed> {
    let (wanted, is_own) = (attempt.audience, matches!(attempt.settings.cloud, Cloud::At { .. }));
    let audience = Claims::of(&grant.token).map(|claims| claims.audience).unwrap_or_default();
    if audience.is_empty() || wanted.is(&audience) || is_own {
        return Ok(grant);
    }
    Err(Failed::Refused(format!(
        "az gave a token for {audience}, not for {}; it is signed in to another cloud: az cloud set, then az login",
        wanted.resource
    )))
}

/// What `az` said; overwritten when it is dropped, as there is a token in it.
struct Said {
    status: ExitStatus,
    out: Zeroizing<Vec<u8>>,
    err: Zeroizing<Vec<u8>>,
}

fn read(output: &Said, tenant: Option<&str>, now: Timestamp) -> Result<Grant, Failed> {
    if !output.status.success() {
        return Err(refused(&String::from_utf8_lossy(&output.err), tenant));
    }
    let reply = Reply::of(&output.out);
    let grant = reply.as_ref().and_then(|reply| {
        // Seconds since 1970; `expiresOn` is in local time and of no use.
        let expires = reply.get("expires_on").and_then(Value::as_i64);
        let expires = expires.map(|at| Timestamp::from_ticks(at.saturating_mul(TICKS_PER_SECOND)));
        Grant::new(reply.get("accessToken")?.as_str()?, expires, now)
    });
    grant.ok_or_else(|| {
        Failed::Unavailable(
            "az answered without a token; is it up to date (az upgrade)?".to_owned(),
        )
    })
}

/// Why `az` gave no token, and the way out.
fn refused(said: &str, tenant: Option<&str>) -> Failed {
    let login = tenant
        .map_or_else(|| "az login".to_owned(), |tenant| format!("az login --tenant {tenant}"));
    if said.contains("az login") && !said.contains("AADSTS") {
        return Failed::Unavailable(format!("nobody is signed in to az; {login}"));
    }
    let line = said
        .lines()
        .find(|line| line.contains("AADSTS") || line.starts_with("ERROR"))
        .unwrap_or(said);
    let line = line.trim_start_matches("ERROR:").trim_start();
    let said = endpoint::in_words(line);
    let refusal = endpoint::Refusal { description: said, ..endpoint::Refusal::default() };
    if line.contains("AADSTS") {
        return Failed::Refused(format!("az says: {} ({login})", refusal.words()));
    }
    Failed::Unavailable(format!("az says: {} ({login})", refusal.description))
}
