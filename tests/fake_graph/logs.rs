//! The collections under `/auditLogs`: who may read them, what a query selects, page by page.
//! Never looks at the network; the script's faults inside a page are made here, as it knows the records.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use entrail::time::Timestamp;
use serde_json::{Value, json};

use super::faults::{Fault, mix};
use super::server::Reply;
use super::shapes::Shape;
use super::{Seen, State, odata, tokens};

/// One record of a collection.
pub struct Record {
    /// As it goes over the wire.
    pub line: String,
    pub value: Value,
    /// None sorts last.
    pub at: Option<Timestamp>,
}

impl Record {
    pub fn new(endpoint: &str, line: String) -> Self {
        let value: Value = serde_json::from_str(&line).expect("a record");
        let time = Shape::of("beta", endpoint).expect("a collection").time();
        let at = time.and_then(|time| value[time].as_str()).and_then(Timestamp::parse);
        assert!(at.is_some() || time.is_none(), "a record has a time: {line}");
        Self { line, value, at }
    }
}

/// What a query selected, and how much of it was sent.
#[derive(Clone)]
pub struct Page {
    rows: Arc<Vec<Arc<Record>>>,
    from: usize,
    size: usize,
    select: Option<String>,
}

/// Answers `GET /{version}/auditLogs/{endpoint}`.
pub fn answer(state: &mut State, base: &str, log: (&str, &str), seen: &mut Seen) -> Reply {
    let (version, endpoint) = log;
    let Some(shape) = Shape::of(version, endpoint).filter(|_| seen.method == "GET") else {
        let words = if Shape::known(endpoint) {
            format!("Resource not found for the segment '{endpoint}'.")
        } else {
            format!("{} {} is not a log.", seen.method, seen.address)
        };
        state.unfit.push(words.clone());
        return error(state, 400, "BadRequest", &words);
    };
    if state.tenant.limited && !within_limit(state) {
        return error(state, 429, "UnknownError", "Too many requests");
    }
    let page = match select(state, shape, seen) {
        Ok(page) => page,
        Err(words) => {
            state.unfit.push(format!("{}: {words}", seen.address));
            return error(state, 400, "BadRequest", &words);
        }
    };
    seen.fault = state.faults.next(&readable(seen));
    if let Some(reply) = seen.fault.as_ref().and_then(|fault| refusal(state, fault)) {
        return reply;
    }
    if let Err(reply) = tokens::authorize(state, base, shape, seen.headers.get("authorization")) {
        return reply;
    }
    let Some(page) = page else {
        let words = "Invalid Skip Token, skip token is null or not known any more";
        return error(state, 400, "UnknownError", words);
    };
    render(state, base, shape, seen, page)
}

/// What the query selects, from the first page on or from its link on; none for an unknown link.
/// Fails with Graph's words where a part of the query does not fit.
fn select(state: &State, shape: &Shape, seen: &mut Seen) -> Result<Option<Page>, String> {
    let mut options = BTreeMap::new();
    for (name, value) in &seen.query {
        shape.option(name)?;
        if options.insert(name.as_str(), value.as_str()).is_some() {
            return Err(format!("Query option '{name}' was specified more than once."));
        }
    }
    if let Some(token) = options.get("$skiptoken") {
        let found = state.pages.get(&seen.address).cloned();
        // Every link has its own first 16 characters, however it was encoded again.
        let same = |address: &String| token.get(..16).is_some_and(|id| address.contains(id));
        if found.is_none() && state.pages.keys().any(same) {
            return Err("the next link was not followed as it is".into());
        }
        return Ok(found);
    }
    let size = match options.get("$top").map(|top| top.parse()) {
        None => shape.top(),
        Some(Ok(top)) if (1..=shape.top()).contains(&top) => top,
        Some(_) => {
            let most = shape.top();
            return Err(format!(
                "Invalid value for $top: the limit of '{most}' is exceeded or it is no number."
            ));
        }
    };
    let newest_first = shape.newest_first(options.get("$orderby").copied())?;
    let filter = options.get("$filter").map(|filter| odata::parse(filter)).transpose()?;
    let mut kinds_chosen = false;
    if let Some(filter) = &filter {
        seen.undocumented = shape.filter(filter)?;
        kinds_chosen = filter.uses().iter().any(|used| used.path == "signInEventTypes");
    }
    let interactive = |record: &Record| {
        let kinds = record.value["signInEventTypes"].as_array();
        kinds_chosen || kinds.is_none_or(|kinds| kinds.iter().any(|kind| kind == "interactiveUser"))
    };
    let case = state.tenant.case;
    let records = state.records.get(shape.endpoint).into_iter().flatten();
    let mut rows: Vec<Arc<Record>> = records
        .filter(|record| interactive(record))
        .filter(|record| filter.as_ref().is_none_or(|filter| filter.matches(&record.value, case)))
        .cloned()
        .collect();
    if !newest_first {
        rows.reverse();
    }
    let select = options.get("$select").map(|select| (*select).to_owned());
    let size = size.min(state.tenant.page).max(1);
    Ok(Some(Page { rows: Arc::new(rows), from: 0, size, select }))
}

fn render(state: &mut State, base: &str, shape: &Shape, seen: &Seen, page: Page) -> Reply {
    let until = (page.from + page.size).min(page.rows.len());
    let mut lines: Vec<String> =
        page.rows[page.from..until].iter().map(|record| written(record, shape, &page)).collect();
    let mut next = None;
    if seen.fault == Some(Fault::SameLink) {
        next = Some(seen.address.clone());
        state.pages.entry(seen.address.clone()).or_insert(page);
    } else if until < page.rows.len() {
        let first = seen.address.split("$skiptoken=").next().unwrap_or_default();
        let joint = if first.ends_with(['?', '&']) {
            ""
        } else if first.contains('?') {
            "&"
        } else {
            "?"
        };
        // The percent signs are part of it: a client that decodes and encodes again is found out.
        let number = state.number();
        let link = format!("{first}{joint}$skiptoken={:016x}%2b_{until}%3d", mix(number));
        state.pages.insert(link.clone(), Page { from: until, ..page });
        next = Some(link);
    }
    let mut end = "]}";
    let count = lines.len().max(1);
    let inner = r#"{ "error":{"code":"UnknownError","message":"","innerError":{}}}"#;
    match seen.fault {
        Some(Fault::BadRecord(at)) if !lines.is_empty() => {
            let line = &mut lines[at % count];
            *line = format!(r#"{{"id":"Sync_{at}"{inner}"#);
        }
        Some(Fault::BadEnd(at)) if !lines.is_empty() => {
            lines.truncate(at % count);
            lines.push(format!(r#"{{"id":"Sync_{at}"{inner}"#));
            end = "";
        }
        _ => {}
    }
    let (endpoint, version) = (shape.endpoint, shape.version);
    let next = next.map_or(String::new(), |link| {
        format!(r#""@odata.nextLink":{},"#, Value::from(format!("{base}{link}")))
    });
    let records = lines.join(",");
    Reply::json(
        200,
        &format!(
            r#"{{"@odata.context":"{base}/{version}/$metadata#auditLogs/{endpoint}",{next}"value":[{records}{end}"#
        ),
    )
}

/// The line as it is, except for what was not selected or is not in this version.
fn written(record: &Record, shape: &Shape, page: &Page) -> String {
    let hidden =
        record.value.get("signInEventTypes").is_some() && !shape.declares("signInEventTypes");
    if !hidden && page.select.is_none() {
        return record.line.clone();
    }
    let chosen = |name: &str| match &page.select {
        Some(select) => select.split(',').any(|one| one.trim() == name),
        None => true,
    };
    let mut value = record.value.clone();
    if let Value::Object(properties) = &mut value {
        properties.retain(|name, _| chosen(name) && !(hidden && name == "signInEventTypes"));
    }
    value.to_string()
}

/// The answer that a fault is instead of a page.
fn refusal(state: &State, fault: &Fault) -> Option<Reply> {
    Some(match fault {
        Fault::Throttled(after) => {
            let reply = error(state, 429, "UnknownError", "Too many requests");
            after.iter().fold(reply, |reply, seconds| reply.with("retry-after", seconds))
        }
        Fault::Status(status) => error(state, *status, "UnknownError", ""),
        Fault::Refused(status, code, message) => error(state, *status, code, message),
        Fault::Gateway => Reply {
            status: 403,
            headers: vec![("content-type", "text/html".into())],
            body: "<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n<center><h1>403 Forbidden</h1></center>\r\n<hr><center>Microsoft-Azure-Application-Gateway/v2</center>\r\n</body>\r\n</html>\r\n".into(),
        },
        _ => return None,
    })
}

/// Graph's limit for reports: 5 requests in 10 seconds for one application in one tenant.
#[expect(clippy::disallowed_methods, reason = "the limit is one of the wall clock")]
fn within_limit(state: &mut State) -> bool {
    let now = Instant::now();
    state.recent.retain(|at| now.duration_since(*at) < Duration::from_secs(10));
    let within = state.recent.len() < 5;
    if within {
        state.recent.push_back(now);
    }
    within
}

/// A JSON error as Graph words it.
pub fn error(state: &State, status: u16, code: &str, message: &str) -> Reply {
    let date = Timestamp::from_ms(state.now() * 1_000).to_rfc3339();
    let id = "2b7f0d3c-5a1e-4c8b-9d62-7e4f1a0b3c5d";
    let inner =
        json!({"date": date.trim_end_matches('Z'), "request-id": id, "client-request-id": id});
    let body = json!({"error": {"code": code, "message": message, "innerError": inner}});
    Reply::json(status, &body).with("request-id", &id)
}

/// The address as a person would write it.
fn readable(seen: &Seen) -> String {
    let path = seen.address.split('?').next().unwrap_or_default();
    let options = seen.query.iter().map(|(name, value)| format!("{name}={value}"));
    format!("{path}?{}", options.collect::<Vec<_>>().join("&"))
}
