//! The words by which people and tenants are called in running text: first names, local parts, initials.
//! Never words of logs themselves: who is called by one of those is left to the reader.

use super::folded::key;

/// Words that logs are written in. A person may be called so; every other text has them too.
const ORDINARY: &str = "about access account accounts active activity add added admin administrator administrators \
    alert all and api app application apps approved assigned assignment audit auto azure backup \
    before billing block blocked break break-glass bulk but center change changed cloud com \
    company completed consent contact corp created credential data default delete deleted dep \
    department desk dev device devices directory disabled domain email emergency enabled entra \
    error event example ext external failed failure false finance for from glass global gmail \
    gmbh google grant granted group groups guest had has have help helpdesk his her hotmail how \
    http https icloud identity inc info internal invite invited joined key limited live local \
    log login ltd mail mailbox manage management manager member members microsoft mobile msp \
    name network new none noreply not now null office onmicrosoft one operation operations \
    operator org other our outlook owner owners password permission permissions phone pim policy \
    portal primary print privileged production protection provisioning reader registered remove \
    removed renamed report reports request requested requests reset result risk role roles room \
    sales secret security server service services session set setting settings share shared \
    sharepoint she sign sign-in signed sponsor sso started success support svc sync \
    synchronization system team teams temp tenant test the they this ticket time token tool true \
    type uninstalled unknown update updated upn user users value via was were windows with work \
    workflow www yahoo you";

/// Letters a word has at least.
const SHORTEST: usize = 3;

/// Is it a word that logs are written in?
pub(super) fn is_ordinary(word: &str) -> bool {
    ORDINARY.split(' ').any(|known| known == word)
}

fn is_word(word: &str) -> bool {
    word.chars().count() >= SHORTEST && word.chars().any(char::is_alphabetic) && !is_ordinary(word)
}

/// What a person of this display name and principal name is called, folded, once each.
pub(super) fn called(name: &str, upn: &str) -> Vec<String> {
    let mut found = Vec::new();
    let upn = key(upn);
    let local = upn.split_once('@').map_or("", |(local, _)| local);
    // A guest: the address at home, its `@` an underscore.
    let (local, home) = match local.split_once("#ext#") {
        Some((outside, _)) => outside.rsplit_once('_').unwrap_or((outside, "")),
        None => (local, ""),
    };
    let parts: Vec<&str> = local.split(|c: char| !c.is_alphanumeric()).collect();
    found.push(local.to_owned());
    found.push(parts.concat());
    found.extend(parts.iter().map(|part| (*part).to_owned()));
    found.extend(label(home));
    let name = key(name);
    if !name.contains('@') {
        let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).collect();
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).take(8).collect();
        if let [first, .., last] = words.as_slice() {
            let initial = |word: &str| word.chars().take(1).collect::<String>();
            found.push(format!("{last}, {first}"));
            found.push(format!("{last} {first}"));
            found.push(format!("{first} {last}"));
            for between in ["", ".", "_", "-"] {
                found.push(format!("{first}{between}{last}"));
                found.push(format!("{last}{between}{first}"));
                found.push(format!("{}{between}{last}", initial(first)));
                found.push(format!("{first}{between}{}", initial(last)));
            }
        }
        found.extend(words.iter().map(|word| (*word).to_owned()));
    }
    found.retain(|word| is_word(word));
    found.sort_unstable();
    found.dedup();
    found
}

/// The word a tenant is called by, of its domain.
pub(super) fn label(domain: &str) -> Option<String> {
    let domain = key(domain);
    let labels: Vec<&str> = domain.split('.').collect();
    let below =
        |of: &str| labels.iter().position(|label| *label == of).and_then(|at| at.checked_sub(1));
    let label = match labels.as_slice() {
        [one, "mail", "onmicrosoft", ..] => one,
        [one, .., "co" | "com" | "org" | "ac" | "gov" | "net" | "edu", last] if last.len() == 2 => {
            labels.get(labels.len() - 3).unwrap_or(one)
        }
        _ => match below("onmicrosoft").or_else(|| below("partner")) {
            Some(at) => labels[at],
            None => labels.iter().rev().nth(1)?,
        },
    };
    Some((*label).to_owned()).filter(|label| is_word(label))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_called_by_parts_of_their_names() {
        let called = called("Anna Klar", "ann.k@hush.example");
        for word in
            ["anna", "klar", "klar, anna", "klar anna", "aklar", "annak", "ann", "ann.k", "annk"]
        {
            assert!(called.iter().any(|one| one == word), "{word}");
        }
        let guest = super::called("Test User", "per_acme.test#EXT#@hush.onmicrosoft.com");
        for word in ["per", "acme"] {
            assert!(guest.iter().any(|one| one == word), "{word} {guest:?}");
        }
        assert!(!guest.iter().any(|one| one == "user" || one == "test"));
    }

    #[test]
    fn tenants_are_called_by_their_domain() {
        for (domain, of) in [
            ("hush.onmicrosoft.com", Some("hush")),
            ("HUSH.mail.onmicrosoft.com", Some("hush")),
            ("eu.hush.example", Some("hush")),
            ("hush.co.uk", Some("hush")),
            ("gmail.com", None),
            ("x", None),
        ] {
            assert_eq!(label(domain).as_deref(), of, "{domain}");
        }
    }
}
