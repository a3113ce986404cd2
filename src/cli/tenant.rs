//! Signing in, as the arguments and the environment say.
//! Never talks to Graph itself; a [`Tenant`] does.

use std::io::{self, BufRead as _};

use anyhow::Context as _;
use zeroize::Zeroizing;

use super::arguments::SignInArguments;
use super::prompt;
use crate::config::environment;
use crate::record::tenant_names;
use crate::secret::Secret;
use crate::sign_in::{Cloud, Method, Settings};
use crate::source::Asking;
use crate::source::Tenant;
use crate::source::graph::Request;
use crate::source::graph::logs::LOGS;
use crate::text::clean;
use crate::time::{TICKS_PER_SECOND, Timestamp, Window};

/// A request of the audit log for who only wants to be signed in.
pub(super) fn nothing(end: Timestamp) -> Request {
    let window = Window { start: end.plus(-TICKS_PER_SECOND), end };
    Request::new(LOGS.iter().take(1).collect(), window)
}

/// The tenant of these arguments and of the environment.
pub(super) fn tenant(arguments: &SignInArguments, request: Request) -> anyhow::Result<Tenant> {
    let settings = settings(arguments)?;
    Tenant::new(settings, arguments.ca_cert.clone(), request).map_err(anyhow::Error::msg)
}

/// How to sign in by these arguments and the environment.
pub(super) fn settings(arguments: &SignInArguments) -> anyhow::Result<Settings> {
    let mut environment = environment::sign_in(&arguments.variables);
    environment.arc_keys = arguments.arc_keys.clone().or(environment.arc_keys);
    let cloud = match (&arguments.login_url, &arguments.graph_url, &arguments.cloud) {
        (Some(login), Some(graph), _) => Cloud::at(login, graph).map_err(anyhow::Error::msg)?,
        (_, _, Some(name)) => Cloud::named(name).with_context(|| {
            let known: Vec<&str> = Cloud::names().collect();
            format!("there is no cloud `{}`; the clouds are {}", clean(name), known.join(", "))
        })?,
        _ => match &environment.authority {
            Some(host) => Cloud::of_authority(host).map_err(anyhow::Error::msg)?,
            None => Cloud::default(),
        },
    };
    let method = match &arguments.sign_in {
        Some(name) => Some(Method::named(name).with_context(|| {
            let known: Vec<&str> = Method::all().map(Method::name).collect();
            format!(
                "there is no way `{}` to sign in; the ways are {}",
                clean(name),
                known.join(", ")
            )
        })?),
        None => None,
    };
    let remember = match arguments.remember {
        true => Some(
            environment::remembered_sign_ins()
                .context("--remember needs a home directory to keep the sign-in in")?,
        ),
        false => None,
    };
    Ok(Settings {
        cloud,
        // A name of the configuration stands for the id.
        tenant: arguments
            .tenant
            .as_deref()
            .map(|named| tenant_names::id_of(named).unwrap_or(named).to_owned()),
        client: arguments.client_id.clone(),
        method,
        remember,
        environment,
        token_from_stdin: if arguments.token_stdin { Some(token_from_stdin()?) } else { None },
    })
}

/// Room for a token, in bytes, so that it is not moved while it is read.
const USUAL_TOKEN: usize = 1 << 16;

fn token_from_stdin() -> anyhow::Result<Secret> {
    let mut line = Zeroizing::new(String::with_capacity(USUAL_TOKEN));
    io::stdin().lock().read_line(&mut line).context("standard input: cannot read the token")?;
    let token = line.trim();
    anyhow::ensure!(!token.is_empty(), "--token-stdin: there is no token on standard input");
    Ok(Secret::new(token))
}

/// Runs what waits for the network, telling on standard error what a person has to do.
pub(super) fn wait_for<T>(tenant: &Tenant, work: impl Future<Output = T>) -> anyhow::Result<T> {
    wait_asking(|| tenant.asking(), work)
}

/// Runs what waits for the network, telling on standard error what a person is asked for.
pub(super) fn wait_asking<T>(
    asking: impl Fn() -> Asking,
    work: impl Future<Output = T>,
) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        tokio::pin!(work);
        loop {
            let pause = tokio::time::sleep(std::time::Duration::from_millis(100));
            tokio::select! {
                done = &mut work => return Ok(done),
                () = pause => if let Asking::For(prompt) = asking() {
                    prompt::tell_it(&prompt);
                },
            }
        }
    })
}
