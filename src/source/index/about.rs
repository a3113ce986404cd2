//! What an index says besides its segments: of which files it is, the summary, and all troubles.
//! Never the records themselves.

use super::super::{InputTotals, Progress, Summary};
use crate::place::{Position, Trouble};
use crate::store::persist::wire::{Damaged, Decoder, Encoder};

/// What stands in an index besides its segments.
#[derive(Debug)]
pub struct About {
    /// The files, as [`super::Identity`] has them.
    pub identity: Vec<u8>,
    /// How the load ended.
    pub summary: Summary,
    /// All troubles that were delivered, in order.
    pub troubles: Vec<Trouble>,
}

const LINE: u8 = 0;
const BYTE: u8 = 1;
const WHOLE: u8 = 2;

impl About {
    /// As bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Encoder::default();
        out.bytes(&self.identity);
        let summary = &self.summary;
        let progress = &summary.progress;
        out.u64(progress.bytes_read);
        out.byte(u8::from(progress.bytes_total.is_some()));
        out.u64(progress.bytes_total.unwrap_or(0));
        out.u64s(&[progress.records, progress.duplicates]);
        out.u32s(&[progress.files_done, progress.files_total]);
        out.u64s(&[summary.troubles, summary.lost, summary.lost_bytes]);
        out.u32(summary.other.len() as u32);
        for (name, count) in &summary.other {
            out.text(name);
            out.u64(*count);
        }
        out.u32(summary.totals.len() as u32);
        for totals in &summary.totals {
            write_totals(totals, &mut out);
        }
        out.u32(self.troubles.len() as u32);
        for trouble in &self.troubles {
            let (kind, at) = match trouble.place {
                Position::Line(line) => (LINE, line),
                Position::Byte(byte) => (BYTE, byte),
                // An index is of files; no message of a hub is in one.
                Position::Message { .. } | Position::Whole => (WHOLE, 0),
            };
            out.text(&trouble.source);
            out.byte(kind);
            out.u64(at);
            out.text(&trouble.reason);
            out.byte(u8::from(trouble.lost));
            out.u64(trouble.times);
        }
        out.as_bytes().to_vec()
    }

    /// Read back.
    pub fn decode(bytes: &[u8]) -> Result<Self, Damaged> {
        let mut input = Decoder::new(bytes);
        let identity = input.bytes()?.to_vec();
        let bytes_read = input.u64()?;
        let (has_total, total) = (flag(&mut input)?, input.u64()?);
        let progress = Progress {
            bytes_read,
            bytes_total: has_total.then_some(total),
            records: input.u64()?,
            duplicates: input.u64()?,
            files_done: input.u32()?,
            files_total: input.u32()?,
            rate: None,
        };
        let mut summary = Summary {
            progress,
            troubles: input.u64()?,
            lost: input.u64()?,
            lost_bytes: input.u64()?,
            ..Summary::default()
        };
        for _ in 0..input.u32()? {
            summary.other.push((input.text()?.to_owned(), input.u64()?));
        }
        for _ in 0..input.u32()? {
            summary.totals.push(read_totals(&mut input)?);
        }
        let mut troubles = Vec::new();
        for _ in 0..input.u32()? {
            troubles.push(trouble(&mut input)?);
        }
        input.end()?;
        Ok(Self { identity, summary, troubles })
    }
}

fn write_totals(totals: &InputTotals, out: &mut Encoder) {
    out.text(&totals.name);
    out.byte(u8::from(totals.bytes.is_some()));
    out.u64s(&[totals.bytes.unwrap_or(0), totals.records, totals.duplicates]);
    out.u64s(&[totals.passed_over, totals.lost, totals.lost_bytes, totals.odd]);
    out.byte(u8::from(totals.unread));
    out.u32(totals.other.len() as u32);
    for (name, count) in &totals.other {
        out.text(name);
        out.u64(*count);
    }
}

fn read_totals(input: &mut Decoder<'_>) -> Result<InputTotals, Damaged> {
    let name = input.text()?.to_owned();
    let (has_bytes, bytes) = (flag(input)?, input.u64()?);
    let mut totals = InputTotals {
        name,
        bytes: has_bytes.then_some(bytes),
        records: input.u64()?,
        duplicates: input.u64()?,
        passed_over: input.u64()?,
        lost: input.u64()?,
        lost_bytes: input.u64()?,
        odd: input.u64()?,
        unread: flag(input)?,
        other: Vec::new(),
    };
    for _ in 0..input.u32()? {
        totals.other.push((input.text()?.to_owned(), input.u64()?));
    }
    Ok(totals)
}

fn trouble(input: &mut Decoder<'_>) -> Result<Trouble, Damaged> {
    let source = input.text()?.to_owned();
    let (kind, at) = (input.byte()?, input.u64()?);
    let place = match kind {
        LINE => Position::Line(at),
        BYTE => Position::Byte(at),
        WHOLE => Position::Whole,
        _ => return Err(Damaged),
    };
    let (reason, lost, times) = (input.text()?.to_owned(), flag(input)?, input.u64()?);
    Ok(Trouble { times, ..Trouble::new(source, place, reason, lost) })
}

fn flag(input: &mut Decoder<'_>) -> Result<bool, Damaged> {
    match input.byte()? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Damaged),
    }
}
