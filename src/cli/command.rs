//! The commands, one file each: what it takes, its examples, and what it does.
//! Never more of a command than its row here.

mod access;
mod catalogue;
mod complete;
mod completions;
mod demo;
mod doctor;
mod graph;
mod keys;
mod licences;
mod lookup;
mod man;
mod pull;
mod query;
mod rules;
mod storage;
mod trails;
mod workspace;

use clap::Subcommand;

use super::Outcome;

/// Makes the commands of their rows: a name, and the file that has `Arguments` and `run`.
macro_rules! commands {
    ($($(#[$attribute:meta])* $name:ident($file:ident),)*) => {
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
        }
    };
}

commands! {
    Demo(demo),
    Query(query),
    Trails(trails),
    Access(access),
    Lookup(lookup),
    Rules(rules),
    Graph(graph),
    Storage(storage),
    Workspace(workspace),
    Pull(pull),
    Doctor(doctor),
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
