//! The commands, one file each: what it takes, its examples, and what it does.
//! Never more of a command than its row here.

mod access;
mod catalogue;
mod complete;
mod completions;
mod demo;
mod doctor;
mod keys;
mod licences;
mod lookup;
mod man;
mod pull;
mod query;
mod rules;
mod trails;

use clap::Subcommand;

use super::Outcome;
use super::named::PlaceArguments;

/// Makes the commands of their rows: a name, and the file that has `Arguments` and `run`; `takes places`
/// where that can be told what to read.
macro_rules! commands {
    ($($(#[$attribute:meta])* $name:ident($file:ident) $(takes $places:ident)?,)*) => {
        /// What can be asked for; in the order of the help.
        #[derive(Subcommand, Debug)]
        pub(super) enum Command {
            $($(#[$attribute])* $name($file::Arguments),)*
        }

        impl Command {
            /// Does what was asked.
            pub(super) fn run(&self) -> anyhow::Result<Outcome> {
                match self {
                    $(Self::$name(arguments) => $file::run(arguments),)*
                }
            }

            /// Where it keeps what is to be read; `None` where it reads nothing.
            pub(super) fn places_mut(&mut self) -> Option<&mut PlaceArguments> {
                match self {
                    $($(Self::$name(arguments) => Some(&mut arguments.$places),)?)*
                    _ => None,
                }
            }
        }
    };
}

commands! {
    Demo(demo),
    Query(query) takes places,
    Trails(trails) takes places,
    Access(access) takes places,
    Lookup(lookup),
    Rules(rules),
    Pull(pull) takes places,
    Doctor(doctor) takes places,
    #[command(subcommand)]
    Catalogue(catalogue),
    Keys(keys),
    Completions(completions),
    Man(man),
    #[command(alias = "licenses")]
    Licences(licences),
    #[command(hide = true)]
    Complete(complete),
}

impl Command {
    /// Does it open files and the terminal? The others only print what is built in.
    pub(super) fn needs_room(&self) -> bool {
        !matches!(self, Self::Completions(_) | Self::Man(_) | Self::Complete(_))
    }
}

/// Lists all actions with their keys, as the option `--list-keys` asks for them.
pub(super) fn list_keys() -> anyhow::Result<Outcome> {
    keys::run(&keys::Arguments::default())
}
