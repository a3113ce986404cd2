//! Reads the properties that only some kinds of record have, by the table of [`crate::record::kind::property`].
//! Never decides which kind an event is, and never fails a record for one of them.
//!
//! A property is found by Graph's path, by the name of its field or by one of its aliases, in any case:
//! Log Analytics and PowerShell spell Graph's names in `PascalCase`, tables made by hand have `City` or
//! `OS` in a column of their own. Words of Graph's enumerations are written as Graph writes them,
//! however the portal spells them (`Not Applied` is `notApplied`).

pub(super) mod write;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use super::json::{Held, Keys, Reader, Step, ValuePath};
use crate::record::Kind;
use crate::record::kind::property::{PROPERTIES, Property, PropertyKey};

/// A key of an event: one that its reader knows, or a property that its kind adds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Named<K> {
    /// A key of the reader's own.
    Known(K),
    /// A property of the table.
    Added(Slot),
}

impl<K: Keys> Named<K> {
    /// The key or property of this name.
    pub(super) fn find(name: &[u8], kind: Kind) -> Option<Self> {
        K::find(name).map(Self::Known).or_else(|| slot(name, kind).map(Self::Added))
    }

    /// How it is called in notes.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Known(key) => key.name(),
            Self::Added(slot) => slot.name(),
        }
    }
}

/// What stands behind the name of a property.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Slot {
    /// The value of one property.
    Value(PropertyKey),
    /// Several values of one property, as an array of texts.
    Values(PropertyKey),
    /// An object of properties whose paths begin with this name.
    Object(&'static str),
    /// `location`: an object, or the text that stands for it.
    Location,
    /// `appliedConditionalAccessPolicies`: `NAME: RESULT` of each.
    Policies,
    /// `authenticationDetails`: the methods, and `METHOD: RESULT` of each.
    Authentication,
    /// `mfaDetail`: `authMethod`.
    Mfa,
    /// `networkLocationDetails`: the names of each.
    Networks,
    /// `provisioningSteps`: `STEP: STATUS` of each.
    Steps,
}

impl Slot {
    /// How it is called in notes.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Value(key) | Self::Values(key) => match key.row().path {
                "" => key.row().field,
                path => path,
            },
            Self::Object(head) => head,
            Self::Location => "location",
            Self::Policies => "appliedConditionalAccessPolicies",
            Self::Authentication => "authenticationDetails",
            Self::Mfa => "mfaDetail",
            Self::Networks => "networkLocationDetails",
            Self::Steps => "provisioningSteps",
        }
    }
}

/// Graph's object of token protection: its `signInSessionStatus` says what
/// `signInTokenProtectionStatus`, its predecessor, mostly leaves at `none`.
const PROTECTION: &str = "tokenProtectionStatusDetails";

/// Names that are no path, field or alias of the table, or stand for more than one value.
const NAMES: &[(&str, Slot)] = &[
    ("location", Slot::Location),
    ("LocationDetails", Slot::Location),
    ("appliedConditionalAccessPolicies", Slot::Policies),
    ("ConditionalAccessPolicies", Slot::Policies),
    ("authenticationDetails", Slot::Authentication),
    ("mfaDetail", Slot::Mfa),
    ("networkLocationDetails", Slot::Networks),
    ("provisioningSteps", Slot::Steps),
    (PROTECTION, Slot::Object(PROTECTION)),
    ("riskEventTypes", Slot::Values(PropertyKey::RiskEvent)),
    ("riskEventTypes_v2", Slot::Values(PropertyKey::RiskEvent)),
    ("State", Slot::Value(PropertyKey::State)),
    ("C_DeviceId", Slot::Value(PropertyKey::DeviceId)),
    ("DeviceBrowser", Slot::Value(PropertyKey::Browser)),
    ("DeviceOperatingSystem", Slot::Value(PropertyKey::Os)),
];

/// Slots by lower-case name; of a property that several kinds have, it is the same for all.
static SLOTS: LazyLock<HashMap<String, Slot>> = LazyLock::new(|| {
    let mut slots = HashMap::new();
    for row in PROPERTIES {
        let slot = if row.many { Slot::Values(row.key) } else { Slot::Value(row.key) };
        for name in [row.path, row.field].iter().chain(row.aliases).filter(|name| !name.is_empty())
        {
            slots.insert(name.to_ascii_lowercase(), slot);
        }
        if let Some((head, _)) = row.path.split_once('.') {
            slots.insert(head.to_ascii_lowercase(), Slot::Object(head));
        }
    }
    slots.extend(NAMES.iter().map(|(name, slot)| (name.to_ascii_lowercase(), *slot)));
    slots
});

/// The slot of this name, where records of that kind have it.
pub(super) fn slot(name: &[u8], kind: Kind) -> Option<Slot> {
    let name = str::from_utf8(name).ok()?.trim().to_ascii_lowercase();
    let slot = *SLOTS.get(&name)?;
    let has = |key: PropertyKey| key.row().kinds.contains(&kind);
    let of_kind = match slot {
        Slot::Value(key) | Slot::Values(key) => has(key),
        Slot::Object(PROTECTION) => has(PropertyKey::Protection),
        Slot::Object(head) => {
            let mut below = PROPERTIES.iter().filter(|row| {
                row.path.strip_prefix(head).is_some_and(|rest| rest.starts_with('.'))
            });
            below.any(|row| row.kinds.contains(&kind))
        }
        Slot::Location => has(PropertyKey::City),
        Slot::Steps => has(PropertyKey::ProvisioningStep),
        Slot::Policies | Slot::Authentication | Slot::Mfa | Slot::Networks => {
            has(PropertyKey::Policy)
        }
    };
    of_kind.then_some(slot)
}

/// The properties of an event being read.
#[derive(Default)]
pub(super) struct Added<'a> {
    list: Vec<Property<'a>>,
    /// Why a step of provisioning was skipped.
    pub(super) skipped: String,
}

impl<'a> Added<'a> {
    /// Puts a value; of a property that has one only, over the one before. An empty one says nothing.
    pub(super) fn put(&mut self, key: PropertyKey, value: Cow<'a, str>) {
        let value = canonical(key, value);
        // Of two properties that tell how a token is protected, `none` says least.
        let says_less =
            key == PropertyKey::Protection && value == "none" && self.get(key).is_some();
        if value.is_empty() || says_less {
            return;
        }
        if !key.row().many {
            self.list.retain(|own| own.key != key);
        } else if self.list.iter().any(|own| own.key == key && own.value == value) {
            return;
        }
        self.list.push(Property { key, value });
    }

    /// The first value of a property.
    pub(super) fn get(&self, key: PropertyKey) -> Option<&str> {
        self.list.iter().find(|own| own.key == key).map(|own| &*own.value)
    }

    /// All of them, in the order of the table.
    pub(super) fn finish(mut self) -> Vec<Property<'a>> {
        self.compose_location();
        self.list.sort_by_key(|own| own.key);
        self.list
    }

    fn compose_location(&mut self) {
        let parts = [PropertyKey::City, PropertyKey::State, PropertyKey::Country]
            .map(|key| self.get(key).unwrap_or(""));
        let filled: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let location = filled.join(", ");
        self.put(PropertyKey::Location, Cow::Owned(location));
    }

    /// Reads what stands behind a name.
    pub(super) fn read(
        &mut self,
        reader: &mut Reader<'a>,
        slot: Slot,
        here: &ValuePath<'_>,
    ) -> Step<()> {
        match slot {
            Slot::Value(key) => {
                let value = reader.scalar(here)?;
                self.put(key, value);
                return Ok(());
            }
            Slot::Location if reader.is_text()? => {
                let text = reader.text(here)?;
                if !text.trim_start().starts_with(['{', '@']) {
                    self.place_text(&text);
                    return Ok(());
                }
                self.packed(reader, slot, &text, here);
                return Ok(());
            }
            _ => {}
        }
        if reader.is_text()? {
            let text = reader.text(here)?;
            self.packed(reader, slot, &text, here);
            return Ok(());
        }
        let open = match slot {
            Slot::Object(_) | Slot::Location | Slot::Mfa => b'{',
            _ => b'[',
        };
        match reader.held(open, here)? {
            Held::Here => self.unpacked(reader, slot, here),
            Held::Text(_) | Held::Loose(_) | Held::Nothing => Ok(()),
        }
    }

    /// Reads a value that stands in a text: JSON, what PowerShell makes of an object, or words.
    fn packed(&mut self, reader: &mut Reader<'_>, slot: Slot, text: &str, here: &ValuePath<'_>) {
        let trimmed = text.trim();
        if trimmed.starts_with(['{', '[']) {
            let mut own = Added::default();
            let mut inner = Reader::new(trimmed.as_bytes(), 0, reader.depth);
            if let Err(error) = own.unpacked(&mut inner, slot, here) {
                inner.note_broken(here, &error);
            }
            reader.adopt(inner);
            for Property { key, value } in own.list {
                self.put(key, Cow::Owned(value.into_owned()));
            }
            self.skipped.push_str(&own.skipped);
        } else if let Some(members) = powershell_members(trimmed) {
            let head = if slot == Slot::Location { "location" } else { slot.name() };
            for (key, value) in members {
                self.member(head, key.as_bytes(), Cow::Owned(value.to_owned()));
            }
        } else if let Slot::Values(key) = slot {
            for value in trimmed.split([',', ';']).map(str::trim) {
                self.put(key, Cow::Owned(value.to_owned()));
            }
        } else if !trimmed.is_empty() && trimmed != "null" && !trimmed.contains("PowerShell.Models")
        {
            let place = slot.name();
            reader.note(|| format!("`{place}` is text, expected JSON"));
        }
    }

    fn unpacked(&mut self, reader: &mut Reader<'a>, slot: Slot, here: &ValuePath<'_>) -> Step<()> {
        match slot {
            Slot::Value(_) => reader.skip(),
            Slot::Object(_) | Slot::Location => {
                let head = if slot == Slot::Location { "location" } else { slot.name() };
                reader.members(|reader, key| {
                    // Coordinates and the like are objects, and say nothing more.
                    if matches!(reader.peek()?, b'{' | b'[') {
                        return reader.skip();
                    }
                    let value = reader.scalar(here)?;
                    self.member(head, key, value);
                    Ok(())
                })
            }
            Slot::Mfa => reader.members(|reader, key| {
                if !key.eq_ignore_ascii_case(b"authMethod") {
                    return reader.skip();
                }
                let method = reader.scalar(here)?;
                self.put(PropertyKey::Method, method);
                Ok(())
            }),
            Slot::Values(key) => reader.entries(|reader, _| {
                let value = reader.scalar(here)?;
                self.put(key, value);
                Ok(())
            }),
            Slot::Policies | Slot::Authentication | Slot::Networks | Slot::Steps => {
                reader.entries(|reader, index| {
                    let here = &ValuePath::Item(here, index);
                    match reader.held(b'{', here)? {
                        Held::Here => self.entry(reader, slot, here),
                        Held::Text(_) | Held::Loose(_) | Held::Nothing => Ok(()),
                    }
                })
            }
        }
    }

    /// Puts a member of a nested object.
    fn member(&mut self, head: &str, key: &[u8], value: Cow<'a, str>) {
        let Ok(name) = str::from_utf8(key) else { return };
        if head == PROTECTION && name.eq_ignore_ascii_case("signInSessionStatus") {
            return self.put(PropertyKey::Protection, value);
        }
        let is = |path: &str| {
            let rest = path.strip_prefix(head).and_then(|rest| rest.strip_prefix('.'));
            rest.is_some_and(|rest| rest.eq_ignore_ascii_case(name))
        };
        if let Some(row) = PROPERTIES.iter().find(|row| is(row.path)) {
            self.put(row.key, value);
        }
    }

    /// Reads an entry of an array of objects.
    fn entry(&mut self, reader: &mut Reader<'a>, slot: Slot, here: &ValuePath<'_>) -> Step<()> {
        let mut said = ListEntry::default();
        reader.members(|reader, key| {
            let key = String::from_utf8_lossy(key).to_ascii_lowercase();
            if key == "networknames" && reader.peek()? == b'[' {
                return reader.entries(|reader, _| {
                    let name = reader.scalar(here)?;
                    self.put(PropertyKey::NamedLocation, name);
                    Ok(())
                });
            }
            if key == "details" && reader.peek()? == b'{' {
                return reader.members(|reader, key| {
                    if !key.eq_ignore_ascii_case(b"SkipReason") {
                        return reader.skip();
                    }
                    said.skip = reader.scalar(here)?.into_owned();
                    Ok(())
                });
            }
            let place = match key.as_str() {
                "displayname" | "name" | "authenticationmethod" => &mut said.name,
                "id" | "provisioningsteptype" => &mut said.id,
                "result" | "status" | "authenticationstepresultdetail" => &mut said.result,
                "succeeded" => &mut said.succeeded,
                "authenticationmethoddetail" | "description" => &mut said.detail,
                _ => return reader.skip(),
            };
            *place = reader.scalar(here)?.into_owned();
            Ok(())
        })?;
        self.said(slot, said);
        Ok(())
    }

    fn said(&mut self, slot: Slot, said: ListEntry) {
        let ListEntry { name, id, result, succeeded, detail, skip } = said;
        let named = if name.is_empty() { id } else { name };
        match slot {
            Slot::Policies => self.put(PropertyKey::Policy, Cow::Owned(joined(&named, &result))),
            Slot::Authentication => {
                let failed = succeeded.eq_ignore_ascii_case("false");
                let end = match (result.is_empty(), failed) {
                    (true, true) => "failed".to_owned(),
                    (false, true) => format!("{result} (failed)"),
                    (_, false) => result,
                };
                self.put(PropertyKey::Step, Cow::Owned(joined(&named, &end)));
                if !named.eq_ignore_ascii_case("Previously satisfied") {
                    self.put(PropertyKey::Method, Cow::Owned(named));
                }
            }
            Slot::Steps => {
                let status = step_status(&result);
                if status == "skipped" && self.skipped.is_empty() {
                    self.skipped = match (skip.is_empty(), detail.is_empty()) {
                        (true, _) => detail.clone(),
                        (false, true) => skip,
                        (false, false) => format!("{skip}: {detail}"),
                    };
                }
                let told = status != "success" && !detail.is_empty();
                let end = if told { format!("{status} ({detail})") } else { status.to_owned() };
                self.put(PropertyKey::ProvisioningStep, Cow::Owned(joined(&named, &end)));
            }
            _ => {}
        }
    }

    /// A location in words: a country alone, or places with the country at the end.
    fn place_text(&mut self, text: &str) {
        let parts: Vec<&str> = text.split(',').map(str::trim).collect();
        let is_country =
            |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_uppercase());
        let (country, places) = match parts.split_last() {
            Some((last, rest)) if is_country(last) || rest.len() > 1 => (*last, rest),
            _ => ("", parts.as_slice()),
        };
        let (city, state) = match places {
            [] => ("", ""),
            [city] => (*city, ""),
            [city, state, ..] => (*city, *state),
        };
        for (key, value) in [
            (PropertyKey::City, city),
            (PropertyKey::State, state),
            (PropertyKey::Country, country),
        ] {
            // What other columns say of it in parts counts, whichever of them comes first.
            if self.get(key).is_none() {
                self.put(key, Cow::Owned(value.to_owned()));
            }
        }
    }
}

/// What an entry of an array says.
#[derive(Default)]
struct ListEntry {
    name: String,
    id: String,
    result: String,
    succeeded: String,
    detail: String,
    skip: String,
}

fn joined(name: &str, result: &str) -> String {
    match (name.is_empty(), result.is_empty()) {
        (_, true) => name.to_owned(),
        (true, false) => result.to_owned(),
        (false, false) => format!("{name}: {result}"),
    }
}

/// The status of a provisioning step or event; diagnostic settings write the number of Graph's
/// `provisioningResult`.
pub(super) fn step_status(status: &str) -> &str {
    match status.trim() {
        "0" => "success",
        "1" => "failure",
        "2" => "skipped",
        "3" => "warning",
        other => other,
    }
}

/// The members of an object that PowerShell wrote as text: `@{ErrorCode=50126; FailureReason=…}`.
pub(super) fn powershell_members(text: &str) -> Option<Vec<(&str, &str)>> {
    let inner = text.trim().strip_prefix("@{")?.strip_suffix('}')?;
    let mut members: Vec<(&str, &str)> = Vec::new();
    let mut rest = inner;
    while let Some((key, behind)) = rest.split_once('=') {
        // A value goes on to the next `; NAME=`: texts have semicolons too.
        let is_name = |text: &str| {
            !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        };
        let end = behind
            .match_indices("; ")
            .map(|(at, _)| at)
            .find(|&at| behind[at + 2..].split_once('=').is_some_and(|(name, _)| is_name(name)));
        let end = end.unwrap_or(behind.len());
        members.push((key.trim(), behind[..end].trim()));
        rest = behind.get(end + 2..).unwrap_or("");
    }
    Some(members)
}

/// Words of Graph's enumerations, by property.
const WORDS: &[(PropertyKey, &[&str])] = &[
    (PropertyKey::Access, &["success", "failure", "notApplied", "unknownFutureValue"]),
    (PropertyKey::Requirement, &["singleFactorAuthentication", "multiFactorAuthentication"]),
    (
        PropertyKey::Protocol,
        &[
            "none",
            "oAuth2",
            "ropc",
            "wsFederation",
            "saml20",
            "deviceCode",
            "authenticationTransfer",
            "nativeAuth",
            "implicitAccessTokenAndGetResponseMode",
            "implicitIdTokenAndGetResponseMode",
        ],
    ),
    (PropertyKey::RiskDuring, LEVELS),
    (PropertyKey::RiskAggregated, LEVELS),
    (PropertyKey::RiskLevel, LEVELS),
    (
        PropertyKey::RiskState,
        &["none", "confirmedSafe", "remediated", "dismissed", "atRisk", "confirmedCompromised"],
    ),
    (
        PropertyKey::CrossTenant,
        &[
            "none",
            "b2bCollaboration",
            "b2bDirectConnect",
            "microsoftSupport",
            "serviceProvider",
            "passthrough",
        ],
    ),
    (
        PropertyKey::TokenIn,
        &["none", "primaryRefreshToken", "saml11", "saml20", "remoteDesktopToken", "refreshToken"],
    ),
    (PropertyKey::Transfer, &["none", "deviceCodeFlow", "authenticationTransfer"]),
    (PropertyKey::Protection, &["none", "bound", "unbound"]),
    (
        PropertyKey::Credential,
        &[
            "none",
            "clientSecret",
            "clientAssertion",
            "certificate",
            "federatedIdentityCredential",
            "managedIdentity",
        ],
    ),
    (PropertyKey::UserType, &["member", "guest"]),
    (PropertyKey::Compliant, BOOLEANS),
    (PropertyKey::Managed, BOOLEANS),
    (PropertyKey::Interactive, BOOLEANS),
    (PropertyKey::Flagged, BOOLEANS),
];
const LEVELS: &[&str] = &["none", "low", "medium", "high", "hidden"];
const BOOLEANS: &[&str] = &["true", "false"];

/// A value as Graph writes it: its word however it is spelled, `true` for a portal's `Yes`.
fn canonical(key: PropertyKey, value: Cow<'_, str>) -> Cow<'_, str> {
    let trimmed = value.trim();
    if trimmed.is_empty() || trimmed == "null" || trimmed == "(blank)" {
        return Cow::Borrowed("");
    }
    let Some((_, words)) = WORDS.iter().find(|(of, _)| *of == key) else {
        return if trimmed.len() == value.len() { value } else { Cow::Owned(trimmed.to_owned()) };
    };
    // Azure's own numbers for `conditionalAccessStatus`.
    let said = match (key, trimmed) {
        (PropertyKey::Access, "0") => "success",
        (PropertyKey::Access, "1") => "failure",
        (PropertyKey::Access, "2") => "notApplied",
        (_, "Yes" | "yes") if *words == BOOLEANS => "true",
        (_, "No" | "no") if *words == BOOLEANS => "false",
        (_, said) => said,
    };
    let letters = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    if words.contains(&said) {
        return if said == &*value { value } else { Cow::Owned(said.to_owned()) };
    }
    let wanted = letters(said);
    match words.iter().find(|word| letters(word) == wanted) {
        Some(word) => Cow::Borrowed(word),
        None => Cow::Owned(said.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Depth;

    #[test]
    fn what_powershell_makes_of_an_object_is_taken_apart() {
        let text = "@{ErrorCode=50126; FailureReason=Wrong; try again=yes; Empty=}";
        let expected =
            [("ErrorCode", "50126"), ("FailureReason", "Wrong; try again=yes"), ("Empty", "")];
        assert_eq!(powershell_members(text).as_deref(), Some(&expected[..]));
        assert_eq!(powershell_members("Success"), None);
    }

    #[test]
    fn a_country_depended_on_which_of_two_columns_came_first() {
        let country = |texts: [&str; 2]| {
            let mut added = Added::default();
            for text in texts {
                let mut reader = Reader::new(text.as_bytes(), 0, Depth::Columns);
                let read = added.read(&mut reader, Slot::Location, &ValuePath::Record);
                read.unwrap_or_else(|_| panic!("{text}"));
            }
            added.get(PropertyKey::Country).map(str::to_owned)
        };
        let details = r#"{"city":"Riga","countryOrRegion":"LV"}"#;
        let as_text = serde_json::Value::from(details).to_string();
        for details in [details, &as_text] {
            for of_both in [[r#""DE""#, details], [details, r#""DE""#]] {
                assert_eq!(country(of_both).as_deref(), Some("LV"), "{of_both:?}");
            }
        }
    }

    #[test]
    fn words_are_written_as_graph_writes_them() {
        for (key, logged, written) in [
            (PropertyKey::Access, "Not Applied", "notApplied"),
            (PropertyKey::Access, "2", "notApplied"),
            (
                PropertyKey::Requirement,
                "Single-factor authentication",
                "singleFactorAuthentication",
            ),
            (PropertyKey::Protocol, "Device code", "deviceCode"),
            (PropertyKey::RiskDuring, "High", "high"),
            (PropertyKey::Managed, "Yes", "true"),
            (PropertyKey::Managed, "FALSE", "false"),
            (PropertyKey::Os, "(blank)", ""),
            (PropertyKey::Os, " Windows 10 ", "Windows 10"),
        ] {
            assert_eq!(canonical(key, logged.into()), written, "{logged}");
        }
    }

    #[test]
    fn every_name_of_a_property_is_found_in_any_case() {
        for (name, kind, found) in [
            ("RiskLevelDuringSignIn", Kind::SignIn, Some(Slot::Value(PropertyKey::RiskDuring))),
            ("DeviceDetail", Kind::SignIn, Some(Slot::Object("deviceDetail"))),
            ("City", Kind::SignIn, Some(Slot::Value(PropertyKey::City))),
            ("OS", Kind::SignIn, Some(Slot::Value(PropertyKey::Os))),
            ("jobId", Kind::Provisioning, Some(Slot::Value(PropertyKey::Job))),
            ("jobId", Kind::SignIn, None),
            ("deviceDetail", Kind::Provisioning, None),
            ("nothing", Kind::SignIn, None),
        ] {
            assert_eq!(slot(name.as_bytes(), kind), found, "{name}");
        }
    }
}
