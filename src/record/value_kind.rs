//! What values are: [`ValueKind`].
//! Never looks at one.

/// What a field's values are, which decides the operators that make sense on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ValueKind {
    /// Names and other text: `:` contains, `=` equals, both folded.
    Text,
    /// One of a few words; completion lists them all.
    Word,
    /// One of a few words that have an order: `>` and `<` too.
    Level,
    /// An instant: `>`, `<`, ranges, relative times.
    Time,
    /// IP addresses: also by block, and the same one in any spelling.
    Address,
}
