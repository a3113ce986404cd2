//! What Graph declares of its log collections, read from `shapes.tsv`: options, properties, operators, permissions.
//! Never decides what is returned; it says whether a request fits.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::odata::{Expression, Literal, Use};

static SHAPES: LazyLock<Vec<Shape>> = LazyLock::new(|| {
    let mut shapes: Vec<Shape> = Vec::new();
    let lines = include_str!("shapes.tsv").lines().filter(|line| !line.starts_with('#')).skip(1);
    for line in lines {
        let cells: Vec<&'static str> = line.split('\t').collect();
        let &[endpoint, version, kind, name, value, operators] = cells.as_slice() else {
            unreachable!("shapes.tsv: six cells a line, not: {line}")
        };
        if kind == "type" {
            shapes.push(Shape { endpoint, version, entity: name, ..Shape::default() });
            continue;
        }
        let shape = shapes.last_mut().expect("a type comes first");
        match kind {
            "option" => drop(shape.options.insert(name, value.parse().ok())),
            "property" => drop(shape.properties.insert(name, (value, operators))),
            "permission" => shape.permissions.push(name),
            "role" => shape.roles.push(value),
            _ => unreachable!("shapes.tsv: unknown kind {kind}"),
        }
    }
    shapes
});

/// One collection in one version of the API.
#[derive(Default)]
pub struct Shape {
    /// `directoryAudits`.
    pub endpoint: &'static str,
    /// `v1.0` or `beta`.
    pub version: &'static str,
    entity: &'static str,
    /// Query options; with the largest value where there is one.
    options: HashMap<&'static str, Option<usize>>,
    /// Type and operators by path.
    properties: HashMap<&'static str, (&'static str, &'static str)>,
    /// All are needed; `|` parts alternatives.
    pub permissions: Vec<&'static str>,
    /// Role template ids, one of which a person needs.
    pub roles: Vec<&'static str>,
}

impl Shape {
    /// The collection at `/{version}/auditLogs/{endpoint}`.
    pub fn of(version: &str, endpoint: &str) -> Option<&'static Self> {
        SHAPES.iter().find(|shape| shape.version == version && shape.endpoint == endpoint)
    }

    /// Whether it is declared in any version.
    pub fn known(endpoint: &str) -> bool {
        SHAPES.iter().any(|shape| shape.endpoint == endpoint)
    }

    /// The property that orders it; none for a list without time.
    pub fn time(&self) -> Option<&'static str> {
        let ordered = |(_, operators): &(&str, &str)| operators.ends_with("orderby");
        self.properties.iter().find(|(_, row)| ordered(row)).map(|(name, _)| *name)
    }

    /// The most and the usual number of records on a page.
    pub fn top(&self) -> usize {
        self.options.get("$top").copied().flatten().unwrap_or(1_000)
    }

    /// Whether the property is declared.
    pub fn declares(&self, property: &str) -> bool {
        self.properties.contains_key(property)
    }

    /// Fails with Graph's words where the option is not one of the collection's.
    pub fn option(&self, name: &str) -> Result<(), String> {
        if self.options.contains_key(name) {
            return Ok(());
        }
        let shown = name.trim_start_matches('$');
        Err(format!(
            "Query option '{shown}' is not allowed. To allow it, set the 'AllowedQueryOptions' property."
        ))
    }

    /// Fails with Graph's words where the filter uses a property, operator or type it may not use;
    /// else says what is answered although nobody documents it.
    pub fn filter(&self, filter: &Expression) -> Result<Vec<String>, String> {
        let mut undocumented = Vec::new();
        for Use { path, operator, literal } in filter.uses() {
            let Some((kind, operators)) = self.properties.get(path.as_str()) else {
                let last = path.rsplit('/').next().unwrap_or_default();
                return Err(format!(
                    "Could not find a property named '{last}' on type 'microsoft.graph.{}'.",
                    self.entity
                ));
            };
            let may = |wanted: &str| operators.split(' ').any(|known| known == wanted);
            if may(&format!("{operator}?")) {
                undocumented.push(format!("{path} {operator}"));
            } else if !may(operator) {
                return Err(format!(
                    "Invalid filter clause: '{operator}' on '{path}' is not supported."
                ));
            }
            let fits = match literal {
                Literal::Instant(_) => *kind == "Edm.DateTimeOffset",
                Literal::Number(_) => *kind == "Edm.Int32",
                Literal::Truth(_) => *kind == "Edm.Boolean",
                Literal::Null => true,
                Literal::Text(_) => {
                    !matches!(*kind, "Edm.DateTimeOffset" | "Edm.Int32" | "Edm.Boolean")
                }
            };
            if !fits {
                return Err(format!(
                    "Invalid filter clause: A binary operator with incompatible types was detected: '{kind}' and {literal:?}."
                ));
            }
        }
        if filter.negates() {
            undocumented.push("not".into());
        }
        Ok(undocumented)
    }

    /// Whether `$orderby` names the time; true when newest first.
    pub fn newest_first(&self, orderby: Option<&str>) -> Result<bool, String> {
        let Some(orderby) = orderby else { return Ok(true) };
        let mut words = orderby.split_whitespace();
        let property = words.next().unwrap_or_default();
        if self.time() != Some(property) {
            return Err(format!("Invalid orderby clause: '{property}' is not supported."));
        }
        match (words.next(), words.next()) {
            (None | Some("asc"), None) => Ok(false),
            (Some("desc"), None) => Ok(true),
            _ => Err(format!("Syntax error in '{orderby}'.")),
        }
    }
}
