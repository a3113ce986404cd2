//! Tokens that Graph refuses for a moment, where signing in gives the same one again: a watch and F go on.
//! Never reads the real clock: waiting moves the one of a test.

use std::ops::ControlFlow;

use super::super::super::archive::{Archive, watch};
use super::*;

/// A sign-in that has one token only, as a managed identity does, and says so where it is refused.
struct OneToken;

const SAME: &str = "the identity gives the same token again";

impl Tokens for OneToken {
    fn token(&self, renewed: bool) -> Token<'_> {
        let none = NoToken { reason: SAME.to_owned(), may_pass: true };
        Box::pin(async move { if renewed { Err(none) } else { Ok("token".into()) } })
    }
}

/// A tenant whose Graph refuses the token at these requests.
fn refusing(at: impl Fn(usize) -> bool + Send + 'static) -> Server {
    let (tenant, mut number) = (Tenant::new(30, HOUR, 10), 0);
    Server::start(move |asked| {
        number += 1;
        if at(number) { Reply::status(401) } else { tenant.answer(asked) }
    })
}

#[test]
fn a_token_refused_for_a_moment_is_tried_again_and_then_said() {
    for (refusals, is_whole) in [(1..2, true), (2..4, true), (1..usize::MAX, false)] {
        for tokens in [Arc::new(OneToken) as Arc<dyn Tokens>, Arc::new(AnyToken::default())] {
            let refusals = refusals.clone();
            let server = refusing(move |number| refusals.contains(&number));
            let mut sink = Everything::default();
            let outcome = pulled(&server.service_with(tokens), &days(2), &mut sink);
            assert_eq!(outcome.is_complete(), is_whole, "{outcome:?}");
            assert_eq!(sink.lines.len(), if is_whole { 30 } else { 0 });
            assert_eq!(sink.lost().is_empty(), is_whole);
            assert!(server.asked().len() < 9 && server.pace.elapsed() < MINUTE);
        }
    }
    // Of many logs, the first is enough to know.
    let server = refusing(|_| true);
    let request = Request { logs: logs::LOGS.iter().collect(), ..days(2) };
    let outcome = pulled(&server.service(), &request, &mut Everything::default());
    assert_eq!(outcome.refused.len(), logs::LOGS.len());
    assert_eq!(server.asked().len(), 4 + 2 * 6);
}

/// One 401 ended `--watch`.
#[test]
fn a_watch_goes_on_while_its_only_token_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let owner = owner(&"http://127.0.0.1".parse().expect("an address"), "t");
    let mut archive =
        Archive::open(folder.path(), &owner, at("2026-05-31"), Box::new(|_| {})).expect("new");
    let server = refusing(|number| (3..9).contains(&number));
    let mut rounds = Vec::new();
    let mut after = |outcome: &Outcome| {
        rounds.push(outcome.stopped.clone());
        let is_over = rounds.len() > 1 && rounds.last() == Some(&None);
        if is_over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let service = server.service_with(Arc::new(OneToken));
    let logs = logs(service, days(2));
    let cancel = CancellationToken::new();
    let outcome = runtime().block_on(watch(&logs, &mut archive, MINUTE, &mut after, &cancel));
    assert!(outcome.is_complete(), "{outcome:?}");
    let said = Some(Stopped::TokenRefused(SAME.to_owned()));
    assert_eq!(rounds, [said.clone(), said, None]);
    assert_eq!(archive.entries().map(|entry| entry.records).sum::<u64>(), 30);
}

/// The same for F, whether sign-in gives the same token or another one that is refused as well.
#[test]
fn a_feed_goes_on_while_tokens_are_refused_and_says_so_once() {
    for tokens in [Arc::new(OneToken) as Arc<dyn Tokens>, Arc::new(AnyToken::default())] {
        let server = refusing(|number| (3..14).contains(&number));
        let service = Arc::new(server.service_with(tokens));
        let follow = Some(Follow { every: MINUTE, overlap: HOUR });
        let cancel = CancellationToken::new();
        let mut feed = Feed::new(service, days(2), follow, cancel.clone()).expect("a runtime");
        let (mut text, mut block) = (String::new(), [0; 4096]);
        while text.lines().count() < 30 {
            let count = feed.read(&mut block).expect("read");
            assert!(count > 0, "it ended: {:?}", feed.status());
            text.push_str(std::str::from_utf8(&block[..count]).expect("text"));
        }
        let told = feed.status().lock().expect("free").missing.clone();
        assert_eq!(told.len(), 1, "{told:?}");
        cancel.cancel();
    }
}
