//! The schema of an Avro file: what stands in which order in each of its records.
//! Never resolves one schema against another: records are read as they were written.

use std::collections::HashMap;

use serde_json::Value;

use crate::secret::excerpt;

/// How deep types may stand in each other.
const MOST_DEPTH: usize = 64;
/// How many types a schema may have.
const MOST_TYPES: usize = 100_000;

/// The number of a type in its schema.
pub(super) type TypeId = usize;

/// What a value is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Type {
    Null,
    Boolean,
    Int,
    Long,
    /// Milliseconds since 1970.
    Milliseconds,
    /// Microseconds since 1970.
    Microseconds,
    Float,
    Double,
    Bytes,
    String,
    Record(Vec<(String, TypeId)>),
    Enum(Vec<String>),
    Array(TypeId),
    Map(TypeId),
    Union(Vec<TypeId>),
    Fixed(u64),
    /// A type that is named before it is defined to its end.
    Open,
}

/// A schema: types that name each other by their numbers.
#[derive(Debug)]
pub(super) struct Schema {
    types: Vec<Type>,
    root: TypeId,
    body: Option<usize>,
}

impl Schema {
    /// Reads a schema. Fails with what is wrong with it.
    pub(super) fn parse(text: &[u8]) -> Result<Self, String> {
        let value: Value = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        let mut reading = Reading { types: Vec::new(), names: HashMap::new() };
        let root = reading.read(&value, "", 0)?;
        let mut schema = Self { types: reading.types, root, body: None };
        schema.body = schema.find_body();
        Ok(schema)
    }

    /// The type of that number.
    pub(super) fn get(&self, id: TypeId) -> &Type {
        &self.types[id]
    }

    /// The type of a message.
    pub(super) fn root(&self) -> TypeId {
        self.root
    }

    /// The field of a message that has the bytes that were sent, where there is one.
    pub(super) fn body(&self) -> Option<usize> {
        self.body
    }

    fn find_body(&self) -> Option<usize> {
        let Type::Record(fields) = self.get(self.root) else { return None };
        let has_text = |id: TypeId| match self.get(id) {
            Type::Bytes | Type::String => true,
            Type::Union(options) => options
                .iter()
                .all(|&id| matches!(self.get(id), Type::Null | Type::Bytes | Type::String)),
            _ => false,
        };
        fields.iter().position(|(name, id)| name.eq_ignore_ascii_case("body") && has_text(*id))
    }
}

struct Reading {
    types: Vec<Type>,
    names: HashMap<String, TypeId>,
}

impl Reading {
    fn add(&mut self, of: Type) -> Result<TypeId, String> {
        if self.types.len() == MOST_TYPES {
            return Err("it has too many types".to_owned());
        }
        self.types.push(of);
        Ok(self.types.len() - 1)
    }

    fn read(&mut self, value: &Value, space: &str, depth: usize) -> Result<TypeId, String> {
        if depth > MOST_DEPTH {
            return Err("its types stand too deep in each other".to_owned());
        }
        match value {
            Value::String(name) => self.named(name, space),
            Value::Array(options) => {
                let options: Result<Vec<_>, _> =
                    options.iter().map(|option| self.read(option, space, depth + 1)).collect();
                self.add(Type::Union(options?))
            }
            Value::Object(members) => {
                let text = |key: &str| members.get(key).and_then(Value::as_str);
                let kind = match members.get("type") {
                    Some(Value::String(kind)) => kind.as_str(),
                    // `{"type": {"type": "string"}}` is what it holds.
                    Some(inner) => return self.read(inner, space, depth + 1),
                    None => return Err("a type has no `type`".to_owned()),
                };
                let space = text("namespace").unwrap_or(space);
                let member = |key: &str| {
                    members.get(key).ok_or_else(|| format!("a type `{kind}` has no `{key}`"))
                };
                match kind {
                    "record" | "error" | "enum" | "fixed" => {
                        let name = text("name").ok_or_else(|| format!("a {kind} has no name"))?;
                        let name = full_name(name, space);
                        let space = name.rsplit_once('.').map_or("", |(space, _)| space).to_owned();
                        let id = self.add(Type::Open)?;
                        self.names.insert(name, id);
                        self.types[id] = match kind {
                            "enum" => Type::Enum(symbols(member("symbols")?)?),
                            "fixed" => {
                                let size = member("size")?.as_u64();
                                Type::Fixed(size.ok_or("a fixed type has no size")?)
                            }
                            _ => self.record(member("fields")?, &space, depth)?,
                        };
                        Ok(id)
                    }
                    "array" => {
                        let items = self.read(member("items")?, space, depth + 1)?;
                        self.add(Type::Array(items))
                    }
                    "map" => {
                        let values = self.read(member("values")?, space, depth + 1)?;
                        self.add(Type::Map(values))
                    }
                    "long" if text("logicalType") == Some("timestamp-millis") => {
                        self.add(Type::Milliseconds)
                    }
                    "long" if text("logicalType") == Some("timestamp-micros") => {
                        self.add(Type::Microseconds)
                    }
                    name => self.named(name, space),
                }
            }
            _ => Err("a type is neither a name nor an object".to_owned()),
        }
    }

    fn record(&mut self, fields: &Value, space: &str, depth: usize) -> Result<Type, String> {
        let fields = fields.as_array().ok_or("the fields of a record are no list")?;
        let mut read = Vec::new();
        for field in fields {
            let name = field.get("name").and_then(Value::as_str).ok_or("a field has no name")?;
            let of = field
                .get("type")
                .ok_or_else(|| format!("field `{}` has no type", excerpt(name, 24)))?;
            // What a logical type says stands beside the type's name in some writers.
            let of = match field.get("logicalType") {
                Some(_) if of.is_string() => field,
                _ => of,
            };
            read.push((name.to_owned(), self.read(of, space, depth + 1)?));
        }
        Ok(Type::Record(read))
    }

    fn named(&mut self, name: &str, space: &str) -> Result<TypeId, String> {
        let of = match name {
            "null" => Type::Null,
            "boolean" => Type::Boolean,
            "int" => Type::Int,
            "long" => Type::Long,
            "float" => Type::Float,
            "double" => Type::Double,
            "bytes" => Type::Bytes,
            "string" => Type::String,
            name => {
                let known =
                    self.names.get(&full_name(name, space)).or_else(|| self.names.get(name));
                return known
                    .copied()
                    .ok_or_else(|| format!("there is no type `{}`", excerpt(name, 24)));
            }
        };
        self.add(of)
    }
}

fn symbols(symbols: &Value) -> Result<Vec<String>, String> {
    let text = |symbol: &Value| symbol.as_str().map(str::to_owned);
    let symbols = symbols.as_array().and_then(|all| all.iter().map(text).collect());
    symbols.ok_or_else(|| "the symbols of an enum are no texts".to_owned())
}

fn full_name(name: &str, space: &str) -> String {
    match name.contains('.') || space.is_empty() {
        true => name.to_owned(),
        false => format!("{space}.{name}"),
    }
}
