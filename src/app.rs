//! The state of the screen and the one function that changes it: [`App::update`].
//! Never does anything outside: no files, no clock, no threads, no terminal; it returns effects.

pub mod action;
pub mod actions;
pub mod cases;
pub mod copying;
pub mod following;
pub mod history;
pub mod input;
pub mod keymap;
pub mod layers;
pub mod layout;
pub mod loading;
pub mod marks;
pub mod message;
pub mod panes;
pub mod preferences;
pub mod state;
pub mod typed;
pub mod viewport;
pub mod watch;

use ratatui::layout::Rect;

use action::Pane;
use message::{Effect, Message};

use crate::query::answer::Answer;
use crate::source::{Delivery, Summary};

pub use state::{App, Settings};

impl App {
    /// Takes in what happened; returns what is to be done outside.
    pub fn update(&mut self, message: Message) -> Vec<Effect> {
        let before = (self.panes.focus, self.panes.zoomed, self.screen.layout.timeline.is_empty());
        let effects = match message {
            Message::Pressed(event) => self.pressed(event),
            Message::Moused(event) => self.moused(event),
            Message::Pasted(text) => self.pasted(&text),
            Message::PastedPart(text) => self.pasted_part(&text),
            Message::Typed(text) => {
                self.forget_asked();
                self.pasted(&text)
            }
            Message::Resized(width, height) => self.resized(width, height),
            Message::Ticked(now) => {
                self.clock.now = now;
                Vec::new()
            }
            Message::Delivered(delivery) => self.delivered(delivery),
            Message::Answered(answer) => self.answered(*answer),
            Message::Opened(row, result) => {
                if self.panes.list.current() == Some(row) && !self.panes.show_activities {
                    match result {
                        Ok(opened) => {
                            self.panes.detail.beside = self.beside(row);
                            self.panes.detail.show(row, opened, &self.clock.zone);
                            return self.look_around();
                        }
                        Err(problem) => self.panes.detail.clear(Some(&problem)),
                    }
                }
                Vec::new()
            }
            Message::Surveyed(seen) => {
                self.data.seen = seen;
                self.offer_completion();
                Vec::new()
            }
            Message::Counting(field, share) => {
                self.counting(field, share);
                Vec::new()
            }
            Message::Counted(facet) => {
                self.counted(&facet);
                Vec::new()
            }
            Message::AccessFound(name, found) => {
                self.access_found(&name, &found);
                Vec::new()
            }
            Message::FindingTrails(looked_at, all) => {
                self.trails_go_on(looked_at, all);
                Vec::new()
            }
            Message::TrailsFound(found) => {
                self.trails_found(&found);
                Vec::new()
            }
            Message::Surrounded(row, found) => {
                self.surrounded(row, &found);
                Vec::new()
            }
            Message::Planned(offers, is_asked) => self.planned(&offers, is_asked),
            Message::CasesFound(cases, is_asked) => self.cases_found(cases, is_asked),
            Message::CaseFound(found) => self.case_found(found),
            Message::CaseMoved(moved) => self.case_moved(moved),
            Message::CaseKept(kept) => {
                self.case_kept(kept);
                Vec::new()
            }
            Message::Exported(how) => {
                self.exported(how);
                Vec::new()
            }
            Message::Copied(Ok(notice) | Err(notice)) => self.told(notice),
        };
        self.offer_cases();
        if before != (self.panes.focus, self.panes.zoomed, self.screen.layout.timeline.is_empty()) {
            self.arrange();
        }
        effects
    }

    /// Tells something until the next key.
    fn told(&mut self, notice: String) -> Vec<Effect> {
        self.screen.notice = Some(notice);
        Vec::new()
    }

    fn resized(&mut self, width: u16, height: u16) -> Vec<Effect> {
        let (width, height) = layout::at_most(width, height);
        self.screen.size = Rect::new(0, 0, width, height);
        self.arrange();
        self.ask_for_timeline()
    }

    fn answered(&mut self, answer: Answer) -> Vec<Effect> {
        // The one place where an answer to an older question is dropped.
        if answer.revision != self.data.revision {
            return Vec::new();
        }
        self.data.answering = !answer.complete;
        self.panes.tree.count(&answer.paths, !self.filter.query.is_empty());
        let mut answer = answer;
        // Whoever reads a record keeps it, also without having moved to it.
        self.panes.list.moved |= self.panes.focus == Pane::Detail;
        let rows = std::mem::take(&mut answer.rows);
        self.panes.list.take(rows, answer.operations.take(), &self.data.store);
        self.data.answer = answer;
        self.panes.timeline.shade(self.data.answer.axis, &self.clock.zone);
        self.tell_bucket();
        self.refresh_activities();
        self.show_note();
        self.follow_cursor()
    }

    fn delivered(&mut self, delivery: Delivery) -> Vec<Effect> {
        match delivery {
            Delivery::Segment(segment) => {
                let first = self.data.store.is_empty();
                self.data.store.push(segment);
                self.panes.tree.extend(&self.data.store);
                if first {
                    self.arrange();
                }
                let mut effects = self.ask();
                if !self.data.loading.running {
                    effects.extend(self.look_around());
                }
                return effects;
            }
            // What is asked for again is a part of what is there.
            Delivery::Progress(_) if self.data.loading.again_from.is_some() => {}
            Delivery::Progress(progress) => self.data.loading.progress = progress,
            Delivery::Trouble(trouble) => self.data.loading.troubles.push(trouble),
            Delivery::Following(following) => self.following_went(following),
            Delivery::Pulling(name, pulling) => self.data.loading.pulled(&name, pulling),
            Delivery::Prompt(name, prompt) => self.prompted(&name, prompt),
            Delivery::Done(summary) if self.data.loading.again_from.is_some() => {
                return self.asked_again(summary);
            }
            Delivery::Done(summary) => {
                self.data.loading.progress = summary.progress;
                self.data.loading.running = false;
                self.data.loading.ended = Some(summary);
                if self.data.store.is_empty() {
                    let left_out = self.data.loading.ended.as_ref().and_then(Summary::left_out);
                    let said = match (left_out, self.data.loading.troubles.first()) {
                        (Some(left_out), _) => format!("0 records · {left_out}"),
                        (None, Some(trouble)) => trouble.to_string(),
                        (None, None) => format!("{}: no records in it", self.data.loading.name),
                    };
                    self.screen.notice = Some(crate::text::clean(&said).into_owned());
                    self.arrange();
                }
                let mut effects = vec![Effect::FindCases(self.data.store.clone(), false)];
                effects.extend(self.look_around());
                return effects;
            }
        }
        Vec::new()
    }
}
