//! `entrail demo`: the screen on the demo tenant.
//! Never reads a file.

use clap::Args;

use crate::cli::Outcome;
use crate::cli::arguments::ScreenArguments;
use crate::cli::screen::{self, Opened};
use crate::source::local;

/// Open the built-in demo tenant: a month of records with a few incidents in it
#[derive(Args, Debug)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    screen: ScreenArguments,
}

/// Opens it.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let origin = vec!["the demo tenant: invented, and the same in every copy".to_owned()];
    let opened = Opened { name: "demo".to_owned(), origin };
    screen::start(vec![local::demo()].into(), opened, &arguments.screen)
}
