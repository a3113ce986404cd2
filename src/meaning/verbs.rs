//! The words of activities, by which a record is told in a sentence: `assets/activities/verbs.txt`.
//! Never makes a sentence.

use crate::text::draft::Draft;

/// The words of activities.
#[derive(Debug, Default)]
pub struct Verbs {
    /// First words and their past tense.
    past: Vec<(&'static str, String)>,
    /// What the end of a name tells of how far it came.
    pub stages: Vec<Stage>,
    /// Nouns that an activity begins with, and what is done to them.
    done_to: Vec<(&'static str, Vec<String>)>,
    /// Participles that tell what became of something, so that a verb before them is not what was done.
    pub became: Vec<String>,
}

/// The end of an activity's name that tells a stage of what its beginning names.
#[derive(Debug)]
pub struct Stage {
    /// Its words, in lower case.
    pub words: Vec<&'static str>,
    /// What the actor did in that stage; empty where it is that it was done.
    pub did: String,
    /// The same after "tried to".
    pub tried: String,
}

impl Verbs {
    /// The past tense of a first word, in lower case; `None` where it is no verb.
    pub fn past(&self, verb: &str) -> Option<&str> {
        self.past.iter().find(|(own, _)| *own == verb).map(|(_, past)| past.as_str())
    }

    /// Is it a noun to which the actor did this? Both in lower case.
    pub fn is_done_to(&self, noun: &str, participle: &str) -> bool {
        let own = self.done_to.iter().find(|(own, _)| *own == noun);
        own.is_some_and(|(_, done)| done.iter().any(|done| done == participle))
    }

    /// Takes in a draft, whose properties tell what it is.
    pub(super) fn take(&mut self, mut draft: Draft) -> Result<(), String> {
        let name = draft.name;
        let mut stage =
            Stage { words: name.split(' ').collect(), did: String::new(), tried: String::new() };
        let mut is_stage = draft.take("is").is_some_and(|is| is == "done");
        if let Some(did) = draft.take("did") {
            (stage.did, is_stage) = (did, true);
            stage.tried = draft.take("tried").ok_or_else(|| format!("`{name}`: nothing tried"))?;
        }
        let mut all = |property| {
            let mut all = Vec::new();
            while let Some(one) = draft.take(property) {
                all.push(one);
            }
            all
        };
        let (past, done, became) = (all("past"), all("done"), all("word"));
        let told = usize::from(is_stage)
            + [&past, &done, &became].iter().filter(|all| !all.is_empty()).count();
        if told != 1 || past.len() > 1 {
            return Err(format!("`{name}` is one of verb, stage, noun, participles"));
        }
        if is_stage {
            self.stages.push(stage);
        } else if !done.is_empty() {
            self.done_to.push((name, done));
        } else if !became.is_empty() {
            self.became.extend(became);
        } else if self.past(name).is_some() {
            return Err(format!("`{name}` is there twice"));
        } else {
            self.past.extend(past.into_iter().map(|past| (name, past)));
        }
        match draft.properties.first() {
            None => Ok(()),
            Some((property, _)) => Err(format!("`{name}`: no property `{property}`")),
        }
    }
}
