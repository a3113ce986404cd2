//! The box that asks what to export, how and where to, and how far an export is.
//! Never writes a file; that is done outside, and told here.

use ratatui::crossterm::event::{KeyCode, KeyEvent, MouseEvent};
use ratatui::layout::Rect;
use tui_input::{Input, InputRequest};

use crate::app::action::Action;
use crate::app::event::{InputHandler, position};
use crate::app::intent::{Intent, Reply};
use crate::app::keymap::Keymap;
use crate::app::layout::Layout;
use crate::app::typed;
use crate::export::Format;
use crate::store::RowId;

/// What is asked, and how far an export is.
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
    /// Records gone through and all of them, while it is written; both count again for each pass.
    pub running: Option<(u64, u64)>,
    /// What files are called after: what was opened, and the minute it is.
    after: (String, String),
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

/// Columns of the box at most.
const WIDTH: u16 = 90;

impl Form {
    /// Asks for the marks as a report, or for the view. Files are called after what was opened (`name`)
    /// and after a minute.
    pub fn new(marks: bool, title: &str, name: &str, minute: String) -> Self {
        let plain = |c: char| if c.is_alphanumeric() || c == '-' { c } else { '-' };
        let name = name.split('.').next().unwrap_or_default();
        let name: String = name.chars().take(40).map(plain).collect();
        let name = name.trim_matches('-');
        let name = if name.is_empty() { "entrail" } else { name };
        let mut form = Self {
            marks,
            format: if marks { Format::REPORT } else { Format::CSV },
            redact: false,
            title: Input::new(title.to_owned()),
            file: Input::default(),
            is_named: false,
            line: Line::What,
            exists: false,
            running: None,
            after: (name.to_owned(), minute),
        };
        form.name();
        form
    }

    /// Names the file, while nobody else has.
    fn name(&mut self) {
        if self.is_named {
            return;
        }
        let what = match self.format.sheet() {
            Some(sheet) => sheet.name(),
            None if self.marks => "marks",
            None => "records",
        };
        let (name, minute) = &self.after;
        let extension = self.format.extension();
        // What was opened may be called by the name of who is not to be named.
        self.file = Input::new(match self.redact {
            true => format!("{what}-{minute}-redacted.{extension}"),
            false => format!("{name}-{what}-{minute}.{extension}"),
        });
    }

    /// Where its box is, with the border.
    pub fn area(&self, layout: &Layout) -> Rect {
        let height = self.lines().len() as u16 + 3;
        layout.centered(layout.screen.width.saturating_sub(4).min(WIDTH), height)
    }

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
    pub fn is_text(&self) -> bool {
        matches!(self.line, Line::Title | Line::File)
    }
}

impl Form {
    /// How far the export is, in words; `None` where none runs.
    pub fn going(&self, keymap: &Keymap) -> Option<String> {
        let (done, all) = self.running?;
        let share = done as f64 / all.max(1) as f64;
        let stop = keymap.spoken(Action::Back);
        Some(format!("writing {:3.0}%, {stop} stops ", share.min(1.0) * 100.0))
    }
}

impl InputHandler for Form {
    fn key(&mut self, event: &KeyEvent, _: &Layout) -> Reply {
        // While it is written the box waits.
        if self.running.is_some() {
            return Reply::passed();
        }
        let is_text = self.is_text();
        match event.code {
            KeyCode::Esc => return Reply::close(),
            KeyCode::Enter => return Reply::asks(Intent::Export),
            KeyCode::Down | KeyCode::Tab => self.step(true),
            KeyCode::Up | KeyCode::BackTab => self.step(false),
            KeyCode::Right | KeyCode::Char(' ' | 'l') if !is_text => self.turn(true),
            KeyCode::Left | KeyCode::Char('h') if !is_text => self.turn(false),
            KeyCode::Char('j') if !is_text => self.step(true),
            KeyCode::Char('k') if !is_text => self.step(false),
            _ => {
                if let Some(request) = typed::request(event) {
                    self.edit(request);
                }
            }
        }
        self.name();
        Reply::taken()
    }

    /// Nothing beneath is clicked on while it asks; while it is written, what is beside it is.
    fn mouse(&mut self, event: &MouseEvent, layout: &Layout) -> Reply {
        let is_beside = !self.area(layout).contains(position(event));
        if is_beside && self.running.is_some() { Reply::passed() } else { Reply::taken() }
    }

    fn paste(&mut self, text: &str) -> Reply {
        if self.running.is_some() {
            return Reply::passed();
        }
        let Some(input) = self.input() else { return Reply::taken() };
        let said = typed::insert(input, text, typed::LINE);
        self.was_edited();
        Reply::tell(said)
    }

    fn takes_text(&self) -> Option<bool> {
        self.running.is_none().then(|| self.is_text())
    }
}
