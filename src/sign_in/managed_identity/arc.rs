//! The identity of a machine outside of Azure that Azure Arc manages: its agent asks for proof that one may read its keys.
//! Never reads a file because a server names it: only a key, only in the agent's own folder, only a small one.
//!
//! From Microsoft's page "Authenticate against Azure resources with Azure Arc-enabled servers": the
//! first request is answered with status 401 and `WWW-Authenticate: Basic realm=FILE`; what is in
//! the file goes with the second. Folder, ending and size of the file are what Microsoft's own
//! libraries check.

#![expect(clippy::disallowed_methods, reason = "the agent's proof is in a file")]

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use reqwest::StatusCode;
use reqwest::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use zeroize::Zeroizing;

use super::super::context::Context;
use super::super::endpoint::{self, Failed, Tried};
use super::super::token::Grant;
use super::platform;
use crate::secret::{self, Secret};

/// What answers here, in a sentence.
const AGENT: &str = "the agent of Azure Arc";
const VERSION: &str = "2020-06-01";
/// Where the agent puts its keys on Linux.
const KEYS: &str = "/var/opt/azcmagent/tokens";
const ENDING: &str = "key";
/// The largest key, in bytes.
const MOST_BYTES: u64 = 4096;
const GROUP: &str = if cfg!(windows) { "Hybrid agent extension applications" } else { "himds" };

/// Gets a token of the agent at `endpoint`.
pub async fn obtain(attempt: &Context<'_>, endpoint: &str) -> Result<Grant, Failed> {
    super::no_choice(attempt, "a machine of Azure Arc")?;
    let url = super::address(attempt, endpoint, VERSION)?;
    let client = attempt.http.nearby().map_err(Failed::Refused)?;
    let request = || client.get(url.clone()).header("Metadata", "true");
    let heard = platform::hear(request, AGENT, attempt).await.map_err(|failed| match failed {
        Failed::Unavailable(why) => {
            Failed::Unavailable(format!("{why}; is the agent running (azcmagent show)?"))
        }
        other => other,
    })?;
    if heard.status != StatusCode::UNAUTHORIZED {
        // It has another trouble, or is something else.
        return match heard.tried() {
            Tried::Answered(endpoint::Replied::Refused(refusal)) => {
                Err(Failed::Refused(format!("{AGENT} says: {}", refusal.words())))
            }
            Tried::Trouble { why, .. } => Err(Failed::Unreachable(why)),
            Tried::Answered(_) => Err(Failed::Refused(format!(
                "what answers in place of {AGENT} asks for no proof, so it is not the agent"
            ))),
        };
    }
    let challenge = heard.headers.get(WWW_AUTHENTICATE);
    let challenge = challenge.and_then(|challenge| challenge.to_str().ok()).unwrap_or_default();
    let folder = attempt.settings.environment.arc_keys.as_deref().unwrap_or(Path::new(KEYS));
    let key = key(challenge, folder).map_err(Failed::Refused)?;
    let proof = super::proof("Basic ", &key)?;
    let request = || request().header(AUTHORIZATION, proof.clone());
    attempt.grant(platform::ask(request, AGENT, attempt).await?)
}

/// What is in the file that a challenge names, if it can be a key.
fn key(challenge: &str, folder: &Path) -> Result<Secret, String> {
    let realm = challenge.split_once(' ').filter(|(kind, _)| kind.eq_ignore_ascii_case("basic"));
    let named = realm.and_then(|(_, rest)| rest.trim().strip_prefix("realm="));
    let Some(named) = named.map(|named| named.trim().trim_matches('"')) else {
        return Err("the agent of Azure Arc names no key to prove oneself with".to_owned());
    };
    let (path, shown) = (Path::new(named), secret::foreign(named));
    // Compared as it is written: a path that leads elsewhere is not that of the folder.
    if path.parent() != Some(folder) || path.extension() != Some(OsStr::new(ENDING)) {
        return Err(format!(
            "what answers in place of the agent of Azure Arc names {shown}, which is no .{ENDING} file in {}; it is not \
             read, as it may not be the agent that asks for it",
            folder.display()
        ));
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(MOST_BYTES as usize + 2));
    open(path)
        .and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| unread(&shown, &error))?;
    let key = std::str::from_utf8(&bytes).unwrap_or_default().trim();
    let is_key = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic());
    if bytes.len() as u64 > MOST_BYTES || !is_key {
        return Err(format!(
            "{shown} is no key of Azure Arc: those have at most {MOST_BYTES} letters"
        ));
    }
    Ok(Secret::from(key))
}

/// Opens a plain file, and no link to another.
fn open(path: &Path) -> io::Result<File> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a plain file"));
    }
    File::open(path)
}

fn unread(shown: &str, error: &io::Error) -> String {
    let way = match error.kind() {
        io::ErrorKind::PermissionDenied => {
            format!("; make this user a member of the group {GROUP}")
        }
        _ => String::new(),
    };
    format!("the key of Azure Arc, {shown}, cannot be read: {error}{way}")
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn read(folder: &Path, challenge: &str) -> Result<String, String> {
        key(challenge, folder).map(|key| key.expose_secret().to_owned())
    }

    #[test]
    fn only_a_small_key_in_the_folder_of_keys_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path().join("tokens");
        fs::create_dir(&folder).expect("made");
        let write = |name: &str, bytes: &[u8]| {
            fs::write(folder.join(name), bytes).expect("written");
            format!("Basic realm={}", folder.join(name).display())
        };
        assert_eq!(read(&folder, &write("a.key", b"kestrel\n")), Ok("kestrel".to_owned()));
        let quoted = format!("basic realm=\"{}\"", folder.join("a.key").display());
        assert_eq!(read(&folder, &quoted), Ok("kestrel".to_owned()));
        let most = [b'k'; MOST_BYTES as usize];
        assert!(read(&folder, &write("most.key", &most)).is_ok());
        let outside = folder.with_file_name("b.key");
        fs::write(&outside, "kestrel").expect("written");
        for (challenge, words) in [
            (write("a.pem", b"kestrel"), "no .key file"),
            (format!("Basic realm={}", outside.display()), "no .key file in"),
            (format!("Basic realm={}/../b.key", folder.display()), "no .key file in"),
            ("Basic realm=/etc/shadow".to_owned(), "/etc/shadow"),
            ("Basic realm=".to_owned(), "no .key file in"),
            ("Bearer realm=x.key".to_owned(), "names no key"),
            (String::new(), "names no key"),
            (write("large.key", &[most.as_slice(), b"k"].concat()), "at most 4096"),
            (write("empty.key", b" \n"), "no key of Azure Arc"),
            (write("odd.key", b"a\x1b[2Jb"), "no key of Azure Arc"),
            (write("bytes.key", b"\xff\xfe"), "no key of Azure Arc"),
            (format!("Basic realm={}/none.key", folder.display()), "cannot be read"),
        ] {
            let error = read(&folder, &challenge).expect_err(&challenge);
            assert!(error.contains(words), "{challenge}: {error}");
        }
        fs::create_dir(folder.join("c.key")).expect("made");
        let error = read(&folder, &format!("Basic realm={}/c.key", folder.display()));
        assert!(error.expect_err("a folder").contains("not a plain file"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_folder_of_keys_is_not_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("secret"), "kestrel").expect("written");
        let link = folder.path().join("a.key");
        std::os::unix::fs::symlink(folder.path().join("secret"), &link).expect("a link");
        let error = read(folder.path(), &format!("Basic realm={}", link.display()));
        assert!(error.expect_err("a link").contains("not a plain file"));
    }

    #[test]
    fn who_may_not_read_the_key_is_told_which_group_may() {
        let denied = unread("x.key", &io::ErrorKind::PermissionDenied.into());
        assert!(denied.contains(GROUP), "{denied}");
    }
}
