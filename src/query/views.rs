//! Canned views: questions people come with, as queries; and what is noise.
//! Never special: each is an ordinary query, which can be edited and narrowed.

use std::sync::LazyLock;

use super::Query;

/// A question with its query.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct View {
    /// The digit that opens it, if one does.
    pub digit: Option<u8>,
    /// Its name.
    pub name: String,
    /// What it answers.
    pub question: String,
    /// The text of its query.
    pub query: String,
}

static ASSET: &str = include_str!("../../assets/views.tsv");

/// All canned views, in the order they are listed. A line of the asset that is none is left out;
/// the tests find it.
pub static VIEWS: LazyLock<Vec<View>> = LazyLock::new(|| {
    let lines = ASSET.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.filter_map(view).collect()
});

fn view(line: &str) -> Option<View> {
    let mut parts = line.split('\t').map(str::to_owned);
    let digit = parts.next()?;
    Some(View {
        digit: digit.parse().ok(),
        name: parts.next()?,
        question: parts.next()?,
        query: parts.next()?,
    })
}

/// The view of that digit.
pub fn of_digit(digit: u8) -> Option<&'static View> {
    VIEWS.iter().find(|view| view.digit == Some(digit))
}

/// Name of the view of noise.
pub const NOISE_VIEW: &str = "noise";

/// What Microsoft's own services do by themselves, as far as no rule rates it. A person or an
/// application of one's own that bears such a name is not meant: people never, and applications are
/// rated for it.
pub static NOISE: LazyLock<Query> = LazyLock::new(|| {
    let noise = VIEWS.iter().find(|view| view.name == NOISE_VIEW);
    let text = noise.map(|view| format!("({}) -risk>=low", view.query)).unwrap_or_default();
    Query::parse(&text).unwrap_or_default()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_view_with_a_query_and_a_question() {
        let lines = ASSET.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        assert_eq!(VIEWS.len(), lines.count());
        for view in VIEWS.iter() {
            let query = Query::parse(&view.query).expect(&view.name);
            assert!(
                !query.is_empty() && !query.reads_original(),
                "{} is answered at once",
                view.name
            );
            assert!(view.question.ends_with('?'), "{}", view.name);
        }
        for digit in 1..=9 {
            assert!(of_digit(digit).is_some(), "{digit}");
        }
        assert!(!NOISE.is_empty());
    }

    #[test]
    fn names_and_digits_are_given_once() {
        for (at, view) in VIEWS.iter().enumerate() {
            let twice = |other: &View| {
                other.name == view.name || (other.digit.is_some() && other.digit == view.digit)
            };
            assert!(!VIEWS[at + 1..].iter().any(twice), "{}", view.name);
        }
    }
}
