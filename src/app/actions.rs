//! What each action does, and why it cannot be done now.
//! Never reads keys: the keymap, the palette and the mouse all come here.

pub mod operations;
pub mod pivot;
pub mod related;
pub mod timeline;
pub mod views;

use tui_input::Input;

use crate::app::action::{Action, Pane};
use crate::app::message::Effect;
use crate::app::state::App;
use crate::app::viewport::Viewport;
use crate::catalogue::{Entry, catalogue};
use crate::query::choice::Node;
use crate::record::column::{Column, Part};
use crate::record::field::Field;

impl App {
    /// Carries an action out; `count` is the number typed before its key.
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
            Action::Left | Action::Right => self.sideways(action == Action::Right),
            Action::Open => self.open(),
            Action::Back => self.back(),
            Action::Filter => {
                self.begin_typing();
                self.filter.begin();
                self.after_typing(false)
            }
            Action::FilterIn if self.focused_query().is_some() => self.ask_focused(),
            Action::FilterIn | Action::FilterOut => match self.focused_value() {
                Some((field, value)) => {
                    let values = self.focused_names().unwrap_or_else(|| vec![value]);
                    self.filter_by(field, &values, action == Action::FilterIn)
                }
                None => Vec::new(),
            },
            Action::ClearFilter => self.clear_filter(),
            Action::Choose | Action::ClearChoice => self.choose_in_tree(action == Action::Choose),
            Action::UnfoldAll | Action::FoldAll => self.fold_everything(action == Action::FoldAll),
            Action::Unseen => self.turn_unseen(),
            Action::View => self.turn_view(!self.panes.show_activities),
            Action::Sort
            | Action::Columns
            | Action::Yank
            | Action::Palette
            | Action::Help
            | Action::Origin
            | Action::Troubles => {
                self.open_menu(action);
                Vec::new()
            }
            Action::Raw | Action::Changes => {
                let raw = action == Action::Raw && !self.panes.detail.raw;
                self.panes.detail.set_raw(raw);
                Vec::new()
            }
            Action::Find => {
                self.finding = Some(Input::default());
                Vec::new()
            }
            Action::FindNext | Action::FindPrevious => {
                let back = action == Action::FindPrevious;
                match self.panes.focus {
                    Pane::Tree => self.panes.tree.find_another(back),
                    _ => self.panes.detail.find_another(back),
                }
                Vec::new()
            }
            Action::Zoom => {
                self.panes.zoomed = !self.panes.zoomed;
                Vec::new()
            }
            Action::Zone => self.turn_zone(),
            Action::Mark | Action::MarkRange | Action::Note | Action::UndoMarks => {
                self.perform_marking(action)
            }
            Action::Cases => vec![Effect::FindCases(self.data.store.clone(), true)],
            Action::Export => self.begin_export(),
            Action::Follow => self.turn_following(),
            Action::Mouse => self.turn_mouse(),
            Action::Quit => self.quit(),
            other => self.investigate(other),
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
            other => return self.cannot_investigate(other),
        };
        Some(why.to_owned())
    }

    fn move_cursor(&mut self, action: Action, count: Option<usize>) -> Vec<Effect> {
        if self.panes.focus == Pane::Timeline {
            return self.go_to_end_of_time(action == Action::Last);
        }
        let times = count.unwrap_or(1) as isize;
        let pages = |lines: usize| lines.max(1) as isize * times;
        match action {
            Action::Down => self.go(|v| v.move_by(times)),
            Action::Up => self.go(|v| v.move_by(-times)),
            Action::First => self.go(|v| v.go_to(count.unwrap_or(1).saturating_sub(1))),
            Action::HalfPageDown => self.go(|v| v.move_by(pages(v.height() / 2))),
            Action::HalfPageUp => self.go(|v| v.move_by(-pages(v.height() / 2))),
            Action::PageDown => self.go(|v| v.move_by(pages(v.height()))),
            Action::PageUp => self.go(|v| v.move_by(-pages(v.height()))),
            _ => self.go(|v| v.go_to(count.map_or(usize::MAX, |line| line.saturating_sub(1)))),
        }
    }

    fn fold_everything(&mut self, folded: bool) -> Vec<Effect> {
        match self.panes.focus {
            Pane::Tree => self.panes.tree.fold_all(folded),
            _ => self.panes.detail.fold_all(folded),
        }
        Vec::new()
    }

    fn turn_unseen(&mut self) -> Vec<Effect> {
        self.panes.tree.unseen = !self.panes.tree.unseen;
        self.panes.tree.refresh();
        self.refresh_activities();
        self.screen.notice = Some(match self.panes.tree.unseen {
            true => "showing the whole catalogue, dim where no record has it".to_owned(),
            false => "showing only what the records have".to_owned(),
        });
        Vec::new()
    }

    fn turn_zone(&mut self) -> Vec<Effect> {
        std::mem::swap(&mut self.clock.zone, &mut self.clock.other_zone);
        self.panes.detail.rezone(&self.clock.zone);
        self.screen.notice = Some(format!("times are in {}", self.clock.zone.name()));
        // What is around the record is written with times too.
        self.look_around()
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

    fn go(&mut self, step: impl FnOnce(&mut Viewport)) -> Vec<Effect> {
        match self.panes.focus {
            Pane::Tree => step(&mut self.panes.tree.viewport),
            Pane::Detail => step(&mut self.panes.detail.viewport),
            Pane::Timeline => {}
            Pane::List if self.panes.show_activities => {
                step(&mut self.panes.activities.viewport);
                return self.follow_cursor();
            }
            Pane::List => {
                self.panes.list.moved = true;
                step(&mut self.panes.list.viewport);
                return self.follow_cursor();
            }
        }
        Vec::new()
    }

    fn next_pane(&mut self, forward: bool) -> Vec<Effect> {
        let at = Pane::WALK.iter().position(|pane| *pane == self.panes.focus).unwrap_or(0);
        let next = if forward { at + 1 } else { at + Pane::WALK.len() - 1 };
        self.panes.focus = Pane::WALK[next % Pane::WALK.len()];
        Vec::new()
    }

    fn sideways(&mut self, right: bool) -> Vec<Effect> {
        match self.panes.focus {
            Pane::Tree if right => self.panes.tree.right(),
            Pane::Tree => self.panes.tree.left(),
            Pane::Detail => self.panes.detail.fold(Some(!right)),
            Pane::Timeline => return self.step_in_time(if right { 1 } else { -1 }),
            Pane::List => {
                let fields = self
                    .panes
                    .list
                    .fields(usize::from(self.screen.layout.inside(Pane::List).width))
                    .len();
                let last = fields.saturating_sub(1);
                let now = self.panes.list.scrolled;
                self.panes.list.scrolled =
                    if right { (now + 1).min(last) } else { now.saturating_sub(1) };
            }
        }
        Vec::new()
    }

    fn open(&mut self) -> Vec<Effect> {
        match self.panes.focus {
            Pane::Tree => {
                let leaf = self.panes.tree.current().is_some_and(|branch| branch.depth == 2);
                if leaf {
                    self.leave_view();
                    self.panes.tree.choose();
                    return self.ask();
                }
                self.panes.tree.toggle();
                Vec::new()
            }
            Pane::List if self.panes.show_activities => {
                let Some(line) = self.panes.activities.current() else { return Vec::new() };
                if self.data.store.is_empty() {
                    self.panes.focus = Pane::Detail;
                    return Vec::new();
                }
                let node = line.node.clone();
                self.leave_view();
                self.panes.tree.choice.clear();
                self.panes.tree.choice.set(node, Some(crate::query::choice::Mark::Included));
                self.panes.tree.refresh();
                let mut effects = self.turn_view(false);
                effects.extend(self.ask());
                effects
            }
            Pane::List => {
                self.panes.focus = Pane::Detail;
                Vec::new()
            }
            Pane::Timeline => self.take_span(),
            Pane::Detail if self.focused_query().is_some() => self.ask_focused(),
            Pane::Detail => {
                if let Some(effects) = self.open_related() {
                    return effects;
                }
                self.panes.detail.fold(None);
                Vec::new()
            }
        }
    }

    /// The query that the line under the cursor offers.
    fn focused_query(&self) -> Option<&str> {
        let line = self.panes.detail.current_line().filter(|_| self.panes.focus == Pane::Detail)?;
        line.query.as_deref()
    }

    /// Asks the query under the cursor in place of the one that is asked; it can be edited there.
    fn ask_focused(&mut self) -> Vec<Effect> {
        let Some(query) = self.focused_query().map(str::to_owned) else { return Vec::new() };
        let changed = self.filter.set_text(&query);
        let mut effects: Vec<Effect> =
            self.filter.remember().map(Effect::Remember).into_iter().collect();
        if changed {
            effects.extend(self.ask());
        }
        effects
    }

    /// Steps back one thing.
    fn back(&mut self) -> Vec<Effect> {
        if self.exporting.running.is_some() {
            return vec![Effect::StopExporting];
        }
        if self.marking.range.take().is_some() {
            self.screen.notice = Some("no range is being marked any more".to_owned());
        } else if self.panes.focus == Pane::Timeline {
            if !self.drop_brush() {
                self.panes.focus = Pane::List;
            }
            self.tell_bucket();
        } else if self.panes.zoomed {
            self.panes.zoomed = false;
        } else if !self.panes.tree.find.is_empty() || !self.panes.detail.find.is_empty() {
            self.panes.tree.find("");
            self.panes.detail.find.clear();
        } else if self.data.answering && self.filter.query.reads_original() {
            self.data.answering = false;
            self.screen.notice =
                Some("stopped searching; what was found so far is shown".to_owned());
            return vec![Effect::StopAnswering];
        } else if self.panes.detail.related && self.panes.focus == Pane::Detail {
            self.panes.detail.set_related(false);
        } else if self.panes.detail.raw && self.panes.focus == Pane::Detail {
            self.panes.detail.set_raw(false);
        } else if self.panes.focus != Pane::List {
            self.panes.focus = Pane::List;
        } else if self.data.loading.running {
            self.screen.notice = Some("stopped loading; what was read stays".to_owned());
            return vec![Effect::StopLoading];
        } else if self.panes.show_activities && !self.data.store.is_empty() {
            return self.turn_view(false);
        } else {
            let quit = self.keymap.spoken(Action::Quit);
            self.screen.notice = Some(format!("nothing to step back from; {quit} leaves"));
        }
        Vec::new()
    }

    fn clear_filter(&mut self) -> Vec<Effect> {
        self.leave_view();
        let changed = self.filter.set_text("");
        if changed { self.ask() } else { Vec::new() }
    }

    /// Marks the branch under the cursor, or takes all marks away.
    fn choose_in_tree(&mut self, branch: bool) -> Vec<Effect> {
        self.leave_view();
        if branch {
            self.panes.tree.choose();
        } else {
            self.panes.tree.choice.clear();
            self.panes.tree.refresh();
        }
        self.ask()
    }

    fn turn_view(&mut self, activities: bool) -> Vec<Effect> {
        self.panes.show_activities = activities;
        self.refresh_activities();
        self.panes.detail.clear(None);
        self.follow_cursor()
    }

    /// The field and value `+` and `-` would filter by.
    pub fn focused_value(&self) -> Option<(&'static Field, String)> {
        match self.panes.focus {
            Pane::Tree => {
                let branch = self.panes.tree.current()?;
                Some(match branch.depth {
                    0 => (Field::SERVICE, branch.name.clone()),
                    1 => (Field::CATEGORY, branch.name.clone()),
                    _ => (Field::ACTIVITY, branch.name.clone()),
                })
            }
            Pane::List if self.panes.show_activities => {
                Some((Field::ACTIVITY, self.panes.activities.current()?.name.clone()))
            }
            Pane::List => {
                let row = self.panes.list.current()?;
                let code = *self.data.store.codes(row, Column::Path).first()?;
                Some((Field::ACTIVITY, self.data.store.part(Part::ACTIVITY, code).to_owned()))
            }
            Pane::Detail => self.panes.detail.current_line()?.value.clone(),
            Pane::Timeline => None,
        }
    }

    /// The names that records have of what is under the cursor of the tree or of the activities;
    /// `None` where nothing there has a name of its own.
    fn focused_names(&self) -> Option<Vec<String>> {
        let branch = match self.panes.focus {
            Pane::Tree => self.panes.tree.current(),
            Pane::List if self.panes.show_activities => {
                self.panes.tree.branch(&self.panes.activities.current()?.node)
            }
            _ => None,
        };
        branch.map(|branch| branch.logged.clone()).filter(|names| !names.is_empty())
    }

    /// The catalogue's entry of a node of the tree.
    pub fn entry_of(&self, node: &Node) -> Option<&'static Entry> {
        let activity = node.activity.as_deref()?;
        catalogue().classify(&node.service, node.category.as_deref()?, activity)
    }

    /// Orders the list by a field; the same field again turns the order around.
    pub fn sort_by(&mut self, field: &'static Field) -> Vec<Effect> {
        let same = self.panes.list.sort.field.name == field.name;
        let descending =
            if same { !self.panes.list.sort.descending } else { field.begins_with_last() };
        self.leave_view();
        self.panes.list.sort = crate::query::answer::Sort { field, descending };
        self.ask()
    }
}
