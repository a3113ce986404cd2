//! The log of what the program does, as every command takes it.
//! Never begins one by itself: [`LogArguments::begin`] does.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, ValueHint};

use crate::config::environment;
use crate::log;

/// The log.
#[derive(Args, Debug)]
pub(in crate::cli) struct LogArguments {
    /// Append what entrail does to FILE, one event a line, without secrets: requests, decisions,
    /// times (or set `ENTRAIL_LOG`)
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    log_file: Option<PathBuf>,

    /// How much to log (or set `ENTRAIL_LOG_LEVEL`)
    #[arg(long, global = true, value_name = "LEVEL", value_parser = log::LEVELS)]
    log_level: Option<String>,
}

impl LogArguments {
    /// Begins the log, where one was asked for. Fails where its file cannot be opened.
    pub(in crate::cli) fn begin(&self) -> anyhow::Result<()> {
        let (file, level) = environment::log();
        let Some(path) = self.log_file.as_deref().or(file.as_deref()) else { return Ok(()) };
        let level = self.log_level.clone().or(level).unwrap_or_else(|| "info".to_owned());
        anyhow::ensure!(
            log::LEVELS.contains(&level.as_str()),
            "ENTRAIL_LOG_LEVEL is `{level}`; set it to one of {}",
            log::LEVELS.join(", ")
        );
        self.open(path, &level)
    }

    fn open(&self, path: &Path, level: &str) -> anyhow::Result<()> {
        let named = if self.log_file.is_some() { "--log-file" } else { "ENTRAIL_LOG" };
        log::begin(path, level).with_context(|| {
            format!("{named}: cannot open {}; name another file", path.display())
        })?;
        tracing::info!(version = env!("CARGO_PKG_VERSION"), level, "started");
        Ok(())
    }
}
