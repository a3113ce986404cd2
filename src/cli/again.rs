//! The words that open a place at a service again, asked for the same time whenever that is done.
//! Never a secret: that comes from where it came from before.

use super::arguments::SignInArguments;
use crate::time::Window;

/// The words behind `entrail`: those that name the place, what it is asked for, how to sign in to it, and
/// flags of its own. No `logs`: it has none to choose from.
pub(super) fn words(
    named: &[&str],
    (logs, window): (&[&str], Window),
    sign_in: &SignInArguments,
    flags: &[&str],
) -> Vec<String> {
    let options = [
        ("--tenant", sign_in.tenant.clone()),
        ("--client-id", sign_in.client_id.clone()),
        ("--cloud", sign_in.cloud.clone()),
        ("--sign-in", sign_in.sign_in.clone()),
        ("--log", (!logs.is_empty()).then(|| logs.join(","))),
        ("--since", Some(window.start.to_rfc3339())),
        // The last instant of it; an end that is named to the second has that second in it.
        ("--until", Some(window.end.plus(-1).to_rfc3339())),
        ("--ca-cert", sign_in.ca_cert.as_ref().map(|path| path.display().to_string())),
    ];
    let said = options.into_iter().filter_map(|(option, value)| {
        // A value can be no option.
        Some(format!("{option}={}", value?))
    });
    let remember = sign_in.remember.then_some("--remember");
    let flags = flags.iter().copied().chain(remember).map(str::to_owned);
    named.iter().map(|&word| word.to_owned()).chain(said).chain(flags).collect()
}
