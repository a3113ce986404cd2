//! The activities a rule is about, as `assets/activities` names them: by name, by what they do, by their step.
//! Never lists an activity itself.
//!
//! ```text
//! activity="Add member to role"                  one, and its other spellings
//! activity=(@gives-role "Update role")           all that give a role, and one more
//! activity=@step-policy-changed                  all that are this step of this trail
//! ```

use crate::meaning::{self, Act, Activity, Thing};

/// A query whose activities are told by what they mean, with their names. Fails where a name is spelled
/// otherwise than its row, or nothing means that.
pub(super) fn named(query: &str) -> Result<String, String> {
    let Some(rest) = query.strip_prefix("activity=") else { return Ok(query.to_owned()) };
    let (written, behind) = match rest.strip_prefix('(') {
        Some(inside) => {
            let end = end_of_list(inside).ok_or_else(|| format!("not closed: {rest}"))?;
            (&inside[..end], &inside[end + 1..])
        }
        None if rest.starts_with('"') => {
            let end = rest[1..].find('"').ok_or_else(|| format!("not closed: {rest}"))? + 2;
            rest.split_at(end)
        }
        None => rest.split_at(rest.find(' ').unwrap_or(rest.len())),
    };
    let mut names: Vec<&str> = Vec::new();
    let mut left = written.trim();
    while !left.is_empty() {
        let end;
        if let Some(inside) = left.strip_prefix('"') {
            end = inside.find('"').ok_or_else(|| format!("not closed: {left}"))? + 2;
            all_spellings(&left[1..end - 1], &mut names)?;
        } else {
            end = left.find(' ').unwrap_or(left.len());
            match left[..end].strip_prefix('@') {
                Some(meaning) => names.extend(meaning_this(meaning)?),
                None => all_spellings(&left[..end], &mut names)?,
            }
        }
        left = left[end..].trim_start();
    }
    let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    Ok(match &names[..] {
        [one] => format!("activity={one}{behind}"),
        several => format!("activity=({}){behind}", several.join(" ")),
    })
}

/// Where the bracket that ends a list stands, outside of quotes.
fn end_of_list(text: &str) -> Option<usize> {
    let mut quoted = false;
    let ends = |(_, c): &(usize, char)| {
        quoted ^= *c == '"';
        *c == ')' && !quoted
    };
    text.char_indices().find(ends).map(|(at, _)| at)
}

fn all_spellings<'n>(name: &'n str, names: &mut Vec<&'n str>) -> Result<(), String> {
    names.push(name);
    match meaning::of(name) {
        Some(own) if own.name != name => {
            Err(format!("`{name}` is called `{}` in assets/activities", own.name))
        }
        Some(own) => {
            names.extend(own.also.iter().map(String::as_str));
            Ok(())
        }
        None => Ok(()),
    }
}

/// All names of the activities that mean this: `gives-role`, `step-policy-changed`.
fn meaning_this(meaning: &str) -> Result<Vec<&'static str>, String> {
    let dashed = |parts: &[&str]| parts.join(" ").replace(' ', "-") == meaning;
    let does = |own: &Activity| {
        let verb = |act: Act| Act::ALL.iter().find(|(_, own)| *own == act).map(|(verb, _)| *verb);
        let thing =
            |it: Thing| Thing::ALL.iter().find(|(_, own)| *own == it).map(|(name, _)| *name);
        own.does.iter().any(|does| {
            verb(does.act).zip(thing(does.thing)).is_some_and(|(verb, of)| dashed(&[verb, of]))
        })
    };
    let is_step =
        |own: &Activity| own.steps.iter().any(|step| dashed(&["step", &step.trail, &step.part]));
    let all = meaning::activities().iter().filter(|own| does(own) || is_step(own));
    let spellings = |own: &'static Activity| own.also.iter().map(String::as_str);
    let names: Vec<&str> =
        all.flat_map(|own| std::iter::once(own.name).chain(spellings(own))).collect();
    if names.is_empty() {
        return Err(format!("no activity means `{meaning}`"));
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn a_name_that_the_table_spells_otherwise_is_a_mistake() {
        for query in [
            "activity=\"Add member to Role\" new=x",
            "activity=(\"Add user\" \"Add OAuth2PermissionGrant\")",
            "activity=\"Update application – Certificates and secrets management \"",
        ] {
            let problem = named(query).expect_err(query);
            assert!(problem.contains("is called `"), "{problem}");
        }
        assert!(named("activity=@gives-nothing").is_err());
    }

    #[test]
    fn names_come_from_the_table_with_all_their_spellings() {
        let told = |query: &str| named(query).expect(query);
        assert_eq!(
            told("activity=\"Add delegated permission grant\" new:x"),
            "activity=(\"Add delegated permission grant\" \"Add OAuth2PermissionGrant\") new:x"
        );
        assert_eq!(
            told("activity=@gives-past-PIM-role"),
            "activity=\"Add member to role outside of PIM (permanent)\""
        );
        assert_eq!(
            told("activity=(@step-guest-invited \"Frobnicate (x)\") -result=failure"),
            "activity=(\"Invite external user\" \"Invite external user with reset invitation status\" \"Frobnicate (x)\") -result=failure"
        );
        assert_eq!(told("activity=Frobnicate"), "activity=\"Frobnicate\"");
        assert_eq!(told("risk.level=high"), "risk.level=high");
    }
}
