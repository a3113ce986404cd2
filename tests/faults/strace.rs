//! System calls that fail, or kill the program: by the fault injection of strace, which works on the
//! calls themselves, whoever makes them.
//! Never runs anything but the program that is tested.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Calls on files, and how each may fail (`man 2` of the call; EINTR where it may be interrupted).
pub const CALLS: [(&str, &[&str]); 24] = [
    ("openat", &["EIO", "EMFILE", "ENOMEM", "ESTALE", "EACCES", "ENOSPC", "EINTR"]),
    ("read", &["EIO", "ENOMEM", "ESTALE", "EINTR"]),
    ("pread64", &["EIO", "ENOMEM", "ESTALE", "EINTR"]),
    ("write", &["ENOSPC", "EIO", "EDQUOT", "EINTR"]),
    ("pwrite64", &["ENOSPC", "EIO", "EDQUOT", "EINTR"]),
    ("writev", &["ENOSPC", "EIO"]),
    ("rename", &["EIO", "ENOSPC", "EACCES"]),
    ("renameat", &["EIO", "ENOSPC", "EACCES"]),
    ("renameat2", &["EIO", "ENOSPC", "EACCES"]),
    ("link", &["EIO", "EACCES"]),
    ("linkat", &["EIO", "EACCES"]),
    ("unlink", &["EIO", "EACCES"]),
    ("unlinkat", &["EIO", "EACCES"]),
    ("mkdir", &["EIO", "ENOSPC", "EACCES"]),
    ("mkdirat", &["EIO", "ENOSPC", "EACCES"]),
    ("fsync", &["EIO", "ENOSPC"]),
    ("fdatasync", &["EIO", "ENOSPC"]),
    ("ftruncate", &["EIO", "ENOSPC"]),
    ("flock", &["EIO", "EINTR"]),
    ("statx", &["EIO", "EACCES", "ESTALE", "ENOMEM"]),
    ("newfstatat", &["EIO", "EACCES", "ESTALE"]),
    ("fstat", &["EIO", "ESTALE"]),
    ("getdents64", &["EIO", "ESTALE"]),
    ("close", &["EIO"]),
];

/// What happens at a call.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// It fails with this error.
    Error(&'static str),
    /// The program is killed at it.
    Kill,
}

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code; `None` where a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Ended {
    /// Was the fault one of a file? The numbers of calls differ a little from run to run: then the
    /// loader may be hit before the program began, or what wakes its threads.
    pub fn is_about_files(&self) -> bool {
        !["loading shared libraries", "failed to wake I/O driver"]
            .iter()
            .any(|words| self.err.contains(words))
    }
}

/// A program and how it is run.
#[derive(Clone, Debug)]
pub struct Run {
    pub arguments: Vec<String>,
    pub environment: Vec<(String, String)>,
    /// A file for standard input.
    pub input: Option<PathBuf>,
}

/// The program: Cargo names it to tests; examples are in a folder beside it.
pub fn program() -> PathBuf {
    option_env!("CARGO_BIN_EXE_entrail").map_or_else(
        || {
            let own = std::env::current_exe().expect("its own path");
            let folder = own.parent().and_then(Path::parent).expect("folders");
            folder.join("entrail")
        },
        PathBuf::from,
    )
}

/// Is there a strace that may trace?
pub fn is_there() -> bool {
    cfg!(target_os = "linux")
        && Command::new("strace")
            .args(["-f", "-o", "/dev/null", "-e", "inject=fsync:error=EIO:when=1", "true"])
            .output()
            .is_ok_and(|output| output.status.success())
}

impl Run {
    /// Runs it, with these words of strace before the program.
    fn with(&self, words: &[String]) -> Ended {
        let program = program();
        let mut command = match words {
            [] => Command::new(&program),
            words => {
                let mut command = Command::new("strace");
                command.args(words).arg(program);
                command
            }
        };
        let path = std::env::var_os("PATH").unwrap_or_default();
        command.args(&self.arguments).env_clear().env("PATH", path);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        match &self.input {
            Some(file) => command.stdin(std::fs::File::open(file).expect("the input")),
            None => command.stdin(Stdio::null()),
        };
        let output = command.output().expect("it runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ended { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// Runs it as it is.
    pub fn plain(&self) -> Ended {
        self.with(&[])
    }

    /// Runs it with a fault at the call number `at` of each thread.
    pub fn faulty(&self, call: &str, fault: Fault, at: u32) -> Ended {
        let fault = match fault {
            Fault::Error(error) => format!("error={error}"),
            Fault::Kill => "signal=SIGKILL".to_owned(),
        };
        let words = ["-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e"];
        let mut words: Vec<String> = words.map(str::to_owned).into();
        words.push(format!("trace={call}"));
        words.extend(["-e".to_owned(), format!("inject={call}:{fault}:when={at}")]);
        self.with(&words)
    }

    /// For each call, its numbers in any thread at which it is about something in these folders.
    pub fn calls(&self, folders: &[&Path], log: &Path) -> BTreeMap<&'static str, BTreeSet<u32>> {
        let names: Vec<&str> = CALLS.iter().map(|(name, _)| *name).collect();
        let mut words: Vec<String> =
            ["-f", "-y", "-s", "300", "-qq", "-o"].map(str::to_owned).into();
        words.extend([log.display().to_string(), "-e".to_owned()]);
        words.push(format!("trace={}", names.join(",")));
        self.with(&words);
        let text = std::fs::read(log).unwrap_or_default();
        let folders: Vec<String> =
            folders.iter().map(|folder| folder.display().to_string()).collect();
        let mut counts: BTreeMap<(String, &str), u32> = BTreeMap::new();
        let mut found: BTreeMap<&'static str, BTreeSet<u32>> = BTreeMap::new();
        for line in String::from_utf8_lossy(&text).lines() {
            let Some((thread, rest)) = line.split_once(' ') else { continue };
            let Some((name, _)) = rest.trim_start().split_once('(') else { continue };
            let Some((name, _)) = CALLS.iter().find(|(known, _)| *known == name) else { continue };
            let count = counts.entry((thread.to_owned(), name)).or_default();
            *count += 1;
            if folders.iter().any(|folder| line.contains(folder)) {
                found.entry(name).or_default().insert(*count);
            }
        }
        found
    }
}
