//! The tree of services, categories and activities: what is open, chosen, under the cursor, counted, and what keys do.
//! Never scans records; counts come with each answer.

use std::collections::{HashMap, HashSet};

use crate::app::intent::{Intent, Reply};
use crate::app::panes::{PaneInput, Sight};
use crate::app::viewport::{Motion, Viewport, once_around};
use crate::catalogue::catalogue;
use crate::query::answer::PathCount;
use crate::query::choice::{Choice, Mark, Node, logged_names};
use crate::record::column::{Column, PART};
use crate::record::field::Field;
use crate::record::risk::Level;
use crate::store::Store;
use crate::text::fold;

/// The tree pane.
#[derive(Debug, Default)]
pub struct Tree {
    branches: Vec<Branch>,
    by_node: HashMap<Node, usize>,
    /// For each entry of the path dictionary, its activity, category and service.
    places: Vec<[usize; 3]>,
    order: Vec<usize>,
    open: HashSet<Node>,
    /// What is chosen.
    pub choice: Choice,
    /// Are catalogue entries shown that no loaded record has?
    pub unseen: bool,
    /// Is there a filter, so that branches without a match are left out?
    filtered: bool,
    /// Text to be found in names, folded; empty when nothing is searched.
    pub find: String,
    /// Visible lines.
    pub viewport: Viewport,
    visible: Vec<usize>,
}

/// One node of the tree.
#[derive(Debug)]
pub struct Branch {
    /// Which node.
    pub node: Node,
    /// Its name as it is shown: as records have it, else as the catalogue does.
    pub name: String,
    /// Its names in records, those that mean the same to a query once.
    pub logged: Vec<String>,
    /// 0 for services, 1 for categories, 2 for activities.
    pub depth: usize,
    /// Does the catalogue have it?
    pub known: bool,
    /// Does any loaded record have it?
    pub seen: bool,
    /// Records that match the filter.
    pub count: u64,
    /// Of them, those that are rated.
    pub rated: u64,
    /// The highest level of risk among them.
    pub highest: Option<Level>,
    parent: Option<usize>,
    children: Vec<usize>,
}

impl Branch {
    /// A record has it, under this name. A name of the catalogue gives way to those that are there:
    /// they are what a query finds.
    fn saw(&mut self, logged: &str) {
        self.seen = true;
        let logged = logged.trim();
        if logged.is_empty() || self.logged.iter().any(|known| fold(known) == fold(logged)) {
            return;
        }
        // What differs in case or dashes only is the same to a query, and better spelled there.
        let known = self.logged.is_empty() && fold(&self.name) == fold(logged);
        self.logged.push(if known { self.name.clone() } else { logged.to_owned() });
        self.name = self.logged.join(" / ");
    }
}

impl Tree {
    /// The catalogue's tree, nothing counted.
    pub fn new() -> Self {
        let mut tree = Self::default();
        for entry in catalogue().entries() {
            let names = [entry.service, entry.category, entry.activity];
            tree.insert(names, true);
        }
        tree.arrange();
        tree
    }

    /// Puts a node and those above it where they are missing; returns activity, category, service.
    fn insert(&mut self, names: [&str; 3], known: bool) -> [usize; 3] {
        let [service, category, activity] = names;
        let nodes = [
            Node::new(service, None, None),
            Node::new(service, Some(category), None),
            Node::new(service, Some(category), Some(activity)),
        ];
        let mut parent = None;
        let mut places = [0; 3];
        for (depth, node) in nodes.into_iter().enumerate() {
            let place = match self.by_node.get(&node) {
                Some(&place) => place,
                None => self.add(node, names[depth], depth, known, parent),
            };
            parent = Some(place);
            places[2 - depth] = place;
        }
        places
    }

    fn add(
        &mut self,
        node: Node,
        name: &str,
        depth: usize,
        known: bool,
        parent: Option<usize>,
    ) -> usize {
        let place = self.branches.len();
        let shown = match catalogue().canonical_service(name).filter(|_| depth == 0) {
            Some(service) => service.logged_name(),
            None if name.trim().is_empty() => "(none)",
            None => name.trim(),
        };
        self.by_node.insert(node.clone(), place);
        self.branches.push(Branch {
            node,
            name: shown.to_owned(),
            logged: Vec::new(),
            depth,
            known,
            seen: false,
            count: 0,
            rated: 0,
            highest: None,
            parent,
            children: Vec::new(),
        });
        if let Some(parent) = parent {
            self.branches[parent].children.push(place);
        }
        place
    }

    /// Takes in entries of the path dictionary that arrived since the last call.
    pub fn extend(&mut self, store: &Store) {
        let (before, now) = (self.places.len() as u32, store.entries(Column::Path) as u32);
        if before == now {
            return;
        }
        for code in before..now {
            let entry = store.entry(Column::Path, code);
            let (names, known) = logged_names(entry);
            let places = self.insert(names, known);
            // Activity, category, service.
            for (&place, logged) in places.iter().zip(entry.rsplit(PART)) {
                self.branches[place].saw(logged);
            }
            self.places.push(places);
        }
        self.arrange();
    }

    /// Takes over the counts of an answer. Under a filter, branches without a match are left out.
    pub fn count(&mut self, paths: &[PathCount], filtered: bool) {
        for branch in &mut self.branches {
            (branch.count, branch.rated, branch.highest) = (0, 0, None);
        }
        for (places, path) in self.places.iter().zip(paths) {
            for &place in places {
                let branch = &mut self.branches[place];
                branch.count += path.count;
                branch.rated += path.rated;
                branch.highest = branch.highest.max(path.highest);
            }
        }
        if filtered || self.filtered {
            self.filtered = filtered;
            self.refresh();
        }
    }

    /// Sorts branches by name and shows the visible ones again.
    fn arrange(&mut self) {
        let names: Vec<String> = self.branches.iter().map(|branch| fold(&branch.name)).collect();
        for branch in &mut self.branches {
            branch.children.sort_by(|&a, &b| names[a].cmp(&names[b]));
        }
        let services = (0..self.branches.len()).filter(|&at| self.branches[at].depth == 0);
        self.order = services.collect();
        self.order.sort_by(|&a, &b| names[a].cmp(&names[b]));
        self.refresh();
    }

    /// Makes the list of visible lines anew; the cursor stays on its branch.
    pub fn refresh(&mut self) {
        let current = self.current().map(|branch| branch.node.clone());
        let mut visible = Vec::new();
        for &service in &self.order {
            self.collect(service, &mut visible);
        }
        self.visible = visible;
        self.viewport.set_len(self.visible.len());
        // Until the cursor is moved it stays on the first line, whatever arrives above.
        if self.viewport.cursor() == 0 {
            self.viewport.go_to(0);
        } else if let Some(node) = current {
            let place = self.visible.iter().position(|&at| self.branches[at].node == node);
            self.viewport.keep_at(place.unwrap_or_else(|| self.viewport.cursor()));
        }
    }

    fn collect(&self, at: usize, visible: &mut Vec<usize>) {
        let branch = &self.branches[at];
        let counted = branch.count > 0 || !self.filtered;
        let wanted =
            (branch.seen && counted) || self.unseen || self.choice.mark(&branch.node).is_some();
        if !wanted || (!self.find.is_empty() && !self.leads_to_find(at)) {
            return;
        }
        visible.push(at);
        if self.shows_children(branch) {
            for &child in &branch.children {
                self.collect(child, visible);
            }
        }
    }

    /// Is the text to be found in this branch, above it, or inside it?
    fn leads_to_find(&self, at: usize) -> bool {
        let has = |at: usize| fold(&self.branches[at].name).contains(&self.find);
        let mut above = Some(at);
        while let Some(place) = above {
            if has(place) {
                return true;
            }
            above = self.branches[place].parent;
        }
        let wanted = |&child: &usize| self.unseen || self.branches[child].seen;
        self.branches[at].children.iter().filter(|c| wanted(c)).any(|&child| {
            has(child)
                || self.branches[child].children.iter().filter(|c| wanted(c)).any(|&leaf| has(leaf))
        })
    }

    /// The branches on visible lines, all of them, in order.
    pub fn visible(&self) -> impl Iterator<Item = &Branch> {
        self.visible.iter().map(|&at| &self.branches[at])
    }

    /// The branches on the lines of the window.
    pub fn window(&self) -> impl Iterator<Item = (usize, &Branch)> {
        let lines = self.viewport.visible();
        lines.filter_map(|line| Some((line, &self.branches[*self.visible.get(line)?])))
    }

    /// The branch under the cursor.
    pub fn current(&self) -> Option<&Branch> {
        self.visible.get(self.viewport.cursor()).map(|&at| &self.branches[at])
    }

    /// Are the branches inside one shown? They are when it is unfolded, and when text is searched
    /// that is in one of them and not in its own name.
    pub fn shows_children(&self, branch: &Branch) -> bool {
        let found_inside = !self.find.is_empty()
            && branch.children.iter().any(|&child| self.leads_to_find(child))
            && !fold(&branch.name).contains(&self.find);
        self.open.contains(&branch.node) || found_inside
    }

    /// Does it have anything to unfold?
    pub fn has_children(&self, branch: &Branch) -> bool {
        branch.children.iter().any(|&child| self.branches[child].seen || self.unseen)
    }

    /// Unfolds or folds the branch under the cursor.
    pub fn toggle(&mut self) {
        if let Some(node) = self.current().map(|branch| branch.node.clone()) {
            if !self.open.remove(&node) {
                self.open.insert(node);
            }
            self.refresh();
        }
    }

    /// Folds the branch under the cursor, or goes to the one above it.
    pub fn left(&mut self) {
        let Some(branch) = self.current() else { return };
        let (node, parent) = (branch.node.clone(), branch.parent);
        if self.open.remove(&node) {
            self.refresh();
        } else if let Some(line) = parent.and_then(|p| self.visible.iter().position(|&at| at == p))
        {
            self.viewport.go_to(line);
        }
    }

    /// Unfolds the branch under the cursor, or goes to the first inside it.
    pub fn right(&mut self) {
        let Some(branch) = self.current() else { return };
        if !self.has_children(branch) {
            return;
        }
        if self.open.contains(&branch.node) {
            self.viewport.move_by(1);
        } else {
            self.toggle();
        }
    }

    /// Unfolds or folds everything.
    pub fn fold_all(&mut self, folded: bool) {
        self.open.clear();
        if !folded {
            self.open.extend(self.branches.iter().map(|branch| branch.node.clone()));
        }
        self.refresh();
    }

    /// Includes, excludes or unmarks the branch under the cursor.
    pub fn choose(&mut self) -> Reply {
        if let Some(node) = self.current().map(|branch| branch.node.clone()) {
            self.choice.turn(node);
        }
        Reply::asks(Intent::LeaveView).and([Intent::Ask])
    }

    /// Takes all marks off.
    pub fn clear_choice(&mut self) -> Reply {
        self.set_choice(Choice::default());
        Reply::asks(Intent::LeaveView).and([Intent::Ask])
    }

    /// Chooses this, and nothing else.
    pub fn set_choice(&mut self, choice: Choice) {
        self.choice = choice;
        self.refresh();
    }

    /// Shows entries of the catalogue that no record has, or hides them.
    pub fn turn_unseen(&mut self) -> Reply {
        self.unseen = !self.unseen;
        self.refresh();
        Reply::tell(Some(match self.unseen {
            true => "showing the whole catalogue, dim where no record has it".to_owned(),
            false => "showing only what the records have".to_owned(),
        }))
    }

    /// The mark that decides about a branch: its own, or the nearest above.
    pub fn mark(&self, branch: &Branch) -> Option<Mark> {
        self.choice.deciding(&branch.node)
    }

    /// Searches names for `text`, from the cursor on.
    pub fn find(&mut self, text: &str) {
        self.find = fold(text);
        self.refresh();
        self.step_to_find(false, 0);
    }

    /// Goes to the next (or previous) branch that has the text searched for in its own name.
    pub fn find_another(&mut self, backwards: bool) {
        self.step_to_find(backwards, 1);
    }

    fn step_to_find(&mut self, backwards: bool, from: usize) {
        if self.find.is_empty() {
            return;
        }
        let cursor = self.viewport.cursor();
        let hit = once_around(self.visible.len(), cursor, from, backwards)
            .find(|&line| fold(&self.branches[self.visible[line]].name).contains(&self.find));
        if let Some(line) = hit {
            self.viewport.go_to(line);
        }
    }

    /// The branch of an entry of the path dictionary.
    pub fn activity(&self, code: usize) -> Option<&Branch> {
        self.places.get(code).map(|places| &self.branches[places[0]])
    }

    /// All activities of the tree that are in by catalogue or data.
    pub fn activities(&self) -> impl Iterator<Item = &Branch> {
        self.branches.iter().filter(|branch| branch.depth == 2)
    }

    /// The shown names of a branch's service and category.
    pub fn names_above(&self, branch: &Branch) -> (&str, &str) {
        let category = branch.parent.map(|at| &self.branches[at]);
        let service = category.and_then(|c| c.parent).map(|at| &self.branches[at]);
        match (service, category) {
            (Some(service), Some(category)) => (&service.name, &category.name),
            (None, Some(service)) => (&service.name, ""),
            _ => ("", ""),
        }
    }
}

impl PaneInput for Tree {
    fn go(&mut self, motion: Motion, _: &Sight<'_>) -> Reply {
        self.viewport.go(motion);
        Reply::taken()
    }

    fn sideways(&mut self, right: bool, _: &Sight<'_>) -> Reply {
        match right {
            true => self.right(),
            false => self.left(),
        }
        Reply::taken()
    }

    /// Marks an activity; what has branches unfolds.
    fn open(&mut self, _: &Sight<'_>) -> Reply {
        if self.current().is_some_and(|branch| branch.depth == 2) {
            return self.choose();
        }
        self.toggle();
        Reply::taken()
    }

    /// A click on the cursor unfolds.
    fn click(&mut self, line: usize, again: bool, _: &Sight<'_>) -> Reply {
        let line = self.viewport.top() + line;
        let same = again && self.viewport.cursor() == line;
        if line < self.viewport.len() {
            self.viewport.go_to(line);
            if same {
                self.toggle();
            }
        }
        Reply::taken()
    }

    fn wheel(&mut self, lines: isize, _: &Sight<'_>) -> Reply {
        self.viewport.scroll_by(lines);
        Reply::taken()
    }

    fn value(&self, _: &Store) -> Option<(&'static Field, String)> {
        let branch = self.current()?;
        let field = match branch.depth {
            0 => Field::SERVICE,
            1 => Field::CATEGORY,
            _ => Field::ACTIVITY,
        };
        Some((field, branch.name.clone()))
    }

    fn names(&self) -> Vec<String> {
        self.current().map(|branch| branch.logged.clone()).unwrap_or_default()
    }
}
