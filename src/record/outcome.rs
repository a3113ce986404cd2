//! How a record ended: [`decide`], from everything the record says, and the error codes of sign-ins in words.
//! Never trusts one property alone: the unified audit log writes `Success` beside `UserLoginFailed`.
//!
//! The codes are the table `assets/sign_in_errors.tsv`, which names its source.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::kind::property::PropertyKey;
use super::{Kind, Outcome, Record};
use crate::text::fold;

const ERRORS: &str = include_str!("../../assets/sign_in_errors.tsv");

/// What is known of an error code of sign-ins.
#[derive(Clone, Copy, Debug)]
pub struct SignInError {
    /// The code, without `AADSTS`.
    pub code: &'static str,
    /// How a sign-in with this code ended.
    pub outcome: Outcome,
    /// Microsoft's name for it, which the unified audit log writes as `LogonError`; may be empty.
    pub name: &'static str,
    /// What it means, in a few words.
    pub meaning: &'static str,
}

/// The known codes, by code and by folded name.
static BY_CODE: LazyLock<HashMap<&'static str, SignInError>> =
    LazyLock::new(|| errors().map(|error| (error.code, error)).collect());
static BY_NAME: LazyLock<HashMap<String, SignInError>> = LazyLock::new(|| {
    let named = errors().filter(|error| !error.name.is_empty());
    named.map(|error| (fold(error.name), error)).collect()
});

fn errors() -> impl Iterator<Item = SignInError> {
    let rows = ERRORS.lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|row| {
        let mut cells = row.split('\t');
        let (code, outcome) = (cells.next()?, Outcome::from_word(cells.next()?));
        Some(SignInError { code, outcome, name: cells.next()?, meaning: cells.next()? })
    })
}

/// What is known of an error code: `50126`, `AADSTS50126`.
pub fn sign_in_error(code: &str) -> Option<&'static SignInError> {
    BY_CODE.get(plain_code(code))
}

/// What is known of an error by its name: `InvalidUserNameOrPassword`.
pub fn named_error(name: &str) -> Option<&'static SignInError> {
    BY_NAME.get(&fold(name.trim()))
}

/// An error code without white space, `AADSTS` and a fraction that a spreadsheet put behind it.
pub fn plain_code(code: &str) -> &str {
    let code = code.trim();
    let is_prefixed = code.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("AADSTS"));
    let code = if is_prefixed { &code[6..] } else { code };
    code.strip_suffix(".0").unwrap_or(code)
}

/// How a sign-in with this error code ended; [`Outcome::Unknown`] where there is none.
pub fn of_code(code: &str) -> Outcome {
    match plain_code(code) {
        "" => Outcome::Unknown,
        "0" => Outcome::Success,
        code => BY_CODE.get(code).map_or(Outcome::Failure, |error| error.outcome),
    }
}

/// How the record ended: by its result, its error code, the name of its error and its activity.
///
/// A code or a name of an error outweighs a result of success. What was only interrupted is never a
/// failure, and a failed sign-in by its activity is never a success.
pub fn decide(record: &Record<'_>) -> Outcome {
    let said = Outcome::from_word(&record.result);
    match record.kind {
        Kind::SignIn => of_sign_in(record, said),
        Kind::GraphCall => of_status(&record.result).unwrap_or(said),
        Kind::Audit | Kind::Provisioning | Kind::Risk => {
            let fails = is_unified(record) && said != Outcome::Failure && is_failed_login(record);
            if fails { Outcome::Failure } else { said }
        }
    }
}

/// How a call ended that was answered with this HTTP status.
fn of_status(status: &str) -> Option<Outcome> {
    let status: u16 = status.trim().parse().ok()?;
    match status {
        200..=399 => Some(Outcome::Success),
        408 | 504 => Some(Outcome::Timeout),
        400..=599 => Some(Outcome::Failure),
        // A call that was not answered has 0, which is no word for success here.
        _ => Some(Outcome::Unknown),
    }
}

/// Is it of the unified audit log, which names no service?
fn is_unified(record: &Record<'_>) -> bool {
    record.kind == Kind::Audit && record.service.is_empty()
}

/// Does the record say that what it is about was done: is its result a success, or has its log none to
/// give? The unified audit log leaves `ResultStatus` out of some records of what was done; every other
/// log of changes states a result, and one that is empty or unknown says neither.
pub fn is_done(record: &Record<'_>) -> bool {
    let is_unstated = is_unified(record) && record.result.trim().is_empty();
    record.outcome == Outcome::Success || record.outcome == Outcome::Unknown && is_unstated
}

fn is_failed_login(record: &Record<'_>) -> bool {
    record.activity.trim().trim_end_matches('.').eq_ignore_ascii_case("UserLoginFailed")
}

fn of_sign_in(record: &Record<'_>, said: Outcome) -> Outcome {
    let code = of_code(record.property(PropertyKey::ErrorCode).unwrap_or(""));
    let name = match record.property(PropertyKey::ErrorName).map(str::trim) {
        None | Some("" | "None" | "Success" | "0") => Outcome::Unknown,
        Some(name) => of_name(name),
    };
    let errors = [code, name];
    let error = errors.into_iter().find(|end| !matches!(end, Outcome::Unknown | Outcome::Success));
    match (error, said) {
        // The log says more than a code that only means failure, and more than no error.
        (Some(Outcome::Failure) | None, Outcome::Interrupted | Outcome::Timeout)
        | (None, Outcome::Failure) => said,
        (Some(error), _) => error,
        (None, _) if is_failed_login(record) => Outcome::Failure,
        (None, Outcome::Unknown) => code,
        (None, _) => said,
    }
}

/// How a sign-in with an error of this name ended. Names of interruptions say so.
fn of_name(name: &str) -> Outcome {
    match named_error(name) {
        Some(error) => error.outcome,
        None if name.contains("Interrupt") || name.ends_with("Required") => Outcome::Interrupted,
        None => Outcome::Failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::kind::property::Property;

    fn ended(result: &str, code: &str, name: &str, activity: &str) -> Outcome {
        let values = [(PropertyKey::ErrorCode, code), (PropertyKey::ErrorName, name)];
        let filled = values.into_iter().filter(|(_, value)| !value.is_empty());
        let own = filled.map(|(key, value)| Property { key, value: value.into() });
        decide(&Record {
            kind: Kind::SignIn,
            result: result.into(),
            activity: activity.into(),
            properties: own.collect(),
            ..Record::default()
        })
    }

    #[test]
    fn everything_a_sign_in_says_decides_how_it_ended() {
        use Outcome::{Failure, Interrupted, Success, Timeout, Unknown};
        for (result, code, name, activity, outcome) in [
            ("success", "0", "", "Sign-in activity", Success),
            ("", "0", "", "", Success),
            ("Success", "", "", "UserLoggedIn", Success),
            ("", "", "", "Sign-in activity", Unknown),
            // The unified audit log's `ResultStatus` says whether the request was answered.
            ("Success", "500121", "AuthenticationFailedSasError", "UserLoginFailed", Failure),
            ("Success", "", "", "UserLoginFailed", Failure),
            ("", "", "", "UserLoginFailed", Failure),
            ("Succeeded", "0", "", "UserLoginFailed.", Failure),
            ("Succeeded", "", "UserAccountDeleted", "UserLoggedIn", Failure),
            ("Success", "0", "InvalidUserNameOrPassword", "UserLoggedIn", Failure),
            (
                "Success",
                "50074",
                "UserStrongAuthClientAuthNRequiredInterrupt",
                "UserLoginFailed",
                Interrupted,
            ),
            // The same code is the same outcome, whatever word stands beside it.
            ("failure", "50140", "", "", Interrupted),
            ("Interrupted", "50140", "", "", Interrupted),
            ("Success", "50140", "", "", Interrupted),
            ("", "AADSTS50140", "", "", Interrupted),
            ("", " 50126 ", "", "", Failure),
            ("", "50126.0", "", "", Failure),
            ("Interrupted", "99999999", "", "", Interrupted),
            ("Failure", "0", "", "", Failure),
            ("", "90012", "", "", Timeout),
        ] {
            assert_eq!(
                ended(result, code, name, activity),
                outcome,
                "{result} {code} {name} {activity}"
            );
        }
    }

    #[test]
    fn a_call_that_was_not_answered_has_no_outcome() {
        use Outcome::{Failure, Success, Timeout, Unknown};
        let ends = [("0", Unknown), ("100", Unknown), ("200", Success), ("304", Success)];
        for (status, outcome) in ends.into_iter().chain([("403", Failure), ("504", Timeout)]) {
            let call = Record { kind: Kind::GraphCall, result: status.into(), ..Record::default() };
            assert_eq!(decide(&call), outcome, "{status}");
        }
    }

    #[test]
    fn every_code_is_a_number_with_an_outcome_and_a_meaning() {
        let all: Vec<SignInError> = errors().collect();
        assert!(all.len() > 250);
        for error in &all {
            assert!(error.code.bytes().all(|b| b.is_ascii_digit()), "{error:?}");
            assert!(!matches!(error.outcome, Outcome::Unknown | Outcome::Success), "{error:?}");
            assert!(error.meaning.len() > 8 && !error.meaning.ends_with('.'), "{error:?}");
        }
        assert_eq!((all.len(), BY_CODE.len()), (BY_CODE.len(), all.len()), "none is there twice");
        assert_eq!(sign_in_error("AADSTS50126").map(|e| e.name), Some("InvalidUserNameOrPassword"));
        assert_eq!(named_error("kmsiinterrupt").map(|error| error.code), Some("50140"));
    }
}
