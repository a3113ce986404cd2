//! Documents as one HTML file that needs nothing else: for the ticket, the auditor and the printer.
//! Never writes a script, a reference to anything outside of the file, or a text from outside unescaped.
//!
//! The policy in the file's head forbids all but the one style sheet, which is known by its digest: even
//! markup that slipped through could load and run nothing. Texts from outside are cleaned as for a
//! terminal, so that none can turn the direction of others or hide, and stand in elements of their own.

mod style;

use std::fmt::Write as _;
use std::io::{self, Write};

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Block, Column, Head, Item, Piece, Render, Section, Text};
use crate::text::clean;

use style::STYLE;

/// Writes HTML.
pub(super) struct Html<'o> {
    out: &'o mut dyn Write,
    /// Until the first block: a page has a heading, also one whose document has none.
    title: Option<String>,
}

impl<'o> Html<'o> {
    pub(super) fn new(out: &'o mut dyn Write) -> Self {
        Self { out, title: None }
    }

    fn blocks(&mut self, blocks: &[Block]) -> io::Result<()> {
        blocks.iter().try_for_each(|block| self.inside(block))
    }

    fn inside(&mut self, block: &Block) -> io::Result<()> {
        match block {
            Block::Heading(level, text) => {
                let level = (*level).clamp(1, 6);
                writeln!(self.out, "<h{level}>{}</h{level}>", line(text))
            }
            Block::Paragraph(text) => writeln!(self.out, "<p>{}</p>", line(text)),
            Block::Quote(text) => {
                writeln!(self.out, "<blockquote><p>{}</p></blockquote>", line(text))
            }
            Block::List(items) => self.items(items),
            Block::Table(columns, rows) => self.table(columns, rows),
            Block::Code(_, text) => {
                write!(self.out, "<pre><code>")?;
                text.lines().try_for_each(|line| writeln!(self.out, "{}", escaped(line)))?;
                writeln!(self.out, "</code></pre>")
            }
            Block::Section(section) => self.section(section),
        }
    }

    fn items(&mut self, items: &[Item]) -> io::Result<()> {
        writeln!(self.out, "<ul>")?;
        for Item { text, inside } in items {
            write!(self.out, "<li>{}", line(text))?;
            if !inside.is_empty() {
                writeln!(self.out)?;
                self.blocks(inside)?;
            }
            writeln!(self.out, "</li>")?;
        }
        writeln!(self.out, "</ul>")
    }

    fn table(&mut self, columns: &[Column], rows: &[Vec<Text>]) -> io::Result<()> {
        let class = |column: &Column| if column.is_number { " class=\"number\"" } else { "" };
        write!(self.out, "<table>\n<thead><tr>")?;
        for column in columns {
            write!(self.out, "<th{}>{}</th>", class(column), escaped(column.name))?;
        }
        writeln!(self.out, "</tr></thead>\n<tbody>")?;
        for row in rows {
            write!(self.out, "<tr>")?;
            for (cell, column) in row.iter().zip(columns) {
                write!(self.out, "<td{}>{}</td>", class(column), line(cell))?;
            }
            writeln!(self.out, "</tr>")?;
        }
        writeln!(self.out, "</tbody>\n</table>")
    }

    fn section(&mut self, section: &Section) -> io::Result<()> {
        match section.number {
            Some(number) => writeln!(self.out, "<section id=\"{}\">", anchor(number))?,
            None => writeln!(self.out, "<section>")?,
        }
        writeln!(self.out, "<h2>{}</h2>", line(&section.heading))?;
        self.blocks(&section.blocks)?;
        writeln!(self.out, "</section>")
    }
}

impl Render for Html<'_> {
    fn begin(&mut self, head: &Head) -> io::Result<()> {
        let digest = STANDARD.encode(digest(&SHA256, STYLE.as_bytes()));
        let title = if head.title.is_empty() { head.kind } else { &head.title };
        self.title = Some(title.to_owned());
        write!(
            self.out,
            "<!DOCTYPE html>\n\
             <html lang=\"en\">\n\
             <head>\n\
             <meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
             style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta name=\"format-detection\" content=\"telephone=no, date=no, address=no, email=no\">\n\
             <meta name=\"generator\" content=\"entrail {}\">\n\
             <title>{}</title>\n\
             <style>{STYLE}</style>\n\
             </head>\n\
             <body>\n\
             <main>\n",
            env!("CARGO_PKG_VERSION"),
            escaped(title),
        )
    }

    fn block(&mut self, block: &Block) -> io::Result<()> {
        if let Some(title) = self.title.take()
            && !matches!(block, Block::Heading(1, _))
        {
            writeln!(self.out, "<h1>{}</h1>", escaped(&title))?;
        }
        self.inside(block)
    }

    fn end(&mut self) -> io::Result<()> {
        if let Some(title) = self.title.take() {
            writeln!(self.out, "<h1>{}</h1>\n<p>Nothing was found.</p>", escaped(&title))?;
        }
        writeln!(self.out, "</main>\n</body>\n</html>")
    }
}

/// The name of a section's place in the file.
fn anchor(number: usize) -> String {
    format!("section-{number}")
}

/// A line of HTML. What came from outside has a direction of its own.
fn line(text: &Text) -> String {
    let mut line = String::new();
    for piece in &text.0 {
        match piece {
            Piece::Words(words) => push_escaped(words, &mut line),
            Piece::Foreign(text) => push_element("bdi", text, &mut line),
            Piece::Code(value) => push_element("code", value, &mut line),
            Piece::Strong(text) => push_element("strong", text, &mut line),
            Piece::Section(number) => {
                // Writing to a String cannot fail.
                let _ = write!(line, "<a href=\"#{}\">{number}</a>", anchor(*number));
            }
        }
    }
    line
}

fn push_element(name: &str, text: &str, out: &mut String) {
    out.extend(["<", name, ">"]);
    push_escaped(text, out);
    out.extend(["</", name, ">"]);
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_escaped(text, &mut out);
    out
}

/// Appends text that is nothing but text, in an element and in an attribute.
fn push_escaped(text: &str, out: &mut String) {
    for c in clean(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}
