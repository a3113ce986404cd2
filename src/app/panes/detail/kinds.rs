//! What a sign-in or a provisioning event comes to, in a few lines: what failed, how, from where, with
//! what device, what Conditional Access decided, what Microsoft thinks of it.
//! Never the only place of a value: each stands by itself further down.

use std::borrow::Cow;

use crate::app::panes::detail::line::{Line, Tone};
use crate::record::Record;
use crate::record::field::Field;
use crate::record::kind::property::PropertyKey;
use crate::text::clean;

/// A line of the summary: its label, and the properties in it, in their order.
struct Summed {
    label: &'static str,
    keys: &'static [PropertyKey],
}

const SUMMED: &[Summed] = &[
    Summed { label: "Error", keys: &[PropertyKey::ErrorCode, PropertyKey::Error] },
    Summed {
        label: "Microsoft risk",
        keys: &[
            PropertyKey::RiskDuring,
            PropertyKey::RiskAggregated,
            PropertyKey::RiskState,
            PropertyKey::RiskEvent,
            PropertyKey::RiskDetail,
        ],
    },
    Summed {
        label: "How",
        keys: &[
            PropertyKey::Protocol,
            PropertyKey::Client,
            PropertyKey::Requirement,
            PropertyKey::Method,
            PropertyKey::Credential,
            PropertyKey::Transfer,
            PropertyKey::Interactive,
        ],
    },
    Summed {
        label: "Where",
        keys: &[PropertyKey::Location, PropertyKey::NamedLocation, PropertyKey::Network],
    },
    Summed {
        label: "Device",
        keys: &[
            PropertyKey::Device,
            PropertyKey::Os,
            PropertyKey::Browser,
            PropertyKey::Compliant,
            PropertyKey::Managed,
            PropertyKey::Trust,
        ],
    },
    Summed { label: "Access policies", keys: &[PropertyKey::Access, PropertyKey::Policy] },
    Summed { label: "Systems", keys: &[PropertyKey::SourceSystem, PropertyKey::TargetSystem] },
    Summed { label: "Steps", keys: &[PropertyKey::ProvisioningStep] },
    Summed { label: "Advice", keys: &[PropertyKey::Advice] },
];

/// Policies and steps beyond these are further down.
const MOST_VALUES: usize = 4;

/// The summary of a record of a kind that adds properties; nothing for others.
pub fn summary_lines(record: &Record<'_>) -> Vec<Line> {
    if record.properties.is_empty() {
        return Vec::new();
    }
    SUMMED.iter().filter_map(|summed| summed_line(summed, record)).collect()
}

fn summed_line(summed: &Summed, record: &Record<'_>) -> Option<Line> {
    let mut first = None;
    let mut words: Vec<String> = Vec::new();
    for &key in summed.keys {
        let mut values = record.properties_of(key).filter_map(|value| {
            let word = said(key, value, record)?;
            first.get_or_insert((Field::of_property(key), value.to_owned()));
            Some(clean(&word).into_owned())
        });
        let known: Vec<String> = values.by_ref().take(MOST_VALUES).collect();
        let more = values.count();
        // Both levels of risk are the same mostly.
        words.extend(known.into_iter().filter(|word| !words.contains(word)).collect::<Vec<_>>());
        if more > 0 {
            words.push(format!("{more} more"));
        }
    }
    let text = words.join(" · ");
    Some(Line {
        label: summed.label.to_owned(),
        text: vec![(tone(summed, record), text.clone())],
        value: Some(first?),
        copy: text,
        ..Line::default()
    })
}

/// A value in words; `None` where it says nothing.
fn said<'v>(key: PropertyKey, value: &'v str, record: &Record<'_>) -> Option<Cow<'v, str>> {
    let is = |words: &[&str]| words.iter().any(|word| value.eq_ignore_ascii_case(word));
    let yes_or_no = |yes: &'static str, no: &'static str| match value {
        _ if is(&["true"]) => Some(Cow::Borrowed(yes)),
        _ if is(&["false"]) => Some(Cow::Borrowed(no)),
        other => Some(Cow::Borrowed(other)),
    };
    match key {
        _ if is(&["", "none", "unknownFutureValue"]) => None,
        PropertyKey::RiskDuring | PropertyKey::RiskAggregated if is(&["hidden"]) => None,
        PropertyKey::ErrorCode if is(&["0"]) => None,
        // It stands above as the reason.
        PropertyKey::Error if value == record.result_reason.trim() => None,
        PropertyKey::Compliant => yes_or_no("compliant", "not compliant"),
        PropertyKey::Managed => yes_or_no("managed", "not managed"),
        PropertyKey::Interactive => yes_or_no("interactive", "not interactive"),
        PropertyKey::Network => Some(format!("AS {value}").into()),
        _ => Some(value.into()),
    }
}

/// What failed and what is risky stands out; the words say it too.
fn tone(summed: &Summed, record: &Record<'_>) -> Tone {
    let has = |key: PropertyKey, words: &[&str]| {
        record.properties_of(key).any(|value| words.iter().any(|w| value.eq_ignore_ascii_case(w)))
    };
    let levels = ["medium", "high"];
    let is_bad = match summed.keys {
        [PropertyKey::ErrorCode, ..] => true,
        [PropertyKey::RiskDuring, ..] => {
            has(PropertyKey::RiskDuring, &levels)
                || has(PropertyKey::RiskAggregated, &levels)
                || has(PropertyKey::RiskState, &["atRisk", "confirmedCompromised"])
        }
        [PropertyKey::Access, ..] => has(PropertyKey::Access, &["failure"]),
        _ => false,
    };
    if is_bad { Tone::Bad } else { Tone::Plain }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::kind::property::Property;

    fn lines(properties: &[(PropertyKey, &'static str)]) -> Vec<String> {
        let properties =
            properties.iter().map(|&(key, value)| Property { key, value: value.into() });
        let record = Record { properties: properties.collect(), ..Record::default() };
        let text = |line: Line| {
            let text: String = line.text.iter().map(|(_, text)| text.as_str()).collect();
            format!("{}: {text}", line.label)
        };
        summary_lines(&record).into_iter().map(text).collect()
    }

    #[test]
    fn a_sign_in_is_told_in_a_few_lines() {
        let found = lines(&[
            (PropertyKey::ErrorCode, "50126"),
            (PropertyKey::Error, "Invalid username or password"),
            (PropertyKey::Location, "Riga, LV"),
            (PropertyKey::Protocol, "deviceCode"),
            (PropertyKey::Requirement, "singleFactorAuthentication"),
            (PropertyKey::Access, "failure"),
            (PropertyKey::Policy, "Require MFA: failure"),
            (PropertyKey::RiskDuring, "high"),
            (PropertyKey::RiskAggregated, "high"),
            (PropertyKey::RiskState, "atRisk"),
            (PropertyKey::Os, "Windows 10"),
            (PropertyKey::Compliant, "false"),
            (PropertyKey::Trust, ""),
        ]);
        assert_eq!(
            found,
            [
                "Error: 50126 · Invalid username or password",
                "Microsoft risk: high · atRisk",
                "How: deviceCode · singleFactorAuthentication",
                "Where: Riga, LV",
                "Device: Windows 10 · not compliant",
                "Access policies: failure · Require MFA: failure",
            ]
        );
    }

    #[test]
    fn what_says_that_there_is_nothing_has_no_line() {
        let nothing = [
            (PropertyKey::ErrorCode, "0"),
            (PropertyKey::RiskDuring, "none"),
            (PropertyKey::RiskAggregated, "hidden"),
            (PropertyKey::RiskState, "none"),
        ];
        assert!(lines(&nothing).is_empty());
        assert!(lines(&[]).is_empty());
    }
}
