//! Sign-ins that are remembered between sessions, where the user asks for it: one file, for its owner only.
//! Never kept without being asked for, and never read where others could have written or read it.

use std::ffi::{OsStr, OsString};
use std::fs::TryLockError;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize as _, Zeroizing};

use crate::disk::{Folder, is_open_to_others, is_refusal};
use crate::http::pace::Pace;
use crate::secret::Secret;

/// How long to wait for another session that writes, and how often to look.
const ATTEMPTS: u32 = 40;
const PAUSE: Duration = Duration::from_millis(50);
const MOST_BYTES: u64 = 1 << 20;

/// Which sign-in: one of a cloud, a service, a tenant, a client and a way to sign in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct CacheKey {
    /// Where was signed in.
    pub cloud: String,
    /// The service, by the address its permissions begin with. Before there was more than one, it stood
    /// behind where was signed in.
    #[serde(default)]
    pub audience: String,
    /// The tenant, as it was named.
    pub tenant: String,
    /// The application.
    pub client: String,
    /// The way, as `--sign-in` names it.
    pub method: String,
}

/// A remembered sign-in; only what renews a token is kept, not the token.
#[derive(Serialize, Deserialize)]
struct Remembered {
    #[serde(flatten)]
    key: CacheKey,
    refresh_token: String,
}

impl Drop for Remembered {
    fn drop(&mut self) {
        self.refresh_token.zeroize();
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Contents {
    sign_ins: Vec<Remembered>,
}

/// The file.
#[derive(Clone, Debug)]
pub struct Cache {
    file: PathBuf,
}

impl Cache {
    /// Sign-ins in this file, which is made with its folder when the first is remembered.
    pub fn new(file: PathBuf) -> Self {
        Self { file }
    }

    /// What renews this sign-in. `None` where it is not remembered; the error says why the file
    /// cannot be used.
    pub fn find(&self, key: &CacheKey) -> Result<Option<Secret>, String> {
        let folder = match Folder::state_there(self.folder()) {
            Ok(Some(folder)) => folder,
            Ok(None) => return Ok(None),
            Err(error) => return Err(self.unread(&error)),
        };
        let found = self.read(&folder)?.sign_ins.into_iter().find(|entry| entry.key == *key);
        Ok(found.map(|entry| Secret::new(&entry.refresh_token)))
    }

    /// Remembers a sign-in, in place of an earlier one of the same key; forgets it with `None`.
    pub async fn keep(
        &self,
        key: &CacheKey,
        refresh: Option<&Secret>,
        pace: &dyn Pace,
    ) -> Result<(), String> {
        let said = |error: io::Error| {
            format!("the sign-in cannot be remembered in {}: {error}", self.file.display())
        };
        let folder = Folder::state(self.folder()).map_err(said)?;
        let lock = folder.edit(self.name("lock")).map_err(said)?;
        for attempt in 1.. {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if attempt < ATTEMPTS => pace.sleep(PAUSE).await,
                Err(TryLockError::WouldBlock) => {
                    return Err(format!(
                        "the sign-in cannot be remembered: another session holds {}",
                        self.file.with_extension("lock").display()
                    ));
                }
                Err(TryLockError::Error(error)) => return Err(said(error)),
            }
        }
        let mut contents = self.read(&folder)?;
        contents.sign_ins.retain(|entry| entry.key != *key);
        let kept = refresh.map(|refresh| Remembered {
            key: key.clone(),
            refresh_token: refresh.expose_secret().to_owned(),
        });
        contents.sign_ins.extend(kept);
        let json = serde_json::to_vec_pretty(&contents).map_err(|error| said(error.into()))?;
        let json = Zeroizing::new(json);
        folder.replace(self.own_name(), |file| file.write_all(&json)).map_err(said)
    }

    fn folder(&self) -> &Path {
        let folder = self.file.parent().filter(|folder| !folder.as_os_str().is_empty());
        folder.unwrap_or(Path::new("."))
    }

    fn own_name(&self) -> &OsStr {
        self.file.file_name().unwrap_or_default()
    }

    /// The same with this ending.
    fn name(&self, ending: &str) -> OsString {
        self.file.with_extension(ending).file_name().unwrap_or_default().to_owned()
    }

    fn unread(&self, error: &io::Error) -> String {
        match is_refusal(error) {
            true => format!("remembered sign-ins are not used: {error}"),
            false => {
                let name = self.file.display();
                format!("the remembered sign-ins in {name} cannot be read: {error}")
            }
        }
    }

    fn read(&self, folder: &Folder) -> Result<Contents, String> {
        let name = self.file.display();
        let file = match folder.read(self.own_name()) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Contents::default()),
            Err(error) => return Err(self.unread(&error)),
        };
        if is_open_to_others(&file).map_err(|error| self.unread(&error))? {
            return Err(format!(
                "others may read {name}, so its sign-ins are not used: chmod 600 {name}, or delete it"
            ));
        }
        let len = file.metadata().map_err(|error| self.unread(&error))?.len();
        if len > MOST_BYTES {
            return Err(format!("{name} is too long for a file of sign-ins; delete it"));
        }
        let contents = serde_json::from_reader(io::BufReader::new(file.take(MOST_BYTES)));
        // Its own words would show what is in it.
        let mut contents: Contents = contents.map_err(|error| match error.io_error_kind() {
            Some(kind) => self.unread(&kind.into()),
            None => format!("{name} is damaged in line {}; delete it", error.line()),
        })?;
        for CacheKey { cloud, audience, .. } in
            contents.sign_ins.iter_mut().map(|entry| &mut entry.key)
        {
            let parted = cloud.split_once(' ').filter(|_| audience.is_empty());
            if let Some((login, service)) = parted {
                (*audience, *cloud) = (service.to_owned(), login.to_owned());
            }
        }
        Ok(contents)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "files are looked at")]

    use std::fs;

    use super::*;
    use crate::http::pace::{AtOnce, SystemPace};

    fn key(tenant: &str) -> CacheKey {
        let text = str::to_owned;
        CacheKey {
            cloud: text("global"),
            audience: text("https://graph.example"),
            tenant: text(tenant),
            client: text("c"),
            method: text("device-code"),
        }
    }

    async fn keep(cache: &Cache, tenant: &str, refresh: Option<&str>) -> Result<(), String> {
        let refresh = refresh.map(Secret::from);
        cache.keep(&key(tenant), refresh.as_ref(), &SystemPace::new()).await
    }

    fn found(cache: &Cache, tenant: &str) -> Option<String> {
        cache
            .find(&key(tenant))
            .expect("a file that can be read")
            .map(|refresh| refresh.expose_secret().to_owned())
    }

    #[tokio::test]
    async fn sign_ins_are_kept_by_key_and_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::new(folder.path().join("entrail/sign-ins.json"));
        assert_eq!(found(&cache, "a"), None);
        keep(&cache, "a", Some("kestrel")).await.expect("kept");
        keep(&cache, "b", Some("osprey")).await.expect("kept");
        keep(&cache, "a", Some("merlin")).await.expect("kept");
        assert_eq!(found(&cache, "a").as_deref(), Some("merlin"));
        assert_eq!(found(&cache, "b").as_deref(), Some("osprey"));
        keep(&cache, "a", None).await.expect("forgotten");
        assert_eq!(found(&cache, "a"), None);
        assert_eq!(found(&cache, "b").as_deref(), Some("osprey"));
    }

    #[tokio::test]
    async fn sign_ins_for_different_services_are_different_ones() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::new(folder.path().join("sign-ins.json"));
        let storage = CacheKey { audience: "https://storage.example".to_owned(), ..key("a") };
        let none = CacheKey { audience: String::new(), ..key("a") };
        keep(&cache, "a", Some("kestrel")).await.expect("kept");
        let found = |key: &CacheKey| cache.find(key).expect("readable");
        assert!(found(&storage).is_none() && found(&none).is_none());
        cache
            .keep(&storage, Some(&Secret::from("merlin")), &SystemPace::new())
            .await
            .expect("kept");
        let said = |key: &CacheKey| found(key).map(|secret| secret.expose_secret().to_owned());
        assert_eq!(said(&storage).as_deref(), Some("merlin"));
        assert_eq!(said(&key("a")).as_deref(), Some("kestrel"));
    }

    /// Files of before there was an audience.
    #[test]
    fn a_sign_in_without_an_audience_is_one_for_the_service_behind_its_cloud() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::new(folder.path().join("sign-ins.json"));
        let own = Folder::open(folder.path()).expect("ours");
        let before = br#"{"sign_ins":[{"cloud":"global https://graph.example","tenant":"a","client":"c","method":"device-code","refresh_token":"kestrel"}]}"#;
        own.edit("sign-ins.json").expect("a file").write_all(before).expect("written");
        assert_eq!(found(&cache, "a").as_deref(), Some("kestrel"));
        let storage = CacheKey { audience: "https://storage.example".to_owned(), ..key("a") };
        assert!(cache.find(&storage).expect("readable").is_none());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn file_and_folder_are_for_their_owner_only() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("entrail/sign-ins.json");
        let cache = Cache::new(file.clone());
        keep(&cache, "a", Some("kestrel")).await.expect("kept");
        let mode =
            |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
        assert_eq!(mode(&file), 0o600);
        assert_eq!(mode(&file.with_extension("lock")), 0o600);
        assert_eq!(mode(file.parent().expect("a folder")), 0o700);

        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("changed");
        let error = cache.find(&key("a")).expect_err("others could read it");
        assert!(error.contains("chmod 600") && !error.contains("kestrel"), "{error}");
    }

    #[tokio::test]
    async fn a_file_that_is_damaged_is_named_and_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("sign-ins.json");
        let cache = Cache::new(file.clone());
        let own = Folder::open(folder.path()).expect("ours");
        own.edit("sign-ins.json")
            .expect("a file")
            .write_all(b"{\"sign_ins\":[{\"kestrel\"")
            .expect("written");
        let error = keep(&cache, "a", Some("osprey")).await.expect_err("damaged");
        assert!(
            error.contains("sign-ins.json is damaged") && !error.contains("kestrel"),
            "{error}"
        );
        assert!(fs::read_to_string(&file).expect("still there").contains("kestrel"));
    }

    #[test]
    fn many_sessions_at_once_lose_no_sign_in_and_leave_no_half_file() {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        let folder = folder.expect("a folder");
        let file = folder.path().join("entrail/sign-ins.json");
        std::thread::scope(|scope| {
            for session in 0..6 {
                let cache = Cache::new(file.clone());
                let run = move || {
                    let mut runtime = tokio::runtime::Builder::new_current_thread();
                    let runtime = runtime.enable_all().build().expect("a runtime");
                    for round in 0..4 {
                        let tenant = format!("{session}-{round}");
                        let kept = runtime.block_on(keep(&cache, &tenant, Some(&tenant)));
                        kept.expect("kept");
                        assert_eq!(found(&cache, &tenant), Some(tenant));
                    }
                };
                std::thread::Builder::new().spawn_scoped(scope, run).expect("a thread");
            }
        });
        let cache = Cache::new(file);
        for tenant in
            (0..6).flat_map(|session| (0..4).map(move |round| format!("{session}-{round}")))
        {
            assert_eq!(found(&cache, &tenant), Some(tenant));
        }
        assert_eq!(fs::read_dir(folder.path().join("entrail")).expect("there").count(), 2);
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_made_is_one_line_and_nothing_is_found_there() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("state"), "").expect("a file in the way");
        let cache = Cache::new(folder.path().join("state/entrail/sign-ins.json"));
        assert_eq!(found(&cache, "a"), None);
        let error = keep(&cache, "a", Some("kestrel")).await.expect_err("no folder");
        assert!(error.contains("cannot be remembered") && error.lines().count() == 1, "{error}");
        assert!(!error.contains("kestrel"), "{error}");
    }

    #[tokio::test]
    async fn another_session_that_writes_is_waited_for_but_not_forever() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::new(folder.path().join("sign-ins.json"));
        let own = Folder::open(folder.path()).expect("ours");
        let lock = own.edit("sign-ins.lock").expect("a file");
        lock.lock().expect("locked");
        let error = cache.keep(&key("a"), None, &AtOnce).await.expect_err("held");
        assert!(error.contains("sign-ins.lock"), "{error}");
        drop(lock);
        cache.keep(&key("a"), None, &AtOnce).await.expect("free again");
    }
}
