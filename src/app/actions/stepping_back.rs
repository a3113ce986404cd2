//! Stepping back one thing at a time, down to leaving.
//! Never loses marks by it that are not kept, unless that is asked for twice.

use crate::app::action::Action;
use crate::app::message::Effect;
use crate::app::state::App;
use crate::text::clean;

impl App {
    /// Steps back one thing.
    pub(in crate::app) fn back(&mut self) -> Vec<Effect> {
        if self.is_exporting() {
            return vec![Effect::StopExporting];
        }
        if self.marking.range.take().is_some() {
            self.screen.notice = Some("no range is being marked any more".to_owned());
            return Vec::new();
        }
        let (panes, sight) = self.panes_and_sight();
        if let Some(reply) = panes.back(&sight) {
            return self.grant_all(reply.intents, None);
        }
        if self.data.answering && self.filter.query.reads_original() {
            self.data.answering = false;
            self.screen.notice =
                Some("stopped searching; what was found so far is shown".to_owned());
            return vec![Effect::StopAnswering];
        }
        if let Some(reply) = self.panes.back_to_list() {
            return self.grant_all(reply.intents, None);
        }
        if self.data.loading.running {
            self.screen.notice = Some("stopped loading; what was read stays".to_owned());
            return vec![Effect::StopLoading];
        }
        if self.panes.show_activities && !self.data.store.is_empty() {
            return self.in_panes(|panes, sight| panes.show(false, sight));
        }
        let quit = self.keymap.spoken(Action::Quit);
        self.screen.notice = Some(format!("nothing to step back from; {quit} leaves"));
        Vec::new()
    }

    /// Leaves; where marks would be lost by it, only when that is asked for twice.
    pub(in crate::app) fn quit(&mut self) -> Vec<Effect> {
        let Some(not_kept) = &self.marking.not_kept else { return vec![Effect::Quit] };
        let [quit, export] =
            [Action::Quit, Action::Export].map(|action| self.keymap.spoken(action));
        let why = clean(&not_kept.why).into_owned();
        if self.marking.is_asked_again((Action::Quit, None)) {
            return vec![Effect::Quit];
        }
        self.screen.notice = Some(format!(
            "marks are not kept; {quit} again quits, {export} writes them to a file ({why})"
        ));
        Vec::new()
    }
}
