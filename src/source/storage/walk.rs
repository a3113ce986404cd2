//! The blobs of a container that may hold records of a span of time, the earliest first.
//! Never assumes how a container is laid out: it lists folder by folder and takes what is there.
//!
//! What is listed costs, so that a folder of which all is wanted is listed as a whole, five thousand
//! names a page; one of which nothing can be wanted is not listed at all. Folders of several tenants
//! stand beside each other; their blobs are put together by their hours.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::account::{Account, Whole};
use super::hours::{Filed, Share, filed, may_hold};
use super::listing::{Listed, Page, Question};
use crate::http::unanswered::Unanswered;
use crate::time::{TimeRange, Timestamp};

/// Folders that are looked into for those of years; what has more is listed as a whole.
const MOST_FOLDERS: usize = 256;

/// Takes blobs; whether more are wanted.
pub type OnListed<'f> = dyn FnMut(Listed) -> bool + Send + 'f;

/// Where blobs are listed.
pub struct Walk<'w> {
    account: &'w Arc<Account>,
    container: &'w str,
    prefix: &'w str,
    span: TimeRange,
    whole: Whole,
}

impl<'w> Walk<'w> {
    /// Blobs of a container whose names begin with `prefix` (a folder, or the name of one), which may hold
    /// records of the span.
    pub fn new(
        account: &'w Arc<Account>,
        container: &'w str,
        prefix: &'w str,
        span: TimeRange,
        stop: &CancellationToken,
    ) -> Self {
        Self { account, container, prefix, span, whole: Whole::new(account, stop) }
    }

    /// Hands over all of them. Fails where a list does not come.
    pub async fn run(mut self, found: &mut OnListed<'_>) -> Result<(), Unanswered> {
        let mut branches = self.branches().await?;
        // Of each the first blob that was not handed over.
        let mut heads: Vec<Option<Listed>> = Vec::new();
        for branch in &mut branches {
            heads.push(self.next(branch).await?);
        }
        loop {
            let first =
                heads.iter().enumerate().filter_map(|(at, head)| Some((order(head.as_ref()?), at)));
            let Some((_, at)) = first.min() else { return Ok(()) };
            let following = self.next(&mut branches[at]).await?;
            if let Some(listed) = std::mem::replace(&mut heads[at], following)
                && !found(listed)
            {
                return Ok(());
            }
        }
    }

    /// Folders whose blobs are in order of time, and what stands elsewhere.
    async fn branches(&mut self) -> Result<Vec<Branch>, Unanswered> {
        let flat = |prefix: String| Branch::of(Step::Flat(prefix, None));
        if filed(self.prefix).is_some() {
            return Ok(vec![Branch::of(Step::Folder(self.prefix.to_owned()))]);
        }
        let (mut branches, mut loose) = (Vec::new(), Vec::new());
        let mut folders = VecDeque::from([self.prefix.to_owned()]);
        let mut looked = 0;
        while let Some(folder) = folders.pop_front() {
            looked += 1;
            if looked > MOST_FOLDERS {
                branches.push(flat(folder));
                continue;
            }
            let page = self.folder(&folder).await?;
            loose.extend(page.blobs);
            let (of_years, others): (Vec<_>, Vec<_>) =
                page.folders.into_iter().partition(|folder| filed(folder).is_some());
            folders.extend(others);
            if !of_years.is_empty() {
                let is_all = of_years.iter().all(|year| self.share(year) == Share::All);
                let is_lettered =
                    of_years.iter().all(|year| year[folder.len()..].starts_with("y="));
                branches.push(match is_all {
                    true if is_lettered => flat(folder + "y="),
                    true => Branch::all(of_years.into_iter().map(|year| Step::Flat(year, None))),
                    false => Branch::all(of_years.into_iter().map(Step::Folder)),
                });
            }
        }
        let is_wanted = |listed: &Listed| self.is_wanted(listed);
        let mut ready: Vec<Listed> = loose.into_iter().filter(is_wanted).collect();
        ready.sort_by_cached_key(order);
        branches.push(Branch { steps: VecDeque::new(), ready: ready.into() });
        Ok(branches)
    }

    /// All of a folder, by name, on however many pages.
    async fn folder(&mut self, prefix: &str) -> Result<Page, Unanswered> {
        let mut all = Page::default();
        let mut marker = None;
        loop {
            let page = self.page(prefix, true, marker.take()).await?;
            all.blobs.extend(page.blobs);
            all.folders.extend(page.folders);
            match page.next {
                Some(next) => marker = Some(next),
                None => break,
            }
        }
        all.folders.retain(|folder| self.is_below(folder));
        Ok(all)
    }

    async fn page(
        &mut self,
        prefix: &str,
        by_folder: bool,
        marker: Option<String>,
    ) -> Result<Page, Unanswered> {
        let question = Question { prefix: prefix.to_owned(), by_folder, marker };
        let page = self.account.blobs(self.container, &question, &mut self.whole).await?;
        if page.next.is_some() && page.next == question.marker {
            let why = "the list begins again and again from the same place".to_owned();
            return Err(Unanswered::Broken(why));
        }
        Ok(page)
    }

    /// The next blob of a branch.
    async fn next(&mut self, branch: &mut Branch) -> Result<Option<Listed>, Unanswered> {
        loop {
            if let Some(listed) = branch.ready.pop_front() {
                return Ok(Some(listed));
            }
            match branch.steps.pop_front() {
                None => return Ok(None),
                Some(Step::Flat(prefix, marker)) => {
                    let page = self.page(&prefix, false, marker).await?;
                    if page.next.is_some() {
                        branch.steps.push_front(Step::Flat(prefix, page.next));
                    }
                    branch
                        .ready
                        .extend(page.blobs.into_iter().filter(|listed| self.is_wanted(listed)));
                }
                Some(Step::Folder(prefix)) => match self.share(&prefix) {
                    Share::None => {}
                    // There are no more than two dozen in a day.
                    Share::Some if !filed(&prefix).is_some_and(|filed| filed.is_of_a_day) => {
                        let page = self.folder(&prefix).await?;
                        for folder in page.folders.into_iter().rev() {
                            branch.steps.push_front(Step::Folder(folder));
                        }
                        branch
                            .ready
                            .extend(page.blobs.into_iter().filter(|listed| self.is_wanted(listed)));
                    }
                    Share::Some | Share::All => branch.steps.push_front(Step::Flat(prefix, None)),
                },
            }
        }
    }

    fn share(&self, name: &str) -> Share {
        filed(name).map_or(Share::All, |filed: Filed| filed.share(&self.span))
    }

    /// Does a name begin as it was asked for, at the end of a part of it?
    fn is_below(&self, name: &str) -> bool {
        let rest = name.strip_prefix(self.prefix);
        let is_whole = self.prefix.is_empty() || self.prefix.ends_with('/');
        rest.is_some_and(|rest| is_whole || rest.is_empty() || rest.starts_with('/'))
    }

    fn is_wanted(&self, listed: &Listed) -> bool {
        self.is_below(&listed.name)
            && self.share(&listed.name) != Share::None
            && may_hold(listed.modified, &self.span)
    }
}

/// Blobs that are in order of time.
struct Branch {
    steps: VecDeque<Step>,
    ready: VecDeque<Listed>,
}

enum Step {
    /// Look into this folder.
    Folder(String),
    /// List all that begins so, from this page on.
    Flat(String, Option<String>),
}

impl Branch {
    fn of(step: Step) -> Self {
        Self::all([step])
    }

    fn all(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { steps: steps.into_iter().collect(), ready: VecDeque::new() }
    }
}

/// By hour, then by name; what has none comes first.
fn order(listed: &Listed) -> (Option<Timestamp>, String) {
    (filed(&listed.name).map(|filed| filed.start), listed.name.clone())
}
