//! The line format of the program's own tables: names, and their properties below them.
//! Never says what a property means, or that one is missing.
//!
//! A name stands at the beginning of a line, its properties below it, two spaces in, as
//! `property: value`; what is four spaces in goes on with the property above. `== …` is a heading, `#`
//! begins a comment.

/// A name with its properties, as they are written.
#[derive(Debug)]
pub struct Draft {
    /// File and line.
    pub place: String,
    /// The heading above it.
    pub heading: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its properties in order; one may be there several times.
    pub properties: Vec<(&'static str, String)>,
}

impl Draft {
    /// Takes the first property of that name out.
    pub fn take(&mut self, property: &str) -> Option<String> {
        let at = self.properties.iter().position(|(name, _)| *name == property)?;
        Some(self.properties.remove(at).1)
    }
}

/// What a file has; what does not fit is told by its place.
pub fn drafts(file: &str, text: &'static str) -> Vec<Result<Draft, String>> {
    let mut heading = "";
    let mut found: Vec<Result<Draft, String>> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let place = format!("{file}:{}", at + 1);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(title) = line.strip_prefix("== ") {
            heading = title;
        } else if let Some(more) = line.strip_prefix("    ") {
            match found.last_mut() {
                Some(Ok(Draft { properties, .. })) if !properties.is_empty() => {
                    let last = properties.len() - 1;
                    properties[last].1.push(' ');
                    properties[last].1.push_str(more.trim());
                }
                _ => found.push(Err(format!("{place}: goes on with nothing"))),
            }
        } else if let Some(property) = line.strip_prefix("  ") {
            match (found.last_mut(), property.split_once(": ")) {
                (Some(Ok(draft)), Some((name, value))) => {
                    draft.properties.push((name, value.trim().to_owned()));
                }
                _ => found.push(Err(format!("{place}: no property"))),
            }
        } else {
            found.push(Ok(Draft { place, heading, name: line.trim(), properties: Vec::new() }));
        }
    }
    found
}
