//! Names of months, weekdays and zones, and the words around them, as logs of several languages write them.
//! Never holds a name that two languages give to different months, nor a zone two places share.
//!
//! Source: Unicode CLDR, Gregorian calendar names of each locale; RFC 5322, section 4.3, for the
//! American zones.

/// Months, each by the beginning of its names: English, German, French, Spanish, Italian,
/// Portuguese, Dutch, Swedish, Danish and Norwegian.
const MONTHS: &[(&str, i64)] = &[
    ("january", 1),
    ("januar", 1),
    ("jänner", 1),
    ("janvier", 1),
    ("enero", 1),
    ("gennaio", 1),
    ("janeiro", 1),
    ("januari", 1),
    ("february", 2),
    ("februar", 2),
    ("feber", 2),
    ("février", 2),
    ("febrero", 2),
    ("febbraio", 2),
    ("fevereiro", 2),
    ("februari", 2),
    ("march", 3),
    ("märz", 3),
    ("maerz", 3),
    ("mrz", 3),
    ("mrt", 3),
    ("mars", 3),
    ("marzo", 3),
    ("março", 3),
    ("maart", 3),
    ("marts", 3),
    ("april", 4),
    ("avril", 4),
    ("abril", 4),
    ("aprile", 4),
    ("may", 5),
    ("mai", 5),
    ("mayo", 5),
    ("maggio", 5),
    ("maio", 5),
    ("mei", 5),
    ("maj", 5),
    ("june", 6),
    ("juni", 6),
    ("juin", 6),
    ("junio", 6),
    ("giugno", 6),
    ("junho", 6),
    ("july", 7),
    ("juli", 7),
    ("juillet", 7),
    ("julio", 7),
    ("luglio", 7),
    ("julho", 7),
    ("august", 8),
    ("août", 8),
    ("aout", 8),
    ("agosto", 8),
    ("augustus", 8),
    ("augusti", 8),
    ("september", 9),
    ("sept", 9),
    ("septembre", 9),
    ("septiembre", 9),
    ("setiembre", 9),
    ("settembre", 9),
    ("setembro", 9),
    ("october", 10),
    ("oktober", 10),
    ("octobre", 10),
    ("octubre", 10),
    ("ottobre", 10),
    ("outubro", 10),
    ("november", 11),
    ("novembre", 11),
    ("noviembre", 11),
    ("novembro", 11),
    ("december", 12),
    ("dezember", 12),
    ("décembre", 12),
    ("diciembre", 12),
    ("dicembre", 12),
    ("dezembro", 12),
];

/// The month that a name, or the first three or more letters of one, stands for; in any case.
pub(super) fn month(word: &str) -> Option<i64> {
    let word = word.to_lowercase();
    if word.chars().count() < 3 {
        return None;
    }
    let mut found = MONTHS.iter().filter(|(name, _)| name.starts_with(&word)).map(|row| row.1);
    let first = found.next()?;
    // `jui` begins June and July in French.
    found.all(|other| other == first).then_some(first)
}

/// The beginnings of the days' names in the same languages.
const DAYS: &[&str] = &[
    "mon", "tue", "wed", "thu", "fri", "sat", "sun", // English
    "mo", "di", "mi", "do", "fr", "sa", "so", // German, Dutch
    "lun", "mar", "mer", "jeu", "ven", "sam", "dim", // French
    "mié", "mie", "jue", "vie", "sáb", "sab", "dom", // Spanish
    "gio", "seg", "ter", "qua", "qui", "sex", // Italian, Portuguese
    "ma", "wo", "vr", "za", "zo", // Dutch
    "mån", "tis", "ons", "tor", "fre", "lör", "sön", "man", "tir", "lør", "søn", // Nordic
];

/// Is it the name of a day of the week, or the beginning of one?
pub(super) fn is_weekday(word: &str) -> bool {
    let word = word.to_lowercase();
    DAYS.iter().any(|day| word.starts_with(day))
}

/// Does a word say nothing about the time: `15 de junio`, `um 15:50 Uhr`, `15th of June`?
pub(super) fn is_filler(word: &str) -> bool {
    const FILLERS: &[&str] = &[
        "at", "on", "of", "the", "um", "den", "der", "à", "a", "le", "de", "del", "di", "om", "kl",
        "klo", "às", "as", "alle", "ore", "las", "st", "nd", "rd", "th", "er", "uhr", "t",
    ];
    FILLERS.contains(&&*word.to_lowercase())
}

/// Minutes east of Greenwich of a zone that has one name everywhere.
pub(super) fn zone(word: &str) -> Option<i64> {
    Some(match &*word.to_ascii_uppercase() {
        "Z" | "UTC" | "GMT" | "UT" | "WET" => 0,
        "CET" | "MEZ" | "WEST" => 60,
        "CEST" | "MESZ" | "EET" => 120,
        "EEST" => 180,
        "EDT" => -240,
        "EST" | "CDT" => -300,
        "MDT" => -360,
        "MST" | "PDT" => -420,
        "PST" => -480,
        _ => return None,
    })
}

/// Which half of the day a word names; the second is true.
pub(super) fn half(word: &str) -> Option<bool> {
    Some(match &*word.to_lowercase() {
        "am" | "vorm" | "fm" | "πμ" | "上午" | "午前" | "오전" => false,
        "pm" | "nachm" | "em" | "μμ" | "下午" | "午後" | "오후" => true,
        _ => return None,
    })
}
