//! What is included and excluded in the tree of services, categories and activities: [`Choice`].
//! Never counts anything; the tree pane shows it, the answer applies it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::quoted;
use crate::catalogue::catalogue;
use crate::record::Kind;
use crate::record::column::PART;
use crate::text::fold;

/// A node of the tree, by folded names: a service, a category of it, or an activity of that.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct Node {
    /// Service, folded.
    pub service: String,
    /// Category, folded; `None` for the service itself.
    pub category: Option<String>,
    /// Activity, folded; `None` for the service or the category itself.
    pub activity: Option<String>,
}

/// Service, category and activity of an entry of the path dictionary as the tree names them, and
/// whether the catalogue has them: what it knows stands at its place there, whichever of its
/// spellings was logged.
pub fn logged_names(path: &str) -> ([&str; 3], bool) {
    let mut names = path.split(PART);
    let mut name = || names.next().unwrap_or("");
    let (service, category, activity) = (name(), name(), name());
    if let Some(entry) = catalogue().classify(service, category, activity) {
        return ([entry.service, entry.category, entry.activity], true);
    }
    let known = catalogue().canonical_service(service);
    // The catalogue is of audits; the other logs are known by their service.
    ([known.map_or(service, |service| service.name), category, activity], Kind::lists(service))
}

/// Marks on nodes of the tree. The mark nearest to an activity decides; where nothing is marked as
/// included, everything that is not excluded is in.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Choice {
    marks: BTreeMap<Node, Mark>,
}

/// Whether a node is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mark {
    /// Only this and other included nodes.
    Included,
    /// Not this.
    Excluded,
}

impl Node {
    /// A node by its names as they are.
    pub fn new(service: &str, category: Option<&str>, activity: Option<&str>) -> Self {
        Self { service: fold(service), category: category.map(fold), activity: activity.map(fold) }
    }

    /// The node of an entry of the path dictionary: service, category and activity as logged. What
    /// the catalogue knows stands at its place there, whichever of its spellings was logged.
    pub fn logged(path: &str) -> Self {
        let ([service, category, activity], _) = logged_names(path);
        Self::new(service, Some(category), Some(activity))
    }

    /// The node above: the category of an activity, the service of a category.
    pub fn parent(&self) -> Option<Self> {
        let mut parent = self.clone();
        if parent.activity.take().is_some() || parent.category.take().is_some() {
            return Some(parent);
        }
        None
    }
}

impl Choice {
    /// Is nothing marked?
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// The mark on a node itself.
    pub fn mark(&self, node: &Node) -> Option<Mark> {
        self.marks.get(node).copied()
    }

    /// Goes one step on: unmarked, included, excluded, unmarked.
    pub fn turn(&mut self, node: Node) {
        match self.marks.get(&node) {
            None => self.marks.insert(node, Mark::Included),
            Some(Mark::Included) => self.marks.insert(node, Mark::Excluded),
            Some(Mark::Excluded) => self.marks.remove(&node),
        };
    }

    /// Sets or takes away a mark.
    pub fn set(&mut self, node: Node, mark: Option<Mark>) {
        match mark {
            Some(mark) => self.marks.insert(node, mark),
            None => self.marks.remove(&node),
        };
    }

    /// All marks.
    pub fn marks(&self) -> impl Iterator<Item = (&Node, Mark)> {
        self.marks.iter().map(|(node, &mark)| (node, mark))
    }

    /// Are records of this activity in?
    pub fn admits(&self, activity: &Node) -> bool {
        if self.marks.is_empty() {
            return true;
        }
        match self.deciding(activity) {
            Some(mark) => mark == Mark::Included,
            None => !self.marks.values().any(|&mark| mark == Mark::Included),
        }
    }

    /// The mark that decides about a node: its own, or the nearest above.
    pub fn deciding(&self, node: &Node) -> Option<Mark> {
        let mut node = Some(node.clone());
        while let Some(current) = node {
            if let Some(mark) = self.mark(&current) {
                return Some(mark);
            }
            node = current.parent();
        }
        None
    }

    /// The same choice as a query, for copying and for the command line.
    /// `service_names` gives all spellings under which records of a service are logged.
    pub fn to_query(&self, service_names: impl Fn(&str) -> Vec<String>) -> String {
        let node_text = |node: &Node| {
            let names = service_names(&node.service);
            let mut text = match names.as_slice() {
                [one] => format!("service={}", quoted(one, false)),
                many => {
                    let all: Vec<String> = many.iter().map(|name| quoted(name, false)).collect();
                    format!("service=({})", all.join(" "))
                }
            };
            for (name, value) in [("category", &node.category), ("activity", &node.activity)] {
                if let Some(value) = value {
                    // Writing to a String cannot fail.
                    let _ = write!(text, " {name}={}", quoted(value, false));
                }
            }
            text
        };
        let group = |mark: Mark| -> Vec<String> {
            self.marks()
                .filter(|(_, m)| *m == mark)
                .map(|(n, _)| format!("({})", node_text(n)))
                .collect()
        };
        let (included, excluded) = (group(Mark::Included), group(Mark::Excluded));
        let mut parts: Vec<String> = excluded.iter().map(|node| format!("-{node}")).collect();
        if !included.is_empty() {
            parts.insert(0, format!("({})", included.join(" OR ")));
        }
        parts.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(path: &str) -> Node {
        let mut names = path.split('/');
        Node::new(names.next().unwrap_or(""), names.next(), names.next())
    }

    #[test]
    fn the_nearest_mark_decides() {
        let mut choice = Choice::default();
        assert!(choice.admits(&node("core/role/add")));
        choice.set(node("core"), Some(Mark::Included));
        choice.set(node("core/role"), Some(Mark::Excluded));
        choice.set(node("core/role/add"), Some(Mark::Included));
        assert!(choice.admits(&node("Core/user/x")));
        assert!(!choice.admits(&node("core/role/remove")));
        assert!(choice.admits(&node("core/role/Add.")));
        assert!(!choice.admits(&node("pim/role/add")));
    }

    #[test]
    fn excluding_alone_leaves_everything_else() {
        let mut choice = Choice::default();
        let role = node("core/role");
        choice.turn(role.clone());
        choice.turn(role.clone());
        assert!(!choice.admits(&node("core/role/add")) && choice.admits(&node("core/user/add")));
        choice.turn(role);
        assert!(choice.is_empty());
    }
}
