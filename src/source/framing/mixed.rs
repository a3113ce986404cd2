//! Framing of texts in which CSV with other columns, or JSON, may begin anywhere: exports glued together.
//! Never looks at events; the framings it passes on to do.

use super::csv::{Head, Rows};
use super::json::Json;
use super::{Accept, Framing, Plain, Scanned, Step};
use crate::format::Layout;

/// The framing of what a text is at the current byte.
#[derive(Debug)]
pub struct Mixed {
    accept: Accept,
    now: Now,
}

#[derive(Debug)]
enum Now {
    Json(Json),
    Csv(Rows),
}

impl Mixed {
    /// A framing of JSON that begins at byte `at` of the text. `by_line`: it is known to have one
    /// record per line.
    pub fn json(accept: Accept, by_line: bool, at: u64) -> Self {
        let json = Json::new(accept, by_line).among_others().from(at);
        Self { accept, now: Now::Json(json) }
    }

    /// A framing of the rows behind a head that begins at byte `at` of the text.
    pub fn csv(accept: Accept, head: &Head, at: u64) -> Self {
        Self { accept, now: Now::Csv(Rows::behind(head, at)) }
    }

    fn now(&self) -> &dyn Framing {
        match &self.now {
            Now::Json(json) => json,
            Now::Csv(rows) => rows,
        }
    }
}

impl Framing for Mixed {
    fn scan(&mut self, bytes: &[u8], base: u64, end: bool, found: &mut Scanned) -> Step {
        let step = match &mut self.now {
            Now::Json(json) => json.scan(bytes, base, end, found),
            Now::Csv(rows) => rows.scan(bytes, base, end, found),
        };
        match step {
            Step::Csv(at, head) => {
                self.now = Now::Csv(Rows::behind(&head, at));
                Step::Layout(head.layout)
            }
            Step::Json(at) => {
                *self = Self::json(self.accept, false, at);
                Step::Layout(Layout::JSON)
            }
            step => step,
        }
    }

    fn keep_from(&self) -> u64 {
        self.now().keep_from()
    }

    fn lost_from(&self) -> Option<u64> {
        self.now().lost_from()
    }

    fn plain(&self) -> Option<Plain<'_>> {
        self.now().plain()
    }

    fn pass(&mut self, to: u64) {
        match &mut self.now {
            Now::Json(json) => json.pass(to),
            Now::Csv(rows) => rows.pass(to),
        }
    }

    fn by_line(&self) -> bool {
        self.now().by_line()
    }
}
