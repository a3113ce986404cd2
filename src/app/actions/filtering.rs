//! What the list shows: the filter typed, narrowed, emptied, or put there by a view, a pivot or a query.
//! Never anything but an ordinary query, which stands in the filter line and can be edited.

use crate::app::layers::Layer;
use crate::app::message::Effect;
use crate::app::pivot::Pivot;
use crate::app::preferences::SavedView;
use crate::app::state::App;
use crate::catalogue::catalogue;
use crate::query::choice::{Choice, Mark, Node};
use crate::query::suggest::suggest;
use crate::query::views::{NOISE_VIEW, of_digit};
use crate::query::{Expression, Operator, Query, Term, Value};
use crate::record::field::{Field, Stored};
use crate::store::RowId;

/// Characters of a value that is read from originals, such as a whole policy, that are asked for.
const LONGEST_ASKED: usize = 200;

impl App {
    /// Begins to type in the filter line.
    pub(in crate::app) fn begin_filter(&mut self) -> Vec<Effect> {
        self.begin_typing();
        self.filter.begin();
        self.open_layer(Layer::Filter);
        self.after_typing(false)
    }

    /// Offers completion, and asks again where the query changed.
    pub(in crate::app) fn after_typing(&mut self, changed: bool) -> Vec<Effect> {
        let mut effects = if changed { self.ask() } else { Vec::new() };
        self.offer_completion();
        if self.layers.types_filter() && !self.data.known_values.is_of(&self.data.store) {
            effects.push(Effect::Survey(self.data.store.clone()));
        }
        effects
    }

    pub(in crate::app) fn offer_completion(&mut self) {
        if self.layers.types_filter() {
            let (text, caret) = (self.filter.text(), self.filter.caret());
            let found = suggest(text, caret, &self.data.known_values, 50);
            self.filter.offer(found);
        }
    }

    /// Puts a query into the filter line, keeps it, and asks again where it is another one.
    pub(in crate::app) fn set_filter(&mut self, text: &str) -> Vec<Effect> {
        let changed = self.filter.set_text(text);
        let mut effects: Vec<Effect> =
            self.filter.remember().map(Effect::Remember).into_iter().collect();
        if changed {
            effects.extend(self.ask());
        }
        effects
    }

    pub(in crate::app) fn clear_filter(&mut self) -> Vec<Effect> {
        self.leave_view();
        let changed = self.filter.set_text("");
        if changed { self.ask() } else { Vec::new() }
    }

    /// Narrows the filter by any of these values, or filters them out.
    pub(in crate::app) fn filter_by(
        &mut self,
        field: &'static Field,
        values: &[String],
        inside: bool,
    ) -> Vec<Effect> {
        let is_long = |value: &String| value.chars().nth(LONGEST_ASKED).is_some();
        let (operator, most) = match field.stored {
            // Large values of originals are found by their beginning.
            Stored::Original(_) if values.iter().any(is_long) => {
                (Operator::Contains, LONGEST_ASKED)
            }
            _ => (Operator::Equals, usize::MAX),
        };
        let asked = |value: &String| Value::Text(value.chars().take(most).collect());
        let mut texts: Vec<Value> = values.iter().map(asked).collect();
        let value = match texts.len() {
            1 => texts.remove(0),
            _ => Value::AnyOf(texts),
        };
        self.narrow_by(Expression::Term(Term { field: Some(field), operator, value }), inside)
    }

    /// Filters by a value, or leaves it out, by what is chosen in the box of a facet.
    pub(in crate::app) fn filter_by_facet(
        &mut self,
        field: &'static Field,
        value: &str,
        inside: bool,
    ) -> Vec<Effect> {
        // A value is a whole hour or day, which is no instant to be equal to.
        if field.name == "time"
            && let Ok(Query { expression: Some(span) }) = Query::parse(&format!("time:{value}"))
        {
            return self.narrow_by(span, inside);
        }
        self.filter_by(field, &[value.to_owned()], inside)
    }

    /// Narrows all of the filter by a condition, or by its opposite.
    fn narrow_by(&mut self, condition: Expression, inside: bool) -> Vec<Effect> {
        let term = if inside { condition } else { Expression::Not(Box::new(condition)) };
        let narrowed = match Query::parse(self.filter.text()) {
            Ok(query) => query.and(term),
            Err(_) => self.filter.query.clone().and(term),
        };
        self.leave_view();
        self.set_filter(&narrowed.to_string())
    }

    /// Shows the records of an activity of the tree, instead of activities.
    pub(in crate::app) fn show_activity(&mut self, node: Node) -> Vec<Effect> {
        let mut choice = Choice::default();
        choice.set(node, Some(Mark::Included));
        self.panes.tree.set_choice(choice);
        self.in_panes(|panes, sight| panes.show(false, sight))
    }

    /// Goes to a record, also where the filter hides it now.
    pub(in crate::app) fn go_to_record(&mut self, row: RowId) -> Vec<Effect> {
        if self.panes.list.shows(row) {
            return self.in_panes(crate::app::panes::Panes::follow_cursor);
        }
        let id = self.data.store.correlation(row);
        let time = self.data.store.time(row).map(crate::time::Timestamp::to_rfc3339);
        let query = match (&*id, time) {
            ("", Some(time)) => format!("time:{time}"),
            ("", None) => return Vec::new(),
            (id, _) => format!("correlation={}", crate::query::quoted(id, false)),
        };
        let effects = self.show_query(&query, "related");
        self.panes.list.expect(Some(row));
        effects
    }

    /// Leaves the view for a pivot. A span of time that was asked for stays, unless it sets one.
    pub(in crate::app) fn go_to(&mut self, pivot: &Pivot) -> Vec<Effect> {
        let kept = match pivot.sets_time {
            true => Vec::new(),
            false => self.filter.query.times(),
        };
        let within = !kept.is_empty();
        let all = kept.into_iter().chain([pivot.expression.clone()]).collect();
        let query = Query { expression: Some(Expression::and(all)) };
        let effects = self.show_query(&query.to_string(), &pivot.name);
        if within {
            self.screen.notice =
                Some("only within the time that was asked for: it stands in the filter".to_owned());
        }
        effects
    }

    /// Opens the canned view of a digit.
    pub(in crate::app) fn open_view(&mut self, digit: u8) -> Vec<Effect> {
        // What the user saved under a digit goes before what comes along.
        let is_digit =
            |saved: &&SavedView| saved.digit.and_then(|c| c.to_digit(10)) == Some(digit.into());
        if let Some(saved) = self.preferences.views.iter().find(is_digit) {
            let (query, name) = (saved.query.to_string(), saved.name.clone());
            return self.show_from_the_first(&query, &name);
        }
        match of_digit(digit) {
            Some(view) => {
                // Whoever asks for the noise wants to see it.
                self.filter.hides_noise &= view.name != NOISE_VIEW;
                self.show_from_the_first(&view.query, &view.name)
            }
            None => Vec::new(),
        }
    }

    /// Leaves noise out, or shows it again.
    pub(in crate::app) fn turn_noise(&mut self) -> Vec<Effect> {
        self.filter.hides_noise = !self.filter.hides_noise;
        self.panes.list.moved = true;
        self.ask()
    }

    /// Leaves the view for a question of its own, read from its first record on.
    pub(in crate::app) fn show_from_the_first(&mut self, query: &str, name: &str) -> Vec<Effect> {
        let effects = self.show_query(query, name);
        self.panes.list.start_over();
        effects
    }

    /// Leaves the view for a query over everything.
    fn show_query(&mut self, query: &str, name: &str) -> Vec<Effect> {
        self.leave_view();
        self.history.name = Some(crate::app::history::short(name));
        self.filter.set_text(query);
        self.panes.tree.set_choice(Choice::default());
        self.panes.list.moved = true;
        self.panes.show_activities = false;
        let mut effects: Vec<Effect> =
            self.filter.remember().map(Effect::Remember).into_iter().collect();
        effects.extend(self.ask());
        effects
    }

    /// The filter and the choice in the tree as one query.
    pub fn whole_query(&self) -> String {
        let choice =
            self.panes.tree.choice.to_query(|service| match catalogue().find_service(service) {
                Some(service) => service.spellings().map(str::to_owned).collect(),
                None => vec![service.to_owned()],
            });
        let filter = self.filter.query.to_string();
        match (filter.is_empty(), choice.is_empty()) {
            (_, true) => filter,
            (true, false) => choice,
            (false, false) => format!("({filter}) {choice}"),
        }
    }
}
