//! The configuration file, understood: keys, working week, saved views, what is watched, places by name.
//! Never reads the file, and never guesses: whatever is wrong is told with its line and the way out.

mod profiles;

use std::fmt;
use std::io;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::app::action::{ACTIONS, Action};
use crate::app::keymap::{Keymap, Keys};
use crate::app::preferences::{Preferences, SavedView};
use crate::app::working_week::WorkingWeek;
use crate::disk::is_refusal;
use crate::query::Query;
use crate::text::clean;
use crate::text::nearby::{did_you_mean, nearest};

pub use self::profiles::{NamedPlaces, Profile};

/// What the configuration file says.
#[derive(Clone, Debug, Default)]
pub struct Configuration {
    /// Which keys mean what.
    pub keymap: Keymap,
    /// Names, addresses and ids of accounts that are watched, in the order of the file.
    pub watch: Vec<String>,
    /// Everything else.
    pub preferences: Preferences,
    /// Places and tenants by name.
    pub named: NamedPlaces,
}

/// Something wrong in the configuration file. Displays as one line, safe for a terminal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mistake {
    file: String,
    /// The line, from 1; `None` where it is about the whole file.
    pub line: Option<usize>,
    /// What is wrong and the way out.
    pub message: String,
}

impl Mistake {
    /// Something is wrong in a line of the configuration file.
    pub fn at(line: usize, message: String) -> Self {
        let file = super::configuration_file();
        let file = file.map_or_else(String::new, |file| file.display().to_string());
        Self { file, line: Some(line), message }
    }

    /// The file cannot be read.
    pub(super) fn unreadable(file: &str, error: &io::Error) -> Self {
        // Who runs the program with the rights of another user has that user's configuration.
        let message = match is_refusal(error) {
            true => format!("is not used: {error} (with sudo: sudo -H)"),
            false => format!("cannot be read: {error}"),
        };
        Self { file: file.to_owned(), line: None, message }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&clean(&self.file))?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", clean(&self.message))
    }
}

/// The tables and lists there are.
const TOP: [&str; 6] = ["keys", "working-week", "views", "watch", "profiles", "tenants"];
/// Days as they are written, Monday first.
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

type Table<'t> = DeTable<'t>;
type TomlValue<'t> = Spanned<DeValue<'t>>;

/// Understands the text of a file. Fails with all mistakes, in the order of their lines.
pub(super) fn read(text: &str, file: &str) -> Result<Configuration, Vec<Mistake>> {
    let mut reader = Reader { text, file, mistakes: Vec::new() };
    let mut configuration = Configuration::default();
    match DeTable::parse(text) {
        Err(error) => reader.wrong(error.span().unwrap_or(0..0), error.message()),
        Ok(table) => reader.file(table.get_ref(), &mut configuration),
    }
    let mut mistakes = reader.mistakes;
    if mistakes.is_empty() {
        return Ok(configuration);
    }
    mistakes.sort_by_key(|mistake| mistake.line);
    Err(mistakes)
}

/// Understands the part of a file that names places. Fails with all that is wrong in that part.
pub(super) fn read_places(text: &str, file: &str) -> Result<NamedPlaces, Vec<Mistake>> {
    let mut reader = Reader { text, file, mistakes: Vec::new() };
    let mut named = NamedPlaces::default();
    match DeTable::parse(text) {
        Err(error) => reader.wrong(error.span().unwrap_or(0..0), error.message()),
        Ok(table) => {
            for (name, value) in table.get_ref() {
                match name.get_ref().as_ref() {
                    "profiles" => reader.profiles(value, &mut named.profiles),
                    "tenants" => reader.tenants(value, &mut named.tenants),
                    _ => {}
                }
            }
        }
    }
    if reader.mistakes.is_empty() { Ok(named) } else { Err(reader.mistakes) }
}

struct Reader<'t> {
    text: &'t str,
    file: &'t str,
    mistakes: Vec<Mistake>,
}

impl Reader<'_> {
    fn wrong(&mut self, place: Range<usize>, message: impl Into<String>) {
        let line = self.line(place.start);
        let mistake =
            Mistake { file: self.file.to_owned(), line: Some(line), message: message.into() };
        self.mistakes.push(mistake);
    }

    /// The line of a byte, from 1.
    fn line(&self, at: usize) -> usize {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        1 + memchr::memchr_iter(b'\n', before).count()
    }

    /// A name that nothing is called.
    fn unknown(&mut self, name: &Spanned<DeString<'_>>, what: &str, known: &[&str]) {
        let text = name.get_ref();
        let way_out = match nearest(text, known.iter().copied()) {
            Some(meant) => did_you_mean(&[meant]),
            None if known.len() > 12 => "`entrail keys` lists them all".to_owned(),
            None => format!("there is {}", known.join(", ")),
        };
        self.wrong(name.span(), format!("there is no {what} `{text}`; {way_out}"));
    }

    fn file(&mut self, table: &Table<'_>, configuration: &mut Configuration) {
        let preferences = &mut configuration.preferences;
        for (name, value) in table {
            match name.get_ref().as_ref() {
                "keys" => {
                    if let Some(keymap) = self.keys(value) {
                        configuration.keymap = keymap;
                    }
                }
                "working-week" => self.working_week(value, &mut preferences.working_week),
                "views" => self.views(value, &mut preferences.views),
                "watch" => {
                    let found = self.texts(value, "watch = [\"bg1@contoso.example\"]");
                    configuration.watch = found.into_iter().map(|(_, text)| text).collect();
                }
                "profiles" => self.profiles(value, &mut configuration.named.profiles),
                "tenants" => self.tenants(value, &mut configuration.named.tenants),
                _ => self.unknown(name, "setting", &TOP),
            }
        }
    }

    fn keys(&mut self, value: &TomlValue<'_>) -> Option<Keymap> {
        let table = self.table(value, "[keys]")?;
        let names: Vec<&str> = ACTIONS.iter().map(|row| row.name).collect();
        let mut overrides: Vec<(Action, Vec<Keys>)> = Vec::new();
        let mut places = Vec::new();
        for (name, value) in table {
            let Some(row) = ACTIONS.iter().find(|row| row.name == name.get_ref().as_ref()) else {
                self.unknown(name, "action", &names);
                continue;
            };
            let mut keys = Vec::new();
            for (place, text) in self.texts(value, &format!("{} = [\"ctrl-t\"]", row.name)) {
                match Keys::parse(&text) {
                    Ok(key) => keys.push(key),
                    Err(why) => self.wrong(place, why),
                }
            }
            places.push((row.action, name.span()));
            overrides.push((row.action, keys));
        }
        match Keymap::with(&overrides) {
            Ok(keymap) => Some(keymap),
            Err(conflicts) => {
                for conflict in conflicts {
                    // Of two that the file names the later one.
                    let (one, other) = conflict.actions;
                    let of = |action| places.iter().find(|(known, _)| *known == action);
                    let places = [of(one), of(other)].into_iter().flatten();
                    let place =
                        places.map(|(_, place)| place.clone()).max_by_key(|place| place.start);
                    self.wrong(place.unwrap_or(0..0), conflict.message);
                }
                None
            }
        }
    }

    fn working_week(&mut self, value: &TomlValue<'_>, week: &mut WorkingWeek) {
        let Some(table) = self.table(value, "[working-week]") else { return };
        let mut hours = (i64::from(week.from), i64::from(week.to));
        for (name, value) in table {
            match name.get_ref().as_ref() {
                "days" => {
                    let mut days = [false; 7];
                    for (place, text) in self.texts(value, "days = [\"mon\", \"tue\"]") {
                        let lower = text.to_lowercase();
                        match DAYS.iter().position(|day| *day == lower) {
                            Some(day) => days[day] = true,
                            None => {
                                let known = DAYS.join(", ");
                                self.wrong(place, format!("`{text}` is no day; there is {known}"));
                            }
                        }
                    }
                    week.days = days;
                }
                "from" => hours.0 = self.hour(value).unwrap_or(hours.0),
                "to" => hours.1 = self.hour(value).unwrap_or(hours.1),
                _ => self.unknown(name, "setting of the working week", &["days", "from", "to"]),
            }
        }
        if hours.0 >= hours.1 {
            let (from, to) = hours;
            self.wrong(
                value.span(),
                format!("a day of work from {from} to {to} has no hours; from must be before to"),
            );
        } else {
            (week.from, week.to) = (hours.0 as u8, hours.1 as u8);
        }
    }

    fn hour(&mut self, value: &TomlValue<'_>) -> Option<i64> {
        let number = match value.get_ref() {
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        let hour = number.filter(|hour| (0..=24).contains(hour));
        if hour.is_none() {
            self.wrong(value.span(), "an hour is a number from 0 to 24");
        }
        hour
    }

    fn views(&mut self, value: &TomlValue<'_>, views: &mut Vec<SavedView>) {
        let DeValue::Array(tables) = value.get_ref() else {
            self.wrong(value.span(), "each view is a table of its own, under [[views]]");
            return;
        };
        for entry in tables {
            let Some(table) = self.table(entry, "[[views]]") else { continue };
            let (mut name, mut query, mut digit) = (None, None, None);
            for (key, value) in table {
                match key.get_ref().as_ref() {
                    "name" => name = self.text(value).filter(|name| !name.trim().is_empty()),
                    "query" => query = self.query(value),
                    "key" => digit = self.digit(value, views),
                    _ => self.unknown(key, "setting of a view", &["key", "name", "query"]),
                }
            }
            let has = |wanted: &str| table.iter().any(|(key, _)| key.get_ref() == wanted);
            for wanted in ["name", "query"].into_iter().filter(|wanted| !has(wanted)) {
                self.wrong(entry.span(), format!("the view has no {wanted}; add {wanted} = \"…\""));
            }
            if let (Some(name), Some(query)) = (name, query) {
                views.push(SavedView { name, query, digit });
            }
        }
    }

    fn query(&mut self, value: &TomlValue<'_>) -> Option<Query> {
        let text = self.text(value)?;
        match Query::parse(&text) {
            Ok(query) => Some(query),
            Err(error) => {
                let at =
                    text.get(..error.span.start).map_or(0, |before| before.chars().count()) + 1;
                let why = format!("the query is wrong at its character {at}: {}", error.message);
                self.wrong(value.span(), why);
                None
            }
        }
    }

    fn digit(&mut self, value: &TomlValue<'_>, views: &[SavedView]) -> Option<char> {
        let text = self.text(value)?;
        let digit = text.chars().next().filter(|c| text.len() == 1 && matches!(c, '1'..='9'));
        let Some(digit) = digit else {
            self.wrong(value.span(), "the key of a view is a digit from \"1\" to \"9\"");
            return None;
        };
        if let Some(other) = views.iter().find(|view| view.digit == Some(digit)) {
            let why = format!("`{digit}` is the key of the view \"{}\" already", other.name);
            self.wrong(value.span(), why);
        }
        Some(digit)
    }

    fn table<'v, 't>(&mut self, value: &'v TomlValue<'t>, written: &str) -> Option<&'v Table<'t>> {
        if let DeValue::Table(table) = value.get_ref() {
            return Some(table);
        }
        self.wrong(value.span(), format!("this is a table; begin it with a line {written}"));
        None
    }

    fn text(&mut self, value: &TomlValue<'_>) -> Option<String> {
        if let DeValue::String(text) = value.get_ref() {
            return Some(text.to_string());
        }
        self.wrong(value.span(), "this is a text; write it in quotes");
        None
    }

    /// A list of texts, each with its place.
    fn texts(&mut self, value: &TomlValue<'_>, example: &str) -> Vec<(Range<usize>, String)> {
        let DeValue::Array(entries) = value.get_ref() else {
            self.wrong(value.span(), format!("this is a list of texts, as in {example}"));
            return Vec::new();
        };
        let texts = entries.iter().filter_map(|entry| Some((entry.span(), self.text(entry)?)));
        texts.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::action::Pane;
    use crate::app::keymap::Key;

    fn mistakes(text: &str) -> Vec<String> {
        let found = read(text, "config.toml").expect_err(text);
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn everything_that_can_be_set_is_read() {
        let text = "watch = [\"bg1@contoso.example\", \"8a5f…\"]\n\
            [keys]\npivot = [\"P\", \"ctrl-t\"]\nfirst = [\"g g\"]\nzone = []\n\
            [working-week]\ndays = [\"sun\", \"Mon\"]\nfrom = 8\nto = 24\n\
            [[views]]\nkey = \"1\"\nname = \"Roles\"\nquery = \"category:RoleManagement\"\n\
            [[views]]\nname = \"All\"\nquery = \"\"\n";
        let found = read(text, "config.toml").expect("well formed");
        assert_eq!(found.keymap.keys(Action::Pivot), ["P", "ctrl-t"]);
        assert_eq!(found.keymap.keys(Action::First), ["g g"]);
        assert!(found.keymap.keys(Action::Zone).is_empty());
        assert_eq!(found.watch, ["bg1@contoso.example", "8a5f…"]);
        let preferences = found.preferences;
        let week = preferences.working_week;
        assert_eq!(
            (week.from, week.to, week.days[0], week.days[1], week.days[6]),
            (8, 24, true, false, true)
        );
        assert_eq!(preferences.views.len(), 2);
        assert_eq!((preferences.views[0].digit, preferences.views[1].digit), (Some('1'), None));
        assert!(preferences.views[1].query.is_empty());
        assert_eq!(read("", "x").expect("nothing").preferences, Preferences::default());
    }

    #[test]
    fn each_mistake_names_file_line_and_the_way_out() {
        for (text, told) in [
            (
                "[keys]\npivto = []",
                "config.toml:2: there is no action `pivto`; did you mean `pivot`?",
            ),
            ("[kesy]\n", "config.toml:1: there is no setting `kesy`; did you mean `keys`?"),
            ("\n[keys]\nzone = [\"ctrl-spcae\"]", "config.toml:3: there is no key `ctrl-spcae`"),
            (
                "[keys]\nzone = \"x\"",
                "config.toml:2: this is a list of texts, as in zone = [\"ctrl-t\"]",
            ),
            ("[keys]\nzone = [1]", "config.toml:2: this is a text; write it in quotes"),
            ("[keys]\n\nzone = [\"p\"]", "config.toml:3: `p` is bound to both `pivot` and `zone`"),
            ("keys = 1", "config.toml:1: this is a table; begin it with a line [keys]"),
            (
                "[working-week]\ndays = [\"monday\"]",
                "config.toml:2: `monday` is no day; there is mon, tue",
            ),
            ("[working-week]\nfrom = 25", "config.toml:2: an hour is a number from 0 to 24"),
            ("[working-week]\nfrom = 20\nto = 6", "from must be before to"),
            ("[[views]]\nname = \"x\"", "config.toml:1: the view has no query; add query = \"…\""),
            (
                "[[views]]\nname = \"x\"\nquery = \"activty:x\"",
                "config.toml:3: the query is wrong at its character 1:",
            ),
            (
                "[[views]]\nname = \"x\"\nquery = \"\"\nkey = \"0\"",
                "config.toml:4: the key of a view is a digit",
            ),
            ("watch = [\"a\"\n[keys]", "config.toml:"),
            ("[keys]\nzone = []\nzone = []", "config.toml:3: "),
        ] {
            let found = mistakes(text);
            assert!(found.iter().any(|line| line.contains(told)), "{text}: {found:?}");
            assert!(found.iter().all(|line| !line.contains(['\n', '\u{1b}'])), "{found:?}");
        }
        let both = mistakes(
            "[[views]]\nname=\"a\"\nquery=\"\"\nkey=\"2\"\n[[views]]\nname=\"b\"\nquery=\"\"\nkey=\"2\"",
        );
        assert_eq!(both, ["config.toml:8: `2` is the key of the view \"a\" already"]);
        let all = mistakes("[keys]\nb = []\na = []\n[working-week]\nx = 1");
        assert_eq!(all.len(), 3, "all are told at once, in order: {all:?}");
        assert!(all[0].contains(":2:") && all[1].contains(":3:") && all[2].contains(":5:"));
    }

    #[test]
    fn two_keys_after_each_other_are_read_and_a_bound_prefix_is_told() {
        let found = mistakes("[keys]\nzone = [\"g z\"]");
        assert!(
            found[0].contains("`g` is bound to `first` and begins `g z` of `zone`"),
            "{found:?}"
        );
        let text = "[keys]\nfirst = [\"g g\"]\nzone = [\"g z\"]";
        let keymap = read(text, "x").expect("no conflict").keymap;
        let (g, z) = (Key::parse("g").expect("g"), Key::parse("z").expect("z"));
        assert_eq!(keymap.action(Some(g), z, Pane::Tree), Some(Action::Zone));
    }
}
