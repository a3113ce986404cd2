//! DER (X.690), as far as keys and certificates are written in it: one element after the other.
//! Never trusts a length, never recurses, and never reads what has no known end.

/// Tag of an integer.
pub const INTEGER: u8 = 0x02;
/// Tag of a string of bytes.
pub const OCTETS: u8 = 0x04;
/// Tag of an object identifier.
pub const OBJECT: u8 = 0x06;
/// Tag of a sequence.
pub const SEQUENCE: u8 = 0x30;
/// Tag of what is numbered 0 in its surroundings, with elements in it.
pub const NUMBER_0: u8 = 0xa0;
/// The same without elements: a string of bytes.
pub const NUMBER_0_OCTETS: u8 = 0x80;

/// Elements that follow each other.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Reads these bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next element: tag and contents. `None` at the end and where there is no whole element.
    pub fn element(&mut self) -> Option<(u8, &'a [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            // 0x80 is BER: as long as it takes.
            0x81..=0x84 => {
                let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                (length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), rest)
            }
            _ => return None,
        };
        let (contents, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, contents))
    }

    /// The contents of the next element, if it has this tag; else nothing is read.
    pub fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let mut ahead = *self;
        let (found, contents) = ahead.element()?;
        if found != tag {
            return None;
        }
        *self = ahead;
        Some(contents)
    }

    /// The elements in the next element, if it has this tag.
    pub fn enter(&mut self, tag: u8) -> Option<Self> {
        self.take(tag).map(Self)
    }

    /// How many bytes are left.
    pub fn left(&self) -> usize {
        self.0.len()
    }

    /// A whole number of four bytes, if it is one.
    pub fn number(&mut self) -> Option<u32> {
        let mut bytes = self.take(INTEGER)?;
        if let [0, rest @ ..] = bytes {
            bytes = rest;
        }
        (bytes.len() <= 4).then(|| bytes.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn elements_are_read_in_order_and_by_tag() {
        let mut reader = Reader::new(&[0x30, 6, 2, 1, 5, 4, 1, 0xff, 2, 2, 0, 0x90]);
        let mut inside = reader.enter(SEQUENCE).expect("a sequence");
        assert_eq!(inside.take(OCTETS), None);
        assert_eq!(inside.number(), Some(5));
        assert_eq!(inside.take(OCTETS), Some(&[0xff][..]));
        assert_eq!(inside.element(), None);
        assert_eq!(reader.number(), Some(0x90));
        assert_eq!(reader.element(), None);
    }

    #[test]
    fn lengths_that_lie_are_no_elements() {
        for bytes in [
            &[0x30][..],
            &[0x30, 5, 1],
            &[0x30, 0x80, 0, 0],
            &[0x30, 0x84, 255, 255, 255, 255],
            &[0x1f, 1, 1],
        ] {
            assert_eq!(Reader::new(bytes).element(), None, "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_to_an_end(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut reader = Reader::new(&bytes);
            let mut elements = 0;
            while reader.element().is_some() {
                elements += 1;
            }
            prop_assert!(elements <= bytes.len());
        }
    }
}
