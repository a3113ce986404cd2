//! The tables of a database and what they hold, asked of the cluster.
//! Never reads a row.
//!
//! Source: Kusto, ".show tables": `TableName`, `DatabaseName`, …; a Database Viewer may ask it.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::address::Named;
use super::api::{Cluster, KUSTO, asked};
use super::frames;
use crate::http::asker::{Asker, Unread};
use crate::http::client::Http;
use crate::http::proof::Proof;
use crate::http::response::Response;
use crate::http::unanswered::Unanswered;
use crate::sign_in::Settings;
use crate::source::kql::answer::{Cells, cells, cells as cells_of};
use crate::source::kql::engine::{Asked, Engine as _};
use crate::source::kql::identifier;
use crate::source::kql::tables::told;
use crate::source::kql::whole;
use crate::source::served::Contact;
use crate::source::signed_in::{Asking, SignedIn};
use crate::time::Window;

/// A table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// The log it holds; empty where its name and columns tell none.
    pub log: &'static str,
}

/// Most tables of other names that are asked for their columns.
const MOST: usize = 200;

/// Whoever asks which tables there are.
pub struct Schema {
    named: Named,
    contact: Contact,
    signed_in: Arc<SignedIn>,
}

/// Reads an answer.
struct Question(fn(&[u8]) -> Result<Cells, Unanswered>);

impl Asker for Question {
    type Taken = Response;
    type Got = Cells;
    type Stop = Unanswered;

    fn read(&mut self, taken: Response) -> Result<Cells, Unread<Self>> {
        let broken = |why: String| Unread::Again(Unanswered::Broken(why), None);
        match taken.cut {
            Some(why) => Err(broken(why)),
            None => (self.0)(&taken.body).map_err(|failure| Unread::Again(failure, None)),
        }
    }
}

impl Schema {
    /// Of a database. `certificates`: a PEM file of more authorities to trust; `base`: where it is asked, if
    /// not where its name says. Fails where that address is none, or where tables cannot be listed.
    pub fn new(
        named: &Named,
        settings: Settings,
        certificates: Option<PathBuf>,
        base: Option<&str>,
    ) -> Result<Self, String> {
        if named.is_lake {
            return Err("the data lake does not list its tables: its workspace has them \
                        (`entrail doctor workspace ID`)"
                .to_owned());
        }
        let http = Http::new(certificates);
        let contact = Contact::new(base.unwrap_or(&named.base), http.clone())?;
        let signed_in = Arc::new(SignedIn::new(named.audience(), settings, http));
        Ok(Self { named: named.clone(), contact, signed_in })
    }

    /// What a person has to do now to be signed in; each change is told once.
    pub fn asking(&self) -> Asking {
        self.signed_in.asking()
    }

    /// The tables, by name. Fails with why there is no list, and the way out.
    pub async fn list(&self) -> Result<Vec<Listed>, String> {
        let proof = Proof::Token(Arc::clone(&self.signed_in) as _);
        let service = self.contact.service(&KUSTO, &proof)?;
        let database = &self.named.database;
        let engine = Cluster { database: database.clone() };
        let cancel = CancellationToken::new();
        let body = json!({"db": database, "csl": ".show tables"});
        let request = asked(service.base(), "/v1/rest/mgmt", &body);
        let mut question =
            Question(|body| whole::read(body).and_then(cells).map_err(Unanswered::Broken));
        let answer = service.ask(&request, &mut question, &cancel).await;
        let cells = answer.map_err(|failure| {
            let words = failure.words(KUSTO.name);
            let way = match &failure {
                Unanswered::Refused(refused) => engine.advice(refused),
                _ => None,
            };
            way.map_or(words.clone(), |way| format!("{words}; {way}"))
        })?;
        let mut tables = Vec::new();
        let mut asked_for = 0;
        for name in names(cells)? {
            let log = match told(&name, &[]).log {
                "" if asked_for < MOST => {
                    asked_for += 1;
                    let query = format!("{}\n| take 0", identifier(&name));
                    let now = service.pace().now();
                    let made = Window { start: now, end: now };
                    let query = Asked { query: &query, made, scans: false };
                    let request = engine.request(service.base(), &query);
                    let mut question = Question(|body| {
                        frames::read(body)
                            .and_then(|answer| cells_of(answer).map_err(Unanswered::Broken))
                    });
                    let columns = service.ask(&request, &mut question, &cancel).await;
                    // What cannot be read is listed all the same.
                    let columns = columns.map(|cells| cells.columns).unwrap_or_default();
                    let columns: Vec<String> =
                        columns.into_iter().map(|column| column.name).collect();
                    told(&name, &columns).log
                }
                log => log,
            };
            tables.push(Listed { name, log });
        }
        Ok(tables)
    }
}

/// The names of tables in an answer, in order. Fails where it is not whole or none.
fn names(cells: Cells) -> Result<Vec<String>, String> {
    let Cells { columns, rows, partial } = cells;
    if let Some(partial) = partial {
        return Err(format!("the list of tables is not whole: {partial}"));
    }
    let at = columns.iter().position(|column| column.name == "TableName");
    let at = at.ok_or("the answer is broken: no names of tables")?;
    let name = |row: &Vec<Value>| row.get(at).and_then(Value::as_str).map(str::to_owned);
    let mut names: Vec<String> = rows.iter().filter_map(name).collect();
    names.sort_unstable();
    Ok(names)
}
