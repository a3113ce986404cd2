//! A JSON value as flat foldable lines: [`Outline`].
//! Never looks at what the value means.

use serde_json::Value;

/// One line of an outline.
#[derive(Clone, Debug, PartialEq)]
pub struct OutlineLine {
    /// Nesting, 0 for the value itself.
    pub depth: usize,
    /// Key or index in front of the value, empty for the value itself and for closing brackets.
    pub key: String,
    /// What stands behind the key while the line is unfolded: a scalar, or an opening bracket.
    pub text: String,
    /// What stands there while it is folded: empty for lines that cannot fold.
    pub folded_text: String,
    /// Index after the last line inside; the line's own index plus one where nothing is inside.
    pub end: usize,
    /// Is it folded?
    pub folded: bool,
    /// Path in the manner of jq, such as `.targetResources[0].id`.
    pub path: String,
    /// The value as text to copy.
    pub value: String,
}

/// A JSON value laid out as lines; folding hides the lines inside.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outline {
    lines: Vec<OutlineLine>,
}

/// Lines nested deeper than this start folded.
const UNFOLDED_TO: usize = 4;

impl Outline {
    /// Lays a value out.
    pub fn new(value: &Value) -> Self {
        let mut outline = Self::default();
        outline.push(value, 0, String::new(), "");
        outline
    }

    fn push(&mut self, value: &Value, depth: usize, key: String, path: &str) {
        let at = self.lines.len();
        let (open, close, count) = match value {
            Value::Object(map) => ('{', '}', map.len()),
            Value::Array(items) => ('[', ']', items.len()),
            _ => ('"', '"', 0),
        };
        let scalar = !matches!(value, Value::Object(_) | Value::Array(_));
        let text = if scalar {
            value.to_string()
        } else if count == 0 {
            format!("{open}{close}")
        } else {
            open.to_string()
        };
        let folded_text =
            if count > 0 { format!("{open}…{close} {count}") } else { String::new() };
        let copied = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        self.lines.push(OutlineLine {
            depth,
            key,
            text,
            folded_text,
            end: at + 1,
            folded: count > 0 && depth >= UNFOLDED_TO,
            path: if path.is_empty() { ".".to_owned() } else { path.to_owned() },
            value: copied,
        });
        match value {
            Value::Object(map) => {
                for (name, inner) in map {
                    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
                    let inner_path = if plain && !name.is_empty() {
                        format!("{path}.{name}")
                    } else {
                        format!("{path}[{}]", Value::String(name.clone()))
                    };
                    self.push(inner, depth + 1, name.clone(), &inner_path);
                }
            }
            Value::Array(items) => {
                for (index, inner) in items.iter().enumerate() {
                    self.push(inner, depth + 1, index.to_string(), &format!("{path}[{index}]"));
                }
            }
            _ => {}
        }
        self.lines[at].end = self.lines.len();
    }

    /// All lines, hidden ones too.
    pub fn lines(&self) -> &[OutlineLine] {
        &self.lines
    }

    /// Indexes of the lines that are not inside a folded one.
    pub fn visible(&self) -> Vec<usize> {
        let mut visible = Vec::new();
        let mut at = 0;
        while let Some(line) = self.lines.get(at) {
            visible.push(at);
            at = if line.folded { line.end } else { at + 1 };
        }
        visible
    }

    /// Folds or unfolds a line; nothing happens to lines with nothing inside.
    pub fn fold(&mut self, at: usize, folded: bool) {
        if let Some(line) = self.lines.get_mut(at).filter(|line| !line.folded_text.is_empty()) {
            line.folded = folded;
        }
    }

    /// Folds or unfolds everything; the value itself stays open.
    pub fn fold_all(&mut self, folded: bool) {
        for at in 1..self.lines.len() {
            self.fold(at, folded);
        }
    }

    /// Unfolds all lines around one, so that it is visible.
    pub fn reveal(&mut self, at: usize) {
        for line in 0..at {
            if self.lines[line].end > at {
                self.lines[line].folded = false;
            }
        }
    }

    /// The line around a line.
    pub fn parent(&self, at: usize) -> Option<usize> {
        let depth = self.lines.get(at)?.depth;
        (0..at).rev().find(|&above| self.lines[above].depth < depth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn folding_hides_what_is_inside_and_revealing_shows_it() {
        let mut outline = Outline::new(&json!({"a": {"b": [1, 2]}, "c d": "x"}));
        assert_eq!(outline.visible().len(), 6);
        outline.fold(1, true);
        assert_eq!(outline.visible(), [0, 1, 5]);
        outline.reveal(3);
        assert_eq!(outline.visible().len(), 6);
        assert_eq!(outline.lines()[3].path, ".a.b[0]");
        assert_eq!(outline.lines()[5].path, ".[\"c d\"]".trim_start_matches('.'));
        assert_eq!(outline.parent(3), Some(2));
        outline.fold_all(true);
        assert_eq!(outline.visible(), [0, 1, 5]);
    }
}
