//! Figures of whole processes: memory and the command line.
//! Never measures its own memory.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::baseline;
use crate::data::Data;
use crate::measure::{RUNS, in_turn, median};
use crate::table::{Rate, Table, number};
use crate::terminal::{ENTRAIL, HOMES, Term};

const MEGABYTE: f64 = 1e6;
const PER_RECORD: f64 = 160.0;

/// Memory of a process in bytes: now, and at most so far.
#[derive(Clone, Copy, Default)]
struct Memory {
    now: f64,
    peak: f64,
}

/// Reads `/proc/PID/status`; `None` where there is no such process or no such file.
fn memory_of(id: u32) -> Option<Memory> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().strip_suffix(" kB")?.parse::<f64>().ok().map(|kilobytes| kilobytes * 1024.0)
    };
    Some(Memory { now: line("VmRSS:")?, peak: line("VmHWM:")? })
}

/// The program, keeping what it keeps in the folder of the data.
fn program(data: &Data) -> Command {
    let mut command = Command::new(ENTRAIL);
    for name in HOMES {
        command.env(name, data.folder().join("home"));
    }
    command
}

/// Takes all indexes away.
pub fn forget(data: &Data) -> anyhow::Result<()> {
    match std::fs::remove_dir_all(data.folder().join("home/entrail/index")) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// `entrail query '' FILE --count` for the first time, watched until it ends, index written.
fn counting(path: &Path, data: &Data) -> anyhow::Result<Memory> {
    forget(data)?;
    let mut child =
        program(data).args(["query", "", "--count"]).arg(path).stdout(Stdio::null()).spawn()?;
    let mut memory = Memory::default();
    while child.try_wait()?.is_none() {
        // Records are given up before the process ends: the largest of what was seen counts.
        if let Some(seen) = memory_of(child.id()) {
            memory = Memory { now: memory.now.max(seen.now), peak: seen.peak };
        }
        std::thread::sleep(Duration::from_micros(300));
    }
    Ok(memory)
}

/// The screen, a while after it loaded.
fn showing(path: &Path, records: usize, data: &Data) -> anyhow::Result<Memory> {
    forget(data)?;
    let mut term = Term::open_by_default(path, data.folder())?;
    term.loaded(records)?;
    term.quiet(Duration::from_secs(1));
    memory_of(term.id()?).context("the memory of the program")
}

fn median_of(times: usize, run: impl Fn() -> anyhow::Result<Memory>) -> anyhow::Result<Memory> {
    let all: Vec<Memory> = (0..times).map(|_| run()).collect::<Result<_, _>>()?;
    let of = |part: fn(&Memory) -> f64| median(&all.iter().map(part).collect::<Vec<_>>());
    Ok(Memory { now: of(|memory| memory.now), peak: of(|memory| memory.peak) })
}

/// What is resident for each record, and how much more it was at most.
pub fn memory(data: &Data, table: &mut Table) -> anyhow::Result<()> {
    if memory_of(std::process::id()).is_none() {
        table.tell("memory", "not measured: there is no /proc here".to_owned(), "");
        return Ok(());
    }
    let (all, one) = (data.ndjson(), data.one());
    let mut judge = |what: &str, base: Memory, full: Memory| {
        let each = (full.now - base.now) / data.records as f64;
        let told = format!(
            "{} MB resident, base {} MB",
            number(full.now / MEGABYTE),
            number(base.now / MEGABYTE)
        );
        table.beside(&format!("memory, {what}, each record"), each, PER_RECORD, "bytes", told);
        let most = 1.3 * (base.now + PER_RECORD * data.records as f64) / MEGABYTE + 64.0;
        let told = format!("1.3 × ({PER_RECORD} bytes a record + base) + 64 MB");
        table.beside(&format!("memory, {what}, peak"), full.peak / MEGABYTE, most, "MB", told);
    };
    let base = median_of(RUNS, || counting(&one, data))?;
    judge("query --count", base, median_of(RUNS, || counting(&all, data))?);
    let base = median_of(3, || showing(&one, 1, data))?;
    let full = median_of(3, || showing(&all, data.records, data))?;
    judge("screen", base, full);
    forget(data)
}

/// Runs entrail to its end; what it wrote.
pub fn entrail(data: &Data, arguments: &[&str], path: &Path) -> anyhow::Result<String> {
    let output = program(data).args(arguments).arg(path).output()?;
    let code = output.status.code().unwrap_or(2);
    anyhow::ensure!(code < 2, "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// One question from start to end, beside reading the file.
pub fn command_line(data: &Data, table: &mut Table) -> anyhow::Result<()> {
    let path = data.ndjson();
    let query = "category:RoleManagement result=failure";
    let read = || Ok(baseline::read(&path).map(drop)?);
    let mut judge = |figure: &str, option: &str, fresh: bool| {
        let ours = || {
            if fresh {
                forget(data)?;
            }
            entrail(data, &["query", query, "--count", option], &path).map(drop)
        };
        let (ours, bare) = in_turn(RUNS, ours, read)?;
        table.rate(&Rate {
            figure: &format!("command line, 2 conditions, {figure}"),
            ours,
            detail: format!(" · {:.0} MB/s", data.bytes as f64 / 1e6 / ours),
            name: "bare read, 1 MiB preads",
            baseline: bare,
            least: None,
        });
        anyhow::Ok(())
    };
    judge("without index", "--no-index", false)?;
    judge("first time, index written", "--index", true)?;
    judge("again, from the index", "--index", false)?;
    forget(data)?;
    let start = Instant::now();
    entrail(data, &["--help"], Path::new("audit"))?;
    table.tell("command line: --help", format!("{} s", number(start.elapsed().as_secs_f64())), "");
    Ok(())
}
