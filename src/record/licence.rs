//! Licences as the directory logs them: which a record gives, takes and leaves, by the product's name.
//! Never knows products: names and ids are those of the record.
//!
//! `AssignedLicense` is a list of texts such as
//! `[SkuName=SPE_E5, AccountId=…, SkuId=…, DisabledPlans=[]]`, seen in records of Microsoft Graph and of
//! the unified audit log; a list of objects with the same names is read too.

use super::Record;

/// The property that has all licences of a user or group.
pub const PROPERTY: &str = "AssignedLicense";

/// A product that was licensed. One of the two is never empty.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Licence {
    /// Its part number, such as `SPE_E5`; empty where the record has none.
    pub name: String,
    /// Its `SkuId`; empty where the record has none.
    pub id: String,
}

impl Licence {
    /// The name people know it by, else its id.
    pub fn called(&self) -> &str {
        if self.name.is_empty() { &self.id } else { &self.name }
    }

    fn is(&self, other: &Self) -> bool {
        match self.id.is_empty() || other.id.is_empty() {
            true => self.name.eq_ignore_ascii_case(&other.name),
            false => self.id.eq_ignore_ascii_case(&other.id),
        }
    }

    fn is_empty(&self) -> bool {
        self.name.is_empty() && self.id.is_empty()
    }
}

/// What became of a licence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// It is there and was not before.
    Given,
    /// It was there and is not any more.
    Taken,
    /// It was there and is.
    Kept,
}

/// What a record tells of licences: those that are new first, then those that are gone, then the rest.
pub fn changed(record: &Record<'_>) -> Vec<(Licence, Fate)> {
    let mut found = Vec::new();
    let changes = record.targets.iter().flat_map(|target| &target.changes);
    for change in changes.filter(|change| change.name.eq_ignore_ascii_case(PROPERTY)) {
        let old = licences(change.old.as_deref().unwrap_or_default());
        let new = licences(change.new.as_deref().unwrap_or_default());
        let has = |all: &[Licence], one: &Licence| all.iter().any(|other| other.is(one));
        let given = new.iter().filter(|one| !has(&old, one)).map(|one| (one, Fate::Given));
        let taken = old.iter().filter(|one| !has(&new, one)).map(|one| (one, Fate::Taken));
        let kept = new.iter().filter(|one| has(&old, one)).map(|one| (one, Fate::Kept));
        found.extend(given.chain(taken).chain(kept).map(|(one, fate)| (one.clone(), fate)));
    }
    found
}

/// The licences in a value, in its order.
pub fn licences(value: &str) -> Vec<Licence> {
    let mut found = Vec::new();
    let mut current = Licence::default();
    let mut rest = value;
    let mut finish = |current: &mut Licence| {
        if !current.is_empty() {
            found.push(std::mem::take(current));
        }
    };
    while let Some(at) = rest.find([']', '}', 's', 'S']) {
        let here = &rest[at..];
        if here.starts_with([']', '}']) {
            finish(&mut current);
            rest = &here[1..];
            continue;
        }
        let Some((key, after)) = key(here) else {
            rest = &here[1..];
            continue;
        };
        // What stands between a name and its value, in both forms, escaped or not.
        let after = after.trim_start_matches(['\\', '"', ' ']);
        let Some(after) = after.strip_prefix(['=', ':']) else {
            rest = after;
            continue;
        };
        let after = after.trim_start_matches(['\\', '"', ' ']);
        let is_of_value = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let end = after.find(|c: char| !is_of_value(c)).unwrap_or(after.len());
        let (text, after) = after.split_at(end);
        let is_known = match key {
            Part::Name => !current.name.is_empty(),
            Part::Id => !current.id.is_empty(),
        };
        if is_known {
            finish(&mut current);
        }
        match key {
            Part::Name => text.clone_into(&mut current.name),
            Part::Id => text.clone_into(&mut current.id),
        }
        rest = after;
    }
    finish(&mut current);
    found
}

enum Part {
    Name,
    Id,
}

/// The name that a text begins with, and what follows.
fn key(text: &str) -> Option<(Part, &str)> {
    let keys = [("SkuPartNumber", Part::Name), ("SkuName", Part::Name), ("SkuId", Part::Id)];
    keys.into_iter().find_map(|(name, part)| {
        let head = text.get(..name.len())?;
        head.eq_ignore_ascii_case(name).then(|| (part, &text[name.len()..]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Change, Target};

    fn told(value: &str) -> Vec<(String, String)> {
        licences(value).into_iter().map(|one| (one.name, one.id)).collect()
    }

    #[test]
    fn every_form_of_the_list_is_read() {
        let both = [("SPE_E5", "0a-1"), ("POWER_BI_STANDARD", "0b-2")];
        let both = both.map(|(name, id)| (name.to_owned(), id.to_owned()));
        for value in [
            r#"["[SkuName=SPE_E5, AccountId=9, SkuId=0a-1, DisabledPlans=[]]","[SkuName=POWER_BI_STANDARD, AccountId=9, SkuId=0b-2, DisabledPlans=[0c-3, 0c-4]]"]"#,
            "[\r\n  \"[SkuName=SPE_E5, AccountId=9, SkuId=0a-1, DisabledPlans=[]]\",\r\n  \"[SkuName=POWER_BI_STANDARD, AccountId=9, SkuId=0b-2, DisabledPlans=[]]\"\r\n]",
            r#"[{"SkuId":"0a-1","SkuName":"SPE_E5"},{"SkuPartNumber":"POWER_BI_STANDARD","SkuId":"0b-2"}]"#,
            r#""[{\"SkuId\": \"0a-1\", \"SkuName\": \"SPE_E5\"}, {\"SkuId\": \"0b-2\", \"SkuName\": \"POWER_BI_STANDARD\"}]""#,
        ] {
            assert_eq!(told(value), both, "{value}");
        }
        let by_id = r#"[{"skuId":"0a-1"},{"skuId":"0b-2"}]"#;
        assert_eq!(told(by_id), ["0a-1", "0b-2"].map(|id| (String::new(), id.to_owned())));
        for none in
            ["", "[]", "\"\"", "[\"sku\"]", "Sku", "SkuName", "SkuName=", "[SkuId=]", "ſkuName=é"]
        {
            assert_eq!(told(none), [], "{none}");
        }
    }

    #[test]
    fn a_record_tells_what_was_given_taken_and_kept() {
        let list = |names: &[&str]| {
            let entry =
                |name: &&str| format!("\"[SkuName={name}, SkuId=id-{name}, DisabledPlans=[]]\"");
            let entries: Vec<String> = names.iter().map(entry).collect();
            format!("[{}]", entries.join(","))
        };
        let change = Change {
            name: PROPERTY.into(),
            old: Some(list(&["A", "B"]).into()),
            new: Some(list(&["B", "C"]).into()),
        };
        let target = Target { changes: vec![change], ..Target::default() };
        let record = Record { targets: vec![target], ..Record::default() };
        let told: Vec<(String, Fate)> = (changed(&record).into_iter())
            .map(|(licence, fate)| (licence.called().to_owned(), fate))
            .collect();
        let expected = [("C", Fate::Given), ("A", Fate::Taken), ("B", Fate::Kept)];
        assert_eq!(told, expected.map(|(name, fate)| (name.to_owned(), fate)));
    }
}
