//! Places that count beside the screen: one count at a time, on a thread of its own.
//! Never counts here, and hands over nothing that was given up meanwhile.

use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use crate::app::layers::facets::CountedThere;
use crate::app::message::Message;
use crate::place::{Counted, Group, News, Places, Uncounted};
use crate::query::facet::{Stands, facet_of};
use crate::query::summarize::Counting;
use crate::query::{Context, Query};
use crate::record::field::Field;
use crate::source::Delivery;
use crate::store::RowId;

/// The count that runs, if any.
#[derive(Default, Debug)]
pub struct Counts {
    stop: CancellationToken,
}

impl Counts {
    /// Has the place that can count the values of a field; an earlier count is given up. What comes of it
    /// goes to `inbox`.
    pub fn start(
        &mut self,
        places: Places,
        query: Query,
        context: Context,
        field: &'static Field,
        inbox: UnboundedSender<Message>,
    ) {
        self.stop();
        self.stop = CancellationToken::new();
        let stop = self.stop.clone();
        let to = inbox.clone();
        let work = move || {
            let counting = Counting { query, context, by: vec![field], step: None };
            let found = count(&places, &counting, field, &inbox, &stop);
            if !stop.is_cancelled() {
                // Whoever left needs no telling.
                let _ = inbox.send(Message::CountedThere(field, found.map(Box::new)));
            }
        };
        let thread = std::thread::Builder::new().name("counts".to_owned()).spawn(work);
        if let Err(error) = thread {
            let why = format!("the system gives no room to ask: {error}");
            let _ = to.send(Message::CountedThere(field, Err(why)));
        }
    }

    /// Gives up the count that runs.
    pub fn stop(&mut self) {
        self.stop.cancel();
    }
}

fn count(
    places: &Places,
    counting: &Counting,
    field: &'static Field,
    inbox: &UnboundedSender<Message>,
    stop: &CancellationToken,
) -> Result<CountedThere, String> {
    let found = places.iter().find_map(|place| Some((place, place.counts()?)));
    let Some((place, by)) = found else {
        return Err("no place that is open counts its records; only a workspace does".to_owned());
    };
    if places.len() > 1 {
        return Err(
            "several places are open, and one record may be in two of them: they are told apart \
                    when they are loaded"
                .to_owned(),
        );
    }
    let name: Arc<str> = place.name().into();
    let mut told = |news| {
        if let News::Prompt(prompt) = news {
            let prompt = Delivery::Prompt(Arc::clone(&name), prompt);
            let _ = inbox.send(Message::Delivered(prompt));
        }
    };
    let counted = place.count(counting, &mut told, stop).map_err(|why| match why {
        Uncounted::Inexact(why) => format!("{by} does not count this exactly: {why}"),
        Uncounted::Failed(why) => format!("{by} did not count this: {why}"),
        Uncounted::Stopped => "it was stopped".to_owned(),
    })?;
    let Counted { store, mut groups, cost } = counted;
    groups.sort_unstable_by_key(|group| group.row);
    let rows: Vec<RowId> = groups.iter().map(|group| group.row).collect();
    let stands = |row: RowId| {
        let group = groups.binary_search_by_key(&row, |group| group.row).map(|at| groups[at]);
        let Group { records, seen, .. } = group.unwrap_or(Group { row, records: 0, seen: None });
        Stands { records, seen }
    };
    let goes_on = |_| !stop.is_cancelled();
    let facet = facet_of(&store, &rows, field, &stands, &goes_on).ok_or("it was stopped")?;
    Ok(CountedThere { facet, by, bytes: cost.bytes })
}
