//! The spellings of a time other than RFC 3339: what machines of any culture, shells and tools write.
//! Never decides whether `05/06/2026` is in May or in June: that takes the rest of the file.
//!
//! Source: .NET standard date and time format strings; Unicode CLDR date formats; RFC 5322 section
//! 3.3; ISO 8601; the output of Kibana, `date`, Apache and `ConvertTo-Json`.

use super::names::{half, is_filler, is_weekday, month, zone};
use super::{DateOrder, SANE_MS, Spelled, TICKS_PER_SECOND, Timestamp, digits, fraction_ticks};
use super::{instant, offset_ticks};

/// Reads anything but RFC 3339.
pub(super) fn spelled(text: &str) -> Option<Spelled> {
    let sure = json_date(text).or_else(|| number(text)).or_else(|| compact(text.as_bytes()));
    sure.map(|time| Spelled::Instant(time, None)).or_else(|| Tokens::of(text)?.read())
}

/// `/Date(1728364117000)/` and `/Date(1728364117000+0200)/`: what `ConvertTo-Json` of Windows
/// `PowerShell` makes of a date. The milliseconds are UTC; the offset only says where they were
/// written.
fn json_date(text: &str) -> Option<Timestamp> {
    let text = text.trim_start_matches('\\');
    let inner = text.strip_prefix("/Date(")?.split(')').next()?;
    let signed = usize::from(inner.starts_with('-'));
    let end = inner[signed..].find(['+', '-']).map_or(inner.len(), |at| signed + at);
    offset_ticks(&inner.as_bytes()[end..])?;
    let ms = inner[..end].parse::<i64>().ok()?;
    SANE_MS.contains(&ms).then_some(Timestamp::from_ms(ms))
}

/// Seconds, milli-, micro- or nanoseconds since 1970, told apart by their 10, 13, 16 or 19 digits;
/// seconds and milliseconds may have a fraction.
pub(super) fn number(text: &str) -> Option<Timestamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value: i64 = whole.parse().ok()?;
    let fraction = match fraction {
        "" => 0,
        digits => fraction_ticks(digits.as_bytes())?,
    };
    Some(Timestamp::from_ticks(match whole.len() {
        10 => value * TICKS_PER_SECOND + fraction,
        13 => value * super::TICKS_PER_MS + fraction / 1_000,
        16 if fraction == 0 => value * 10,
        19 if fraction == 0 => value / 100,
        _ => return None,
    }))
}

/// ISO 8601's basic form and LDAP's generalized time: `20260615T155030.5Z`, `20260615155030`, and
/// `20260615`.
fn compact(b: &[u8]) -> Option<Timestamp> {
    let date = b.get(..8).filter(|date| date.iter().all(u8::is_ascii_digit))?;
    let date = (digits(&date[..4])?, digits(&date[4..6])?, digits(&date[6..])?);
    let rest = &b[8..];
    if rest.is_empty() {
        return instant(date, (0, 0, 0), 0);
    }
    let rest = if matches!(rest[0], b'T' | b't' | b' ') { &rest[1..] } else { rest };
    let length = rest.iter().take_while(|c| c.is_ascii_digit()).count();
    let clock = match length {
        4 => (digits(&rest[..2])?, digits(&rest[2..4])?, 0),
        6 => (digits(&rest[..2])?, digits(&rest[2..4])?, digits(&rest[4..6])?),
        _ => return None,
    };
    let mut rest = &rest[length..];
    let mut fraction = 0;
    if let [b'.' | b',', after @ ..] = rest {
        let length = after.iter().take_while(|c| c.is_ascii_digit()).count();
        fraction = fraction_ticks(&after[..length])?;
        rest = &after[length..];
    }
    let offset = offset_ticks(rest.trim_ascii_start())?;
    instant(date, clock, fraction)?.moved(-offset)
}

/// A piece of a text.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Token<'t> {
    /// Digits.
    Number(&'t str),
    /// Letters.
    Word(&'t str),
    /// Anything else, apart from white space.
    Sign(char),
}

/// Longer texts are no time.
const MOST_TOKENS: usize = 32;

/// What is left to read of a text.
struct Tokens<'t> {
    all: [Token<'t>; MOST_TOKENS],
    len: usize,
}

/// A time of day, and the minutes its zone is east of Greenwich.
#[derive(Clone, Copy, Default, Debug)]
struct Clock {
    time: (i64, i64, i64),
    fraction: i64,
    offset: i64,
}

impl<'t> Tokens<'t> {
    /// The pieces of a text. East Asian units of a date count as what stands between its numbers.
    fn of(text: &'t str) -> Option<Self> {
        let mut tokens = Self { all: [Token::Sign(' '); MOST_TOKENS], len: 0 };
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let same = |test: fn(char) -> bool| rest.find(|c| !test(c)).unwrap_or(rest.len());
            let (token, length) = match c {
                '年' | '月' | '년' | '월' => (Some(Token::Sign('-')), c.len_utf8()),
                // Left-to-right marks stand between the parts of a date that some browsers write.
                '日' | '일' | '\u{200e}' | '\u{200f}' => (None, c.len_utf8()),
                c if c.is_whitespace() => (None, c.len_utf8()),
                c if c.is_ascii_digit() => {
                    let length = same(|c| c.is_ascii_digit());
                    (Some(Token::Number(&rest[..length])), length)
                }
                c if c.is_alphabetic() => {
                    let length = same(|c| {
                        c.is_alphabetic() && !matches!(c, '年' | '月' | '日' | '년' | '월' | '일')
                    });
                    (Some(Token::Word(&rest[..length])), length)
                }
                c => (Some(Token::Sign(c)), c.len_utf8()),
            };
            if let Some(token) = token {
                *tokens.all.get_mut(tokens.len)? = token;
                tokens.len += 1;
            }
            rest = &rest[length..];
        }
        Some(tokens)
    }

    fn read(&self) -> Option<Spelled> {
        let tokens = &self.all[..self.len];
        let Some(at) = clock_at(tokens) else {
            // The date alone, or with a clock whose parts full stops separate.
            let (date, rest) = Date::read(tokens)?;
            let clock = if rest.is_empty() { Clock::default() } else { dotted_clock(rest)? };
            return date.spelled(clock);
        };
        let before = &tokens[..at];
        let (mut clock, rest) = clock(&tokens[at..])?;
        if before.iter().any(|token| matches!(token, Token::Number(_))) {
            let (mut date, left) = Date::read(before)?;
            early_half(left, &mut clock)?;
            let rest = late_half(rest, &mut clock)?;
            // `Mon Jun 15 13:50:30 UTC 2026`: the year stands behind.
            let rest = date.late_year(rest, &mut clock)?;
            zone_of(rest, &mut clock)?;
            return date.spelled(clock);
        }
        early_half(before, &mut clock)?;
        let rest = late_half(rest, &mut clock)?;
        let (date, rest) = Date::read(rest)?;
        zone_of(rest, &mut clock)?;
        date.spelled(clock)
    }
}

/// Where the time of day begins: a number of at most two digits with a colon and a number behind.
fn clock_at(tokens: &[Token<'_>]) -> Option<usize> {
    tokens.windows(3).position(|three| {
        matches!(three, [Token::Number(hour), Token::Sign(':'), Token::Number(_)] if hour.len() <= 2)
    })
}

/// `h:mm[:ss[.fraction]]`, and what follows.
fn clock<'s, 't>(tokens: &'s [Token<'t>]) -> Option<(Clock, &'s [Token<'t>])> {
    let [Token::Number(hour), Token::Sign(':'), Token::Number(minute), rest @ ..] = tokens else {
        return None;
    };
    let mut clock = Clock { time: (two(hour)?, two(minute)?, 0), ..Clock::default() };
    let [Token::Sign(':'), Token::Number(second), rest @ ..] = rest else {
        return Some((clock, rest));
    };
    clock.time.2 = two(second)?;
    match rest {
        // Behind a space a new number begins: `15:50:30, 15.06.2026`.
        [Token::Sign('.' | ','), Token::Number(fraction), rest @ ..]
            if fraction.as_ptr() as usize == second.as_ptr() as usize + second.len() + 1 =>
        {
            clock.fraction = fraction_ticks(fraction.as_bytes())?;
            Some((clock, rest))
        }
        _ => Some((clock, rest)),
    }
}

/// `15.50.30` behind a date, as Finnish, Danish and Indonesian have it; nothing else.
fn dotted_clock(tokens: &[Token<'_>]) -> Option<Clock> {
    let (mut clock, rest) = match fillers(tokens) {
        [
            Token::Number(hour),
            Token::Sign('.'),
            Token::Number(minute),
            Token::Sign('.'),
            Token::Number(second),
            rest @ ..,
        ] => {
            let time = (two(hour)?, two(minute)?, two(second)?);
            (Clock { time, ..Clock::default() }, rest)
        }
        [Token::Number(hour), Token::Sign('.'), Token::Number(minute), rest @ ..] => {
            (Clock { time: (two(hour)?, two(minute)?, 0), ..Clock::default() }, rest)
        }
        _ => return None,
    };
    let rest = late_half(rest, &mut clock)?;
    zone_of(rest, &mut clock)?;
    Some(clock)
}

fn two(number: &str) -> Option<i64> {
    if number.len() > 2 { None } else { digits(number.as_bytes()) }
}

/// The rest behind what says nothing.
fn fillers<'s, 't>(mut tokens: &'s [Token<'t>]) -> &'s [Token<'t>] {
    loop {
        tokens = match tokens {
            [Token::Sign(',' | '@' | '.' | ':' | '-' | '·'), rest @ ..] => rest,
            [Token::Word(word), rest @ ..] if is_filler(word) => rest,
            _ => return tokens,
        };
    }
}

/// Takes the half of the day in front of the clock, as in `下午3:50`. Fails where anything else is
/// left there.
fn early_half(tokens: &[Token<'_>], clock: &mut Clock) -> Option<()> {
    match fillers(tokens) {
        [] => Some(()),
        [Token::Word(word)] => clock.set_half(half(word)?),
        _ => None,
    }
}

/// Takes `AM`, `p.m.` or their like behind the clock; the rest.
fn late_half<'s, 't>(tokens: &'s [Token<'t>], clock: &mut Clock) -> Option<&'s [Token<'t>]> {
    let (later, rest) = match tokens {
        // `p. m.` and `π.μ.`: two words with full stops.
        [Token::Word(first), Token::Sign('.'), Token::Word(second), rest @ ..]
            if half(&format!("{first}{second}")).is_some() =>
        {
            (half(&format!("{first}{second}")), rest)
        }
        [Token::Word(word), rest @ ..] => (half(word), rest),
        _ => (None, tokens),
    };
    let Some(later) = later else { return Some(tokens) };
    clock.set_half(later)?;
    Some(if let [Token::Sign('.'), rest @ ..] = rest { rest } else { rest })
}

impl Clock {
    /// Makes an hour of a half of the day one of the whole day.
    fn set_half(&mut self, later: bool) -> Option<()> {
        let hour = &mut self.time.0;
        match (later, *hour) {
            (false, 12) => *hour = 0,
            (false, 0..12) | (true, 12..24) => {}
            (true, 0..12) => *hour += 12,
            // It says both morning and afternoon.
            _ => return None,
        }
        Some(())
    }
}

/// Takes the zone, which is all that may be left.
fn zone_of(tokens: &[Token<'_>], clock: &mut Clock) -> Option<()> {
    let (offset, rest) = match fillers_of_zone(tokens) {
        [] => return Some(()),
        [Token::Word(name), rest @ ..] => {
            let named = zone(name)?;
            match offset(rest) {
                Some((offset, rest)) if named == 0 => (offset?, rest),
                _ => (named, rest),
            }
        }
        [Token::Sign('('), inside @ .., Token::Sign(')')] => {
            return zone_of(inside, clock);
        }
        tokens => {
            let (offset, rest) = offset(tokens)?;
            (offset?, rest)
        }
    };
    clock.offset = offset;
    // What the zone is called: `(Coordinated Universal Time)`, `[Europe/Berlin]`.
    let named = matches!(
        rest,
        [] | [Token::Sign('('), .., Token::Sign(')')] | [Token::Sign('['), .., Token::Sign(']')]
    );
    named.then_some(())
}

fn fillers_of_zone<'s, 't>(tokens: &'s [Token<'t>]) -> &'s [Token<'t>] {
    match tokens {
        [Token::Word(word), rest @ ..] if word.eq_ignore_ascii_case("uhr") => rest,
        [Token::Sign(','), rest @ ..] => rest,
        _ => tokens,
    }
}

/// Minutes of `+2`, `+02`, `+0200` or `-07:00`, and what follows; `None` where none of them begins.
fn offset<'s, 't>(tokens: &'s [Token<'t>]) -> Option<(Option<i64>, &'s [Token<'t>])> {
    let [Token::Sign(sign @ ('+' | '-' | '\u{2212}')), Token::Number(number), rest @ ..] = tokens
    else {
        return None;
    };
    let (hours, minutes, rest) = match (number.len(), rest) {
        (1 | 2, [Token::Sign(':'), Token::Number(minutes), rest @ ..]) => (*number, *minutes, rest),
        (1 | 2, _) => (*number, "00", rest),
        (4, _) => (&number[..2], &number[2..], rest),
        _ => return Some((None, rest)),
    };
    let minutes = two(hours)
        .zip(two(minutes))
        .filter(|(hours, minutes)| *hours < 24 && *minutes < 60)
        .map(|(hours, minutes)| hours * 60 + minutes);
    Some((minutes.map(|minutes| if *sign == '+' { minutes } else { -minutes }), rest))
}

/// A date as far as it is known.
#[derive(Clone, Copy, Debug)]
enum Date {
    /// Year, month, day.
    Certain(i64, i64, i64),
    /// Month and day, whose year stands behind the time of day.
    WithoutYear(i64, i64),
    /// Two numbers before the year. `usual` is the order where nothing tells.
    Numbers { first: i64, second: i64, year: i64, usual: Option<DateOrder> },
}

impl Date {
    /// The date that the tokens begin with, and what follows.
    fn read<'s, 't>(tokens: &'s [Token<'t>]) -> Option<(Self, &'s [Token<'t>])> {
        let tokens = fillers(weekday(fillers(tokens)));
        Self::of_week(tokens).or_else(|| Self::numbers(tokens)).or_else(|| Self::words(tokens))
    }

    /// `2026-W25-1`, `2026W251` and `2026-166`.
    fn of_week<'s, 't>(tokens: &'s [Token<'t>]) -> Option<(Self, &'s [Token<'t>])> {
        use Token::{Number, Sign, Word};
        let is_week = |word: &str| word.eq_ignore_ascii_case("w");
        let (year, week, day, rest) = match tokens {
            [Number(year), Sign('-'), Word(w), Number(week), Sign('-'), Number(day), rest @ ..]
                if is_week(w) && week.len() == 2 && day.len() == 1 =>
            {
                (*year, *week, *day, rest)
            }
            [Number(year), Word(w), Number(both), rest @ ..] if is_week(w) && both.len() == 3 => {
                (*year, &both[..2], &both[2..], rest)
            }
            [Number(year), Sign('-'), Number(day), rest @ ..]
                if year.len() == 4 && day.len() == 3 =>
            {
                let (year, day) = (digits(year.as_bytes())?, digits(day.as_bytes())?);
                let first = jiff::civil::Date::new(year as i16, 1, 1).ok()?;
                let date = first.checked_add(jiff::Span::new().days(day - 1)).ok()?;
                let same = i64::from(date.year()) == year && day > 0;
                return same.then(|| (Self::of_civil(date), rest));
            }
            _ => return None,
        };
        let number = |text: &str| digits(text.as_bytes());
        let day = jiff::civil::Weekday::from_monday_one_offset(number(day)? as i8).ok()?;
        let date = jiff::civil::ISOWeekDate::new(number(year)? as i16, number(week)? as i8, day);
        Some((Self::of_civil(date.ok()?.date()), rest))
    }

    fn of_civil(date: jiff::civil::Date) -> Self {
        Self::Certain(date.year().into(), date.month().into(), date.day().into())
    }

    /// Three numbers with the same sign between them, one of them a year of four digits.
    fn numbers<'s, 't>(tokens: &'s [Token<'t>]) -> Option<(Self, &'s [Token<'t>])> {
        let [
            Token::Number(first),
            Token::Sign(sign @ ('/' | '-' | '.')),
            Token::Number(second),
            Token::Sign(again),
            Token::Number(third),
            rest @ ..,
        ] = tokens
        else {
            return None;
        };
        if sign != again {
            return None;
        }
        // `2026. 6. 15.` ends in a full stop, and `2026年6月15日` was given signs of its own.
        let rest = if let [Token::Sign('.'), rest @ ..] = rest { rest } else { rest };
        if first.len() == 4 {
            let year = digits(first.as_bytes())?;
            return Some((Self::Certain(year, two(second)?, two(third)?), rest));
        }
        if third.len() != 4 {
            return None;
        }
        let usual = (*sign == '.').then_some(DateOrder::DayFirst);
        let (first, second, year) = (two(first)?, two(second)?, digits(third.as_bytes())?);
        Some((Self::Numbers { first, second, year, usual }, rest))
    }

    /// A month's name, a day and, before the time or behind it, a year.
    fn words<'s, 't>(tokens: &'s [Token<'t>]) -> Option<(Self, &'s [Token<'t>])> {
        let (mut named, mut day, mut year) = (None, None, None);
        let mut rest = tokens;
        loop {
            rest = match rest {
                [Token::Word(word), after @ ..] if named.is_none() && month(word).is_some() => {
                    named = month(word);
                    after
                }
                [Token::Number(number), after @ ..] if number.len() == 4 && year.is_none() => {
                    year = digits(number.as_bytes());
                    after
                }
                [Token::Number(number), after @ ..] if number.len() <= 2 && day.is_none() => {
                    day = two(number);
                    after
                }
                [Token::Sign('.' | ',' | '-' | '/' | ':' | '@'), after @ ..] => after,
                [Token::Word(word), after @ ..] if is_filler(word) => after,
                _ => break,
            };
        }
        let (month, day) = (named?, day?);
        let date =
            year.map_or(Self::WithoutYear(month, day), |year| Self::Certain(year, month, day));
        Some((date, rest))
    }

    /// Takes the year behind the time of day, and a zone that stands between; the rest.
    fn late_year<'s, 't>(
        &mut self,
        tokens: &'s [Token<'t>],
        clock: &mut Clock,
    ) -> Option<&'s [Token<'t>]> {
        let Self::WithoutYear(month, day) = *self else { return Some(tokens) };
        let (year, rest) = match tokens {
            [Token::Number(year), rest @ ..] => (year, rest),
            [zone @ .., Token::Number(year)] => {
                zone_of(zone, clock)?;
                (year, &tokens[tokens.len()..])
            }
            _ => return None,
        };
        let year = Some(year).filter(|year| year.len() == 4)?;
        *self = Self::Certain(digits(year.as_bytes())?, month, day);
        Some(rest)
    }

    fn spelled(self, clock: Clock) -> Option<Spelled> {
        let moved = -clock.offset * 60 * TICKS_PER_SECOND;
        let at = |year, month, day| {
            instant((year, month, day), clock.time, clock.fraction)?.moved(moved)
        };
        match self {
            Self::Certain(year, month, day) => Some(Spelled::Instant(at(year, month, day)?, None)),
            Self::WithoutYear(..) => None,
            Self::Numbers { first, second, year, usual } => {
                match (at(year, second, first), at(year, first, second)) {
                    (Some(time), Some(same)) if time == same => Some(Spelled::Instant(time, None)),
                    (Some(day_first), Some(month_first)) => {
                        Some(Spelled::Either { day_first, month_first, usual })
                    }
                    (Some(time), None) => Some(Spelled::Instant(time, Some(DateOrder::DayFirst))),
                    (None, Some(time)) => Some(Spelled::Instant(time, Some(DateOrder::MonthFirst))),
                    (None, None) => None,
                }
            }
        }
    }
}

/// Passes over the name of a weekday. `mar.` is one before a date, and the third month in it.
fn weekday<'s, 't>(tokens: &'s [Token<'t>]) -> &'s [Token<'t>] {
    let [Token::Word(word), rest @ ..] = tokens else { return tokens };
    let later_month =
        rest.iter().any(|token| matches!(token, Token::Word(word) if month(word).is_some()));
    let numbers = || {
        let count = rest.iter().filter(|token| matches!(token, Token::Number(_))).count();
        matches!(rest.iter().find(|token| !matches!(token, Token::Sign(_))), Some(Token::Number(_)))
            && count >= 3
            && rest.windows(2).any(|two| matches!(two, [Token::Sign('/' | '.'), Token::Number(_)]))
    };
    if is_weekday(word) && (month(word).is_none() || later_month || numbers()) {
        // `Montag` and `segunda-feira`.
        match rest {
            [Token::Sign('-'), Token::Word(_), rest @ ..] => rest,
            _ => rest,
        }
    } else {
        tokens
    }
}
