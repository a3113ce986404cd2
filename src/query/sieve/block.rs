//! Events in a block of bytes, searched together.
//! Never looks at what stands between them.

use std::ops::Range;

use crate::store::Span;

/// A block of bytes and the events in it, in order and without overlap.
pub(super) struct Block<'b, 'e> {
    bytes: &'b [u8],
    base: u64,
    events: &'e [Span],
}

impl<'b, 'e> Block<'b, 'e> {
    /// Events at these places of a text of which `bytes` begin at byte `base`.
    pub(super) fn new(bytes: &'b [u8], base: u64, events: &'e [Span]) -> Self {
        debug_assert!(events.is_sorted_by_key(|event| event.offset), "events are in order");
        let mut block = Self { bytes, base, events };
        // Nothing is looked for behind the last one.
        let end = events.len().checked_sub(1).map_or(0, |last| block.range(last).end);
        block.bytes = &bytes[..end.min(bytes.len())];
        block
    }

    fn range(&self, at: usize) -> Range<usize> {
        let Span { offset, len } = self.events[at];
        let start = offset.saturating_sub(self.base) as usize;
        start..start.saturating_add(len as usize)
    }

    /// The bytes of event `at`; none where they are not in the block.
    pub(super) fn event(&self, at: usize) -> &'b [u8] {
        self.bytes.get(self.range(at)).unwrap_or_default()
    }

    /// For each event: is nothing in it of what `find` finds? `find` returns the first place in a
    /// text at or after a byte of it.
    pub(super) fn lacking(&self, find: impl Fn(&[u8], usize) -> Option<Range<usize>>) -> Vec<bool> {
        let mut lacking = vec![true; self.events.len()];
        let mut event = 0;
        let mut from = self.events.first().map_or(0, |_| self.range(0).start);
        while let Some(hit) = find(self.bytes, from) {
            while event < lacking.len() && self.range(event).end <= hit.start {
                event += 1;
            }
            if event == lacking.len() {
                break;
            }
            let held = self.range(event);
            from = if held.start <= hit.start && hit.end <= held.end {
                lacking[event] = false;
                held.end
            } else {
                hit.start + 1
            };
        }
        lacking
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_inside_an_event_is_in_it() {
        let text = b"ab|xab|aXb|ab|ba";
        let spans = [(3, 3), (7, 3), (10, 4), (14, 2)];
        let spans = spans.map(|(offset, len)| Span { offset: offset + 100, len });
        let block = Block::new(text, 100, &spans);
        let find = |needle: &'static [u8]| {
            block.lacking(|text, from| {
                let at = memchr::memmem::find(text.get(from..)?, needle)? + from;
                Some(at..at + needle.len())
            })
        };
        assert_eq!(find(b"ab"), [false, true, false, true]);
        assert_eq!(find(b"b|"), [true, true, false, true]);
        assert_eq!(find(b"zz"), [true; 4]);
        assert_eq!(block.event(1), b"aXb");
        let beyond = Block::new(b"ab", 0, &[Span { offset: 5, len: 2 }]).event(0).len();
        assert_eq!(beyond, 0);
    }
}
