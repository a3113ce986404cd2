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

use super::named::{Named, PlaceArguments};
use super::place::{PLACES, Row};
use super::{CommandLine, tell};
use crate::config::environment::Variables;
use crate::config::{Mistake, Profile};
use crate::text::clean;

/// What every command that takes places calls them.
const PATHS: &str = "paths";

/// The option that has places say what they are asked for.
const EXPLAIN: &str = "explain";

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

/// Reads the arguments of the process, the program's name first, where these profiles are known.
pub(super) fn read(
    arguments: Vec<OsString>,
    profiles: &[Profile],
) -> Result<CommandLine, clap::Error> {
    let parted = Parted::new(&CommandLine::command(), arguments, profiles);
    let matches = whole().try_get_matches_from(&parted.own)?;
    let mut line = CommandLine::from_arg_matches(&matches)?;
    parted.check()?;
    for name in &parted.beside_files {
        tell(&format!("entrail: `{0}` names a place here; the file is ./{0}", clean(name)));
    }
    let mut read = PlaceArguments::default();
    for part in &parted.parts {
        part.read(parted.command_of(part), &mut read)?;
    }
    if let Some(places) = line.places_mut() {
        let PlaceArguments { named, explain, .. } = read;
        (places.named, places.explain) = (named, explain);
    }
    Ok(line)
}

/// What is wrong with the words of profiles.
pub(super) fn mistakes(profiles: &[Profile]) -> Vec<Mistake> {
    profiles.iter().filter_map(|profile| mistake(profile, profiles)).collect()
}

/// What is wrong with the words of a profile, as a command line would tell; `None` where nothing is.
fn mistake(profile: &Profile, profiles: &[Profile]) -> Option<Mistake> {
    let message = mistake_in(profile, profiles)?;
    Some(Mistake::at(profile.line, format!("profile `{}`: {message}", profile.name)))
}

fn mistake_in(profile: &Profile, profiles: &[Profile]) -> Option<String> {
    let name = &profile.name;
    if whole().find_subcommand(name).is_some() || name == "help" {
        return Some("a command of entrail is called so; give it another name".to_owned());
    }
    let mut places = profile.places.iter();
    if let Some(other) = places.find(|word| profiles.iter().any(|other| other.name == **word)) {
        return Some(format!(
            "`{other}` is a profile, and one cannot name another; the file is ./{other}"
        ));
    }
    let parted = Parted::of_profile(profile);
    if let Some(option) = parted.own.iter().find(|word| is_option(word)) {
        let option = option.to_string_lossy();
        return Some(format!("`{option}` stands before all places; write it behind one"));
    }
    let mut read = PlaceArguments::default();
    let mut parts = parted.parts.iter();
    let error = parts.find_map(|part| part.read(parted.command_of(part), &mut read).err())?;
    let told = error.render().to_string();
    let told = told.strip_prefix("error: ").unwrap_or(&told);
    // Behind an empty line it says how a command line is written.
    let told = told.split("\n\n").next().unwrap_or_default();
    let lines: Vec<&str> = told.lines().map(str::trim).collect();
    Some(lines.join(" "))
}

fn is_option(word: &OsString) -> bool {
    word.to_str().is_some_and(|word| word.starts_with('-') && word != "-")
}

/// The names of places and profiles, with what each is.
pub(super) fn names(profiles: &[Profile]) -> Vec<(String, String)> {
    let about =
        |row: &Row| row.augment(Command::new(row.name)).get_about().map(ToString::to_string);
    let rows = PLACES.iter().map(|row| (row.name.to_owned(), about(row).unwrap_or_default()));
    let profiles = profiles.iter().map(|one| (one.name.clone(), one.places.join(" ")));
    rows.chain(profiles).collect()
}

/// The options that may follow these words behind the program's name: name, and what each is. None where
/// they name no place.
pub(super) fn options_behind(words: &[String], profiles: &[Profile]) -> Vec<(String, String)> {
    let program = std::iter::once("entrail".into());
    let words = program.chain(words.iter().map(OsString::from)).collect();
    let parted = Parted::new(&CommandLine::command(), words, profiles);
    let Some(last) = parted.parts.last().filter(|part| part.row.is_some()) else {
        return Vec::new();
    };
    let command = parted.command_of(last);
    let known = command.get_arguments().chain(parted.command.get_arguments());
    let mut found: Vec<(String, String)> = Vec::new();
    for arg in known.filter(|arg| !arg.is_hide_set() || arg.is_required_set()) {
        let Some(long) = arg.get_long() else { continue };
        let option = format!("--{long}");
        if !found.iter().any(|(known, _)| *known == option) {
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            found.push((option, help));
        }
    }
    found
}

/// The words of one place, or of files behind a profile.
struct Part {
    /// The place; `None` where only files stand here.
    row: Option<&'static Row>,
    /// The word that names it, and those behind.
    words: Vec<OsString>,
    /// Was it not named, but meant?
    is_usual: bool,
    /// Variables that are read in place of others to sign in.
    variables: Variables,
}

impl Part {
    fn new(row: Option<&'static Row>, name: &str) -> Self {
        let (words, variables) = (vec![name.into()], Variables::default());
        Self { row, words, is_usual: false, variables }
    }

    /// What its words say, read by its command.
    fn read(&self, mut command: Command, places: &mut PlaceArguments) -> Result<(), clap::Error> {
        let matches = command.try_get_matches_from_mut(&self.words).map_err(|error| {
            let is_unknown = error.kind() == ErrorKind::UnknownArgument && self.row.is_none();
            let option = self.words.iter().find(|word| is_option(word)).filter(|_| is_unknown);
            let Some(option) = option else { return error };
            let (option, name) = (option.to_string_lossy(), self.words[0].to_string_lossy());
            let message = format!(
                "`{option}` stands behind the profile `{name}`, which says itself what its places are \
                 asked for"
            );
            command.error(ErrorKind::UnknownArgument, message)
        })?;
        if self.row.is_none() {
            places.explain |= matches.get_flag(EXPLAIN);
        }
        if let Some(row) = self.row {
            let place = row.parse(&matches, &self.variables);
            places
                .named
                .push(Named::Place(row, place.map_err(|error| error.format(&mut command))?));
        }
        let paths = matches.get_many::<PathBuf>(PATHS).into_iter().flatten().cloned();
        let paths: Vec<PathBuf> = paths.collect();
        if !paths.is_empty() {
            places.named.push(Named::Files(paths));
        }
        Ok(())
    }
}

/// A command line in parts.
struct Parted {
    /// The program's name, and what belongs to the command.
    own: Vec<OsString>,
    /// The command; the program itself where there is none.
    command: Command,
    /// Was a command named?
    is_command: bool,
    parts: Vec<Part>,
    /// Words that begin a place, where there is a file of that name too.
    beside_files: Vec<String>,
    /// What is wrong with the profiles that are named.
    wrong: Vec<String>,
}

impl Parted {
    /// Parts the arguments of the program `root`, its name first.
    fn new(root: &Command, arguments: Vec<OsString>, profiles: &[Profile]) -> Self {
        let mut words = arguments.into_iter().peekable();
        let own: Vec<OsString> = words.next().into_iter().collect();
        let verb = words.peek().and_then(|word| word.to_str()).unwrap_or_default();
        let named = root.find_subcommand(verb);
        let mut parted = Self {
            own,
            command: named.unwrap_or(root).clone(),
            is_command: named.is_some(),
            parts: Vec::new(),
            beside_files: Vec::new(),
            wrong: Vec::new(),
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
        Walk::new(parted, profiles).of(words)
    }

    /// Parts the words of a profile: files before its first place are the command's own.
    fn of_profile(profile: &Profile) -> Self {
        let parted = Self {
            own: Vec::new(),
            command: with_paths(Command::new("entrail")),
            is_command: false,
            parts: Vec::new(),
            beside_files: Vec::new(),
            wrong: Vec::new(),
        };
        let mut parted = Walk::new(parted, &[]).of(profile.places.iter().map(OsString::from));
        parted.beside_files.clear();
        for part in &mut parted.parts {
            part.variables = profile.variables.clone();
            let has = |word: &OsString| {
                word.to_str().is_some_and(|word| word.split('=').next() == Some("--tenant"))
            };
            if let Some(tenant) = profile.tenant.as_ref().filter(|_| !part.words.iter().any(has)) {
                part.words.insert(1, format!("--tenant={tenant}").into());
            }
        }
        parted
    }

    /// Does the command ask a place that need not be named?
    fn asks(&self) -> bool {
        self.is_command && ASKING.contains(&self.command.get_name())
    }

    /// Fails where options of a place stand before all places, and where a profile is wrong.
    fn check(&self) -> Result<(), clap::Error> {
        if let Some(wrong) = self.wrong.first() {
            return Err(self.command.clone().error(ErrorKind::InvalidValue, wrong));
        }
        let usual = self.parts.iter().find(|part| part.is_usual);
        let stray = usual.filter(|_| self.parts.len() > 1).and_then(|part| part.words.get(1));
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
        let word = part.words.first().and_then(|word| word.to_str()).unwrap_or_default().to_owned();
        let name = match (self.is_command, part.is_usual) {
            (true, true) => format!("entrail {verb}"),
            (true, false) => format!("entrail {verb} … {word}"),
            (false, _) => format!("entrail {word}"),
        };
        let place = with_paths(match part.row {
            Some(row) => row.augment(Command::new(row.name)),
            None => of_profile(),
        });
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

/// What may stand behind a profile.
fn of_profile() -> Command {
    let explain = Arg::new(EXPLAIN).long(EXPLAIN).action(ArgAction::SetTrue);
    Command::new("profile").arg(explain.help("Say what its places are asked for, then end"))
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
struct Walk<'p> {
    parted: Parted,
    profiles: &'p [Profile],
    /// The place that was named last, as a command, and words that it still takes as its name.
    last: Option<(Command, usize)>,
    /// The one that is meant where none is named.
    usual: Option<(&'static Row, Command)>,
    /// Words that the command takes before any path; may they begin with a dash?
    before: (usize, bool),
}

impl<'p> Walk<'p> {
    fn new(parted: Parted, profiles: &'p [Profile]) -> Self {
        let row = Row::usual().filter(|_| parted.asks());
        let usual = row.map(|row| (row, row.augment(Command::new(row.name))));
        let before = parted.command.get_positionals().filter(|arg| arg.get_id() != PATHS);
        let before: Vec<bool> = before.map(Arg::is_allow_hyphen_values_set).collect();
        let before = (before.len(), before.contains(&true));
        Self { parted, profiles, last: None, usual, before }
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
                    let begins = Row::find(next).is_some() || self.profile(next).is_some();
                    !(is_option || is_optional && begins)
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
        let parts = &mut self.parted.parts;
        match (owner, row) {
            (Owner::Usual, Some(row)) => {
                if parts.first().is_none_or(|first| !first.is_usual) {
                    parts.insert(0, Part { is_usual: true, ..Part::new(Some(row), row.name) });
                }
                parts[0].words.push(word);
            }
            (Owner::Last, _) => {
                if let Some(part) = parts.last_mut() {
                    part.words.push(word);
                }
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

    fn profile(&self, word: &str) -> Option<&'p Profile> {
        self.profiles.iter().find(|profile| profile.name == word)
    }

    /// A word that is no option, nor the value of one.
    fn word(&mut self, word: OsString, is_word_only: bool) {
        let text = word.to_str().unwrap_or_default();
        let row = Row::find(text).filter(|_| !is_word_only);
        let profile = self.profile(text).filter(|_| !is_word_only);
        let last = self.parted.parts.last().and_then(|part| part.row);
        let is_named = last.is_some_and(|row| row.is_named);
        match (&mut self.last, row, profile) {
            (None, ..) if self.before.0 > 0 => self.before.0 -= 1,
            // What an account is called like does not matter, unless it is a place.
            (Some((_, left @ 1..)), ..) if is_named || row.is_none() => *left -= 1,
            (_, Some(row), _) => return self.begin(row),
            (_, None, Some(profile)) => return self.begin_profile(profile),
            _ => {}
        }
        let owner = self.usually();
        self.give(owner, word);
    }

    /// Takes note of a file that is called like a place.
    fn note_file(&mut self, word: &str) {
        let is_first = !self.parted.is_command && self.parted.own.len() == 1;
        let is_first = is_first && self.parted.parts.is_empty() && Row::find(word).is_some();
        if !is_first && Path::new(word).exists() {
            self.parted.beside_files.push(word.to_owned());
        }
    }

    /// Begins a place.
    fn begin(&mut self, row: &'static Row) {
        self.note_file(row.name);
        let command = row.augment(Command::new(row.name));
        let names = command.get_positionals().count();
        self.last = Some((command, names));
        self.parted.parts.push(Part::new(Some(row), row.name));
    }

    /// Puts in the places of a profile; behind them may stand files.
    fn begin_profile(&mut self, profile: &Profile) {
        self.note_file(&profile.name);
        let Parted { own, parts, .. } = Parted::of_profile(profile);
        let mut files = Part::new(None, &profile.name);
        files.words.extend(own);
        self.parted.parts.push(files);
        self.parted.parts.extend(parts);
        self.parted.parts.push(Part::new(None, &profile.name));
        self.last = Some((of_profile(), 0));
        let unset = profile.variables.missing().map(|(known, other)| {
            let name = &profile.name;
            format!("the profile `{name}` reads {other} for {known}; {other} is not set")
        });
        let wrong = mistake(profile, self.profiles).map(|mistake| mistake.to_string());
        self.parted.wrong.extend(wrong.or(unset));
    }

    /// The parts, with the place that is meant where none was named.
    fn parted_with_usual(mut self) -> Parted {
        if let Some((row, _)) = self.usual
            && self.parted.parts.is_empty()
        {
            self.parted.parts.push(Part { is_usual: true, ..Part::new(Some(row), row.name) });
        }
        self.parted
    }
}
