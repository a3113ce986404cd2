//! Which activities take each other back: by what their rows say, else by the first words of their names.
//! Never says that a record was taken back: that is in the records.

/// What two activities that take each other back are about. Looked through in this order: what was
/// restored was not added.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Pair {
    /// Something is deleted, and restored.
    Deleted,
    /// Something is disabled, and enabled.
    Disabled,
    /// Something is added, and removed.
    Added,
}

/// One side of such a pair.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opposite {
    /// What kind of pair it is.
    pub pair: Pair,
    /// What both sides are about, folded: the same text on both.
    pub about: String,
    /// Is something there afterwards?
    pub gives: bool,
}

/// A first word of activities that have an opposite.
#[derive(Debug)]
pub(super) struct Verb {
    pub(super) pair: Pair,
    pub(super) gives: bool,
    pub(super) word: String,
}

impl Pair {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "deleted" => Self::Deleted,
            "disabled" => Self::Disabled,
            "added" => Self::Added,
            _ => return None,
        })
    }
}

/// The sides an activity is by the first word of its folded name.
pub(super) fn by_first_word(verbs: &[Verb], folded: &str) -> Vec<Opposite> {
    let Some((first, rest)) = folded.split_once(' ') else { return Vec::new() };
    let about = rest.replace(" from ", " to ");
    let own = verbs.iter().filter(|verb| verb.word == first);
    own.map(|verb| Opposite { pair: verb.pair, about: about.clone(), gives: verb.gives }).collect()
}
