//! The box that asks what to export, how and where to, and how far an export is.
//! Never writes a file; that is done outside, and told here.

use ratatui::crossterm::event::{KeyCode, KeyEvent};
use tui_input::{Input, InputRequest};

use crate::app::input::request;
use crate::app::message::Effect;
use crate::app::state::App;
use crate::app::typed;
use crate::export::{Format, Sheet};
use crate::store::RowId;
use crate::text::{clean, fit_end};

/// An export that is being asked for, and one that runs.
#[derive(Debug, Default)]
pub struct Exporting {
    /// The box, while it is open.
    pub form: Option<Form>,
    /// Records gone through and all of them, while one runs; both count again for each pass.
    pub running: Option<(u64, u64)>,
}

/// What is asked.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "answers that do not depend on each other")]
pub struct Form {
    /// Only the marked records?
    pub marks: bool,
    /// How they are written.
    pub format: Format,
    /// With pseudonyms?
    pub redact: bool,
    /// What a report is called.
    pub title: Input,
    /// Where to.
    pub file: Input,
    /// Was the name typed by a person? Until then it follows the format.
    is_named: bool,
    /// The line under the cursor.
    pub line: Line,
    /// The file is there already, and it was said so.
    pub exists: bool,
}

/// A line of the box.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Line {
    /// The view or the marks.
    What,
    /// The format.
    Format,
    /// Pseudonyms or not.
    Redact,
    /// The title of a report.
    Title,
    /// The file.
    File,
}

/// The formats that can be chosen: documents first.
pub fn formats() -> Vec<Format> {
    let offered = Format::all().filter(|format| format.title().is_some());
    let (mut formats, others): (Vec<_>, Vec<_>) =
        offered.partition(|format| format.sheet().is_some());
    formats.extend(others);
    formats
}

/// What is to be written where.
#[derive(Clone, Debug)]
pub struct Job {
    /// Which records, in the order of the list.
    pub rows: Vec<RowId>,
    /// How.
    pub format: Format,
    /// With pseudonyms?
    pub redact: bool,
    /// What the investigation is called.
    pub title: String,
    /// Queries that found them.
    pub queries: Vec<String>,
    /// The query that finds them again.
    pub query: String,
    /// Does it ask what is marked?
    pub asks_for_marks: bool,
    /// The case that tells it, once there is a file.
    pub case: Option<String>,
    /// The file.
    pub file: String,
    /// May a file of that name be replaced?
    pub overwrite: bool,
}

/// How an export goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Exported {
    /// So many records were gone through.
    Going(u64),
    /// There is a file of that name.
    Exists,
    /// It is written: file, records, bytes, and records that could not be read again.
    Done(String, u64, u64, u64),
    /// It was stopped; nothing was written.
    Stopped,
    /// It could not be written.
    Failed(String),
}

impl Form {
    /// The lines there are.
    pub fn lines(&self) -> Vec<Line> {
        let mut lines = vec![Line::What, Line::Format, Line::Redact];
        if self.format.sheet().is_some() {
            lines.push(Line::Title);
        }
        lines.push(Line::File);
        lines
    }

    fn step(&mut self, forward: bool) {
        let lines = self.lines();
        let at = lines.iter().position(|line| *line == self.line).unwrap_or(0);
        let to = if forward { at + 1 } else { at + lines.len() - 1 };
        self.line = lines[to % lines.len()];
    }

    fn turn(&mut self, forward: bool) {
        match self.line {
            Line::What => self.marks = !self.marks,
            Line::Redact => self.redact = !self.redact,
            Line::Format => {
                let all = formats();
                let at = all.iter().position(|format| *format == self.format);
                let to = at.unwrap_or(0) + if forward { 1 } else { all.len() - 1 };
                self.format = all[to % all.len()];
            }
            Line::Title | Line::File => {}
        }
        self.exists = false;
    }

    fn input(&mut self) -> Option<&mut Input> {
        match self.line {
            Line::Title => Some(&mut self.title),
            Line::File => Some(&mut self.file),
            _ => None,
        }
    }

    fn edit(&mut self, request: InputRequest) {
        if self.input().is_some_and(|input| typed::edit(input, request, typed::LINE)) {
            self.was_edited();
        }
    }

    /// The line under the cursor has another text now.
    fn was_edited(&mut self) {
        if self.line == Line::File {
            (self.is_named, self.exists) = (true, false);
        }
    }

    /// Is the line under the cursor one to be typed in?
    pub fn takes_text(&self) -> bool {
        matches!(self.line, Line::Title | Line::File)
    }
}

impl App {
    /// Why nothing can be exported; `None` where something can.
    pub(in crate::app) fn cannot_export(&self) -> Option<String> {
        let why = if self.exporting.running.is_some() {
            "an export is running; esc stops it"
        } else if self.panes.list.all_rows().is_empty() && self.data.store.marks().is_empty() {
            "there are no records to export"
        } else {
            return None;
        };
        Some(why.to_owned())
    }

    /// Opens the box: for the marks as a report where there are any, for the view otherwise.
    pub(in crate::app) fn begin_export(&mut self) -> Vec<Effect> {
        let marks = !self.data.store.marks().is_empty();
        self.exporting.form = Some(Form {
            marks,
            format: if marks { Format::REPORT } else { Format::CSV },
            redact: false,
            title: Input::new(self.marking.title.clone()),
            file: Input::default(),
            is_named: false,
            line: Line::What,
            exists: false,
        });
        self.name_export();
        Vec::new()
    }

    /// Number of records in the view and marked ones.
    pub fn exportable(&self) -> (usize, usize) {
        (self.panes.list.all_rows().len(), self.data.store.marks().len())
    }

    fn name_export(&mut self) {
        let Some(form) = self.exporting.form.as_mut().filter(|form| !form.is_named) else { return };
        let plain = |c: char| if c.is_alphanumeric() || c == '-' { c } else { '-' };
        let name = self.data.loading.name.split('.').next().unwrap_or_default();
        let name: String = name.chars().take(40).map(plain).collect();
        let name = name.trim_matches('-');
        let name = if name.is_empty() { "entrail" } else { name };
        let what = match form.format.sheet() {
            Some(sheet) => sheet.name(),
            None if form.marks => "marks",
            None => "records",
        };
        let day = self.clock.zone.format(self.clock.now, "%Y%m%d-%H%M");
        let extension = form.format.extension();
        // What was opened may be called by the name of who is not to be named.
        form.file = Input::new(match form.redact {
            true => format!("{what}-{day}-redacted.{extension}"),
            false => format!("{name}-{what}-{day}.{extension}"),
        });
    }

    pub(in crate::app) fn pressed_in_export(&mut self, event: &KeyEvent) -> Vec<Effect> {
        let Some(form) = &mut self.exporting.form else { return Vec::new() };
        let is_text = form.takes_text();
        match event.code {
            KeyCode::Esc => self.exporting.form = None,
            KeyCode::Enter => return self.export(),
            KeyCode::Down | KeyCode::Tab => form.step(true),
            KeyCode::Up | KeyCode::BackTab => form.step(false),
            KeyCode::Right | KeyCode::Char(' ' | 'l') if !is_text => form.turn(true),
            KeyCode::Left | KeyCode::Char('h') if !is_text => form.turn(false),
            KeyCode::Char('j') if !is_text => form.step(true),
            KeyCode::Char('k') if !is_text => form.step(false),
            _ => {
                if let Some(request) = request(event) {
                    form.edit(request);
                }
            }
        }
        self.name_export();
        Vec::new()
    }

    /// Adds pasted text to the line under the cursor.
    pub(in crate::app) fn pasted_in_export(&mut self, text: &str) {
        let Some(form) = &mut self.exporting.form else { return };
        let said = form.input().and_then(|input| typed::insert(input, text, typed::LINE));
        form.was_edited();
        self.screen.notice = said;
    }

    fn export(&mut self) -> Vec<Effect> {
        let Some(form) = &self.exporting.form else { return Vec::new() };
        let rows: Vec<RowId> = match form.marks {
            true => self.data.store.marks().iter().map(|(row, _)| row).collect(),
            false => self.panes.list.all_rows().to_vec(),
        };
        let file = form.file.value().trim().to_owned();
        if rows.is_empty() || file.is_empty() {
            let why =
                if file.is_empty() { "the file needs a name" } else { "there are no such records" };
            self.screen.notice = Some(why.to_owned());
            return Vec::new();
        }
        let query = if form.marks { "mark:yes".to_owned() } else { self.whole_query() };
        let asks_for_marks = form.marks || self.filter.query.asks_for_marks();
        let mut queries = self.marking.queries.clone();
        if !form.marks && !query.is_empty() && !queries.contains(&query) {
            queries.push(query.clone());
        }
        let title = form.title.value().trim().to_owned();
        // Names are gathered first, and so is what an undo sheet finds to cancel out.
        let passes = form.format.sheet().map_or(1, Sheet::passes) + u64::from(form.redact);
        let job = Job {
            format: form.format,
            redact: form.redact,
            title: title.clone(),
            queries,
            case: self.marking.file.clone().filter(|_| asks_for_marks),
            asks_for_marks,
            query,
            file,
            overwrite: form.exists,
            rows,
        };
        self.exporting.running = Some((0, job.rows.len() as u64 * passes));
        let mut effects = Vec::new();
        if title != self.marking.title {
            self.marking.title = title;
            effects = self.marks_changed();
        }
        effects.push(Effect::Export(Box::new(job), self.data.store.clone()));
        effects
    }

    /// Takes in how an export goes.
    pub(in crate::app) fn exported(&mut self, how: Exported) {
        if let Exported::Going(done) = how {
            if let Some((known, _)) = &mut self.exporting.running {
                *known = (*known).max(done);
            }
            return;
        }
        self.exporting.running = None;
        let told = match how {
            Exported::Exists => {
                if let Some(form) = &mut self.exporting.form {
                    form.exists = true;
                }
                "it exists already: Enter replaces it, another name keeps it, Esc gives up"
                    .to_owned()
            }
            Exported::Done(file, records, bytes, unreadable) => {
                self.exporting.form = None;
                let lost = match unreadable {
                    0 => String::new(),
                    lost => format!(" · {lost} could not be read again"),
                };
                let noun = if records == 1 { "record" } else { "records" };
                let told = format!("written: {records} {noun}, {bytes} bytes{lost} · ");
                let room =
                    usize::from(self.screen.layout.screen.width).saturating_sub(told.len() + 2);
                format!("{told}{}", fit_end(&clean(&file), room.max(20)))
            }
            Exported::Stopped => "the export was stopped; nothing was written".to_owned(),
            Exported::Failed(why) => format!("not written: {why}"),
            Exported::Going(_) => return,
        };
        self.screen.notice = Some(clean(&told).into_owned());
    }

    /// How far an export is, in words; `None` where none runs.
    pub fn export_words(&self) -> Option<String> {
        let (done, all) = self.exporting.running?;
        let share = done as f64 / all.max(1) as f64;
        Some(format!("writing {:3.0}%, esc stops ", share.min(1.0) * 100.0))
    }
}
