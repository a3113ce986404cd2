//! Moving about in the panes and turning what they show; what the keyboard is on, and stepping back.
//! Never leads to other records than those that are asked for; that is pivots and views.

use crate::app::action::{Action, Pane};
use crate::app::message::Effect;
use crate::app::state::App;
use crate::app::viewport::Viewport;
use crate::catalogue::{Entry, catalogue};
use crate::query::choice::Node;
use crate::record::column::{Column, Part};
use crate::record::field::Field;

impl App {
    pub(in crate::app) fn move_cursor(
        &mut self,
        action: Action,
        count: Option<usize>,
    ) -> Vec<Effect> {
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

    pub(in crate::app) fn fold_everything(&mut self, folded: bool) -> Vec<Effect> {
        match self.panes.focus {
            Pane::Tree => self.panes.tree.fold_all(folded),
            _ => self.panes.detail.fold_all(folded),
        }
        Vec::new()
    }

    pub(in crate::app) fn turn_unseen(&mut self) -> Vec<Effect> {
        self.panes.tree.unseen = !self.panes.tree.unseen;
        self.panes.tree.refresh();
        self.refresh_activities();
        self.screen.notice = Some(match self.panes.tree.unseen {
            true => "showing the whole catalogue, dim where no record has it".to_owned(),
            false => "showing only what the records have".to_owned(),
        });
        Vec::new()
    }

    pub(in crate::app) fn turn_zone(&mut self) -> Vec<Effect> {
        std::mem::swap(&mut self.clock.zone, &mut self.clock.other_zone);
        self.panes.detail.rezone(&self.clock.zone);
        self.screen.notice = Some(format!("times are in {}", self.clock.zone.name()));
        // What is around the record is written with times too.
        self.look_around()
    }

    pub(in crate::app) fn turn_mouse(&mut self) -> Vec<Effect> {
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

    pub(in crate::app) fn go(&mut self, step: impl FnOnce(&mut Viewport)) -> Vec<Effect> {
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

    pub(in crate::app) fn next_pane(&mut self, forward: bool) -> Vec<Effect> {
        let at = Pane::WALK.iter().position(|pane| *pane == self.panes.focus).unwrap_or(0);
        let next = if forward { at + 1 } else { at + Pane::WALK.len() - 1 };
        self.panes.focus = Pane::WALK[next % Pane::WALK.len()];
        Vec::new()
    }

    pub(in crate::app) fn sideways(&mut self, right: bool) -> Vec<Effect> {
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

    pub(in crate::app) fn open(&mut self) -> Vec<Effect> {
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
    pub(in crate::app) fn focused_query(&self) -> Option<&str> {
        let line = self.panes.detail.current_line().filter(|_| self.panes.focus == Pane::Detail)?;
        line.query.as_deref()
    }

    /// Asks the query under the cursor in place of the one that is asked; it can be edited there.
    pub(in crate::app) fn ask_focused(&mut self) -> Vec<Effect> {
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
    pub(in crate::app) fn back(&mut self) -> Vec<Effect> {
        if self.is_exporting() {
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
            self.end_find();
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

    pub(in crate::app) fn clear_filter(&mut self) -> Vec<Effect> {
        self.leave_view();
        let changed = self.filter.set_text("");
        if changed { self.ask() } else { Vec::new() }
    }

    /// Marks the branch under the cursor.
    pub(in crate::app) fn choose_in_tree(&mut self) -> Vec<Effect> {
        self.leave_view();
        self.panes.tree.choose();
        self.ask()
    }

    /// Takes all marks off the tree.
    pub(in crate::app) fn clear_choice(&mut self) -> Vec<Effect> {
        self.leave_view();
        self.panes.tree.choice.clear();
        self.panes.tree.refresh();
        self.ask()
    }

    /// Narrows the filter to the value under the cursor, or filters it out.
    pub(in crate::app) fn filter_by_focused(&mut self, inside: bool) -> Vec<Effect> {
        if inside && self.focused_query().is_some() {
            return self.ask_focused();
        }
        let Some((field, value)) = self.focused_value() else { return Vec::new() };
        let values = self.focused_names().unwrap_or_else(|| vec![value]);
        self.filter_by(field, &values, inside)
    }

    /// Shows the original of the record, or the record.
    pub(in crate::app) fn turn_raw(&mut self, raw: bool) -> Vec<Effect> {
        self.panes.detail.set_raw(raw);
        Vec::new()
    }

    /// Gives the pane with the keyboard the whole screen, or takes it back.
    pub(in crate::app) fn turn_zoom(&mut self) -> Vec<Effect> {
        self.panes.zoomed = !self.panes.zoomed;
        Vec::new()
    }

    pub(in crate::app) fn turn_view(&mut self, activities: bool) -> Vec<Effect> {
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
    pub(in crate::app) fn focused_names(&self) -> Option<Vec<String>> {
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
