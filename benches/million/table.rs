//! The table: figure, ours, baseline of the same run, ratio, target, verdict.
//! Never measures anything.

use crate::data::Data;
pub use entrail::text::thousands;

/// What a measurement says about a promise.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Ok,
    Missed,
    /// Nothing was promised, or it cannot be said here.
    None,
}

struct Row {
    figure: String,
    ours: String,
    baseline: String,
    ratio: String,
    target: String,
    verdict: Verdict,
}

/// All rows, in the order in which they were measured, and what stands below them.
#[derive(Default)]
pub struct Table {
    rows: Vec<Row>,
    notes: Vec<String>,
}

/// A rate to be compared with a baseline of the same work.
pub struct Rate<'a> {
    /// What was measured.
    pub figure: &'a str,
    /// Seconds of entrail.
    pub ours: f64,
    /// What else stands in the cell of entrail.
    pub detail: String,
    /// Name of the baseline.
    pub name: &'a str,
    /// Seconds of the baseline.
    pub baseline: f64,
    /// The least share of the baseline's speed; `None` where nothing is promised.
    pub least: Option<f64>,
}

impl Table {
    /// A value that must not be larger than `most`.
    pub fn at_most(&mut self, figure: &str, value: f64, most: f64, unit: &str) {
        self.beside(figure, value, most, unit, String::new());
    }

    /// The same, with something to compare it with.
    pub fn beside(&mut self, figure: &str, value: f64, most: f64, unit: &str, baseline: String) {
        self.rows.push(Row {
            figure: figure.to_owned(),
            ours: format!("{} {unit}", number(value)),
            baseline,
            ratio: if most > 0.0 { format!("{:.2}", value / most) } else { String::new() },
            target: format!("≤ {} {unit}", number(most)),
            verdict: if value <= most { Verdict::Ok } else { Verdict::Missed },
        });
    }

    /// A time compared with a baseline's; the ratio is of speeds: 100 % is as fast.
    pub fn rate(&mut self, rate: &Rate<'_>) {
        let speed = rate.baseline / rate.ours;
        self.rows.push(Row {
            figure: rate.figure.to_owned(),
            ours: format!("{} s{}", number(rate.ours), rate.detail),
            baseline: format!("{} s {}", number(rate.baseline), rate.name),
            ratio: format!("{:.0} %", speed * 100.0),
            target: rate
                .least
                .map_or_else(String::new, |least| format!("≥ {:.0} %", least * 100.0)),
            verdict: match rate.least {
                None => Verdict::None,
                Some(least) if speed >= least => Verdict::Ok,
                Some(_) => Verdict::Missed,
            },
        });
    }

    /// Something told without a promise.
    pub fn tell(&mut self, figure: &str, ours: String, baseline: &str) {
        self.rows.push(Row {
            figure: figure.to_owned(),
            ours,
            baseline: baseline.to_owned(),
            ratio: String::new(),
            target: String::new(),
            verdict: Verdict::None,
        });
    }

    /// A figure that could not be measured is missed.
    pub fn failed(&mut self, figure: &str, error: &anyhow::Error) {
        self.tell(figure, format!("not measured: {error:#}"), "");
        if let Some(row) = self.rows.last_mut() {
            row.verdict = Verdict::Missed;
        }
    }

    /// A line below the table.
    pub fn note(&mut self, line: String) {
        self.notes.push(line);
    }

    /// The whole, as Markdown that also reads well as it stands.
    pub fn print(&self, data: &Data) -> String {
        let mut lines: Vec<[String; 6]> = vec![
            ["figure", "ours", "baseline, same run", "ratio", "target", "verdict"]
                .map(str::to_owned),
        ];
        for row in &self.rows {
            let verdict = match row.verdict {
                Verdict::Ok => "ok",
                Verdict::Missed => "MISSED",
                Verdict::None => "–",
            };
            let cells = [&row.figure, &row.ours, &row.baseline, &row.ratio, &row.target, verdict];
            lines.push(cells.map(str::to_owned));
        }
        let widths: Vec<usize> = (0..6)
            .map(|at| lines.iter().map(|line| line[at].chars().count()).max().unwrap_or(0))
            .collect();
        let mut text = format!(
            "\n{} records, {} MB as lines of JSON; {} threads; entrail {}\n\n",
            thousands(data.records as u64),
            data.bytes / 1_000_000,
            std::thread::available_parallelism().map_or(0, usize::from),
            env!("CARGO_PKG_VERSION"),
        );
        for (index, line) in lines.iter().enumerate() {
            for (cell, width) in line.iter().zip(&widths) {
                text.push_str("| ");
                text.push_str(cell);
                text.push_str(&" ".repeat(width - cell.chars().count() + 1));
            }
            text.push_str("|\n");
            if index == 0 {
                for width in &widths {
                    text.push('|');
                    text.push_str(&"-".repeat(width + 2));
                }
                text.push_str("|\n");
            }
        }
        let of = |wanted| self.rows.iter().filter(|row| row.verdict == wanted).count();
        let counts = format!("\n{} ok, {} MISSED\n", of(Verdict::Ok), of(Verdict::Missed));
        text.push_str(&counts);
        for note in &self.notes {
            text.push_str(note);
            text.push('\n');
        }
        text
    }
}

/// Three digits that mean something.
pub fn number(value: f64) -> String {
    match value {
        v if v >= 1_000.0 => thousands(v.round() as u64),
        v if v >= 100.0 => format!("{v:.0}"),
        v if v >= 10.0 => format!("{v:.1}"),
        v if v >= 0.1 || v == 0.0 => format!("{v:.2}"),
        v => format!("{v:.4}"),
    }
}
