//! The tables of a database and what they hold, asked of the cluster.
//! Never reads a row.
//!
//! Source: Kusto, ".show database schema": `DatabaseName`, `TableName`, `ColumnName`, `ColumnType`, …; a
//! Database Viewer may ask it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::address::Named;
use super::api::{Cluster, KUSTO, asked};
use crate::http::asker::{Asker, Unread};
use crate::http::client::Http;
use crate::http::proof::Proof;
use crate::http::response::Response;
use crate::http::unanswered::Unanswered;
use crate::query::dialect::kql::literal;
use crate::sign_in::Settings;
use crate::source::kql::Engine as _;
use crate::source::kql::answer::{Cells, cells};
use crate::source::kql::tables::told;
use crate::source::kql::whole;
use crate::source::served::Contact;
use crate::source::signed_in::{Asking, SignedIn};

/// A table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// The log it holds; empty where its name and columns tell none.
    pub log: &'static str,
    /// How many columns it has.
    pub columns: usize,
}

/// Whoever asks which tables there are.
pub struct Schema {
    named: Named,
    contact: Contact,
    signed_in: Arc<SignedIn>,
}

/// Reads the answer.
struct Whole;

impl Asker for Whole {
    type Taken = Response;
    type Got = Cells;
    type Stop = Unanswered;

    fn read(&mut self, taken: Response) -> Result<Cells, Unread<Self>> {
        let broken = |why: String| Unread::Again(Unanswered::Broken(why), None);
        match taken.cut {
            Some(why) => Err(broken(why)),
            None => whole::read(&taken.body).and_then(cells).map_err(broken),
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
        let command = format!(".show database [{}] schema", literal(database));
        let body = json!({"db": database, "csl": command});
        let request = asked(service.base(), "/v1/rest/mgmt", &body);
        let answer = service.ask(&request, &mut Whole, &CancellationToken::new()).await;
        let cells = answer.map_err(|failure| {
            let words = failure.words(KUSTO.name);
            let engine = Cluster { database: database.clone() };
            match &failure {
                Unanswered::Refused(refused) | Unanswered::Unauthorized(refused) => {
                    match engine.advice(refused) {
                        Some(way) => format!("{words}; {way}"),
                        None => words,
                    }
                }
                _ => words,
            }
        })?;
        listed(cells)
    }
}

fn listed(cells: Cells) -> Result<Vec<Listed>, String> {
    let Cells { columns, rows, partial } = cells;
    if let Some(partial) = partial {
        return Err(format!("the list of tables is not whole: {partial}"));
    }
    let at = |name: &str| columns.iter().position(|column| column.name == name);
    let places = at("TableName").zip(at("ColumnName"));
    let Some((table, column)) = places else {
        return Err("the answer is broken: no names of tables and columns".to_owned());
    };
    let text = |row: &[Value], at: usize| {
        row.get(at).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in &rows {
        let name = text(row, table);
        if !name.is_empty() {
            let columns = tables.entry(name).or_default();
            // Rows without a column are of the table itself.
            columns.extend(Some(text(row, column)).filter(|name| !name.is_empty()));
        }
    }
    let listed = |(name, columns): (String, Vec<String>)| Listed {
        log: told(&name, &columns).log,
        columns: columns.len(),
        name,
    };
    Ok(tables.into_iter().map(listed).collect())
}
