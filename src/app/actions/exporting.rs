//! Exports: why there is nothing to export, what is to be written, and how that goes.
//! Never writes a file; that is done outside.

use crate::app::action::Action;
use crate::app::layers::Layer;
use crate::app::layers::export::{Exported, Form, Job};
use crate::app::message::Effect;
use crate::app::state::App;
use crate::export::Sheet;
use crate::store::RowId;
use crate::text::{clean, fit_end};

impl App {
    /// Why nothing can be exported; `None` where something can.
    pub(in crate::app) fn cannot_export(&self) -> Option<String> {
        let why = if self.is_exporting() {
            let stop = self.keymap.spoken(Action::Back);
            return Some(format!("an export is running; {stop} stops it"));
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
        let minute = self.clock.zone.format(self.clock.now, "%Y%m%d-%H%M");
        let form = Form::new(marks, &self.marking.title, &self.data.loading.name, minute);
        self.open_layer(Layer::Export(Box::new(form)));
        Vec::new()
    }

    /// Is an export being written?
    pub(in crate::app) fn is_exporting(&self) -> bool {
        self.layers.export().is_some_and(|form| form.running.is_some())
    }

    /// Writes what the box says.
    pub(in crate::app) fn export(&mut self) -> Vec<Effect> {
        let Some(form) = self.layers.export() else { return Vec::new() };
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
        let all = job.rows.len() as u64 * passes;
        if let Some(form) = self.layers.export_mut() {
            form.running = Some((0, all));
        }
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
        let form = self.layers.export_mut();
        if let Exported::Going(done) = how {
            if let Some((known, _)) = form.and_then(|form| form.running.as_mut()) {
                *known = (*known).max(done);
            }
            return;
        }
        if let Some(form) = form {
            form.running = None;
            form.exists |= how == Exported::Exists;
        }
        let told = match how {
            Exported::Exists => {
                "it exists already: Enter replaces it, another name keeps it, Esc gives up"
                    .to_owned()
            }
            Exported::Done(file, records, bytes, unreadable) => {
                self.layers.close(|layer| matches!(layer, Layer::Export(_)));
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
}
