//! Completion of queries.

use std::sync::OnceLock;

use entrail::query::Query;
use entrail::query::counted_values::CountedValues;
use entrail::query::suggest::suggest;
use entrail::store::Store;

use super::session::{Session, deliveries};

fn seen() -> &'static CountedValues {
    static SEEN: OnceLock<CountedValues> = OnceLock::new();
    SEEN.get_or_init(|| {
        let scale = entrail::demo::Scale { records: 60, seed: 1 };
        let found = deliveries("small", entrail::demo::tenant(scale));
        let store: Store = Session::loaded("small", &found, 80, 24).app.data.store;
        CountedValues::of(&store)
    })
}

/// At any cursor of any text, a suggestion replaces a part of the text around the cursor, and taking
/// it leaves a text that is read or refused.
pub fn run(data: &[u8]) {
    let Some((&at, text)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let caret = usize::from(at).min(text.len() + 1);
    let suggestions = suggest(text, caret, seen(), 8);
    let replace = suggestions.replace.clone();
    assert!(text.get(replace.clone()).is_some(), "{replace:?} of {text:?}");
    assert!(suggestions.items.len() <= 8);
    for item in suggestions.items {
        let taken = format!("{}{}{}", &text[..replace.start], item.insert, &text[replace.end..]);
        if let Ok(query) = Query::parse(&taken) {
            assert_eq!(Query::parse(&query.to_string()).as_ref(), Ok(&query), "{taken:?}");
        }
        let letters = item.label.chars().count();
        assert!(item.matched.iter().all(|&at| at < letters), "{item:?}");
        assert!(!item.label.chars().any(char::is_control), "{item:?}");
    }
}
