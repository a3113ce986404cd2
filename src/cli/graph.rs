//! `entrail graph` and `catalogue`: what the arguments ask of a tenant.
//! Never talks to Graph itself; a [`Tenant`] does.

use std::io::{self, BufRead as _, Write as _};
use std::sync::Arc;

use anyhow::Context as _;
use tokio_util::sync::CancellationToken;
use url::Url;
use zeroize::Zeroizing;

use super::arguments::{CatalogueCommand, GraphArguments, RangeArguments, SignInArguments};
use super::screen::Opened;
use super::standard::out;
use super::{Outcome, parse_query, screen};
use crate::config::{self, environment};
use crate::query::plan::Part;
use crate::query::push_down::{Endpoint, Names, PushDown, asks_for_now, push_down};
use crate::query::{self, when};
use crate::secret::Secret;
use crate::sign_in::{Cloud, Method, Settings};
use crate::source::graph::activity_types;
use crate::source::graph::doctor;
use crate::source::graph::logs::{LOGS, Log, find};
use crate::source::graph::slices::Window;
use crate::source::graph::{Request, Span};
use crate::source::tenant::Asking;
use crate::source::{Load, Origin, Tenant};
use crate::text::clean;
use crate::time::{TICKS_PER_SECOND, Timestamp};

/// Opens a tenant's logs on the screen, or explains what would be asked.
pub(super) fn open(arguments: GraphArguments) -> anyhow::Result<Outcome> {
    let GraphArguments { range, sign_in, mut screen } = arguments;
    let wanted = Wanted::new(&range)?;
    let tenant = tenant(&sign_in, wanted.request.clone())?.ended(wanted.is_ended);
    if range.explain {
        return wanted.explain(&tenant);
    }
    // What Graph was not asked for is asked of the records that came.
    if screen.filter.is_none() && !range.query.is_empty() {
        screen.filter = Some(range.query.clone());
    }
    let opened =
        Opened { name: "Microsoft Graph".to_owned(), origin: wanted.explanation(tenant.base()) };
    let origins = vec![Origin::Tenant(Arc::new(tenant))];
    screen::start(Load { origins, ..Load::default() }, opened, screen)
}

/// What is asked of Graph, and what stays here.
pub(super) struct Wanted {
    pub(super) request: Request,
    /// Does it end at a time that was asked for?
    is_ended: bool,
    /// The query without its span of time; empty: none. What depends on the time it is asked at has
    /// that in it.
    pub(super) question: String,
    /// For each log.
    parted: Vec<(&'static Log, PushDown)>,
}

impl Wanted {
    /// Parts the query and finds the span of time.
    pub(super) fn new(range: &RangeArguments) -> anyhow::Result<Self> {
        let query = parse_query(&range.query)?;
        let now = crate::runtime::now();
        let context = query::Context { now, around: None };
        let names = if range.push_names { Names::Pushed } else { Names::Kept };
        let mut parted = Vec::new();
        let (logs, optional) = logs(&range.log)?;
        for &log in &logs {
            parted.push((log, push_down(&query, &context, endpoint(log), names)));
        }
        let asked = Asked::new(range, query.clone());
        let bounds = asked.at(now)?;
        let span = Span::new(move |now| match asked.at(now) {
            Ok(Bounds { window, .. }) => window,
            // By Graph's clock it has not begun.
            Err(_) => Window { start: now, end: now },
        });
        let mut request = Request::new(logs, bounds.window);
        request.span = Some(span);
        request.optional = optional;
        request.notes.extend(bounds.note());
        for (log, parted) in &parted {
            if let Some(filter) = &parted.filter {
                request.filters.insert(log.name, filter.clone());
            }
        }
        let mut question = parted.first().map_or(String::new(), |(_, parted)| parted.rest.clone());
        if asks_for_now(&query) {
            question = format!("{question} (at {now})");
        }
        Ok(Self { request, is_ended: bounds.is_ended, question, parted })
    }

    /// Tells what is asked of Graph, what is evaluated here, and the requests.
    pub(super) fn explain(&self, tenant: &Tenant) -> anyhow::Result<Outcome> {
        let mut out = out();
        for line in self.explanation(tenant.base()) {
            writeln!(out, "{}", clean(&line))?;
        }
        Ok(Outcome::Found)
    }

    /// The same, line by line; not cleaned.
    fn explanation(&self, base: &Url) -> Vec<String> {
        let Window { start, end } = self.request.window;
        let mut lines = vec![format!("from {start} until {end}, asked of Graph")];
        lines.extend(self.request.notes.iter().cloned());
        for ((log, parted), (_, address)) in self.parted.iter().zip(self.request.addresses(base)) {
            lines.extend([String::new(), log.name.to_owned()]);
            lines.extend(parted.parts.iter().map(|(part, how)| match how {
                Part::Exact => format!("  Graph evaluates    {part}"),
                Part::AsWritten => {
                    format!(
                        "  Graph evaluates    {part}   (as written: other spellings are missing)"
                    )
                }
                Part::Inexact(why) => {
                    format!("  entrail evaluates  {part}   (Graph evaluates a part of it: {why})")
                }
                Part::Here(why) => format!("  entrail evaluates  {part}   ({why})"),
            }));
            lines.push(format!("  GET {address}"));
        }
        lines.push(String::new());
        let how = "What does not fit into one answer is asked for in slices, each with its own times. Now \
                   is what Graph's clock says.";
        lines.push(how.to_owned());
        lines
    }
}

/// The logs of these names, and which of them were not asked for by name.
fn logs(names: &[String]) -> anyhow::Result<(Vec<&'static Log>, Vec<&'static str>)> {
    let mut named: Vec<&'static Log> = Vec::new();
    let mut is_all = false;
    for name in names {
        if name.trim().eq_ignore_ascii_case("all") {
            is_all = true;
            continue;
        }
        let log = find(name).with_context(|| {
            let known: Vec<&str> = LOGS.iter().map(|log| log.name).collect();
            format!("there is no log `{}`; the logs are {}, or all", clean(name), known.join(", "))
        })?;
        if !named.contains(&log) {
            named.push(log);
        }
    }
    let others = LOGS.iter().filter(|log| is_all && !named.contains(log));
    let optional: Vec<&str> = others.clone().map(|log| log.name).collect();
    let logs = match is_all {
        true => LOGS.iter().collect(),
        false => named,
    };
    Ok((logs, optional))
}

/// How far back is asked where nothing is said: Entra Free keeps no more.
const DEFAULT_SINCE: &str = "last-7d";
/// Days for which Entra keeps audit and sign-in logs, with a licence. Source: Microsoft Entra, "Data
/// retention of activity reports".
const RETENTION: i64 = 30;
/// Ticks of a day.
const DAY: i64 = 24 * 3_600 * TICKS_PER_SECOND;

/// The span of time that the arguments ask for, whatever time it is.
struct Asked {
    query: query::Query,
    since: Option<String>,
    until: Option<String>,
    beyond: bool,
}

/// That span, when it is some time.
struct Bounds {
    window: Window,
    /// Does it end at a time that was asked for?
    is_ended: bool,
    /// What was asked for that Entra does not keep: from when on, and whether that is left out.
    forgotten: Option<(Timestamp, bool)>,
}

impl Asked {
    fn new(range: &RangeArguments, query: query::Query) -> Self {
        let RangeArguments { since, until, beyond_retention, .. } = range;
        Self { query, since: since.clone(), until: until.clone(), beyond: *beyond_retention }
    }

    /// The span by a clock that says `now`. Fails where a time is none, or nothing lies in it.
    fn at(&self, now: Timestamp) -> anyhow::Result<Bounds> {
        let context = query::Context { now, around: None };
        let asked = push_down(&self.query, &context, Endpoint::Audits, Names::Kept).time;
        let unknown = |option: &str, text: &str| {
            let way = when::way_out(text)
                .unwrap_or_else(|| "write 2026-11-01, 2026-11-01T14, last-24h".to_owned());
            format!("{option} `{}` names no time; {way}", clean(text))
        };
        let since = match (&self.since, asked.start) {
            (Some(text), _) => {
                Some(when::since(text, &context).with_context(|| unknown("--since", text))?)
            }
            (None, Some(start)) => Some(start),
            (None, None) => when::since(DEFAULT_SINCE, &context),
        };
        let until = match &self.until {
            Some(text) => {
                Some(when::until(text, &context).with_context(|| unknown("--until", text))?)
            }
            None => None,
        };
        // Records that happen while it is asked are asked for too.
        let latest = now.plus(TICKS_PER_SECOND);
        let mut start = since.max(asked.start).context("--since names no beginning")?;
        let until = [until, asked.end].into_iter().flatten().min();
        let end = until.unwrap_or(latest).min(latest);
        anyhow::ensure!(
            start < end,
            "nothing lies between {start} and {end}: see --since, --until"
        );
        // A day more, for what is deleted late.
        let kept = now.plus(-(RETENTION + 1) * DAY);
        let forgotten = (start < kept).then_some((start, !self.beyond && end > kept));
        if let Some((_, true)) = forgotten {
            start = kept;
        }
        let is_ended = until.is_some_and(|asked| asked <= latest);
        Ok(Bounds { window: Window { start, end }, is_ended, forgotten })
    }
}

impl Bounds {
    /// What is told of records that Entra has forgotten.
    fn note(&self) -> Option<String> {
        let (asked, is_cut) = self.forgotten?;
        let keeps = format!("Entra keeps {RETENTION} days of logs, 7 without a P1 or P2 licence");
        Some(match is_cut {
            true => format!(
                "{keeps}: asked for from {}, not from {asked}; --beyond-retention asks for all",
                self.window.start
            ),
            false => format!("{keeps}: what is older, from {asked} on, is probably gone"),
        })
    }
}

fn endpoint(log: &Log) -> Endpoint {
    if log.name.starts_with("sign-ins") {
        Endpoint::SignIns
    } else if log.name == "provisioning" {
        Endpoint::Provisioning
    } else {
        Endpoint::Audits
    }
}

/// A request of the audit log for who only wants to be signed in.
pub(super) fn nothing(end: Timestamp) -> Request {
    let window = Window { start: end.plus(-TICKS_PER_SECOND), end };
    Request::new(LOGS.iter().take(1).collect(), window)
}

/// The tenant of these arguments and of the environment.
pub(super) fn tenant(arguments: &SignInArguments, request: Request) -> anyhow::Result<Tenant> {
    let mut environment = environment::sign_in();
    environment.arc_keys = arguments.arc_keys.clone().or(environment.arc_keys);
    let cloud = match (&arguments.login_url, &arguments.graph_url, &arguments.cloud) {
        (Some(login), Some(graph), _) => Cloud::at(login, graph).map_err(anyhow::Error::msg)?,
        (_, _, Some(name)) => Cloud::named(name).with_context(|| {
            let known: Vec<&str> = Cloud::names().collect();
            format!("there is no cloud `{}`; the clouds are {}", clean(name), known.join(", "))
        })?,
        _ => match &environment.authority {
            Some(host) => Cloud::of_authority(host).map_err(anyhow::Error::msg)?,
            None => Cloud::default(),
        },
    };
    let method = match &arguments.sign_in {
        Some(name) => Some(Method::named(name).with_context(|| {
            let known: Vec<&str> = Method::all().map(Method::name).collect();
            format!(
                "there is no way `{}` to sign in; the ways are {}",
                clean(name),
                known.join(", ")
            )
        })?),
        None => None,
    };
    let remember = match arguments.remember {
        true => Some(
            environment::remembered_sign_ins()
                .context("--remember needs a home directory to keep the sign-in in")?,
        ),
        false => None,
    };
    let scopes = request.logs.iter().flat_map(|log| doctor::scopes(log.name));
    let mut scopes: Vec<String> = scopes.map(|&scope| scope.to_owned()).collect();
    scopes.sort_unstable();
    scopes.dedup();
    let settings = Settings {
        cloud,
        tenant: arguments.tenant.clone(),
        client: arguments.client_id.clone(),
        method,
        scopes,
        remember,
        environment,
        token_from_stdin: if arguments.token_stdin { Some(token_from_stdin()?) } else { None },
    };
    Tenant::new(settings, arguments.ca_cert.clone(), request).map_err(anyhow::Error::msg)
}

/// Room for a token, in bytes, so that it is not moved while it is read.
const USUAL_TOKEN: usize = 1 << 16;

fn token_from_stdin() -> anyhow::Result<Secret> {
    let mut line = Zeroizing::new(String::with_capacity(USUAL_TOKEN));
    io::stdin().lock().read_line(&mut line).context("standard input: cannot read the token")?;
    let token = line.trim();
    anyhow::ensure!(!token.is_empty(), "--token-stdin: there is no token on standard input");
    Ok(Secret::new(token))
}

/// Runs what waits for the network, telling on standard error what a person has to do.
pub(super) fn wait_for<T>(tenant: &Tenant, work: impl Future<Output = T>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        tokio::pin!(work);
        loop {
            let pause = tokio::time::sleep(std::time::Duration::from_millis(100));
            tokio::select! {
                done = &mut work => return Ok(done),
                () = pause => if let Asking::For(prompt) = tenant.asking() {
                    super::load::tell_prompt(&prompt);
                },
            }
        }
    })
}

/// One activity as Graph lists it.
#[derive(serde::Deserialize)]
struct Listed {
    #[serde(default)]
    service: String,
    #[serde(default)]
    category: String,
    #[serde(default)]
    activity: String,
}

/// Lays what a tenant offers over the catalogue, or takes it away.
pub(super) fn catalogue(command: &CatalogueCommand) -> anyhow::Result<Outcome> {
    let CatalogueCommand::Refresh { sign_in } = command else {
        config::forget_overlay().context("the catalogue of the tenant cannot be removed")?;
        return Ok(Outcome::Found);
    };
    let end = crate::runtime::now();
    let tenant = tenant(sign_in, nothing(end))?;
    let service = tenant.service().map_err(anyhow::Error::msg)?;
    let cancel = CancellationToken::new();
    let lines =
        wait_for(&tenant, activity_types(&service, &cancel))?.map_err(anyhow::Error::msg)?;
    let listed: Vec<Listed> = lines
        .split(|&byte| byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect();
    let day = end.to_rfc3339();
    let source = format!("tenant, {}", day.get(..10).unwrap_or(&day));
    let known = crate::catalogue::catalogue();
    let fresh = listed.iter().filter(|listed| {
        known.classify(&listed.service, &listed.category, &listed.activity).is_none()
    });
    let fresh = fresh.count();
    let mut rows = String::new();
    for listed in &listed {
        for name in [&listed.service, &listed.category, &listed.activity] {
            rows.push_str(&name.replace(['\t', '\n', '\r'], " "));
            rows.push('\t');
        }
        rows.push_str(&source);
        rows.push('\n');
    }
    config::keep_overlay(&rows).context("the catalogue of the tenant cannot be kept")?;
    writeln!(
        out(),
        "{} activities of the tenant, {fresh} of them not in the catalogue so far",
        listed.len()
    )?;
    Ok(Outcome::Found)
}
