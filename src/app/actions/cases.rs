//! Cases: taken up, moved, kept or not.
//! Never reads or writes a file, and never takes a case up that nobody asked for.

use crate::app::cases::{FoundCase, KnownCase, Moved, NotKept, OfferedCases, name_of};
use crate::app::marks::all_marks;
use crate::app::message::Effect;
use crate::app::state::App;
use crate::text::{clean, fit, fit_end};

impl App {
    /// Cases were looked for.
    pub(in crate::app) fn cases_found(
        &mut self,
        cases: Vec<KnownCase>,
        is_asked: bool,
    ) -> Vec<Effect> {
        if cases.is_empty() && is_asked {
            self.screen.notice = Some("no case of these records was kept yet".to_owned());
        } else if is_asked || cases.iter().any(|case| case.marks > 0) {
            self.marking.offered = Some(OfferedCases { cases, is_asked });
            self.offer_cases();
        }
        Vec::new()
    }

    /// A case was read to be taken up, or could not be.
    pub(in crate::app) fn case_found(
        &mut self,
        found: Result<Box<FoundCase>, String>,
    ) -> Vec<Effect> {
        match found {
            Ok(found) => self.take_up_case(&found),
            Err(why) => {
                self.screen.notice = Some(clean(&why).into_owned());
                Vec::new()
            }
        }
    }

    /// Takes up the marks of a case; what was marked since stays.
    fn take_up_case(&mut self, found: &FoundCase) -> Vec<Effect> {
        let had = !self.data.store.marks().is_empty();
        // Where marks go to the same file as before, it does not hold these yet.
        let is_same = self.marking.file.as_ref() == Some(&found.file);
        self.marking.take_up(found, &mut self.data.store);
        if !found.marks.is_empty() || found.lost > 0 {
            let lost = match found.lost {
                0 => String::new(),
                lost => format!("; {lost} more are on records that are not here"),
            };
            let all = all_marks(&self.data.store);
            self.screen.notice = Some(format!("taken up · {all}{lost}"));
        }
        self.panes.show_beside(&self.data.store);
        let mut effects = vec![Effect::TakeUpCase];
        if had || is_same {
            effects.extend(self.marks_changed());
        } else if self.filter.query.asks_for_marks() {
            effects.extend(self.ask());
        }
        effects
    }

    /// The case goes to another file: somebody else wrote its own.
    pub(in crate::app) fn case_moved(&mut self, moved: Moved) -> Vec<Effect> {
        let (from, to) = (clean(name_of(&moved.from)), clean(name_of(&moved.to)));
        self.screen.notice = Some(format!("somebody else changed {from}: marks go to {to}"));
        self.marking.moved = Some(moved);
        Vec::new()
    }

    /// The case was kept, in which file, or could not be.
    pub(in crate::app) fn case_kept(&mut self, kept: Result<String, NotKept>) {
        let known = self.marking.not_kept.take();
        match kept {
            Ok(file) => self.marking.file = Some(file),
            // The first line says so already; what was told since is not to be overwritten.
            Err(not_kept) if known.as_ref().is_some_and(|known| known.why == not_kept.why) => {
                self.marking.not_kept = Some(not_kept);
            }
            Err(not_kept) => {
                let why = format!("marks are not kept: {}", not_kept.why);
                let why = clean(&why).into_owned();
                let room = usize::from(self.screen.layout.screen.width).saturating_sub(4);
                let room = room.saturating_sub(fit(&why, usize::MAX).1);
                let file = clean(&not_kept.file).into_owned();
                let file = fit_end(&file, room);
                self.screen.notice =
                    Some(if file.len() > 8 { format!("{why} · {file}") } else { why });
                self.marking.not_kept = Some(not_kept);
            }
        }
    }
}
