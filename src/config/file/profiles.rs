//! The part of the configuration file that names places: `[[profiles]]` and `[tenants]`.
//! Never holds a secret: what proves who asks stays in the environment, and a profile names variables only.

use std::collections::BTreeMap;

use super::{Reader, TomlValue};
use crate::config::environment::{VARIABLES, Variables};
use crate::text::nearby::{did_you_mean, nearest};
use crate::text::shell;
use toml::de::DeValue;

/// Places that are opened together under one name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Profile {
    /// The word that names it on a command line.
    pub name: String,
    /// The words that name its places, as on a command line.
    pub places: Vec<String>,
    /// The tenant of those that name none.
    pub tenant: Option<String>,
    /// Variables that are read in place of others.
    pub variables: Variables,
    /// Its line in the file.
    pub line: usize,
}

/// What the file names.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct NamedPlaces {
    /// Places under one name, in the order of the file.
    pub profiles: Vec<Profile>,
    /// Tenants: the id, and what it is called.
    pub tenants: Vec<(String, String)>,
}

/// Settings of a profile.
const SETTINGS: [&str; 4] = ["name", "places", "tenant", "environment"];

impl Reader<'_> {
    /// `[[profiles]]`.
    pub(super) fn profiles(&mut self, value: &TomlValue<'_>, profiles: &mut Vec<Profile>) {
        let DeValue::Array(tables) = value.get_ref() else {
            self.wrong(value.span(), "each profile is a table of its own, under [[profiles]]");
            return;
        };
        for entry in tables {
            let Some(table) = self.table(entry, "[[profiles]]") else { continue };
            let (mut name, mut places) = (None, None);
            let (mut tenant, mut variables) = (None, Variables::default());
            for (key, value) in table {
                match key.get_ref().as_ref() {
                    "name" => name = self.profile_name(value, profiles),
                    "places" => places = self.words(value),
                    "tenant" => tenant = self.text(value).filter(|text| !text.trim().is_empty()),
                    "environment" => variables = self.variables(value),
                    _ => self.unknown(key, "setting of a profile", &SETTINGS),
                }
            }
            let has = |wanted: &str| table.iter().any(|(key, _)| key.get_ref() == wanted);
            for wanted in ["name", "places"].into_iter().filter(|wanted| !has(wanted)) {
                let message = format!("the profile has no {wanted}; add {wanted} = \"…\"");
                self.wrong(entry.span(), message);
            }
            if let (Some(name), Some(places)) = (name, places) {
                let line = self.line(entry.span().start);
                profiles.push(Profile { name, places, tenant, variables, line });
            }
        }
    }

    /// A name that can stand where a path can, and is no other's.
    fn profile_name(&mut self, value: &TomlValue<'_>, profiles: &[Profile]) -> Option<String> {
        let name = self.text(value)?;
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
        let message = if name.is_empty() || name.starts_with('-') || !name.chars().all(is_word) {
            "the name of a profile is one word of letters, digits, - and _".to_owned()
        } else if let Some(other) = profiles.iter().find(|other| other.name == name) {
            format!("there is a profile `{name}` already, in line {}", other.line)
        } else {
            return Some(name);
        };
        self.wrong(value.span(), message);
        None
    }

    /// Words as on a command line: one line of them, or a list of lines and of lists of words.
    fn words(&mut self, value: &TomlValue<'_>) -> Option<Vec<String>> {
        const EXAMPLE: &str = "write places = \"storage contosologs --log audit\"";
        let words = match value.get_ref() {
            DeValue::String(line) => self.words_of_line(value, line)?,
            DeValue::Array(entries) => {
                let mut all = Vec::new();
                for entry in entries {
                    match entry.get_ref() {
                        DeValue::String(line) => all.extend(self.words_of_line(entry, line)?),
                        DeValue::Array(words) => {
                            for word in words {
                                all.push(self.text(word)?);
                            }
                        }
                        _ => {
                            self.wrong(entry.span(), format!("this names no place; {EXAMPLE}"));
                            return None;
                        }
                    }
                }
                all
            }
            _ => {
                self.wrong(value.span(), format!("this names no place; {EXAMPLE}"));
                return None;
            }
        };
        if words.is_empty() {
            self.wrong(value.span(), format!("the profile names no place; {EXAMPLE}"));
            return None;
        }
        Some(words)
    }

    fn words_of_line(&mut self, place: &TomlValue<'_>, line: &str) -> Option<Vec<String>> {
        let split = shell::split(line);
        if let Some(quote) = split.open {
            self.wrong(place.span(), format!("a quote is not closed; add {quote}"));
            return None;
        }
        Some(split.words.into_iter().filter(|word| !word.is_empty()).collect())
    }

    /// Which variable is read in place of which.
    fn variables(&mut self, value: &TomlValue<'_>) -> Variables {
        let mut variables = BTreeMap::new();
        let Some(table) = self.table(value, "[profiles.environment]") else {
            return Variables::default();
        };
        for (name, value) in table {
            let known = name.get_ref().as_ref();
            if !VARIABLES.contains(&known) {
                let way = match nearest(known, VARIABLES.iter().copied()) {
                    Some(meant) => did_you_mean(&[meant]),
                    None => format!("it reads {}", VARIABLES.join(", ")),
                };
                self.wrong(name.span(), format!("entrail reads no variable `{known}`; {way}"));
                continue;
            }
            let Some(other) = self.text(value) else { continue };
            // It may be a secret: it is not repeated.
            let is_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
            if other.is_empty() || !other.chars().all(is_name) {
                self.wrong(
                    value.span(),
                    format!(
                        "name the variable that holds {known}, in capitals; its value does not \
                         belong in this file"
                    ),
                );
                continue;
            }
            variables.insert(known.to_owned(), other);
        }
        Variables::renamed(variables)
    }

    /// `[tenants]`.
    pub(super) fn tenants(&mut self, value: &TomlValue<'_>, tenants: &mut Vec<(String, String)>) {
        let Some(table) = self.table(value, "[tenants]") else { return };
        for (id, value) in table {
            let Some(name) = self.text(value) else { continue };
            let id_text = id.get_ref().to_ascii_lowercase();
            if !crate::text::is_guid(&id_text) {
                self.wrong(
                    id.span(),
                    "a tenant is named by its id: \"4a1f…\" = \"contoso\" (the Overview page of Entra \
                     shows it)",
                );
            } else if name.trim().is_empty() {
                self.wrong(value.span(), "the tenant has no name");
            } else {
                tenants.push((id_text, name.trim().to_owned()));
            }
        }
    }
}
