//! The addresses of pages: the first one of a slice is written here, the others are Graph's own.
//! Never follows a link to another host, for the token would go there too.

use std::fmt::Write as _;

use url::Url;

use super::logs::{Bounds, Log};
use super::slices::Slice;
use crate::time::Timestamp;

/// The first page of a slice. `pushed` is a filter in `OData` to be added to the time's.
pub fn first(base: &Url, slice: &Slice, pushed: Option<&str>) -> Url {
    let log = slice.log;
    let mut query = Vec::new();
    let filter = filter(slice, pushed);
    if !filter.is_empty() {
        query.push(format!("$filter={}", encoded(&filter)));
    }
    if log.ordered {
        query.push(format!("$orderby={}", encoded(&format!("{} asc", log.time))));
    }
    query.extend(log.top.map(|top| format!("$top={top}")));
    at(base, log.version, log.path, &query.join("&"))
}

/// An address below the base.
pub fn at(base: &Url, version: &str, path: &str, query: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{version}/{path}", base.path().trim_end_matches('/')));
    url.set_query(Some(query).filter(|query| !query.is_empty()));
    url
}

/// The filter of a slice's requests, in `OData`, not encoded.
pub fn filter(slice: &Slice, pushed: Option<&str>) -> String {
    let Log { time, bounds, filter, .. } = slice.log;
    let (start, end) = (slice.window.start, slice.window.end);
    // The last digit Graph keeps is 100 ns, one tick: so the end can be left out or in exactly.
    let before = |time: Timestamp| time.plus(-1).to_rfc3339();
    let times = match bounds {
        _ if time.is_empty() => String::new(),
        Bounds::Closed => format!("{time} ge {} and {time} le {}", start.to_rfc3339(), before(end)),
        Bounds::Open => format!("{time} gt {} and {time} lt {}", before(start), end.to_rfc3339()),
    };
    let own = filter.unwrap_or_default().to_owned();
    let pushed = pushed.map_or(String::new(), |pushed| format!("({})", pushed.trim()));
    let mut parts = vec![times, own, pushed];
    parts.retain(|part| !part.is_empty() && part != "()");
    parts.join(" and ")
}

/// The page a link leads to. Fails where it leads to another place than `base`.
pub fn next(base: &Url, link: &str) -> Result<Url, String> {
    let refused = |what: &str| {
        let shown = crate::secret::excerpt(link, 120);
        format!("a page's @odata.nextLink {what}: “{shown}”")
    };
    let url = base.join(link).map_err(|_| refused("is no address"))?;
    if url.origin() != base.origin() || !url.username().is_empty() || url.password().is_some() {
        let host = base.host_str().unwrap_or_default();
        return Err(refused(&format!("leads away from {host} and was not followed")));
    }
    Ok(url)
}

/// Percent-encoded, as little as a query allows so that it can be read.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() + text.len() / 2);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => encoded.push(char::from(byte)),
            b'-' | b'.' | b'_' | b'~' | b':' | b'/' | b'(' | b')' | b',' => {
                encoded.push(char::from(byte));
            }
            _ => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::super::logs::{LOGS, find};
    use super::*;
    use crate::time::Window;

    fn base() -> Url {
        Url::parse("https://graph.microsoft.com").expect("an address")
    }

    fn slice(log: &str) -> Slice {
        let parse = |text| Timestamp::parse(text).expect(text);
        let window = Window { start: parse("2026-05-01"), end: parse("2026-05-02") };
        Slice { log: find(log).expect(log), window }
    }

    #[test]
    fn the_first_page_of_audits_is_a_day_oldest_first() {
        assert_eq!(
            first(&base(), &slice("audit"), None).as_str(),
            "https://graph.microsoft.com/v1.0/auditLogs/directoryAudits\
             ?$filter=activityDateTime%20ge%202026-05-01T00:00:00Z%20and%20\
             activityDateTime%20le%202026-05-01T23:59:59.9999999Z\
             &$orderby=activityDateTime%20asc&$top=999"
        );
    }

    #[test]
    fn provisioning_is_compared_as_documented_and_a_pushed_filter_is_enclosed() {
        assert_eq!(
            filter(&slice("provisioning"), Some("a eq 'x' or b eq 'y'")),
            "activityDateTime gt 2026-04-30T23:59:59.9999999Z and \
             activityDateTime lt 2026-05-02T00:00:00Z and (a eq 'x' or b eq 'y')"
        );
    }

    #[test]
    fn a_list_without_time_is_asked_whole() {
        let slice = Slice { log: super::super::logs::ACTIVITY_TYPES, ..slice("audit") };
        let url = first(&base(), &slice, Some(" "));
        let whole = "https://graph.microsoft.com/beta/auditLogs/auditActivityTypes?$top=1000";
        assert_eq!(url.as_str(), whole);
    }

    #[test]
    fn a_name_cannot_leave_its_parameter() {
        let url = first(&base(), &slice("audit"), Some("x eq 'a&$top=1#é+'"));
        let filter = url.query_pairs().find(|(key, _)| key == "$filter").expect("a filter").1;
        assert!(filter.ends_with("and (x eq 'a&$top=1#é+')"), "{filter}");
        assert_eq!(url.query_pairs().count(), 3);
        assert_eq!(url.fragment(), None);
    }

    #[test]
    fn links_to_other_hosts_schemes_and_ports_are_refused() {
        for log in LOGS {
            let own = first(&base(), &slice(log.name), None);
            assert_eq!(next(&base(), own.as_str()).as_ref(), Ok(&own));
        }
        for foreign in [
            "https://graph.microsoft.com.evil.example/v1.0/x",
            "http://graph.microsoft.com/v1.0/x",
            "https://graph.microsoft.com:8443/v1.0/x",
            "https://me@graph.microsoft.com/v1.0/x",
            "//evil.example/x",
            "data:text/html,x",
        ] {
            let reason = next(&base(), foreign).expect_err(foreign);
            assert!(reason.contains("leads away from graph.microsoft.com"), "{reason}");
        }
        assert!(next(&base(), "https://[").is_err());
    }
}
