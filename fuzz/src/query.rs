//! The filter language: reading and writing.

use entrail::query::Query;

/// A text is a query or refused with a place in it; what is written of a query is read as the same.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let query = match Query::parse(text) {
        Ok(query) => query,
        Err(error) => {
            let span = error.span.clone();
            assert!(text.get(span.clone()).is_some(), "{span:?} of {text:?}");
            assert!(!error.message.is_empty());
            return;
        }
    };
    let written = query.to_string();
    assert_eq!(Query::parse(&written).as_ref(), Ok(&query), "{text:?} became {written:?}");
}
