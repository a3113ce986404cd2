//! Actions that lead from what is seen to what else there is: pivots and views.
//! Never what moves about in a view; that is [`super::actions`].

use crate::app::action::Action;
use crate::app::actions::pivot::Shared;
use crate::app::message::Effect;
use crate::app::state::App;

impl App {
    /// Carries an action of this kind out; others are not its business.
    pub(in crate::app) fn investigate(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Pivot => {
                self.open_pivot_menu();
                Vec::new()
            }
            Action::SameActor => self.pivot(Shared::Actor),
            Action::SameTarget => self.pivot(Shared::Target),
            Action::SameOperation => self.pivot(Shared::Correlation),
            Action::SameIp => self.pivot(Shared::Ip),
            Action::Around => self.pivot(Shared::Around),
            Action::Views => {
                self.open_views();
                Vec::new()
            }
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
            Action::Facets => {
                self.open_facets();
                Vec::new()
            }
            Action::Trails => self.open_trails(),
            Action::Access => self.open_access(),
            Action::Related => self.turn_related(),
            Action::Operations => self.turn_operations(),
            Action::UnfoldOperation => self.unfold_operation(),
            Action::Timeline
            | Action::ZoomIn
            | Action::ZoomOut
            | Action::Peak
            | Action::Brush
            | Action::ClearSpan => self.in_timeline(action),
            Action::PreviousView | Action::NextView => {
                self.walk_views(action == Action::PreviousView)
            }
            _ => Vec::new(),
        }
    }

    /// Why such an action cannot be done now; `None` where it can.
    pub(in crate::app) fn cannot_investigate(&self, action: Action) -> Option<String> {
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
}
