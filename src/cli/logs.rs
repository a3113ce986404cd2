//! Logs as `--log` names them, for every place.
//! Never knows a log: each place has a table of its own.

use anyhow::Context as _;

use crate::text::clean;

/// Logs that were named.
pub(super) struct Chosen<L: 'static> {
    /// Those named one by one, each once, in that order.
    pub(super) named: Vec<&'static L>,
    /// Was `all` among the names?
    pub(super) is_all: bool,
}

impl<L: PartialEq> Chosen<L> {
    /// The logs of these names, each found by `find`. Fails where there is none of a name, and tells all
    /// there are, `known`.
    pub(super) fn new(
        names: &[String],
        find: impl Fn(&str) -> Option<&'static L>,
        known: impl Iterator<Item = &'static str>,
    ) -> anyhow::Result<Self> {
        let mut chosen = Self { named: Vec::new(), is_all: false };
        let known: Vec<&str> = known.collect();
        for name in names {
            if name.trim().eq_ignore_ascii_case("all") {
                chosen.is_all = true;
                continue;
            }
            let log = find(name).with_context(|| {
                let (name, known) = (clean(name), known.join(", "));
                format!("there is no log `{name}`; the logs are {known}, or all")
            })?;
            if !chosen.named.contains(&log) {
                chosen.named.push(log);
            }
        }
        Ok(chosen)
    }

    /// The logs that are asked for, and those among them that `all` stands for: they may be missing.
    pub(super) fn among(self, all: &'static [L]) -> (Vec<&'static L>, Vec<&'static L>) {
        if !self.is_all {
            return (self.named, Vec::new());
        }
        let others = all.iter().filter(|log| !self.named.contains(log)).collect();
        (all.iter().collect(), others)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGS: [&str; 3] = ["audit", "sign-ins", "provisioning"];

    fn chosen(names: &[&str]) -> anyhow::Result<Chosen<&'static str>> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        Chosen::new(&names, |name| LOGS.iter().find(|log| **log == name), LOGS.into_iter())
    }

    #[test]
    fn each_is_chosen_once_and_all_are_those_that_were_not_named() {
        let (logs, optional) =
            chosen(&["sign-ins", "audit", "sign-ins"]).expect("logs").among(&LOGS);
        assert_eq!((logs, optional), (vec![&"sign-ins", &"audit"], vec![]));
        let (logs, optional) = chosen(&["sign-ins", "ALL "]).expect("logs").among(&LOGS);
        assert_eq!(logs, LOGS.iter().collect::<Vec<_>>());
        assert_eq!(optional, [&"audit", &"provisioning"]);
        let told = chosen(&["odit\u{1b}"]).err().expect("no log").to_string();
        assert!(
            told.contains("no log `odit") && told.contains("audit, sign-ins, provisioning, or all")
        );
        assert!(!told.contains('\u{1b}'));
    }
}
