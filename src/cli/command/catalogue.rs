//! `entrail catalogue`: what is known of activities beside the built-in catalogue.
//! Never changes that one: what a tenant offers is laid over it.

use std::io::Write as _;

use anyhow::Context as _;
use clap::Subcommand;
use tokio_util::sync::CancellationToken;

use crate::cli::Outcome;
use crate::cli::arguments::SignInArguments;
use crate::cli::standard::out;
use crate::cli::tenant::{nothing, tenant, wait_for};
use crate::config;
use crate::source::graph::activity_types;

/// What is known of activities beside the built-in catalogue
#[derive(Subcommand, Debug)]
pub(in crate::cli) enum Arguments {
    /// Ask Graph which activities the tenant has, and show them with the built-in ones from now on
    Refresh {
        #[command(flatten)]
        sign_in: Box<SignInArguments>,
    },
    /// Forget what a refresh brought
    Reset,
}

/// Lays what a tenant offers over the catalogue, or takes it away.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    match arguments {
        Arguments::Refresh { sign_in } => refresh(sign_in),
        Arguments::Reset => {
            config::forget_overlay().context("the catalogue of the tenant cannot be removed")?;
            Ok(Outcome::Found)
        }
    }
}

/// One activity as Graph lists it.
#[derive(serde::Deserialize)]
struct Listed {
    #[serde(default)]
    service: String,
    #[serde(default)]
    category: String,
    #[serde(default)]
    activity: String,
}

/// Lays what a tenant offers over the catalogue.
fn refresh(sign_in: &SignInArguments) -> anyhow::Result<Outcome> {
    // Before anybody signs in: asking takes long, above all where `az` has no home either.
    config::check_overlay().context("the catalogue of the tenant cannot be kept")?;
    let end = crate::runtime::now();
    let tenant = tenant(sign_in, nothing(end))?;
    let service = tenant.service().map_err(anyhow::Error::msg)?;
    let cancel = CancellationToken::new();
    let lines =
        wait_for(&tenant, activity_types(&service, &cancel))?.map_err(anyhow::Error::msg)?;
    let listed: Vec<Listed> = lines
        .split(|&byte| byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect();
    let day = end.to_rfc3339();
    let source = format!("tenant, {}", day.get(..10).unwrap_or(&day));
    let known = crate::catalogue::catalogue();
    let fresh = listed.iter().filter(|listed| {
        known.classify(&listed.service, &listed.category, &listed.activity).is_none()
    });
    let fresh = fresh.count();
    let mut rows = String::new();
    for listed in &listed {
        for name in [&listed.service, &listed.category, &listed.activity] {
            rows.push_str(&name.replace(['\t', '\n', '\r'], " "));
            rows.push('\t');
        }
        rows.push_str(&source);
        rows.push('\n');
    }
    config::keep_overlay(&rows).context("the catalogue of the tenant cannot be kept")?;
    writeln!(
        out(),
        "{} activities of the tenant, {fresh} of them not in the catalogue so far",
        listed.len()
    )?;
    Ok(Outcome::Found)
}
