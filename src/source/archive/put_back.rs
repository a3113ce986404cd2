//! Files that were set aside or were gone and are as they were written after all: back in their place.
//! Never takes a file for whole whose digest is another, and never has a record twice.
//!
//! A read that failed once made earlier versions take a healthy file out of the archive; people copy
//! files back from a backup. The manifest, and what is noted as lost, say which digest it had.

use std::collections::{HashMap, HashSet};
use std::io;

use super::super::lines::Record;
use super::files::flat;
use super::manifest::{Gone, KeptSlice, Stored};
use super::packed::{Packing, each_record};
use super::{Archive, Slice, day, packed};
use crate::time::Window;

impl Archive {
    /// Puts every file back that is as it was written again.
    pub(super) fn put_back(&mut self) -> io::Result<()> {
        let lost = self.lost.iter().map(|lost| {
            let (log, file, records) = (lost.log.clone(), lost.file.clone(), lost.records);
            Gone { log, file, records }
        });
        let mut gone: Vec<Gone> = lost.collect();
        let known = |file: &Stored| (file.name.clone(), file.sha256.clone());
        let noted: HashSet<(String, String)> = gone.iter().map(|gone| known(&gone.file)).collect();
        let others = self.manifest.gone_files().filter(|gone| !noted.contains(&known(&gone.file)));
        gone.extend(others.cloned());
        let aside = self.files.set_aside()?;
        let named: HashSet<String> = gone.iter().map(|gone| flat(&gone.file.name)).collect();
        let mut back = HashSet::new();
        for gone in gone {
            let now = self.manifest.file(&gone.file.name);
            let is_back = now.is_some_and(|(_, now)| now.sha256 == gone.file.sha256);
            if !is_back {
                let Some(place) = self.found(&gone.file, &aside)? else { continue };
                self.take_back(&gone, &place)?;
                let reason = format!(
                    "{} is as it was written, and is back in the archive with its {} records",
                    self.files.path(&gone.file.name).display(),
                    gone.records
                );
                self.odd(&gone.log, Some(gone.file.window()), reason);
            }
            back.insert(known(&gone.file));
        }
        let before = self.lost.len();
        self.lost.retain(|lost| !back.contains(&known(&lost.file)));
        if self.lost.len() < before {
            self.note_lost()?;
        }
        for (flat, places) in aside.into_iter().filter(|(flat, _)| !named.contains(flat)) {
            for place in places {
                self.take_unnamed(&flat, &place)?;
            }
        }
        self.known.forget();
        Ok(())
    }

    /// Takes the records back that the archive lacks from a file that was set aside and of which nothing
    /// says any more what digest it had: earlier versions forgot that. Only from one that reads whole.
    fn take_unnamed(&mut self, flat: &str, place: &str) -> io::Result<()> {
        let Some((log, name, window)) = self.unflat(flat) else { return Ok(()) };
        let log = &*log;
        let found = match self.measured(place, window) {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(()),
            Err(error) if packed::is_of_contents(&error) => return Ok(()),
            Err(error) => {
                let reason =
                    format!("{} cannot be read: {error}", self.files.path(place).display());
                self.odd(log, Some(window), reason);
                return Ok(());
            }
        };
        let again = self.count_again(log, window, place, &found.file)?;
        let count = found.times.len() as u64;
        if again == count {
            return Ok(());
        }
        let path = self.files.path(place);
        let is_free = self.manifest.file(&name).is_none() && self.files.look(&name)?.is_none();
        let (new, now) = if is_free && again == 0 {
            self.files.rename(place, &name)?;
            self.step("line")?;
            let file = Stored { name: name.clone(), ..found.file };
            self.manifest.add(KeptSlice::of_file(log, window, file, count))?;
            (count, format!("it is {} again", self.files.path(&name).display()))
        } else {
            let new = self.add_records(log, Slice { log, window }, place)?;
            (new, "it stays where it is".to_owned())
        };
        let reason = format!(
            "{} was set aside by an earlier version, reads whole, and has {new} records that the archive \
             lacked: they are in the archive again, and {now}",
            path.display()
        );
        self.odd(log, Some(window), reason);
        Ok(())
    }

    /// The log, the name and the day of a file by what [`flat`] made of its name.
    fn unflat(&self, name: &str) -> Option<(String, String, Window)> {
        self.manifest.owner().logs.iter().find_map(|log| {
            let base = name.strip_prefix(&flat(log))?.strip_prefix('-')?;
            Some((log.clone(), format!("{log}/{base}"), day::window(base)?))
        })
    }

    /// Where a file is that is as it was written: in its place, or with those that were set aside.
    fn found(
        &mut self,
        file: &Stored,
        aside: &HashMap<String, Vec<String>>,
    ) -> io::Result<Option<String>> {
        let mut places = aside.get(&flat(&file.name)).cloned().unwrap_or_default();
        if self.manifest.file(&file.name).is_none() {
            places.insert(0, file.name.clone());
        }
        for place in places {
            if self.files.look(&place)?.is_none_or(|look| look.len != file.bytes) {
                continue;
            }
            let read = self.files.read(&place).and_then(|there| match there {
                Some(mut there) => packed::sha256(&mut there).map(Some),
                None => Ok(None),
            });
            match read {
                Ok(sha256) if sha256.as_ref() == Some(&file.sha256) => return Ok(Some(place)),
                Ok(_) => {}
                // It stays where it is, and is read again by the next pull.
                Err(error) => {
                    let path = self.files.path(&place);
                    let reason = format!("{} cannot be read: {error}", path.display());
                    self.odd("", Some(file.window()), reason);
                }
            }
        }
        Ok(None)
    }

    /// Takes a file back: whole where its name is free and no record of it came again, else its
    /// records one by one.
    fn take_back(&mut self, gone: &Gone, place: &str) -> io::Result<()> {
        let (file, log) = (&gone.file, &*gone.log);
        let base = file.name.rsplit('/').next().unwrap_or_default();
        let Some(window) = day::window(base) else { return Ok(()) };
        self.step("back")?;
        self.known.unlisted.retain(|(_, _, name)| name != place);
        self.learn(log, file.window())?;
        self.learn(log, window)?;
        // Its time is asked for again: what came since left out what the file had.
        let entry = KeptSlice::of_file(log, window, file.clone(), gone.records);
        let is_free = self.manifest.file(&file.name).is_none()
            && (place == file.name || self.files.look(&file.name)?.is_none());
        let mut came_again = false;
        if let Some(mut there) = self.files.read(place)? {
            each_record(&mut there, &mut |_, key, _| {
                came_again |= self.known.records.has(key);
                Ok(())
            })?;
        }
        if is_free && !came_again {
            if place != file.name {
                self.files.rename(place, &file.name)?;
            }
            self.step("line")?;
            self.manifest.add(entry)?;
            self.known.forget();
            return Ok(());
        }
        self.add_records(log, Slice { log, window }, place)?;
        if place != file.name {
            self.files.remove(place)?;
        }
        Ok(())
    }

    /// Adds those records of a file that are not in the archive; how many these are.
    pub(super) fn add_records(
        &mut self,
        log: &str,
        slice: Slice<'_>,
        place: &str,
    ) -> io::Result<u64> {
        let Some(mut there) = self.files.read(place)? else { return Ok(0) };
        let mut packing: Option<(Packing, super::Destination)> = None;
        let mut new = 0;
        each_record(&mut there, &mut |record, key, time| {
            if !self.known.records.is_new(key, time) {
                return Ok(());
            }
            if packing.is_none() {
                packing = Some(self.begin(&slice)?);
            }
            if let Some((packing, _)) = &mut packing {
                let line = [record, b"\n"].concat();
                packing.add(&line, &Record { len: line.len(), key, time })?;
            }
            new += 1;
            self.is_back(log, time);
            Ok(())
        })?;
        if let Some(packing) = packing {
            self.store(packing, &mut KeptSlice::unasked(log, slice.window))?;
        }
        Ok(new)
    }
}
