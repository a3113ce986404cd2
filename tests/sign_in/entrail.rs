//! The program as somebody starts it in an environment of its own, and what it leaves behind.
//! Never lets a secret pass: each run is searched for all that were given or handed out.

use std::ffi::{OsStr, OsString};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::fake_graph::FakeGraph;
use super::fake_graph::tenant::{ARC_KEY, IDENTITY_HEADER, SECRET};

/// The password of the certificate in PFX.
pub const PASSWORD: &str = "petrel-and-tern";
/// Where the certificate in PFX is.
pub const PFX: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fake_graph/client.pfx");
/// Nobody listens there.
const NOBODY: &str = "http://127.0.0.1:9";

/// Somebody at a machine.
pub struct Entrail<'g> {
    graph: &'g FakeGraph,
    address: String,
    home: tempfile::TempDir,
    variables: Vec<(&'static str, OsString)>,
    input: String,
}

/// How a run ended.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl<'g> Entrail<'g> {
    /// Nobody who is signed in anywhere, nothing set up.
    pub fn new(graph: &'g FakeGraph) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        Self { graph, address: graph.base(), home, variables: Vec::new(), input: String::new() }
    }

    /// With another address of login and Graph.
    pub fn at(mut self, address: &str) -> Self {
        address.clone_into(&mut self.address);
        self
    }

    /// With a variable.
    pub fn with(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.variables.retain(|(known, _)| *known != name);
        self.variables.push((name, value.into()));
        self
    }

    /// Without a variable.
    pub fn without(mut self, name: &str) -> Self {
        self.variables.retain(|(known, _)| *known != name);
        self
    }

    /// With something on standard input.
    pub fn reading(mut self, input: &str) -> Self {
        input.clone_into(&mut self.input);
        self
    }

    /// The home directory.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Pulls the last two days into an archive of its own.
    pub fn pull(&self, options: &[&str]) -> Ran {
        let folder = tempfile::tempdir_in(self.home()).expect("a folder");
        let archive = folder.path().join("archive").display().to_string();
        let pull = ["pull", "--since", "last-2d", "--archive", &archive];
        self.run(&[&pull, options].concat())
    }

    /// Runs the program against the fake.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        let addresses = ["--login-url", &self.address, "--graph-url", &self.address];
        let mut command = Command::new(env!("CARGO_BIN_EXE_entrail"));
        command.args(arguments).args(addresses).env_clear();
        command.envs(std::env::var_os("SystemRoot").map(|value| ("SystemRoot", value)));
        command.env("HOME", self.home()).env("PATH", self.home().join("no-programs"));
        command.env("AZURE_POD_IDENTITY_AUTHORITY_HOST", NOBODY);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let mut input = child.stdin.take().expect("an input");
        // It may have ended without reading it.
        let _ = input.write_all(self.input.as_bytes());
        drop(input);
        let output = child.wait_with_output().expect("it ends");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let ran = Ran {
            code: output.status.code(),
            out: text(&output.stdout),
            err: text(&output.stderr),
        };
        self.search(&ran);
        ran
    }

    /// All that must not be seen.
    fn secrets(&self) -> Vec<String> {
        let mut secrets = self.graph.secrets();
        secrets.extend([SECRET, IDENTITY_HEADER, ARC_KEY, PASSWORD].map(str::to_owned));
        secrets
    }

    /// Fails where a secret is in what was written, but for the file it is kept in on request.
    fn search(&self, ran: &Ran) {
        let secrets = self.secrets();
        let told =
            |text: &str| secrets.iter().find(|secret| text.contains(secret.as_str())).cloned();
        assert_eq!(told(&ran.out), None, "{}", ran.out);
        assert_eq!(told(&ran.err), None, "{}", ran.err);
        for path in files(self.home()) {
            let bytes = std::fs::read(&path).expect("a file");
            let found = told(&String::from_utf8_lossy(&bytes));
            let is_kept = path.file_name() == Some(OsStr::new("sign-ins.json"));
            assert!(found.is_none() || is_kept, "{found:?} is in {}", path.display());
        }
    }
}

/// All files in a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let all = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok);
    all.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}

impl Ran {
    /// It went well, and there were records.
    #[track_caller]
    pub fn is_complete(&self) -> &Self {
        assert_eq!(self.code, Some(0), "{self:#?}");
        assert!(self.out.contains("complete") && self.out.lines().count() == 1, "{self:#?}");
        self
    }

    /// It failed, and standard error says all of these, however it is wrapped.
    #[track_caller]
    pub fn failed(&self, words: &[&str]) -> &Self {
        assert_eq!(self.code, Some(2), "{self:#?}");
        self.says(words)
    }

    /// Standard error says all of these.
    #[track_caller]
    pub fn says(&self, words: &[&str]) -> &Self {
        let err = self.err.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in words {
            assert!(err.contains(part), "{part} in {}", self.err);
        }
        self
    }
}
