//! Where the caret stands in a filter that is being typed: [`spot`].
//! Never judges whether the text is a query: half a query is what it is made for.

use std::net::IpAddr;
use std::ops::Range;

use crate::query::Operator;
use crate::record::field::Field;
use crate::record::keyed;

/// What is being typed.
#[derive(Clone, Copy, Debug)]
pub enum Typing {
    /// Something that starts a condition.
    Bare,
    /// The name of a field that has its operator already; the value ends at this byte.
    Name(Operator, usize),
    /// A value of a field, alone, in a list or at an end of a range.
    Value(&'static Field, Operator),
    /// Nothing that could be completed: a regular expression, a keyword, the dots of a range.
    Nothing,
}

/// The token at the caret.
#[derive(Clone, Debug)]
pub struct Spot {
    /// What it is.
    pub place: Typing,
    /// Its bytes in the text.
    pub replace: Range<usize>,
    /// What of it stands before the caret, without quotes and their escapes.
    pub typed: String,
}

/// Finds the token in which the byte `caret` is, or which it touches. One pass over the text.
pub fn spot(text: &str, caret: usize) -> Spot {
    let mut scan = Scan { text, caret, at: 0, list: None };
    loop {
        scan.at = text.len() - scan.rest().trim_start().len();
        let here = scan.list.map_or(Typing::Bare, |(field, sign)| Typing::Value(field, sign));
        let Some(next) = scan.rest().chars().next() else { return scan.empty(here) };
        if scan.caret < scan.at {
            return scan.empty(here);
        }
        match next {
            '(' | ')' => {
                if scan.caret == scan.at {
                    return scan.empty(here);
                }
                if next == ')' {
                    scan.list = None;
                }
                scan.at += 1;
            }
            '-' if scan.list.is_none() => {
                // A caret before the dash means what the dash negates.
                scan.at += 1;
                scan.caret = scan.caret.max(scan.at);
            }
            _ => {
                let found = if scan.list.is_some() { scan.value(here) } else { scan.term() };
                if let Some(spot) = found {
                    return spot;
                }
            }
        }
    }
}

struct Scan<'t> {
    text: &'t str,
    caret: usize,
    at: usize,
    /// The field whose list of values is open.
    list: Option<(&'static Field, Operator)>,
}

impl<'t> Scan<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn empty(&self, place: Typing) -> Spot {
        Spot { place, replace: self.caret..self.caret, typed: String::new() }
    }

    /// What of `from..to` stands before the caret.
    fn before_caret(&self, from: usize, to: usize) -> &'t str {
        &self.text[from..self.caret.clamp(from, to)]
    }

    /// Goes over a term, or gives the spot that is in it.
    fn term(&mut self) -> Option<Spot> {
        let start = self.at;
        let rest = self.rest();
        let name_end = rest
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '_' | '-')))
            .unwrap_or(rest.len());
        let name = &rest[..name_end];
        let sign = Operator::ALL.into_iter().find(|sign| rest[name_end..].starts_with(sign.sign()));
        let (Some(sign), true) = (sign, name.starts_with(char::is_alphabetic)) else {
            return self.value(Typing::Bare);
        };
        let field = Field::find(name);
        if field.is_none() && keyed::find(name).is_some_and(|(_, key)| !key.is_empty()) {
            return self.under_key(start, start + name_end, sign);
        }
        if field.is_none() && self.word_ahead().parse::<IpAddr>().is_ok() {
            return self.value(Typing::Bare);
        }
        let value_at = start + name_end + sign.sign().len();
        if self.caret < value_at || field.is_none() {
            let typed = self.before_caret(start, start + name_end).to_owned();
            self.at = value_at;
            self.at = self.whole_value();
            let place = Typing::Name(sign, self.at);
            return (self.caret <= self.at).then_some(Spot {
                place,
                replace: start..value_at,
                typed,
            });
        }
        self.at = value_at;
        let field = field?;
        if self.rest().starts_with('(') {
            if self.caret == value_at {
                let replace = value_at..self.whole_value();
                let place = Typing::Value(field, sign);
                return Some(Spot { place, replace, typed: String::new() });
            }
            self.at += 1;
            self.list = Some((field, sign));
            return None;
        }
        self.value(Typing::Value(field, sign))
    }

    /// Goes over a key with its value, or gives the spot that is in it. What a key's values are is not
    /// known.
    fn under_key(&mut self, start: usize, name_end: usize, sign: Operator) -> Option<Spot> {
        let value_at = name_end + sign.sign().len();
        let typed = self.before_caret(start, name_end).to_owned();
        self.at = value_at;
        self.at = self.whole_value();
        if self.caret < value_at {
            let place = Typing::Name(sign, self.at);
            return Some(Spot { place, replace: start..value_at, typed });
        }
        (self.caret <= self.at).then(|| self.empty(Typing::Nothing))
    }

    /// The end of the value that starts here, a list included.
    fn whole_value(&self) -> usize {
        if self.rest().starts_with('(') {
            return self.rest().find(')').map_or(self.text.len(), |close| self.at + close + 1);
        }
        let mut ahead = Scan { text: self.text, caret: usize::MAX, at: self.at, list: None };
        ahead.value(Typing::Value(Field::RAW, Operator::Contains));
        ahead.at
    }

    fn word_ahead(&self) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')'));
        &rest[..end.unwrap_or(rest.len())]
    }

    /// Goes over a value, or gives the spot that is in it.
    fn value(&mut self, place: Typing) -> Option<Spot> {
        if self.rest().starts_with('/') {
            self.at = self.closing('/').unwrap_or(self.text.len());
            return (self.caret <= self.at).then(|| self.empty(Typing::Nothing));
        }
        let bare = matches!(place, Typing::Bare);
        if let Some(spot) = self.single(place, bare) {
            return Some(spot);
        }
        if bare || !self.rest().starts_with("..") {
            return None;
        }
        self.at += 2;
        if self.caret < self.at {
            return Some(self.empty(Typing::Nothing));
        }
        self.single(place, bare)
    }

    /// Goes over one word or quoted text.
    fn single(&mut self, place: Typing, bare: bool) -> Option<Spot> {
        let start = self.at;
        if self.rest().starts_with('"') {
            let closed = self.closing('"');
            self.at = closed.unwrap_or(self.text.len());
            if self.caret > self.at {
                return None;
            }
            let inside_end = closed.map_or(self.at, |end| end - 1);
            let typed = unescaped(self.before_caret(start + 1, inside_end));
            // An open quote reaches to the end of the text; what follows the word at the caret
            // was hardly meant to be in it.
            let end = if closed.is_some() {
                self.at
            } else {
                let after = &self.text[self.caret.max(start + 1)..];
                self.text.len() - after.trim_start_matches(|c: char| !c.is_whitespace()).len()
            };
            return Some(Spot { place, replace: start..end, typed });
        }
        let word = self.word_ahead();
        let word = word.split('"').next().unwrap_or("");
        let word = if bare { word } else { word.split("..").next().unwrap_or("") };
        self.at += word.len();
        if self.caret > self.at {
            return None;
        }
        if bare && matches!(word, "AND" | "OR" | "NOT") {
            return Some(self.empty(Typing::Nothing));
        }
        let typed = self.before_caret(start, self.at).to_owned();
        Some(Spot { place, replace: start..self.at, typed })
    }

    /// The byte after the unescaped `sign` that closes what `sign` opened here.
    fn closing(&self, sign: char) -> Option<usize> {
        let mut escaped = false;
        for (offset, c) in self.rest().char_indices().skip(1) {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                c if c == sign => return Some(self.at + offset + 1),
                _ => {}
            }
        }
        None
    }
}

fn unescaped(quoted: &str) -> String {
    let mut text = String::with_capacity(quoted.len());
    let mut chars = quoted.chars().peekable();
    while let Some(c) = chars.next() {
        match chars.peek() {
            Some(&next) if c == '\\' && matches!(next, '"' | '\\') => {
                text.push(next);
                chars.next();
            }
            _ => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with the replaced token in `[]`, its place and what was typed; `|` is the caret.
    fn shown(marked: &str) -> String {
        let caret = marked.find('|').expect("a caret");
        let text = marked.replacen('|', "", 1);
        let spot = spot(&text, caret);
        let place = match spot.place {
            Typing::Bare => "bare".to_owned(),
            Typing::Name(sign, end) => {
                format!("name{}{}", sign.sign(), &text[spot.replace.end..end])
            }
            Typing::Value(field, sign) => format!("{}{}", field.name, sign.sign()),
            Typing::Nothing => "nothing".to_owned(),
        };
        let (before, after) = (&text[..spot.replace.start], &text[spot.replace.end..]);
        format!("{before}[{}]{after} {place} <{}>", &text[spot.replace], spot.typed)
    }

    #[test]
    fn the_token_at_the_caret_is_found_whole() {
        for (marked, expected) in [
            ("|", "[] bare <>"),
            ("act|", "[act] bare <act>"),
            ("a ac|tor b", "a [actor] b bare <ac>"),
            ("a | b", "a [] b bare <>"),
            ("(a|)", "([a]) bare <a>"),
            ("-mal|", "-[mal] bare <mal>"),
            ("|-mal", "-[mal] bare <>"),
            ("NOT mal|", "NOT [mal] bare <mal>"),
            ("a OR|", "a OR[] nothing <>"),
            ("activity:ad| b", "activity:[ad] b activity: <ad>"),
            ("activity:|", "activity:[] activity: <>"),
            ("activity:|  b", "activity:[]  b activity: <>"),
            ("ac|tivity:add", "[activity:]add name:add <ac>"),
            ("activ|=\"a b\" c", "[activ=]\"a b\" c name=\"a b\" <activ>"),
            ("activty:ad|", "[activty:]ad name:ad <activty>"),
            ("service:\"Core D|ir\" x", "service:[\"Core Dir\"] x service: <Core D>"),
            ("service:\"Core D| x", "service:[\"Core D] x service: <Core D>"),
            ("service:\"Core D|irect x:y", "service:[\"Core Direct] x:y service: <Core D>"),
            (r#""a \"b|"#, r#"["a \"b] bare <a "b>"#),
            ("\"a\"|", "[\"a\"] bare <a>"),
            ("actor:(a b|)", "actor:(a [b]) actor: <b>"),
            ("actor!=(a |", "actor!=(a [] actor!= <>"),
            ("actor:|(a b) c", "actor:[(a b)] c actor: <>"),
            ("actor:(a b) c|", "actor:(a b) [c] bare <c>"),
            ("time:2026|..tod", "time:[2026]..tod time: <2026>"),
            ("time:2026..tod|", "time:2026..[tod] time: <tod>"),
            ("time:2026..|", "time:2026..[] time: <>"),
            ("/re ge|x/ b", "/re ge[]x/ b nothing <>"),
            ("/re gex/ b|", "/re gex/ [b] bare <b>"),
            ("2001:db8::|1", "[2001:db8::1] bare <2001:db8::>"),
            ("fe80::1|", "[fe80::1] bare <fe80::1>"),
            ("detail.Us|", "[detail.Us] bare <detail.Us>"),
            ("detail.Us|e=curl b", "[detail.Use=]curl b name=curl <detail.Us>"),
            ("detail.User=cu|rl b", "detail.User=cu[]rl b nothing <>"),
            ("detail.User=curl b|", "detail.User=curl [b] bare <b>"),
            ("a\"b|", "a[\"b] bare <b>"),
        ] {
            assert_eq!(shown(marked), expected, "{marked}");
        }
    }
}
