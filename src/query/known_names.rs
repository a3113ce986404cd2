//! Names of objects that a record mentions by nothing but their ids.
//! Never guesses: a name is one that a record of this data gives the same id.

use crate::document::{Block, Item, Piece, Text};
use crate::store::Store;
use crate::text::is_guid;

/// Most names of one id that are told: objects are renamed.
const MOST_NAMES: usize = 3;
/// Most ids that are looked up for one record.
const MOST_IDS: usize = 64;

/// An id, in lower case, and the names it has in the data.
pub type KnownName = (String, Vec<String>);

/// The ids that stand in a text, in lower case, as `5ecf7b34-0c1e-4d4b-9c3a-2f3b1f0a7d11` does.
pub fn ids_in(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut from = 0;
    while let Some(dash) = text[from..].find('-').map(|at| from + at) {
        from = dash + 1;
        // The first dash of an id follows its first eight digits.
        let id = dash.checked_sub(8).and_then(|start| text.get(start..start + 36));
        if let Some(id) = id.filter(|id| is_guid(id)) {
            from = dash + 28;
            let id = id.to_ascii_lowercase();
            if !found.contains(&id) && found.len() < MOST_IDS {
                found.push(id);
            }
        }
    }
    found
}

/// The names that actors and targets with these ids have, in the order of `ids`; ids without one are
/// left out.
pub fn known_names(store: &Store, ids: &[String]) -> Vec<KnownName> {
    let names = |id: &String| -> Vec<String> {
        store.names_of(id).into_iter().take(MOST_NAMES).map(str::to_owned).collect()
    };
    let named = ids.iter().map(|id| (id.clone(), names(id)));
    named.filter(|(_, names)| !names.is_empty()).collect()
}

/// The text with the name that the data has behind each id in it, in brackets and written by `show`;
/// ids whose name the text says itself stay as they are.
pub fn with_names(store: &Store, text: &str, show: impl Fn(&str) -> String) -> String {
    let mut told = text.to_owned();
    for (id, names) in known_names(store, &ids_in(text)) {
        if names.iter().any(|name| text.contains(name.as_str())) {
            continue;
        }
        let at = told.to_ascii_lowercase().find(&id);
        // In code, the name stands behind it.
        let end = at.map(|at| at + id.len());
        let end = end.map(|end| if told[end..].starts_with('`') { end + 1 } else { end });
        if let Some(end) = end {
            let names: Vec<String> = names.iter().map(|name| show(name)).collect();
            told.insert_str(end, &format!(" ({})", names.join(" / ")));
        }
    }
    told
}

/// A part of a document with the names that the data has behind each id in its lines; see
/// [`with_names`]. Code of several lines stays as it is, and so does a heading.
pub fn with_names_in(store: &Store, block: Block) -> Block {
    match block {
        Block::List(items) => {
            let named = |Item { text, inside }: Item| Item {
                text: with_names_in_text(store, text),
                inside: inside.into_iter().map(|block| with_names_in(store, block)).collect(),
            };
            Block::List(items.into_iter().map(named).collect())
        }
        Block::Paragraph(text) => Block::Paragraph(with_names_in_text(store, text)),
        other => other,
    }
}

/// A line with the names behind the ids in it. A value stays in one piece: names of ids in the middle
/// of it follow behind it, with their ids.
fn with_names_in_text(store: &Store, text: Text) -> Text {
    let names = known_names(store, &ids_in(&text.plain()));
    with_these_names(text, names)
}

fn with_these_names(mut text: Text, names: Vec<KnownName>) -> Text {
    let plain = text.plain();
    for (id, names) in names {
        if names.iter().any(|name| plain.contains(name.as_str())) {
            continue;
        }
        let place = text
            .0
            .iter()
            .enumerate()
            .find_map(|(at, piece)| Some((at, piece.plain().to_ascii_lowercase().find(&id)?)));
        let Some((at, start)) = place else { continue };
        let names = Text::joined(names.iter().map(|name| Text::default().code(name)), " / ");
        let end = start + id.len();
        let is_code = matches!(text.0[at], Piece::Code(_));
        let rest = split_off(&mut text.0[at], end, is_code);
        let told = match is_code && end < text.0[at].plain().len() {
            true => Text::of(" (").code(id).words(" is ").and(names).words(")"),
            false => Text::of(" (").and(names).words(")"),
        };
        let behind = text.0.split_off(at + 1);
        text.0.extend(told.0.into_iter().chain(rest).chain(behind));
    }
    text
}

/// The rest of a piece behind this place, which stays with it where it is code.
fn split_off(piece: &mut Piece, end: usize, is_code: bool) -> Option<Piece> {
    let whole = piece.plain().into_owned();
    let (first, rest) = whole.split_at(end);
    if is_code || rest.is_empty() {
        return None;
    }
    let alike = |text: &str| match piece {
        Piece::Strong(_) => Piece::Strong(text.to_owned()),
        Piece::Foreign(_) => Piece::Foreign(text.to_owned()),
        _ => Piece::Words(text.to_owned().into()),
    };
    let (first, rest) = (alike(first), alike(rest));
    *piece = first;
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_wherever_they_stand() {
        let (a, b) =
            ("d26d4b5a-0001-4000-8000-0123456789ab", "5ECF7B34-0C1E-4D4B-9C3A-2F3B1F0A7D11");
        let text = format!("é-[\"{a}\",{b}] {a} x{a}y-{}", &a[..30]);
        assert_eq!(ids_in(&text), [a.to_owned(), b.to_ascii_lowercase()]);
        assert!(ids_in("--------------------------------------------------").is_empty());
        assert!(ids_in("ééééé-ééééé-ééééééé-ééééééé-éééé-ééééééééééééé").is_empty());
    }

    /// The name of an id in the middle of a value once ended the value's code.
    #[test]
    fn names_stand_behind_a_value_and_never_in_it() {
        let id = "d26d4b5a-0001-4000-8000-0123456789ab";
        let names = [(id.to_owned(), vec!["Eve".to_owned(), "E. Adams".to_owned()])];
        let named = |text: Text| with_these_names(text, names.to_vec()).0;
        let code = |text: &str| Piece::Code(text.to_owned());
        let words = |text: &'static str| Piece::Words(text.into());
        let both = [code("Eve"), words(" / "), code("E. Adams"), words(")")];
        let whole = named(Text::of("id ").code(id.to_uppercase()).words(", more"));
        let expected = [words("id "), code(&id.to_uppercase()), words(" (")];
        assert_eq!(whole, [&expected[..], &both, &[words(", more")]].concat());
        let inside = named(Text::default().code(format!("[{id}]:1")));
        let expected = [code(&format!("[{id}]:1")), words(" ("), code(id), words(" is ")];
        assert_eq!(inside, [&expected[..], &both].concat());
        let foreign = named(Text::default().foreign(format!("of {id} é")));
        let (first, rest) = (Piece::Foreign(format!("of {id}")), Piece::Foreign(" é".to_owned()));
        assert_eq!(foreign, [&[first, words(" (")], &both[..], &[rest]].concat());
        let said = Text::default().code(id).words(" is ").foreign("Eve");
        assert_eq!(named(said.clone()), said.0);
    }
}
