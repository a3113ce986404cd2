//! Running text: what is known or can be told by its form is replaced wherever it stands.
//! Never what stands where only a name can stand: that is replaced whole without being searched.

use std::net::IpAddr;
use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::folded::Folded;
use super::{GUID, Redactor, compiled, known};

/// A place that its form gives away, or a word where a name may begin, in folded text. Each alternative
/// ends soon or where it is found: a search from every word on must not look at the whole text again.
pub(super) static PLACE: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        // Ids are replaced before; this one was escaped.
        r"(?<guid>[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})",
        r#"|(?-u:[a-z][a-z0-9+.\-]{1,15})://(?<host>[^\s/"'<>:?#\\()|]+)"#,
        r#"|/(?:personal|sites|teams)/(?<site>[^/\s?#"'<>\\,;]+)"#,
        r"|(?<id>s-1-[0-9]{1,3}(?:-[0-9]{1,10}){2,15})",
        r"|(?-u:\b)(?<ticket>(?:inc|chg|crq|req|ritm|s?ctask|prb|tkt|ticket|case|incident)[\-#_: ]{0,3}(?:[a-z]{2,9}-)?[0-9]{4,15})(?-u:\b)",
        r"|(?<phone>\+[0-9][0-9 ()./\-]{5,24}[0-9])",
        r"|(?<whole>(?:displayname|friendlyname) ?= ?)",
        r#"|(?:cn|ou|dc|o)=(?<part>[^,;/"\]\[=\\]+)"#,
        r#"|(?-u:[a-z]{0,30}name|mail|upn)\\{0,15}" ?: ?\\{0,15}"(?<cut>[^"\\]+)"#,
        r"|(?<six>[0-9a-f]{0,4}:[0-9a-f:.]{1,45})",
        r"|(?<four>[0-9]{1,3}(?:\.[0-9]{1,3}){3})",
        r"|[\p{L}\p{N}]+",
    ))
});

/// Longest parts of an address of mail, and of a domain.
const LONGEST_LOCAL: usize = 256;
const LONGEST_DOMAIN: usize = 253;

/// Least digits of a number of a telephone.
const DIGITS: usize = 7;

/// What a place is replaced by.
type Replaced = Option<(Range<usize>, String)>;

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
        let text = folded.text.as_str();
        let mut out = Out {
            text: String::with_capacity(original.len()),
            original,
            folded: &folded,
            copied: 0,
        };
        let mut at = 0;
        let mut mails = mails(text).into_iter().peekable();
        while let Some(place) = PLACE.find_at(text, at).map(|whole| whole.range()) {
            // Most places are words, which have no parts; a number of a ticket may look like one.
            let word = text[place.clone()].as_bytes();
            let is_word = word.iter().all(u8::is_ascii_alphanumeric)
                && !(word.first().is_some_and(u8::is_ascii_alphabetic)
                    && word.last().is_some_and(u8::is_ascii_digit));
            let found = if is_word { None } else { PLACE.captures_at(text, at) };
            while mails.next_if(|mail| mail.end <= at.max(out.copied)).is_some() {}
            let mail =
                mails.peek().filter(|mail| mail.start <= place.start && mail.start >= out.copied);
            let dotted = dotted(text, place.start);
            let end =
                mail.or(dotted.as_ref()).map_or(place.end, |longer| longer.end.max(place.end));
            let is = |name: &str| found.as_ref().is_some_and(|found| found.name(name).is_some());
            let form = !is("whole") && !is("cut");
            if form
                && let Some((name, with)) = self.name_at(text, place.start, out.copied, words)
                && name.end >= end
            {
                at = name.end;
                out.put(&name, &with);
                continue;
            }
            let replaced = match mail.filter(|_| form) {
                Some(mail) => Some((mail.clone(), self.upn(&text[mail.clone()]))),
                None => match found {
                    Some(found) => self.by_form(text, &found),
                    None => self.word(text, &place),
                },
            };
            if let Some((range, with)) = replaced {
                at = range.end.max(place.start + 1);
                out.put(&range, &with);
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
                && let Some((name, with)) = self.name_at(text, place.start, out.copied, words)
                && name.end <= at
            {
                out.put(&name, &with);
            }
        }
        out.finish()
    }

    /// What a place is by its form.
    fn by_form(&mut self, text: &str, found: &Captures<'_>) -> Replaced {
        let group = |name: &str| found.name(name).map(|part| part.range());
        if let Some(range) = group("host") {
            let host = &text[range.clone()];
            // An id stood here.
            let is_id =
                host.strip_prefix("id-").is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()));
            let with = if is_id { host.to_owned() } else { self.domain(host) };
            return Some((range, with));
        }
        if let Some(range) = group("guid") {
            let with = self.id(&text[range.clone()]);
            return Some((range, with));
        }
        for (name, class) in [
            ("site", "site"),
            ("id", "id"),
            ("ticket", "ticket"),
            ("part", "name"),
            ("cut", "name"),
        ] {
            if let Some(range) = group(name) {
                let with = self.naming(&text[range.clone()], class);
                return Some((range, with));
            }
        }
        if let Some(range) = group("phone") {
            let number = &text[range.clone()];
            let digits = number.bytes().filter(u8::is_ascii_digit).count();
            return (digits >= DIGITS).then(|| (range.clone(), self.named(number, "phone")));
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
            let mut address = &text[range.clone()];
            // What ends a sentence, or comes before what is said next, is no part of it.
            while address.parse::<IpAddr>().is_err() {
                address = address.strip_suffix(['.', ':'])?;
            }
            return Some((range.start..range.start + address.len(), self.address(address)));
        }
        self.word(text, &found.get(0)?.range())
    }

    /// What a word is by its form, or what begins with it.
    fn word(&mut self, text: &str, place: &Range<usize>) -> Replaced {
        let word = &text[place.clone()];
        if word.len() == 32 && word.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Some((place.clone(), self.id(word)));
        }
        let range = dotted(text, place.start)?;
        let with = match &text[range.clone()] {
            path if path.ends_with("_onmicrosoft_com") => self.named(path, "user"),
            domain => self.domain(domain),
        };
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

/// What was written so far.
struct Out<'t> {
    text: String,
    original: &'t str,
    folded: &'t Folded<'t>,
    /// Where in the folded text it goes on.
    copied: usize,
}

impl Out<'_> {
    fn put(&mut self, range: &Range<usize>, with: &str) {
        let between = self.folded.original(&(self.copied..range.start));
        self.text.push_str(&self.original[between]);
        self.text.push_str(with);
        self.copied = range.end;
    }

    fn finish(mut self) -> String {
        let rest = self.folded.original(&(self.copied..self.folded.text.len()));
        self.text.push_str(&self.original[rest]);
        self.text
    }
}

/// A domain, or the address of somebody in a path, by what it ends in.
fn dotted(text: &str, start: usize) -> Option<Range<usize>> {
    let rest = &text[start..];
    let long = rest.char_indices().take(LONGEST_DOMAIN);
    let run = long.take_while(|(_, c)| c.is_alphanumeric() || "._-".contains(*c));
    let run = &rest[..run.last().map_or(0, |(at, c)| at + c.len_utf8())];
    let flat = "_onmicrosoft_com";
    if let Some(at) = run.find(flat) {
        return Some(start..start + at + flat.len());
    }
    let domain = run.trim_end_matches(['.', '-', '_']);
    let is_one =
        known::may_be_domain(domain) && !domain.contains("..") && !known::is_domain(domain);
    is_one.then(|| start..start + domain.len())
}

/// Where addresses of mail are in a text, in order.
fn mails(text: &str) -> Vec<Range<usize>> {
    let is_local = |c: char| c.is_alphanumeric() || "._%+#$&*~!-".contains(c);
    let is_domain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, _) in text.match_indices('@') {
        let from = found.last().map_or(0, |last| last.end);
        let before = text[from.min(at)..at].chars().rev().take_while(|&c| is_local(c));
        let before: usize = before.take(LONGEST_LOCAL).map(char::len_utf8).sum();
        let after = text[at + 1..].chars().take_while(|&c| is_domain(c)).take(LONGEST_DOMAIN);
        let after: usize = after.map(char::len_utf8).sum();
        let domain = text[at + 1..at + 1 + after].trim_end_matches(['.', '-']);
        let inside = domain.trim_start_matches(['.', '-']).contains('.');
        if before > 0 && inside && from <= at {
            found.push(at - before..at + 1 + domain.len());
        }
    }
    found
}

/// Is all of it one address of mail?
pub(super) fn is_mail(text: &str) -> bool {
    let folded = Folded::of(text);
    let one = matches!(mails(&folded.text).as_slice(), [one] if *one == (0..folded.text.len()));
    one || (text.contains('@')
        && !text.contains(char::is_whitespace)
        && !text.contains([':', '/', '"', '|', '<', '(', '{', '[']))
}
