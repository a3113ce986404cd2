//! Running text: what is known or can be told by its form is replaced wherever it stands.
//! Never what stands where only a name can stand: that is replaced whole without being searched.

use std::ops::Range;

use regex::Captures;

use super::folded::Folded;
use super::forms::{self, DIGITS, PLACE, dotted, mails};
use super::{GUID, Redactor, people};

/// What a place is replaced by.
type Replaced = Option<(Range<usize>, String)>;
/// What is replaced by what, in folded text, in order.
type Replacements = Vec<(Range<usize>, String)>;

impl Redactor {
    /// A text with pseudonyms for everything in it that is known or can be told by its form.
    pub fn text(&mut self, text: &str) -> String {
        self.searched(text, true)
    }

    /// The name of a property or a key: words by which somebody is called are words here.
    pub(super) fn label(&mut self, text: &str) -> String {
        self.searched(text, false)
    }

    fn searched(&mut self, text: &str, words: bool) -> String {
        if text.is_empty() {
            return String::new();
        }
        let without_packed = self.unpacked(text);
        let text = without_packed.as_deref().unwrap_or(text);
        let mut without_ids = String::with_capacity(text.len());
        let mut end = 0;
        for hit in GUID.find_iter(text) {
            without_ids.push_str(&text[end..hit.start()]);
            without_ids.push_str(&self.id(hit.as_str()));
            end = hit.end();
        }
        without_ids.push_str(&text[end..]);
        self.places(&without_ids, words)
    }

    fn places(&mut self, original: &str, words: bool) -> String {
        let folded = Folded::of(original);
        let found = self.found(&folded, words);
        if found.is_empty() {
            return original.to_owned();
        }
        let mut out = String::with_capacity(original.len());
        let mut copied = 0;
        for (range, with) in found {
            out.push_str(&original[folded.original(&(copied..range.start))]);
            out.push_str(&with);
            copied = range.end;
        }
        out.push_str(&original[folded.original(&(copied..folded.text.len()))]);
        out
    }

    /// What is known in a text or can be told by its form, and what stands for it.
    pub(super) fn found(&mut self, folded: &Folded<'_>, words: bool) -> Replacements {
        let text = folded.text.as_str();
        let mut found = Replacements::new();
        let (mut at, mut copied) = (0, 0);
        let mut mails = mails(text).into_iter().peekable();
        while let Some(place) = PLACE.find_at(text, at).map(|whole| whole.range()) {
            // Most places are words, which have no parts; a number of a ticket may look like one.
            let word = text[place.clone()].as_bytes();
            let is_word = word.iter().all(u8::is_ascii_alphanumeric)
                && !word.last().is_some_and(u8::is_ascii_digit)
                && word.len() != 12;
            let parts = if is_word { None } else { PLACE.captures_at(text, at) };
            while mails.next_if(|mail| mail.end <= at.max(copied)).is_some() {}
            let mail =
                mails.peek().filter(|mail| mail.start <= place.start && mail.start >= copied);
            let dotted = dotted(text, place.start);
            let end =
                mail.or(dotted.as_ref()).map_or(place.end, |longer| longer.end.max(place.end));
            let is = |name: &str| parts.as_ref().is_some_and(|parts| parts.name(name).is_some());
            let is_ours = is("ours") && !folded.written(&place).contains(char::is_uppercase);
            if is_ours || is("version") {
                at = place.end;
                continue;
            }
            let form = !is("whole") && !is("cut");
            if form
                && let Some((name, with)) = self.name_at(text, place.start, copied, words)
                && name.end >= end
            {
                (at, copied) = (name.end, name.end);
                found.push((name, with));
                continue;
            }
            if let Some((domain, name)) = forms::account(text, place.start)
                && mail.is_none()
            {
                at = name.end;
                copied = name.end;
                let with = self.account(&text[domain.clone()], &text[name.clone()]);
                found.push((domain.start..name.end, with));
                continue;
            }
            let replaced = match mail.filter(|_| form) {
                Some(mail) => Some((mail.clone(), self.upn(&text[mail.clone()]))),
                None => match parts {
                    Some(parts) => self.by_form(folded, &parts),
                    None => self.word(folded, &place),
                },
            };
            if let Some((range, with)) = replaced.filter(|(range, _)| range.start >= copied) {
                // What was in front of it, glued to it, is a name.
                if range.start > place.start
                    && let Some((name, with)) = self.name_at(text, place.start, copied, words)
                    && name.end <= range.start
                {
                    found.push((name, with));
                }
                at = range.end.max(place.start + 1);
                copied = range.end;
                found.push((range, with));
                continue;
            }
            // A name may begin at a word of what is no such place after all.
            let word = &text[place.clone()];
            let first = word.find(|c: char| !c.is_alphanumeric());
            at = match first {
                None => end,
                Some(0) => place.start + word.chars().next().map_or(1, char::len_utf8),
                Some(first) => place.start + first,
            };
            if first.is_some()
                && let Some((name, with)) = self.name_at(text, place.start, copied, words)
            {
                (at, copied) = (at.max(name.end), name.end);
                found.push((name, with));
            }
        }
        found
    }

    /// Has folded text a name that is known?
    pub(super) fn has_name(&self, text: &str) -> bool {
        let mut is_inside = false;
        text.char_indices().any(|(at, c)| {
            let begins = !is_inside && c.is_alphanumeric();
            is_inside = c.is_alphanumeric();
            begins && self.name_at(text, at, 0, true).is_some()
        })
    }

    /// An account of a domain of Windows.
    fn account(&mut self, domain: &str, name: &str) -> String {
        let known = |of: &Self, word: &str| of.stands_for(word, true).cloned();
        let domain = known(self, domain).unwrap_or_else(|| self.unlisted(domain, "domain"));
        let name = known(self, name).unwrap_or_else(|| match people::is_ordinary(name) {
            true => name.to_owned(),
            false => self.named(name, "user"),
        });
        format!("{domain}\\{name}")
    }

    /// What a place is by its form.
    fn by_form(&mut self, folded: &Folded<'_>, found: &Captures<'_>) -> Replaced {
        let text = folded.text.as_str();
        let group = |name: &str| found.name(name).map(|part| part.range());
        if let Some(range) = group("host") {
            let host = &text[range.clone()];
            // An id or something packed stood here.
            let is_number = |n: &str| n.bytes().all(|b| b.is_ascii_digit());
            let is_ours =
                ["id-", "encoded-"].iter().any(|of| host.strip_prefix(of).is_some_and(is_number));
            let with = match forms::four(host).filter(|(_, len)| *len == host.len()) {
                Some((address, _)) => self.address(&address.to_string()),
                None if is_ours => host.to_owned(),
                None => self.domain(host),
            };
            return Some((range, with));
        }
        if let Some(range) = group("unc") {
            let host = &text[range.clone()];
            let with = match host.contains('.') {
                true => self.domain(host),
                false => self.naming(host, "device"),
            };
            return Some((range, with));
        }
        if let Some(range) = group("guid") {
            let with = self.id(&text[range.clone()]);
            return Some((range, with));
        }
        for (name, class) in [
            ("site", "site"),
            ("sid", "id"),
            ("mac", "device"),
            ("ticket", "ticket"),
            ("part", "name"),
            ("cut", "name"),
        ] {
            if let Some(range) = group(name) {
                let place = &text[range.clone()];
                let has = |of: fn(&u8) -> bool| place.as_bytes().iter().any(of);
                let is_bare = name == "mac" && place.len() == 12;
                if is_bare && !(has(u8::is_ascii_alphabetic) && has(u8::is_ascii_digit)) {
                    break;
                }
                let with = self.naming(place, class);
                return Some((range, with));
            }
        }
        if let Some(range) = group("phone").or_else(|| group("number")) {
            let number = &text[range.clone()];
            let digits = number.bytes().filter(u8::is_ascii_digit).count();
            let is_day = number.as_bytes().get(4) == Some(&b'-') && number.starts_with("20");
            let is_one = digits >= DIGITS && !is_day;
            return is_one.then(|| (range.clone(), self.phone(number)));
        }
        if let Some(label) = group("whole") {
            // The name that a key is described by ends its description, whatever it consists of.
            let rest = &text[label.end..];
            let rest = &rest[..rest.find("[keyidentifier").unwrap_or(rest.len())];
            let name = rest.trim_end_matches([']', '"', '\\', ',', '}', ' ', '[']);
            let range = label.end..label.end + name.len();
            return (!name.is_empty()).then(|| (range, self.naming(name, "name")));
        }
        if let Some(range) = group("six").or_else(|| group("four")) {
            return self.address_in(text, range);
        }
        self.word(folded, &found.get(0)?.range())
    }

    /// The address of a machine at the start of a place that may be one.
    fn address_in(&mut self, text: &str, place: Range<usize>) -> Replaced {
        let (address, len) = forms::longest_address(&text[place.clone()])?;
        let end = place.start + len;
        let next = text[end..].chars().next();
        // `Foo::Bar` is no address.
        let run = &text[place.start..end];
        if !run.bytes().any(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let is_glued = next.is_some_and(char::is_alphanumeric)
            || text[..place.start].ends_with(char::is_alphanumeric);
        if is_glued && !run.bytes().any(|byte| byte.is_ascii_digit()) {
            return None;
        }
        // The interface behind an address is one of a machine.
        let zone = text[end..]
            .strip_prefix('%')
            .map_or(0, |zone| 1 + zone.find(|c: char| !c.is_alphanumeric()).unwrap_or(zone.len()));
        let zone = if address.is_ipv6() { zone } else { 0 };
        Some((place.start..end + zone, self.address(&address.to_string())))
    }

    /// What a word is by its form, or what begins with it.
    fn word(&mut self, folded: &Folded<'_>, place: &Range<usize>) -> Replaced {
        let text = folded.text.as_str();
        if let Some(id) = forms::bare_id(&text[place.clone()]) {
            let range = place.start + id.start..place.start + id.end;
            let with = self.id(&text[range.clone()]);
            return Some((range, with));
        }
        if let Some(range) = dotted(text, place.start) {
            let with = match &text[range.clone()] {
                path if path.ends_with("_onmicrosoft_com") => self.named(path, "user"),
                domain => self.domain(domain),
            };
            return Some((range, with));
        }
        if let Some((range, address)) = forms::glued(text, place) {
            return Some((range, self.address(&address.to_string())));
        }
        let (range, class) = forms::machine(text, place.start, |range| folded.written(range))?;
        let with = self.named(&text[range.clone()], class);
        Some((range, with))
    }

    /// The longest known name whose first word begins at `start`, and what stands for it; nothing
    /// before `from` belongs to it.
    fn name_at(
        &self,
        text: &str,
        start: usize,
        from: usize,
        words: bool,
    ) -> Option<(Range<usize>, String)> {
        let rest = &text[start..];
        let word = &rest[..rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len())];
        let places = self.by_word.get(word).map_or(&[][..], Vec::as_slice);
        let whole = places.iter().find_map(|&(before, len)| {
            let begin = start.checked_sub(before).filter(|&begin| begin >= from)?;
            let name = text.get(begin..begin + len)?;
            let open = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
            let ends =
                !name.ends_with(char::is_alphanumeric) || open(text[begin + len..].chars().next());
            let begins = before > 0 || open(text[..begin].chars().next_back());
            let with = self.stands_for(name, words).filter(|_| ends && begins)?;
            Some((begin..begin + len, with.to_owned()))
        });
        // Anna's, Annas
        let owned = || {
            let name = word.strip_suffix('s').filter(|_| words)?;
            let with = self.called.get(name).or_else(|| self.pseudonyms.get(name))?;
            (name.len() >= *super::FIND.start())
                .then(|| (start..start + word.len(), format!("{with}s")))
        };
        whole.or_else(owned)
    }

    fn stands_for(&self, name: &str, words: bool) -> Option<&String> {
        let called = || self.called.get(name).filter(|_| words);
        self.pseudonyms.get(name).or_else(called)
    }
}

/// Is all of it one address of mail?
pub(super) fn is_mail(text: &str) -> bool {
    let folded = Folded::of(text);
    let one = matches!(mails(&folded.text).as_slice(), [one] if *one == (0..folded.text.len()));
    one || (text.contains('@')
        && !text.contains(char::is_whitespace)
        && !text.contains([':', '/', '"', '|', '<', '(', '{', '[']))
}
