//! A command line, parted: the words of a command, and those of each place that is named on it.
//! Never opens anything.
//!
//! A word that begins a place begins it wherever a path may stand. What is behind it belongs to it, up to
//! the next: options of the command alone are found there too, so that their order does not matter. The
//! value of an option begins nothing.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use clap::{Arg, ArgAction, Command, CommandFactory as _, FromArgMatches as _, ValueHint};

use super::named::Named;
use super::place::{PLACES, Row};
use super::{CommandLine, tell};
use crate::text::clean;

/// What every command that takes places calls them.
const PATHS: &str = "paths";

/// Commands that ask a place, and mean the usual one where none is named.
const ASKING: [&str; 2] = ["pull", "doctor"];

/// The whole command line, with the places as commands: for help, completions and the manual page.
pub(super) fn whole() -> Command {
    let mut command = CommandLine::command();
    let root = command.clone();
    let names: Vec<String> =
        root.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    for (at, name) in names.iter().enumerate() {
        command = command.mut_subcommand(name, |command| command.display_order(2 * at + 1));
    }
    for name in ASKING {
        command = command.mut_subcommand(name, |asking| match Row::usual() {
            Some(row) => with_options_of(asking, &row.augment(Command::new(row.name)), false),
            None => asking,
        });
    }
    // Before those that ask them.
    let asking = names.iter().position(|name| ASKING.contains(&name.as_str())).unwrap_or_default();
    command.subcommands(PLACES.iter().map(|row| {
        let place = with_paths(row.augment(Command::new(row.name)));
        with_options_of(place, &root, false).display_order(2 * asking)
    }))
}

/// Reads the arguments of the process, the program's name first.
pub(super) fn read(arguments: Vec<OsString>) -> Result<CommandLine, clap::Error> {
    let parted = Parted::new(&CommandLine::command(), arguments);
    let matches = whole().try_get_matches_from(&parted.own)?;
    let mut line = CommandLine::from_arg_matches(&matches)?;
    parted.check()?;
    for name in &parted.beside_files {
        tell(&format!("entrail: `{0}` names a place here; the file is ./{0}", clean(name)));
    }
    let mut named = Vec::new();
    for part in &parted.places {
        let mut command = parted.command_of(part);
        let matches = command.try_get_matches_from_mut(&part.words)?;
        let place = part.row.parse(&matches).map_err(|error| error.format(&mut command))?;
        named.push(Named::Place(part.row, place));
        let paths = matches.get_many::<PathBuf>(PATHS).into_iter().flatten().cloned();
        let paths: Vec<PathBuf> = paths.collect();
        if !paths.is_empty() {
            named.push(Named::Files(paths));
        }
    }
    if let Some(places) = line.places_mut() {
        places.named = named;
    }
    Ok(line)
}

/// The words of one place.
struct Part {
    row: &'static Row,
    /// The word that names it, and those behind.
    words: Vec<OsString>,
    /// Was it not named, but meant?
    is_usual: bool,
}

/// A command line in parts.
struct Parted {
    /// The program's name, and what belongs to the command.
    own: Vec<OsString>,
    /// The command; the program itself where there is none.
    command: Command,
    /// Was a command named?
    is_command: bool,
    places: Vec<Part>,
    /// Words that begin a place, where there is a file of that name too.
    beside_files: Vec<String>,
}

impl Parted {
    /// Parts the arguments of the program `root`, its name first.
    fn new(root: &Command, arguments: Vec<OsString>) -> Self {
        let mut words = arguments.into_iter().peekable();
        let own: Vec<OsString> = words.next().into_iter().collect();
        let verb = words.peek().and_then(|word| word.to_str()).unwrap_or_default();
        let named = root.find_subcommand(verb);
        let mut parted = Self {
            own,
            command: named.unwrap_or(root).clone(),
            is_command: named.is_some(),
            places: Vec::new(),
            beside_files: Vec::new(),
        };
        if verb == "help" || named.is_some_and(|command| !takes_places(command)) {
            parted.own.extend(words);
            return parted;
        }
        if named.is_some() {
            parted.own.extend(words.next());
            let globals = root.get_arguments().filter(|arg| arg.is_global_set());
            parted.command = parted.command.args(globals.cloned());
        }
        Walk::new(parted).of(words)
    }

    /// Does the command ask a place that need not be named?
    fn asks(&self) -> bool {
        self.is_command && ASKING.contains(&self.command.get_name())
    }

    /// Fails where options of a place stand before all places.
    fn check(&self) -> Result<(), clap::Error> {
        let usual = self.places.iter().find(|part| part.is_usual);
        let stray = usual.filter(|_| self.places.len() > 1).and_then(|part| part.words.get(1));
        let Some(stray) = stray else { return Ok(()) };
        let stray = stray.to_string_lossy();
        let option = stray.split('=').next().unwrap_or_default();
        let message =
            format!("`{option}` stands before the places; write it behind the one it is meant for");
        Err(self.command.clone().error(ErrorKind::ArgumentConflict, message))
    }

    /// The command of a part: what its place takes, files, and the options of the command beside it, so
    /// that what is mistyped is known.
    fn command_of(&self, part: &Part) -> Command {
        let verb = self.command.get_name();
        let name = match (self.is_command, part.is_usual) {
            (true, true) => format!("entrail {verb}"),
            (true, false) => format!("entrail {verb} … {}", part.row.name),
            (false, _) => format!("entrail {}", part.row.name),
        };
        let place = with_paths(part.row.augment(Command::new(part.row.name)));
        let is_hidden = self.is_command && !part.is_usual;
        with_options_of(place, &self.command, is_hidden).bin_name(name).max_term_width(100)
    }
}

/// Does a command take places?
fn takes_places(command: &Command) -> bool {
    command.get_arguments().any(|arg| arg.get_id() == PATHS)
}

/// A place with what is opened beside it.
fn with_paths(place: Command) -> Command {
    let paths = Arg::new(PATHS)
        .value_name("PATH")
        .value_hint(ValueHint::AnyPath)
        .value_parser(clap::value_parser!(PathBuf))
        .action(ArgAction::Append)
        .num_args(1..)
        .help(
            "Files, folders, patterns or - for standard input, opened beside it; or the next place, \
             with its options behind it",
        );
    place.next_help_heading(None).arg(paths)
}

/// A command that takes the options of another too.
fn with_options_of(mut command: Command, other: &Command, is_hidden: bool) -> Command {
    command = command.next_help_heading(None);
    for arg in other.get_arguments() {
        let is_there = command.get_arguments().any(|own| {
            own.get_id() == arg.get_id()
                || own.get_long().is_some() && own.get_long() == arg.get_long()
        });
        if !arg.is_positional() && !is_there && !arg.is_exclusive_set() {
            let arg = arg.clone().required(false).global(false);
            let is_hidden = is_hidden || arg.is_hide_set();
            command = command.arg(arg.hide(is_hidden));
        }
    }
    command
}

/// What an option is given.
#[derive(Clone, Copy)]
enum Values {
    None,
    /// The next word, if it can be one.
    One {
        is_optional: bool,
        may_begin_with_dash: bool,
    },
}

/// The option of that name, dashes included.
fn option<'c>(command: &'c Command, name: &str) -> Option<&'c Arg> {
    let long = name.strip_prefix("--");
    let short = name.strip_prefix('-').and_then(|rest| rest.chars().next());
    command.get_arguments().find(|arg| match long {
        Some(long) => {
            arg.get_long() == Some(long)
                || arg.get_all_aliases().is_some_and(|all| all.contains(&long))
        }
        None => arg.get_short().is_some() && arg.get_short() == short,
    })
}

fn values(option: &Arg) -> Values {
    match option.get_action().takes_values() {
        false => Values::None,
        true => Values::One {
            is_optional: option.get_num_args().is_some_and(|count| count.min_values() == 0),
            may_begin_with_dash: option.is_allow_hyphen_values_set(),
        },
    }
}

/// Whose a word is.
#[derive(Clone, Copy)]
enum Owner {
    /// That of the command itself.
    Own,
    /// That of the place that was named last.
    Last,
    /// That of the place that is meant without a word.
    Usual,
}

/// The walk over the words.
struct Walk {
    parted: Parted,
    /// The place that was named last, as a command, and words that it still takes as its name.
    last: Option<(Command, usize)>,
    /// The one that is meant where none is named.
    usual: Option<(&'static Row, Command)>,
    /// Words that the command takes before any path; may they begin with a dash?
    before: (usize, bool),
}

impl Walk {
    fn new(parted: Parted) -> Self {
        let row = Row::usual().filter(|_| parted.asks());
        let usual = row.map(|row| (row, row.augment(Command::new(row.name))));
        let before = parted.command.get_positionals().filter(|arg| arg.get_id() != PATHS);
        let before: Vec<bool> = before.map(Arg::is_allow_hyphen_values_set).collect();
        let before = (before.len(), before.contains(&true));
        Self { parted, last: None, usual, before }
    }

    fn of(mut self, words: impl Iterator<Item = OsString>) -> Parted {
        let mut words = words.peekable();
        let mut are_words_only = false;
        while let Some(word) = words.next() {
            let text = word.to_str().unwrap_or_default();
            if are_words_only || !text.starts_with('-') || text == "-" {
                self.word(word, are_words_only);
                continue;
            }
            if text == "--" {
                are_words_only = true;
                let owner = self.usually();
                self.give(owner, word);
                continue;
            }
            let (owner, values) = self.option(text);
            self.give(owner, word);
            if let Values::One { is_optional, may_begin_with_dash } = values {
                let is_value = |next: &OsString| {
                    let next = next.to_str().unwrap_or_default();
                    let is_option = next.starts_with('-') && next != "-" && !may_begin_with_dash;
                    !(is_option || is_optional && Row::find(next).is_some())
                };
                if let Some(value) = words.next_if(is_value) {
                    self.give(owner, value);
                }
            }
        }
        self.parted_with_usual()
    }

    /// Whose what nobody knows is.
    fn usually(&self) -> Owner {
        if self.last.is_some() { Owner::Last } else { Owner::Own }
    }

    fn give(&mut self, owner: Owner, word: OsString) {
        let row = self.usual.as_ref().map(|(row, _)| *row);
        let places = &mut self.parted.places;
        match (owner, row) {
            (Owner::Usual, Some(row)) => {
                if places.first().is_none_or(|first| !first.is_usual) {
                    let words = vec![row.name.into()];
                    places.insert(0, Part { row, words, is_usual: true });
                }
                places[0].words.push(word);
            }
            (Owner::Last, _) if !places.is_empty() => {
                places.last_mut().into_iter().for_each(|part| part.words.push(word.clone()));
            }
            _ => self.parted.own.push(word),
        }
    }

    /// Whose an option is, and what follows it.
    fn option(&mut self, text: &str) -> (Owner, Values) {
        let (name, is_attached) = match text.split_once('=') {
            Some((name, _)) => (name, true),
            // Behind one dash the value may follow without a space.
            None => (text, !text.starts_with("--") && text.chars().count() > 2),
        };
        let known = [
            self.last.as_ref().map(|(command, _)| (Owner::Last, command)),
            Some((Owner::Own, &self.parted.command)),
            self.usual.as_ref().filter(|_| self.last.is_none()).map(|(_, c)| (Owner::Usual, c)),
        ];
        for (owner, command) in known.into_iter().flatten() {
            if let Some(found) = option(command, name) {
                return (owner, if is_attached { Values::None } else { values(found) });
            }
        }
        let is_help = matches!(text, "--help" | "-h" | "--version" | "-V");
        if self.last.is_none() && self.before.0 > 0 && self.before.1 && !is_help {
            self.before.0 -= 1;
        } else if self.last.is_none() && self.usual.is_some() && !is_help {
            return (Owner::Usual, Values::None);
        }
        (self.usually(), Values::None)
    }

    /// A word that is no option, nor the value of one.
    fn word(&mut self, word: OsString, is_word_only: bool) {
        let text = word.to_str().unwrap_or_default();
        let row = Row::find(text).filter(|_| !is_word_only);
        let is_named = self.parted.places.last().is_some_and(|part| part.row.is_named);
        match &mut self.last {
            None if self.before.0 > 0 => self.before.0 -= 1,
            Some((_, left @ 1..)) if is_named || row.is_none() => *left -= 1,
            _ => self.begin(row, text),
        }
        let owner = self.usually();
        self.give(owner, word);
    }

    /// Begins a place with the word that is given next, where it is the name of one.
    fn begin(&mut self, row: Option<&'static Row>, word: &str) {
        let Some(row) = row else { return };
        let is_first = !self.parted.is_command && self.parted.own.len() == 1;
        let is_first = is_first && self.parted.places.is_empty();
        if !is_first && Path::new(word).exists() {
            self.parted.beside_files.push(word.to_owned());
        }
        let command = row.augment(Command::new(row.name));
        let names = command.get_positionals().count();
        self.last = Some((command, names));
        self.parted.places.push(Part { row, words: Vec::new(), is_usual: false });
    }

    /// The parts, with the place that is meant where none was named.
    fn parted_with_usual(mut self) -> Parted {
        if let Some((row, _)) = self.usual
            && self.parted.places.is_empty()
        {
            let words = vec![row.name.into()];
            self.parted.places.push(Part { row, words, is_usual: true });
        }
        self.parted
    }
}
