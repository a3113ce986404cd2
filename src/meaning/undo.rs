//! How activities are undone: the ways back of `assets/activities/undo.txt`.
//! Never says that a way is open: that is in the records.

/// What is needed for a way back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Needs {
    /// Nothing but the targets.
    #[default]
    Nothing,
    /// The old values of what changed.
    Old,
    /// What the change added, to take it away.
    Added,
    /// What the change took away, to give it back.
    Removed,
}

/// What kind of way back it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// There is none: the words tell why.
    NoStep,
    /// It is a stage of a process, and gives and takes nothing by itself.
    Stage,
    /// Something is to be done.
    Step,
    /// Nothing but setting the old values.
    SetBack,
    /// A user is restored, within the days that Entra keeps it.
    RestoreUser,
    /// An account is enabled, unless it was not to be there.
    EnableAccount,
}

/// How something is undone.
#[derive(Debug)]
pub struct Way {
    /// Its name in the table.
    pub name: &'static str,
    /// What kind of way it is.
    pub kind: Kind,
    /// What is needed for it.
    pub needs: Needs,
    /// What is to be done, or why it cannot be. `{listed}` stands for what the record lists.
    pub says: String,
    /// Activities, folded, that have no row of their own; `*` stands for any letters.
    pub(super) patterns: Vec<String>,
}

impl Needs {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "nothing" => Self::Nothing,
            "old values" => Self::Old,
            "what was added" => Self::Added,
            "what was removed" => Self::Removed,
            _ => return None,
        })
    }
}

impl Kind {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "no step" => Self::NoStep,
            "stage" => Self::Stage,
            "step" => Self::Step,
            "set back" => Self::SetBack,
            "restore user" => Self::RestoreUser,
            "enable account" => Self::EnableAccount,
            _ => return None,
        })
    }
}

/// The first way one of whose patterns fits.
pub(super) fn by_pattern<'w>(ways: &'w [Way], folded: &str) -> Option<&'w Way> {
    ways.iter().find(|way| way.patterns.iter().any(|pattern| fits(pattern, folded)))
}

/// `*` stands for any letters.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, between)) = parts.split_last() else { return rest.is_empty() };
    let mut rest = rest;
    for part in between {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}
