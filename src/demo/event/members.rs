//! The members of a JSON object, written one after the other into a text.
//! Never checks that a name is new.

use super::quote;
use crate::demo::random::Guid;

/// An object being written.
pub(super) struct Members<'o> {
    out: &'o mut String,
    more: bool,
}

impl Members<'_> {
    /// Writes an object with the members that `inside` adds.
    pub(super) fn object(out: &mut String, inside: impl FnOnce(&mut Members<'_>)) {
        out.push('{');
        inside(&mut Members { out, more: false });
        out.push('}');
    }

    /// Writes a name, behind a comma where it is not the first.
    fn name(&mut self, name: &str) -> &mut String {
        if self.more {
            self.out.push(',');
        }
        self.more = true;
        quote(name, self.out);
        self.out.push(':');
        self.out
    }

    /// Adds a text.
    pub(super) fn text(&mut self, name: &str, value: &str) {
        quote(value, self.name(name));
    }

    /// Adds an id.
    pub(super) fn id(&mut self, name: &str, value: Guid) {
        self.text(name, &value.to_string());
    }

    /// Adds a value that is JSON already: a number, `true`, `null`, `[]`.
    pub(super) fn json(&mut self, name: &str, value: &str) {
        self.name(name).push_str(value);
    }

    /// Adds an object.
    pub(super) fn within(&mut self, name: &str, inside: impl FnOnce(&mut Members<'_>)) {
        Members::object(self.name(name), inside);
    }

    /// Adds an array with an object for each of the `items`.
    pub(super) fn each<T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
        inside: impl Fn(T, &mut Members<'_>),
    ) {
        let out = self.name(name);
        out.push('[');
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            Members::object(out, |members| inside(item, members));
        }
        out.push(']');
    }
}
