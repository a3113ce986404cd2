//! Values as Avro writes them: read, passed over, or written as JSON.
//! Never takes a length for granted: what it says it holds has to be there.
//!
//! Source: Apache Avro 1.12 specification, "Binary encoding".

use std::io::{self, BufReader, Read};

use super::super::framing::MAX_RECORD;
use super::fault::Fault;
use super::schema::{Schema, Type, TypeId};
use crate::text::push_json_escape;
use crate::time::Timestamp;

/// Values in one message. Some take no bytes, so that its length bounds nothing.
const MOST_STEPS: u64 = 16 << 20;
/// How deep values may stand in each other.
const MOST_DEPTH: usize = 200;
/// Ticks of 100 ns in a microsecond.
const TICKS: i64 = 10;

/// Values that are read one after the other.
pub(super) struct Values<R: Read> {
    input: Counted<BufReader<R>>,
    steps: u64,
}

/// A reader that counts.
struct Counted<R> {
    inner: R,
    taken: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.taken += count as u64;
        Ok(count)
    }
}

impl<R: Read> Values<R> {
    /// Values of which none was read.
    pub(super) fn new(data: R) -> Self {
        Self { input: Counted { inner: BufReader::new(data), taken: 0 }, steps: 0 }
    }

    /// Bytes that were read.
    pub(super) fn taken(&self) -> u64 {
        self.input.taken
    }

    /// Is there anything behind what was read?
    pub(super) fn has_more(&mut self) -> bool {
        self.input.read(&mut [0]).is_ok_and(|count| count > 0)
    }

    /// Adds the text of a message to `out`: the bytes that were sent, or all of it as JSON.
    pub(super) fn message(&mut self, schema: &Schema, out: &mut Vec<u8>) -> Result<(), Fault> {
        self.steps = 0;
        match (schema.get(schema.root()), schema.body()) {
            (Type::Record(fields), Some(body)) => {
                for (at, &(_, id)) in fields.iter().enumerate() {
                    match at == body {
                        true => self.sent(schema, id, out)?,
                        false => self.skip(schema, id, 0)?,
                    }
                }
                Ok(())
            }
            _ => {
                let mut text = String::new();
                self.json(schema, schema.root(), 0, &mut text)?;
                out.append(&mut text.into_bytes());
                Ok(())
            }
        }
    }

    /// Passes over a message.
    pub(super) fn skip_message(&mut self, schema: &Schema) -> Result<(), Fault> {
        self.steps = 0;
        self.skip(schema, schema.root(), 0)
    }

    /// The bytes of a message as they were sent; none where there are none.
    fn sent(&mut self, schema: &Schema, id: TypeId, out: &mut Vec<u8>) -> Result<(), Fault> {
        match schema.get(id) {
            Type::Union(options) => {
                let id = self.option(options)?;
                self.sent(schema, id, out)
            }
            Type::Bytes | Type::String => {
                *out = bytes(&mut self.input, MAX_RECORD)?;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn option(&mut self, options: &[TypeId]) -> Result<TypeId, Fault> {
        let at = long(&mut self.input)?;
        let option = usize::try_from(at).ok().and_then(|at| options.get(at));
        option.copied().ok_or_else(|| Fault::broken("a value is of no type"))
    }

    fn step(&mut self, depth: usize) -> Result<(), Fault> {
        self.steps += 1;
        match self.steps > MOST_STEPS || depth > MOST_DEPTH {
            true => Err(Fault::broken("a message has too many values")),
            false => Ok(()),
        }
    }

    /// The count of the next items of a list; zero at its end.
    fn items(&mut self) -> Result<u64, Fault> {
        let count = long(&mut self.input)?;
        if count < 0 {
            long(&mut self.input)?;
        }
        Ok(count.unsigned_abs())
    }

    fn skip(&mut self, schema: &Schema, id: TypeId, depth: usize) -> Result<(), Fault> {
        self.step(depth)?;
        let input = &mut self.input;
        match schema.get(id) {
            Type::Null | Type::Open => Ok(()),
            Type::Boolean => pass(input, 1),
            Type::Int | Type::Long | Type::Milliseconds | Type::Microseconds | Type::Enum(_) => {
                long(input).map(drop)
            }
            Type::Float => pass(input, 4),
            Type::Double => pass(input, 8),
            Type::Fixed(size) => pass(input, *size),
            Type::Bytes | Type::String => {
                let len = length(input)?;
                pass(input, len)
            }
            Type::Record(fields) => {
                fields.iter().try_for_each(|&(_, id)| self.skip(schema, id, depth + 1))
            }
            Type::Union(options) => {
                let id = self.option(options)?;
                self.skip(schema, id, depth + 1)
            }
            Type::Array(of) | Type::Map(of) => {
                let is_map = matches!(schema.get(id), Type::Map(_));
                loop {
                    let count = self.items()?;
                    if count == 0 {
                        return Ok(());
                    }
                    for _ in 0..count {
                        if is_map {
                            let len = length(&mut self.input)?;
                            pass(&mut self.input, len)?;
                        }
                        self.skip(schema, *of, depth + 1)?;
                    }
                }
            }
        }
    }

    fn json(
        &mut self,
        schema: &Schema,
        id: TypeId,
        depth: usize,
        out: &mut String,
    ) -> Result<(), Fault> {
        self.step(depth)?;
        if out.len() as u64 > MAX_RECORD {
            return Err(Fault::broken("a message is larger than 64 MiB"));
        }
        let input = &mut self.input;
        match schema.get(id) {
            Type::Null | Type::Open => out.push_str("null"),
            Type::Boolean => {
                let mut byte = [0];
                exactly(input, &mut byte)?;
                out.push_str(if byte == [0] { "false" } else { "true" });
            }
            Type::Int | Type::Long => out.push_str(&long(input)?.to_string()),
            Type::Milliseconds => {
                let at = Timestamp::from_ms(long(input)?);
                quote(&at.to_rfc3339(), out);
            }
            Type::Microseconds => {
                let at = Timestamp::from_ticks(long(input)?.saturating_mul(TICKS));
                quote(&at.to_rfc3339(), out);
            }
            Type::Float => {
                let mut bytes = [0; 4];
                exactly(input, &mut bytes)?;
                number(f64::from(f32::from_le_bytes(bytes)), out);
            }
            Type::Double => {
                let mut bytes = [0; 8];
                exactly(input, &mut bytes)?;
                number(f64::from_le_bytes(bytes), out);
            }
            Type::Fixed(size) => {
                let bytes = counted(input, *size, MAX_RECORD)?;
                quote_bytes(bytes, out);
            }
            Type::Bytes | Type::String => {
                let bytes = bytes(input, MAX_RECORD)?;
                quote_bytes(bytes, out);
            }
            Type::Enum(symbols) => {
                let at = usize::try_from(long(input)?).ok();
                let symbol = at.and_then(|at| symbols.get(at));
                quote(symbol.ok_or_else(|| Fault::broken("a value is no symbol"))?, out);
            }
            Type::Record(fields) => {
                out.push('{');
                for (at, (name, id)) in fields.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    quote(name, out);
                    out.push(':');
                    self.json(schema, *id, depth + 1, out)?;
                }
                out.push('}');
            }
            Type::Union(options) => {
                let id = self.option(options)?;
                self.json(schema, id, depth + 1, out)?;
            }
            Type::Array(of) => self.list(schema, *of, false, depth, out)?,
            Type::Map(of) => self.list(schema, *of, true, depth, out)?,
        }
        Ok(())
    }

    /// The items of an array, or the members of a map.
    fn list(
        &mut self,
        schema: &Schema,
        of: TypeId,
        is_map: bool,
        depth: usize,
        out: &mut String,
    ) -> Result<(), Fault> {
        out.push(if is_map { '{' } else { '[' });
        let mut is_first = true;
        loop {
            let count = self.items()?;
            if count == 0 {
                break;
            }
            for _ in 0..count {
                if !std::mem::replace(&mut is_first, false) {
                    out.push(',');
                }
                if is_map {
                    quote_bytes(bytes(&mut self.input, MAX_RECORD)?, out);
                    out.push(':');
                }
                self.json(schema, of, depth + 1, out)?;
            }
        }
        out.push(if is_map { '}' } else { ']' });
        Ok(())
    }
}

/// A number as Avro writes `int` and `long`: seven bits a byte, the lowest first, its sign in the lowest.
pub(super) fn long(input: &mut impl Read) -> Result<i64, Fault> {
    let mut zigzag = 0_u64;
    for shift in (0..64).step_by(7) {
        let mut byte = [0];
        exactly(input, &mut byte)?;
        zigzag |= u64::from(byte[0] & 0x7f) << shift;
        if byte[0] & 0x80 == 0 {
            return Ok((zigzag >> 1) as i64 ^ -((zigzag & 1) as i64));
        }
    }
    Err(Fault::broken("a number is too long"))
}

/// Fills a buffer.
pub(super) fn exactly(input: &mut impl Read, buffer: &mut [u8]) -> Result<(), Fault> {
    Ok(input.read_exact(buffer)?)
}

/// Bytes or a text, of at most `most` bytes.
pub(super) fn bytes(input: &mut impl Read, most: u64) -> Result<Vec<u8>, Fault> {
    let len = length(input)?;
    counted(input, len, most)
}

fn length(input: &mut impl Read) -> Result<u64, Fault> {
    u64::try_from(long(input)?).map_err(|_| Fault::broken("a length is negative"))
}

fn counted(input: &mut impl Read, len: u64, most: u64) -> Result<Vec<u8>, Fault> {
    if len > most {
        return Err(Fault::Broken(format!("a value would have {len} bytes")));
    }
    let mut bytes = Vec::new();
    input.take(len).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == len { Ok(bytes) } else { Err(Fault::Ended) }
}

/// Passes over so many bytes.
fn pass(input: &mut impl Read, len: u64) -> Result<(), Fault> {
    let passed = io::copy(&mut input.take(len), &mut io::sink())?;
    if passed == len { Ok(()) } else { Err(Fault::Ended) }
}

fn number(value: f64, out: &mut String) {
    match serde_json::Number::from_f64(value) {
        Some(number) => out.push_str(&number.to_string()),
        None => out.push_str("null"),
    }
}

/// A text as JSON writes it; bytes that are none each become the character of that number.
fn quote_bytes(bytes: Vec<u8>, out: &mut String) {
    match String::from_utf8(bytes) {
        Ok(text) => quote(&text, out),
        Err(error) => {
            let text: String = error.as_bytes().iter().map(|&byte| char::from(byte)).collect();
            quote(&text, out);
        }
    }
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => push_json_escape(c, out),
            c => out.push(c),
        }
    }
    out.push('"');
}
