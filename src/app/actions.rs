//! What each action does, and why it cannot be done now: the one place where all of them are.
//! Never reads keys: the keymap, the palette and the mouse all come here.

pub mod asking;
pub mod boxes;
pub mod cases;
pub mod exporting;
pub mod filtering;
pub mod following;
pub mod history;
pub mod marks;
pub mod stepping_back;

use crate::app::action::{Action, Pane};
use crate::app::intent::{Intent, Reply};
use crate::app::keymap::Keymap;
use crate::app::layers::Layer;
use crate::app::layers::find::Find;
use crate::app::layers::menu::Menu;
use crate::app::layers::{columns, copy, facets, origin, palette, sort, troubles, views};
use crate::app::message::Effect;
use crate::app::panes::{PaneInput, Panes, Sight};
use crate::app::pivot::Shared;
use crate::app::state::App;
use crate::app::viewport::Motion;

impl App {
    /// Carries an action out; `count` is the number typed before its key. An action without an arm here
    /// does not compile.
    #[expect(clippy::too_many_lines, reason = "one arm an action, and nothing else")]
    pub fn perform(&mut self, action: Action, count: Option<usize>) -> Vec<Effect> {
        if let Some(why) = self.disabled(action) {
            self.screen.notice = Some(why);
            return Vec::new();
        }
        let times = count.unwrap_or(1) as isize;
        let line = count.map(|line| line.saturating_sub(1));
        match action {
            Action::Down => self.go(Motion::Lines(times)),
            Action::Up => self.go(Motion::Lines(-times)),
            Action::First => self.go(Motion::First(line.unwrap_or(0))),
            Action::Last => self.go(Motion::Last(line)),
            Action::HalfPageDown => self.go(Motion::HalfPages(times)),
            Action::HalfPageUp => self.go(Motion::HalfPages(-times)),
            Action::PageDown => self.go(Motion::Pages(times)),
            Action::PageUp => self.go(Motion::Pages(-times)),
            Action::NextPane => self.in_panes(|panes, _| panes.next_pane(true)),
            Action::PreviousPane => self.in_panes(|panes, _| panes.next_pane(false)),
            Action::Left => self.in_focus(|pane, sight| pane.sideways(false, sight)),
            Action::Right => self.in_focus(|pane, sight| pane.sideways(true, sight)),
            Action::Open => self.in_focus(|pane, sight| pane.open(sight)),
            Action::Back => self.back(),
            Action::Filter => self.begin_filter(),
            Action::FilterIn => self.in_panes(|panes, sight| panes.filter_by(true, sight)),
            Action::FilterOut => self.in_panes(|panes, sight| panes.filter_by(false, sight)),
            Action::ClearFilter => self.clear_filter(),
            Action::Choose => self.in_panes(|panes, _| panes.tree.choose()),
            Action::ClearChoice => self.in_panes(|panes, _| panes.tree.clear_choice()),
            Action::UnfoldAll => self.in_panes(|panes, _| panes.fold_all(false)),
            Action::FoldAll => self.in_panes(|panes, _| panes.fold_all(true)),
            Action::Unseen => self.in_panes(Panes::turn_unseen),
            Action::View => self.in_panes(|panes, sight| panes.show(!panes.show_activities, sight)),
            Action::Sort => self.show_menu(sort::sort_menu(self.panes.list.sort)),
            Action::Columns => {
                let shown = self.panes.list.shown_fields(&self.sight());
                self.show_menu(columns::columns_menu(&shown))
            }
            Action::Yank => {
                let query = self.whole_query();
                self.show_menu(copy::copy_menu(&self.panes, &self.sight(), &query))
            }
            Action::Palette => self.show_menu(self.actions_menu(palette::palette)),
            Action::Help => self.show_menu(self.actions_menu(palette::help)),
            Action::Origin => self.show_menu(origin::origin_menu(&self.data)),
            Action::Troubles => {
                self.show_menu(troubles::troubles_menu(&self.data.loading, &self.marking))
            }
            Action::Views => {
                self.show_menu(views::views_menu(&self.preferences.views, &self.keymap))
            }
            Action::Facets | Action::CountThere => {
                let detail = Some(&self.panes.detail).filter(|_| self.panes.focus == Pane::Detail);
                let focused = detail.and_then(|detail| detail.value(&self.data.store));
                let focused = focused.map(|(field, _)| field.name);
                self.show_menu(match action {
                    Action::CountThere => facets::fields_there_menu(focused),
                    _ => facets::fields_menu(focused),
                })
            }
            Action::Raw => self.in_panes(|panes, _| panes.detail.turn_raw(!panes.detail.raw)),
            Action::Changes => self.in_panes(|panes, _| panes.detail.turn_raw(false)),
            Action::Find => self.show_layer(Layer::Find(Find::new(self.panes.focus))),
            Action::FindNext => self.in_panes(|panes, _| panes.find_another(panes.focus, false)),
            Action::FindPrevious => self.in_panes(|panes, _| panes.find_another(panes.focus, true)),
            Action::Zoom => self.in_panes(|panes, _| panes.turn_zoom()),
            Action::Zone => self.turn_zone(),
            Action::Mark => self.turn_mark(),
            Action::MarkRange => self.mark_range(),
            Action::Note => self.begin_note(),
            Action::UndoMarks => self.undo_marks(),
            Action::Cases => vec![Effect::FindCases(self.data.store.clone(), true)],
            Action::Export => self.begin_export(),
            Action::Follow => self.turn_following(),
            Action::AskAgain => vec![Effect::Plan(self.filter.query.clone(), true)],
            Action::Mouse => self.turn_mouse(),
            Action::Quit => self.quit(),
            Action::Pivot => self.open_pivot_menu(),
            Action::SameActor => self.pivot(Shared::Actor),
            Action::SameTarget => self.pivot(Shared::Target),
            Action::SameOperation => self.pivot(Shared::Correlation),
            Action::SameIp => self.pivot(Shared::Ip),
            Action::Around => self.pivot(Shared::Around),
            Action::Noise => self.turn_noise(),
            Action::Watched => {
                let query = self.preferences.watch.query().to_string();
                self.show_from_the_first(&query, "watched")
            }
            Action::View1 => self.open_view(1),
            Action::View2 => self.open_view(2),
            Action::View3 => self.open_view(3),
            Action::View4 => self.open_view(4),
            Action::View5 => self.open_view(5),
            Action::View6 => self.open_view(6),
            Action::View7 => self.open_view(7),
            Action::View8 => self.open_view(8),
            Action::View9 => self.open_view(9),
            Action::Trails => self.open_trails(),
            Action::Access => self.open_access(),
            Action::Related => self.in_panes(|panes, sight| panes.detail.turn_related(sight)),
            Action::Operations => self.in_panes(|panes, _| panes.list.turn_operations()),
            Action::UnfoldOperation => self.in_panes(|panes, _| panes.list.unfold_operation()),
            Action::Timeline => self.in_panes(|panes, sight| {
                let record = panes.list.current().and_then(|row| sight.store.time(row));
                panes.timeline.turn(record, sight)
            }),
            Action::ZoomIn => self.in_panes(|panes, sight| panes.timeline.zoom(true, sight)),
            Action::ZoomOut => self.in_panes(|panes, sight| panes.timeline.zoom(false, sight)),
            Action::Peak => self.in_panes(|panes, sight| panes.timeline.go_to_peak(sight)),
            Action::Brush => self.in_panes(|panes, sight| panes.timeline.turn_brush(sight)),
            Action::ClearSpan => self.in_panes(|panes, sight| panes.timeline.clear_span(sight)),
            Action::PreviousView => self.walk_views(true),
            Action::NextView => self.walk_views(false),
        }
    }

    /// Why an action cannot be done now; `None` where it can.
    pub fn disabled(&self, action: Action) -> Option<String> {
        let why = match action {
            Action::View | Action::Sort | Action::Trails if self.data.store.is_empty() => {
                "no records are loaded"
            }
            Action::Follow => return self.data.cannot_follow(),
            Action::AskAgain => return self.data.cannot_ask_again(&self.keymap),
            Action::Export => return self.cannot_export(),
            Action::Cases => return self.data.cannot_take_up(),
            Action::UndoMarks => return self.marking.cannot_undo(),
            Action::ClearFilter if self.filter.text().is_empty() => {
                let choice = self.keymap.spoken(Action::ClearChoice);
                return Some(match self.panes.tree.choice.is_empty() {
                    true => "the filter is empty".to_owned(),
                    false => format!("the filter is empty; {choice} takes the marks off the tree"),
                });
            }
            Action::Troubles
                if self.data.loading.troubles.is_empty()
                    && self.marking.not_kept.is_none()
                    && self.marking.moved.is_none() =>
            {
                self.data.loading.no_troubles()
            }
            Action::Zone if self.clock.zone.name() == self.clock.other_zone.name() => {
                "the local zone is UTC; set TZ to show times in another"
            }
            Action::Watched if self.preferences.watch.is_empty() => {
                "nobody is watched: `watch = [\"account@…\"]` in the configuration does that"
            }
            Action::PreviousView | Action::NextView => {
                return self.history.cannot_walk(action == Action::PreviousView);
            }
            of_panes => return self.panes.cannot(of_panes, &self.sight()),
        };
        Some(why.to_owned())
    }

    /// Lets the pane with the keyboard do something, and does what it asks for.
    fn in_focus(
        &mut self,
        does: impl FnOnce(&mut dyn PaneInput, &Sight<'_>) -> Reply,
    ) -> Vec<Effect> {
        self.in_panes(|panes, sight| does(panes.focused_mut(), sight))
    }

    fn go(&mut self, motion: Motion) -> Vec<Effect> {
        self.in_focus(|pane, sight| pane.go(motion, sight))
    }

    /// A box of actions, each with why it cannot be done now.
    fn actions_menu(
        &self,
        menu: impl Fn(Pane, &Keymap, &dyn Fn(Action) -> Option<String>) -> Menu,
    ) -> Menu {
        menu(self.panes.focus, &self.keymap, &|action| self.disabled(action))
    }

    fn show_menu(&mut self, menu: Menu) -> Vec<Effect> {
        self.show_layer(Layer::Menu(Box::new(menu)))
    }

    fn show_layer(&mut self, layer: Layer) -> Vec<Effect> {
        self.open_layer(layer);
        Vec::new()
    }

    fn turn_zone(&mut self) -> Vec<Effect> {
        std::mem::swap(&mut self.clock.zone, &mut self.clock.other_zone);
        self.panes.detail.rezone(&self.clock.zone);
        self.screen.notice = Some(format!("times are in {}", self.clock.zone.name()));
        // What is around the record is written with times too.
        self.grant(Intent::LookAround, None)
    }

    fn turn_mouse(&mut self) -> Vec<Effect> {
        self.screen.mouse = !self.screen.mouse;
        self.screen.notice = Some(match self.screen.mouse {
            true => "the mouse works in entrail again".to_owned(),
            false => {
                let mouse = self.keymap.spoken(Action::Mouse);
                format!("the mouse belongs to the terminal; {mouse} takes it back")
            }
        });
        vec![Effect::CaptureMouse(self.screen.mouse)]
    }
}
