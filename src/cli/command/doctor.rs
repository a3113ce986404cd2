//! `entrail doctor`: which logs a sign-in may read, and how to get what is missing.
//! Never asks anything itself: what a place has to say, its own file knows.

use std::io::Write as _;

use clap::Args;

use crate::cli::Outcome;
use crate::cli::named::PlaceArguments;
use crate::cli::standard::out;

const EXAMPLES: &str = "\
Examples:
  entrail doctor                                 Microsoft Graph
  entrail doctor --tenant contoso.example --sign-in device-code
  entrail doctor storage contosologs             which logs are streamed there, and can you read them?
  entrail doctor hub contoso/insights-logs-auditlogs

Exit codes: 0 something can be read, 1 nothing can, 2 something is wrong.";

/// Check which logs you can read, what is missing and how to get it
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
#[command(mut_arg("paths", |paths| paths.value_name("PLACE").value_hint(clap::ValueHint::Other).help(
    "What to check: graph, storage ACCOUNT …, hub NAMESPACE/HUB …, or a profile of the configuration [default: graph]"
)))]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    pub(super) places: PlaceArguments,
}

/// Says what a sign-in may read, place by place.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    if let Some(outcome) = arguments.places.answered()? {
        return Ok(outcome);
    }
    let places = arguments.places.asked("checked")?;
    let mut outcome = Outcome::Found;
    for (at, (row, place)) in places.iter().enumerate() {
        if places.len() > 1 {
            writeln!(out(), "{}{}", if at > 0 { "\n" } else { "" }, row.name)?;
        }
        outcome = outcome.and(place.doctor()?);
    }
    Ok(outcome)
}
