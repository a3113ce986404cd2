//! The activities a tenant's audit log can have, as Graph lists them: what refreshes the catalogue.
//! Never reads what they are.

use std::io;

use tokio_util::sync::CancellationToken;

use super::super::pulled::Missing;
use super::logs::ACTIVITY_TYPES;
use super::page::Page;
use super::pull::pull;
use super::slices::Slice;
use super::{Request, Service, Sink};
use crate::time::{Timestamp, Window};

/// Every activity type, one JSON object a line: `id`, `service`, `category`, `activity`.
///
/// Fails with what is wrong and the way out where not all of them could be had.
pub async fn activity_types(
    service: &Service,
    cancel: &CancellationToken,
) -> Result<Vec<u8>, String> {
    // A list without time is one slice that cannot be cut.
    let window = Window { start: Timestamp::from_ms(0), end: Timestamp::from_ms(1000) };
    let mut all = All::default();
    let outcome =
        pull(service, &Request::new(vec![ACTIVITY_TYPES], window), &mut all, cancel).await;
    match all.missing {
        Some(missing) => Err(missing),
        None if outcome.is_complete() => Ok(all.lines),
        None => Err("it was stopped before its end".to_owned()),
    }
}

#[derive(Default)]
struct All {
    lines: Vec<u8>,
    missing: Option<String>,
}

impl Sink for All {
    fn page(&mut self, _slice: &Slice, page: &Page) -> io::Result<()> {
        self.lines.extend_from_slice(page.lines());
        Ok(())
    }

    fn trouble(&mut self, missing: Missing) {
        if missing.lost {
            self.missing.get_or_insert(missing.reason);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Reply, Server, runtime};
    use super::*;

    #[test]
    fn all_pages_are_read_and_a_refusal_is_told() {
        let server = Server::start(|asked| match asked.parameter("$skiptoken") {
            None => {
                let next = format!("{}&$skiptoken=2", asked.url);
                Reply::json(&format!(
                    r#"{{"@odata.nextLink":"{next}","value":[{{"id":"a","activity":"Add user"}}]}}"#
                ))
            }
            Some(_) => Reply::json(r#"{"value":[{"id":"b","activity":"Delete user"}]}"#),
        });
        let cancel = CancellationToken::new();
        let types = runtime().block_on(activity_types(&server.service(), &cancel));
        let lines = types.map(|lines| lines.split(|byte| *byte == b'\n').count() - 1);
        assert_eq!(lines, Ok(2));
        assert_eq!(server.asked()[0].url.query(), Some("$top=1000"));

        let server = Server::start(|_| Reply {
            body: br#"{"error":{"code":"Forbidden","message":"no"}}"#.to_vec(),
            ..Reply::status(403)
        });
        let refused = runtime().block_on(activity_types(&server.service(), &cancel));
        assert_eq!(refused, Err("403 Forbidden: no".to_owned()));
    }
}
