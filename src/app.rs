//! The state of the screen and the one function that changes it: [`App::update`].
//! Never does anything outside: no files, no clock, no threads, no terminal; it returns effects.

pub mod action;
pub mod actions;
pub mod cases;
pub mod copying;
pub mod data;
pub mod event;
pub mod following;
pub mod history;
pub mod input;
pub mod intent;
pub mod keymap;
pub mod layers;
pub mod layout;
pub mod loading;
pub mod marks;
pub mod message;
pub mod panes;
pub mod pivot;
pub mod preferences;
pub mod state;
pub mod typed;
pub mod viewport;
pub mod watch;
pub mod working_week;

use ratatui::layout::Rect;

use action::Pane;
use intent::{Intent, Reply};
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
                self.marking.forget_asked();
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
                self.in_panes(|panes, sight| panes.opened(row, result, sight))
            }
            Message::Surveyed(values) => {
                self.data.known_values = values;
                self.offer_completion();
                Vec::new()
            }
            Message::Surrounded(row, found) => self.in_panes(|panes, sight| {
                panes.detail.surrounded(row, &found, sight);
                Reply::taken()
            }),
            found @ (Message::Counting(..)
            | Message::Counted(_)
            | Message::CountedThere(..)
            | Message::AccessFound(..)
            | Message::FindingTrails(..)
            | Message::TrailsFound(_)) => self.fill_box(found),
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
            Message::Copied(Ok(notice) | Err(notice)) => {
                self.screen.notice = Some(notice);
                Vec::new()
            }
        };
        self.offer_cases();
        if before != (self.panes.focus, self.panes.zoomed, self.screen.layout.timeline.is_empty()) {
            self.arrange();
        }
        effects
    }

    fn resized(&mut self, width: u16, height: u16) -> Vec<Effect> {
        let (width, height) = layout::at_most(width, height);
        self.screen.size = Rect::new(0, 0, width, height);
        self.arrange();
        let strip = self.screen.layout.timeline.width;
        let axis = self.panes.timeline.axis(&self.data.store, strip);
        match self.data.store.is_empty() || self.data.answer.axis == axis {
            true => Vec::new(),
            false => self.ask(),
        }
    }

    fn answered(&mut self, mut answer: Answer) -> Vec<Effect> {
        // The one place where an answer to an older question is dropped.
        if answer.revision != self.data.revision {
            return Vec::new();
        }
        self.data.answering = !answer.complete;
        let (panes, sight) = self.panes_and_sight();
        panes.tree.count(&answer.paths, !sight.query.is_empty());
        // Whoever reads a record keeps it, also without having moved to it.
        panes.list.moved |= panes.focus == Pane::Detail;
        let rows = std::mem::take(&mut answer.rows);
        panes.list.take(rows, answer.operations.take(), sight.store);
        panes.timeline.shade(answer.axis, sight.times.zone);
        self.data.answer = answer;
        self.in_panes(|panes, sight| {
            panes.refresh_activities(sight);
            panes.show_beside(sight.store);
            let told = panes.timeline.told(sight).map(Intent::Tell);
            panes.follow_cursor(sight).and(told)
        })
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
                    effects.extend(self.grant(Intent::LookAround, None));
                }
                return effects;
            }
            // What is asked for again is a part of what is there.
            Delivery::Progress(_) if self.data.loading.again_from.is_some() => {}
            Delivery::Progress(progress) => self.data.loading.progress = progress,
            Delivery::Trouble(trouble) => self.data.loading.troubles.push(trouble),
            Delivery::Following(following) => {
                if let Some(told) = self.data.following.went(following) {
                    self.screen.notice = Some(told);
                }
            }
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
                        (None, None) if self.data.following.awaited => {
                            format!("{}: waiting for the first record", self.data.loading.name)
                        }
                        (None, None) => format!("{}: no records in it", self.data.loading.name),
                    };
                    self.screen.notice = Some(crate::text::clean(&said).into_owned());
                    self.arrange();
                }
                let mut effects = vec![Effect::FindCases(self.data.store.clone(), false)];
                effects.extend(self.grant(Intent::LookAround, None));
                effects.extend(self.follow_what_was_read());
                return effects;
            }
        }
        Vec::new()
    }
}
