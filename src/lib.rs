//! entrail answers, in a terminal, who changed what in a Microsoft Entra tenant, from any file its audit log was written to.
//! Never more than the map of the house: the README tells how to use it, each room's page what is in the room.
//!
//! # Floors
//!
//! A room uses rooms on lower floors only, so that any of them can be read without those above it;
//! `tests/floors.rs` reads every import.
//!
//! | floor | room | what is in it |
//! |---|---|---|
//! | 1 | [`time`] | instants, ranges and zones; every spelling of time in Entra's logs |
//! | | [`text`] | names folded to be compared, foreign text cleaned to be shown |
//! | | [`disk`] | folders and files of the program's own: held open, checked, replaced whole |
//! | | [`secret`] | secrets in memory, and texts from outside without them |
//! | | [`meaning`] | what activities mean: what they give and take, of which trail they are a step, how they are undone |
//! | | [`record`] | a logged event; the tables of fields and of columns; what differs between two values; a record in one sentence; the rules of risk |
//! | | [`catalogue`] | the known services, categories and activities, found by any spelling |
//! | | [`log`] | what the program does, an event a line, where somebody asked for it |
//! | 2 | [`format`](mod@format) | the schemas and layouts of events: bytes of one event to a record, and a record to Graph's JSON |
//! | | [`store`] | all records of a session, in columns |
//! | | [`document`] | headings, lists, tables and sections for people, and their renderers: Markdown, HTML, JSON, plain text |
//! | | [`demo`] | the demo tenant: ordinary days and the stories buried in them |
//! | | [`http`] | asking over HTTP: clients, one request, when to ask again, and in what rhythm; for any service |
//! | | [`sign_in`] | access tokens for any service: seven ways to get one |
//! | 3 | [`ledger`] | who holds what when: everything that was given and taken, read from records |
//! | | [`query`] | the filter language: parsing, matching, answering, completing |
//! | | [`place`] | wherever records come from: one trait for files, pipes, the demo and services |
//! | | [`source`] | files, folders, archives, streams and tenants to segments; the only door data comes in by |
//! | | [`case`] | marks and notes of an investigation, and the records they belong to |
//! | 4 | [`export`] | records and counts, written as table, JSON, CSV, Markdown and original bytes, and told in documents |
//! | | [`lookup`] | activities of the catalogue, and the rules of risk, written as a table or JSON |
//! | | [`trails`] | sequences of records that mean something together, and what is missing of them |
//! | | [`app`] | the state of the screen, and what each key and each delivery makes of it |
//! | 5 | [`ui`] | the state, painted; its files are named after those of [`app`] |
//! | 6 | [`config`] | what is kept between sessions |
//! | | [`runtime`] | the loop around [`app`] and [`ui`]: terminal, signals, clipboard, threads |
//! | 7 | [`cli`] | arguments, and what is done with them |
//! | 8 | this page, `main.rs` | nothing but the map and the door |
//!
//! # Words
//!
//! Each means one thing, in the code, in help and in the README.
//!
//! - A **record** is one logged event. Its **kind** is audit, sign-in, provisioning, risk or graph-call. Its **actor**
//!   did an **activity** to its **targets**; a **change** is one property of a target, old → new.
//! - A **field** is a property of records that has a name, so that it can be filtered, shown and
//!   counted. A **column** is where the store keeps the values of fields that are asked for often.
//! - The **catalogue** is what is known of activities before any record was read.
//! - A **place** is what the user named to be read, such as files or a tenant; it consists of
//!   **pieces**. A load hands over **deliveries**; a **trouble**
//!   is one of them: something that could not be read, or was odd.
//! - Records arrive in **segments**, which never change. The **store** is the list of them, and a
//!   **row id** a record's place in it, for good. A **span** is where a record's original bytes are.
//! - A **query** is a filter that was understood; a **question** is a query together with the choice
//!   in the tree and the order. Each question has a higher **revision** than the one before, and an
//!   **answer** says which it belongs to.
//! - An **action** is what a user can ask for, a **message** something that happened, an **effect**
//!   something to be done outside of the state.
//! - A **viewport** is a cursor, a first visible line and a height; an **outline** a JSON value as
//!   lines that fold.
//!
//! # Five functions
//!
//! ```text
//! App::update(&mut self, Message) -> Vec<Effect>          changes the state; does nothing outside
//! ui::draw(&App, &Theme, &mut Frame)                      paints the state; cannot change it
//! app::layout::layout(Rect, Open) -> Layout               one geometry for update, mouse and drawing
//! Matcher::matching(&mut self, &Segment, cancelled) -> …  rows of a segment that match; on any thread
//! source::start(Places, Sender<Delivery>, CancellationToken)   loads on threads of its own
//! ```
//!
//! [`runtime`] puts them together: keys and deliveries become messages, effects become work on other
//! threads, and what that work finds comes back as a message. [`source::follow`] goes on behind a load
//! with what arrives later. The command line uses the same ones
//! without the screen: [`source::read_all`], [`query::answer::Answerer`], [`export`].
//!
//! # Where something is added
//!
//! One row or one file is enough; filters, completion, help, the palette and the README's tables follow
//! from it. `tests/doors.rs` holds what is said here against the files.
//!
//! - **a field**: a row of [`record::field::FIELDS`]
//! - **a kind of record**: a file in `src/record/kind` with what it is called and the properties it adds,
//!   and a row of `src/record/kind.rs`
//! - **a property that only some kinds of record have**: a row in the file of its kind, in
//!   `src/record/kind`; it is a field too
//! - **a column**, for a field that is to be answered from memory: a row of
//!   [`record::column::COLUMNS`], and the field's row names it
//! - **an action**, its keys and its help: a row of [`app::action::ACTIONS`], and what it does in
//!   [`app::actions`]
//! - **a schema of events** in JSON: a file in `src/format/schema` with the keys that tell it and its
//!   reader, and a row of `src/format/schema.rs`; envelopes, tables, CSV columns and writing follow
//! - **a layout of events**, beside JSON objects and rows: a file in `src/format/layout`, and a row of
//!   `src/format/layout.rs`
//! - **a kind of file** around events: `src/source/content.rs` recognises it, a file in
//!   `src/source/framing` finds where its events begin and end
//! - **a way files are packed**: a variant of `Packing` in `src/source/compression.rs`, and where
//!   `src/source/reading.rs` unpacks it
//! - **a file that is not read**, with what to do instead: a row in `src/source/content/unread.rs`
//! - **a log that only looks like Entra's**: a row of `src/format/evidence/foreign.rs`
//! - **a place records come from**: a folder (or file) of `src/source` with a type that is a
//!   `Place`, a file in `src/cli/place` with the words that name it on a command line, and a row of
//!   `src/cli/place.rs`; `query`, `pull`, `doctor` and profiles follow, and nothing else asks which it is. A
//!   service has its sign-in, its stream and what arrives from `src/source/served.rs`
//! - **an engine that is asked in KQL**: a folder (or file) of `src/source` with its
//!   [`source::kql::Engine`]: where a query is sent, and what an answer looks like
//! - **a field that such an engine can count**: a row of `src/query/summarize/columns.rs` with the columns
//!   it is read from
//! - **a log of Microsoft Graph**: a row of [`source::graph::logs::LOGS`]; what Graph can filter it by
//!   is in [`query::dialect::odata`]
//! - **a language a query is written in**: a file in `src/query/dialect` with its
//!   [`query::plan::Dialect`], and a variant of [`query::translate::Language`]
//! - **a way to sign in**: a variant of [`sign_in::Method`] and a file in `src/sign_in`
//! - **a way to write records**: a row of `src/export/formats.rs`, and the file that writes it
//! - **a way to write documents** (reports, undo sheets, trails, access): a row of
//!   [`document::RENDERERS`], and the file that writes it
//! - **a document about records**: a row of `src/export/sheet.rs`; what is told of a record in it has an arm
//!   there, and does not compile without
//! - **a command**: a file in `src/cli/command` with what it takes, its examples and what it does, and a
//!   row of `src/cli/command.rs`
//! - **a theme**: a file in `src/ui/theme`, and its name in [`ui::theme::PALETTES`]
//! - **a fact about activities**: a line of a file in `assets/catalogue`
//! - **what an activity means**, gives, takes, reverses, and how it is undone: its entry in a file of
//!   `assets/activities`
//! - **a rule of risk**: some lines of a file in `assets/risk`, and two records in
//!   `tests/fixtures/risk`: one it fires on, one it does not
//! - **a trail**: a row of [`trails::TRAILS`], how it is judged in `src/trails/judge`, and the `step`
//!   lines of its activities in `assets/activities`
//! - **a story of the demo tenant**: an entry of [`demo::STORIES`], written in `src/demo/incidents`
//!
//! After a row was added, `UPDATE_README=1 cargo test --test readme` writes the README's tables anew,
//! and `.ci/picture` its picture of the screen.

#![forbid(unsafe_code)]

pub mod app;
pub mod case;
pub mod catalogue;
pub mod cli;
pub mod config;
pub mod demo;
pub mod disk;
pub mod document;
pub mod export;
pub mod format;
pub mod http;
pub mod ledger;
pub mod log;
pub mod lookup;
pub mod meaning;
pub mod place;
pub mod query;
pub mod record;
pub mod runtime;
pub mod secret;
pub mod sign_in;
pub mod source;
pub mod store;
pub mod text;
pub mod time;
pub mod trails;
pub mod ui;
