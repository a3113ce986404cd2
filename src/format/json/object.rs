//! Reading objects: their keys as they come, or as they usually come.
//! Never reads values; what is called with a key does.

use std::borrow::Cow;

use super::{Keys, Reader, Step, ValuePath, unescape};

/// A key that was read.
pub(in crate::format) struct WrittenKey<'k, K> {
    /// Which one, where it is known.
    pub(in crate::format) known: Option<K>,
    /// As it is written.
    pub(in crate::format) written: &'k [u8],
    /// Is it known and written as it usually is?
    pub(in crate::format) is_usual: bool,
}

impl<'a> Reader<'a> {
    /// Reads an object: calls `each` standing before the value of every known key, passes over the
    /// others. A key that comes twice is noted; the later value is read over the earlier one.
    pub(in crate::format) fn object<K: Keys>(
        &mut self,
        place: &ValuePath<'_>,
        mut each: impl FnMut(&mut Self, K, &ValuePath<'_>) -> Step<()>,
    ) -> Step<()> {
        self.object_of(K::ALL, place, |reader, key, here| match key.known {
            Some(known) => each(reader, known, here),
            None => reader.skip(),
        })
    }

    /// As [`Reader::object`], calling `each` with unknown keys too, which is to pass over their
    /// values. Fastest where keys stand in the order of `usual`.
    pub(in crate::format) fn object_of<K: Keys>(
        &mut self,
        usual: &[K],
        place: &ValuePath<'_>,
        mut each: impl FnMut(&mut Self, WrittenKey<'_, K>, &ValuePath<'_>) -> Step<()>,
    ) -> Step<()> {
        let mut seen = 0u64;
        let mut next = 0;
        self.enter_object()?;
        loop {
            if let Some(&key) = usual.get(next)
                && self.pass_usual(key)
            {
                next += 1;
                let here = ValuePath::Property(place, key.name());
                self.see(key, &mut seen, &here);
                let written = key.name().as_bytes();
                each(self, WrittenKey { known: Some(key), written, is_usual: true }, &here)?;
                continue;
            }
            let Some(written) = self.key()? else { return Ok(()) };
            let known = K::find(&written);
            let Some(key) = known else {
                each(self, WrittenKey { known, written: &written, is_usual: false }, place)?;
                continue;
            };
            next = usual.iter().position(|&other| other == key).map_or(next, |at| at + 1);
            let here = ValuePath::Property(place, key.name());
            self.see(key, &mut seen, &here);
            each(self, WrittenKey { known, written: &written, is_usual: false }, &here)?;
        }
    }

    /// Notes a key that was `seen` before.
    #[inline]
    fn see(&mut self, key: impl Keys, seen: &mut u64, here: &ValuePath<'_>) {
        let bit = 1u64 << (key.index() & 63);
        if *seen & bit != 0 {
            self.note(|| format!("`{here}` is there twice; the last one counts"));
        }
        *seen |= bit;
    }

    /// Passes over a key and its colon, and a comma before it, where just these stand here.
    #[inline]
    fn pass_usual(&mut self, key: impl Keys) -> bool {
        let spelling = key.spelling();
        let at = self.at + usize::from(self.bytes.get(self.at) == Some(&b','));
        let stands = spelling.stands_at(self.bytes, at);
        if stands {
            self.at = at + spelling.len;
            self.marks += u32::from(spelling.is_mark);
        }
        stands
    }

    /// Reads an object: calls `each` with every key, standing before its value.
    pub(in crate::format) fn members(
        &mut self,
        mut each: impl FnMut(&mut Self, &[u8]) -> Step<()>,
    ) -> Step<()> {
        self.enter_object()?;
        while let Some(key) = self.key()? {
            each(self, &key)?;
        }
        Ok(())
    }

    fn enter_object(&mut self) -> Step<()> {
        if self.peek()? != b'{' {
            return self.broken("expected `{`");
        }
        self.at += 1;
        Ok(())
    }

    /// Passes over the next key and its colon, or over the end of the object.
    fn key(&mut self) -> Step<Option<Cow<'a, [u8]>>> {
        loop {
            match self.peek()? {
                b'}' => {
                    self.at += 1;
                    return Ok(None);
                }
                b',' => self.at += 1,
                b'"' => {
                    let start = self.at + 1;
                    let escaped = self.skip_string()?;
                    let key = &self.bytes[start..self.at - 1];
                    if self.peek()? != b':' {
                        return self.broken("expected `:` after a property's name");
                    }
                    self.at += 1;
                    let plain = || unescape(key).0.into_bytes();
                    return Ok(Some(if escaped { plain().into() } else { key.into() }));
                }
                _ => return self.broken("expected a property's name in quotes"),
            }
        }
    }
}
