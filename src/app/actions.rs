//! What each action does, and why it cannot be done now: the one place where all of them are.
//! Never reads keys: the keymap, the palette and the mouse all come here.

pub mod asking;
pub mod cases;
pub mod exporting;
pub mod following;
pub mod history;
pub mod keys;
pub mod marks;
pub mod mouse;
pub mod moving;
pub mod operations;
pub mod pivot;
pub mod related;
pub mod timeline;
pub mod views;
pub mod watch;

use crate::app::action::Action;
use crate::app::actions::pivot::Shared;
use crate::app::layers::Layer;
use crate::app::layers::find::Find;
use crate::app::layers::menu::Menu;
use crate::app::message::Effect;
use crate::app::state::App;

impl App {
    /// Carries an action out; `count` is the number typed before its key. An action without an arm here
    /// does not compile.
    #[expect(clippy::too_many_lines, reason = "one arm an action, and nothing else")]
    pub fn perform(&mut self, action: Action, count: Option<usize>) -> Vec<Effect> {
        if let Some(why) = self.disabled(action) {
            self.screen.notice = Some(why);
            return Vec::new();
        }
        match action {
            Action::Down
            | Action::Up
            | Action::First
            | Action::Last
            | Action::HalfPageDown
            | Action::HalfPageUp
            | Action::PageDown
            | Action::PageUp => self.move_cursor(action, count),
            Action::NextPane => self.next_pane(true),
            Action::PreviousPane => self.next_pane(false),
            Action::Left => self.sideways(false),
            Action::Right => self.sideways(true),
            Action::Open => self.open(),
            Action::Back => self.back(),
            Action::Filter => self.begin_filter(),
            Action::FilterIn => self.filter_by_focused(true),
            Action::FilterOut => self.filter_by_focused(false),
            Action::ClearFilter => self.clear_filter(),
            Action::Choose => self.choose_in_tree(),
            Action::ClearChoice => self.clear_choice(),
            Action::UnfoldAll => self.fold_everything(false),
            Action::FoldAll => self.fold_everything(true),
            Action::Unseen => self.turn_unseen(),
            Action::View => self.turn_view(!self.panes.show_activities),
            Action::Sort => self.show_menu(self.sort_menu()),
            Action::Columns => self.show_menu(self.columns_menu()),
            Action::Yank => self.show_menu(self.copy_menu()),
            Action::Palette => self.show_menu(self.palette()),
            Action::Help => self.show_menu(self.help()),
            Action::Origin => self.show_menu(self.origin_menu()),
            Action::Troubles => self.show_menu(self.troubles_menu()),
            Action::Views => self.show_menu(self.views_menu()),
            Action::Facets => self.show_menu(self.facets_menu()),
            Action::Raw => self.turn_raw(!self.panes.detail.raw),
            Action::Changes => self.turn_raw(false),
            Action::Find => self.show_layer(Layer::Find(Find::new(self.panes.focus))),
            Action::FindNext => self.find_another(self.panes.focus, false),
            Action::FindPrevious => self.find_another(self.panes.focus, true),
            Action::Zoom => self.turn_zoom(),
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
            Action::Watched => self.show_watched(),
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
            Action::Related => self.turn_related(),
            Action::Operations => self.turn_operations(),
            Action::UnfoldOperation => self.unfold_operation(),
            Action::Timeline => self.turn_timeline(),
            Action::ZoomIn => self.zoom_timeline(true),
            Action::ZoomOut => self.zoom_timeline(false),
            Action::Peak => self.go_to_peak(),
            Action::Brush => self.turn_brush(),
            Action::ClearSpan => self.clear_span(),
            Action::PreviousView => self.walk_views(true),
            Action::NextView => self.walk_views(false),
        }
    }

    /// Why an action cannot be done now; `None` where it can.
    pub fn disabled(&self, action: Action) -> Option<String> {
        let why = match action {
            Action::View | Action::Sort if self.data.store.is_empty() => "no records are loaded",
            Action::Sort | Action::Columns if self.panes.show_activities => {
                let view = self.keymap.spoken(Action::View);
                return Some(format!(
                    "activities have an order and columns of their own; {view} shows the records"
                ));
            }
            Action::FilterIn if self.focused_query().is_some() => return None,
            Action::FilterIn | Action::FilterOut if self.focused_value().is_none() => {
                "nothing to filter by under the cursor"
            }
            Action::Follow => return self.cannot_follow(),
            Action::AskAgain => return self.cannot_ask_again(),
            Action::Export => return self.cannot_export(),
            Action::Cases => return self.cannot_take_up(),
            Action::Mark | Action::MarkRange | Action::Note => return self.cannot_mark(),
            Action::UndoMarks => return self.cannot_undo_marks(),
            Action::ClearFilter if self.filter.text().is_empty() => {
                let choice = self.keymap.spoken(Action::ClearChoice);
                return Some(match self.panes.tree.choice.is_empty() {
                    true => "the filter is empty".to_owned(),
                    false => format!("the filter is empty; {choice} takes the marks off the tree"),
                });
            }
            Action::ClearChoice if self.panes.tree.choice.is_empty() => {
                "nothing is marked in the tree"
            }
            Action::Raw | Action::Changes if self.panes.detail.opened.is_none() => {
                "no record is open"
            }
            Action::Troubles
                if self.data.loading.troubles.is_empty()
                    && self.marking.not_kept.is_none()
                    && self.marking.moved.is_none() =>
            {
                return Some(self.data.loading.no_troubles().to_owned());
            }
            Action::FindNext | Action::FindPrevious
                if self.panes.tree.find.is_empty() && self.panes.detail.find.is_empty() =>
            {
                let find = self.keymap.spoken(Action::Find);
                return Some(format!("nothing is searched; {find} starts"));
            }
            Action::Zone if self.clock.zone.name() == self.clock.other_zone.name() => {
                "the local zone is UTC; set TZ to show times in another"
            }
            other => return self.cannot_look(other),
        };
        Some(why.to_owned())
    }

    /// The same of actions that lead to what else there is.
    fn cannot_look(&self, action: Action) -> Option<String> {
        match action {
            Action::Pivot
            | Action::SameActor
            | Action::SameTarget
            | Action::SameOperation
            | Action::SameIp
            | Action::Around
            | Action::Access => self.cannot_pivot(),
            Action::Watched => self.nobody_watched(),
            Action::Facets if self.panes.list.rows.is_empty() => {
                Some("there are no records to count".to_owned())
            }
            Action::Trails => self.cannot_find_trails(),
            Action::Related if self.panes.detail.opened.is_none() => {
                Some("no record is open".to_owned())
            }
            Action::Operations | Action::UnfoldOperation => {
                self.cannot_fold(action == Action::UnfoldOperation)
            }
            Action::Timeline | Action::ClearSpan => self.cannot_in_timeline(action),
            Action::PreviousView | Action::NextView => self.no_view(action == Action::PreviousView),
            _ => None,
        }
    }

    fn show_menu(&mut self, menu: Menu) -> Vec<Effect> {
        self.show_layer(Layer::Menu(Box::new(menu)))
    }

    fn show_layer(&mut self, layer: Layer) -> Vec<Effect> {
        self.open_layer(layer);
        Vec::new()
    }
}
