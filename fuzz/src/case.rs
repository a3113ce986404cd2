//! Case files.

use entrail::case::Case;

/// A case is read or refused in words; what is written of it is read as the same.
pub fn run(data: &[u8]) {
    match Case::parse(data) {
        Ok(case) => {
            let written = case.to_json();
            let again = Case::parse(written.as_bytes()).expect("what was written is read");
            assert_eq!(again.to_json(), written);
            let _ = (case.first_note(), case.last_marked());
        }
        Err(reason) => assert!(!reason.is_empty()),
    }
}
