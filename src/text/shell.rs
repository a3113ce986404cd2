//! A line of a command, parted into words as a shell does.
//! Never expands anything: patterns, variables and `~` stay as they are.

/// A line of a command, in words as a shell reads them.
#[derive(Debug)]
pub struct Split {
    /// The words.
    pub words: Vec<String>,
    /// The quote that is open at the end.
    pub open: Option<char>,
    /// Bytes of the last word before that quote; where none is open, before the last character at
    /// which bash begins a word of its own.
    pub cut: usize,
}

/// Characters at which bash's completion begins a new word.
const BREAKS: [char; 7] = ['=', ':', '@', '>', '<', '(', '&'];

/// Parts a line.
pub fn split(line: &str) -> Split {
    let mut split = Split { words: vec![String::new()], open: None, cut: 0 };
    let mut inside = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        let Some(word) = split.words.last_mut() else { break };
        match (split.open, c) {
            (None, ' ' | '\t') => {
                if inside {
                    split.words.push(String::new());
                    (split.cut, inside) = (0, false);
                }
                continue;
            }
            (None, '\'' | '"') => {
                split.open = Some(c);
                split.cut = word.len();
            }
            (Some(open), c) if c == open => split.open = None,
            (Some('"'), '\\') if chars.peek().is_some_and(|c| "\"\\$`".contains(*c)) => {
                word.extend(chars.next());
            }
            (None, '\\') => word.extend(chars.next()),
            (open, c) => {
                word.push(c);
                if open.is_none() && BREAKS.contains(&c) {
                    split.cut = word.len();
                }
            }
        }
        inside = true;
    }
    split
}
