//! Files that are not read: what they are, the product they come from, and how to export them so that they open.
//! Never looks at a name; a few bytes at the start and the names of columns tell.

use std::borrow::Cow;

use super::FOREWORD;
use crate::format;
use crate::source::framing::csv;

/// A file that is not read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Foreign {
    /// What it is, in words that follow "it is".
    pub what: Cow<'static, str>,
    /// What to do instead.
    pub advice: &'static str,
}

/// What such a file is, and what to do instead.
type Known = (&'static str, &'static str);

/// What helps where nothing better is known.
const ANY: &str = "give the JSON or CSV that the portal, Graph or your collector wrote";
/// Most names of columns that a message lists.
const COLUMNS_TOLD: usize = 8;

const HTML: Known = (
    "an HTML page, perhaps an error page or a sign-in page saved in place of the log",
    "download the log again",
);
const SPLUNK: Known =
    ("XML as Splunk exports it", "export the search as JSON or CSV, with the field _raw");
const CLIXML: Known = (
    "the output of PowerShell's Export-Clixml",
    "use ConvertTo-Json -Depth 10 instead, or Import-Clixml and then ConvertTo-Json",
);
const WINDOWS: Known = (
    "a log of Windows events, which has no Entra log in it",
    "download the log from the Entra admin center, as JSON",
);
const CEF: Known = (
    "CEF, which SIEMs and syslog forwarders make of records, losing most of each",
    "export the original JSON (in Microsoft Sentinel the table AuditLogs, in Splunk _raw)",
);
const LEEF: Known = (
    "LEEF, which IBM QRadar makes of records, losing most of each",
    "export the payload, which holds the original JSON",
);
const ARCHIVE: Known = (
    "an archive of a kind entrail does not unpack (it unpacks gzip, zstd and zip)",
    "unpack it first",
);
const PARQUET: Known = (
    "a Parquet file, as data lakes and Azure Data Explorer write them",
    "query the table there and export the result as CSV or JSON",
);

/// First bytes of files, in lower case.
const STARTS: &[(&[u8], Known)] = &[
    (b"<!doctype html", HTML),
    (b"<html", HTML),
    (b"<results", SPLUNK),
    (b"<objs ", CLIXML),
    (b"<event", WINDOWS),
    (b"cef:", CEF),
    (b"leef:", LEEF),
    (b"%pdf", ("a PDF document", ANY)),
    (b"par1", PARQUET),
    (b"sqlite format 3", ("an SQLite database", "export the table with the records as CSV")),
    (b"\x7felf", ("a program", ANY)),
    (b"\x89png", ("a picture", ANY)),
    (b"\xff\xd8\xff", ("a picture", ANY)),
    (b"gif8", ("a picture", ANY)),
    (b"7z\xbc\xaf", ARCHIVE),
    (b"bzh", ARCHIVE),
    (b"\xfd7zxz", ARCHIVE),
    (b"rar!", ARCHIVE),
    (b"elffile\0", WINDOWS),
];

/// Pieces of text that tell what the text around them is.
const PIECES: &[(&[u8], Known)] = &[
    (b"<results preview=", SPLUNK),
    (b"schemas.microsoft.com/win/2004/08/events", WINDOWS),
    (b"schemas.microsoft.com/powershell", CLIXML),
    (b"CEF:0|", CEF),
    (b"LEEF:1", LEEF),
    (b"LEEF:2", LEEF),
];

/// Columns that together tell which table a CSV file is.
const TABLES: &[(&[&str], Known)] = &[
    (
        &["Date", "User", "Activity", "Item"],
        (
            "a table of the Microsoft Purview audit search without the records themselves",
            "export with Download all results, which has the column AuditData",
        ),
    ),
    (
        &["Source System", "Target System"],
        ("the provisioning logs of the Entra admin center as CSV", "download them as JSON"),
    ),
    (
        &["Authentication method", "Succeeded"],
        (
            "the authentication details that the Entra admin center downloads beside sign-ins",
            "open the file with the sign-ins themselves",
        ),
    ),
    (
        &["Timestamp", "ActionType"],
        (
            "a table of advanced hunting (Microsoft Defender XDR) without the records themselves",
            "query CloudAppEvents and keep its column RawEventData",
        ),
    ),
];

fn foreign((what, advice): Known) -> Foreign {
    Foreign { what: Cow::Borrowed(what), advice }
}

/// What a text that begins so is, where its first bytes alone tell.
pub(super) fn by_start(text: &[u8]) -> Option<Foreign> {
    let start: Vec<u8> = text.iter().take(64).map(u8::to_ascii_lowercase).collect();
    if start.starts_with(b"mz") && text.contains(&0) {
        return Some(foreign(("a program", ANY)));
    }
    let known = STARTS.iter().find(|row| start.starts_with(row.0)).map(|row| row.1);
    let markup = || is_markup(&start).then(|| of_piece(text).unwrap_or(("XML", ANY)));
    known.or_else(markup).map(foreign)
}

fn of_piece(text: &[u8]) -> Option<Known> {
    let has = |row: &&(&[u8], Known)| memchr::memmem::find(text, row.0).is_some();
    PIECES.iter().find(has).map(|row| row.1)
}

/// Does a text begin as XML does? A syslog line begins with `<` too, and a number.
fn is_markup(start: &[u8]) -> bool {
    start
        .strip_prefix(b"<")
        .and_then(<[u8]>::first)
        .is_some_and(|&byte| byte.is_ascii_alphabetic() || matches!(byte, b'?' | b'!' | b'/'))
}

impl Foreign {
    /// The same of a text that was not looked through to its end.
    pub(super) fn so_far(self) -> Self {
        let mib = FOREWORD >> 20;
        Self { what: Cow::Owned(format!("{}, in its first {mib} MiB", self.what)), ..self }
    }
}

/// What a text without records is, by how it begins.
pub(super) fn by_text(head: &[u8]) -> Foreign {
    let visible = head.trim_ascii_start();
    if head.contains(&0) || std::str::from_utf8(head).is_err_and(|e| e.error_len().is_some()) {
        return foreign(("a binary file", ANY));
    }
    if let Some(known) = of_piece(head) {
        return foreign(known);
    }
    let line = csv::first_line(visible).trim_ascii_end();
    if csv::is_header_like(line) {
        return table(line);
    }
    let lower = head.to_ascii_lowercase();
    let has = |piece: &[u8]| memchr::memmem::find(&lower, piece).is_some();
    foreign(if has(b"activitydisplayname:") {
        ("YAML, as the Azure CLI writes it", "use --output json instead")
    } else if has(b"activitydisplayname") || has(b"userprincipalname") {
        (
            "a list or table as PowerShell shows it",
            "use ConvertTo-Json -Depth 10 or Export-Csv instead of Out-File or >",
        )
    } else {
        ("text without records", ANY)
    })
}

fn table(header: &[u8]) -> Foreign {
    let names = format::column_names(header, csv::delimiter(header));
    let has = |wanted: &&str| names.iter().any(|name| name.trim().eq_ignore_ascii_case(wanted));
    let known = TABLES.iter().find(|row| row.0.iter().all(has)).map(|row| row.1);
    let (what, advice) = known.unwrap_or(("CSV text without records of a log entrail knows", ANY));
    let told = crate::text::clean(&format::listed(&names, COLUMNS_TOLD)).into_owned();
    Foreign { what: Cow::Owned(format!("{what} (columns: {told})")), advice }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        let foreign = by_start(text.as_bytes()).unwrap_or_else(|| by_text(text.as_bytes()));
        format!("{}; {}", foreign.what, foreign.advice)
    }

    #[test]
    fn a_file_is_named_after_the_product_it_comes_from_and_how_to_export_it() {
        for (text, what) in [
            ("<?xml version='1.0'?>\n<results preview='0'>", "XML as Splunk"),
            ("<results><result>", "_raw"),
            ("<Objs xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">", "ConvertTo-Json"),
            (
                "<?xml?><Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'>",
                "Windows",
            ),
            ("<?xml version=\"1.0\"?><a/>", "XML"),
            ("<134>Jan  1 00:00:00 host CEF:0|Microsoft|Azure|1|x|y|3|", "CEF"),
            ("Date,IP address,User,Activity,Item,Detail\n", "AuditData"),
            ("Timestamp,ActionType,AccountUpn\n", "RawEventData"),
            ("name,age\nada,36\n", "columns: name, age"),
            ("- activityDisplayName: Add user\n  id: x\n", "--output json"),
            ("\nId                  : x\nActivityDisplayName : Add user\n", "Export-Csv"),
            ("Dear diary,\nnothing happened.\n", "text without records"),
        ] {
            assert!(told(text).contains(what), "{text}: {}", told(text));
        }
        assert!(!told("<134>1 2026-01-01T00:00:00Z host app - - - hello").contains("XML"));
    }
}
