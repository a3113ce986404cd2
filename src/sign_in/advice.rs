//! The ways out of Entra's refusals, by the number Entra gives them.
//! Never decides what the program does: Microsoft may change the numbers, and then only the advice is missing.

/// Number behind `AADSTS`, and what to do. From Microsoft's page "Microsoft Entra authentication and
/// authorization error codes".
const ADVICE: &[(&str, &str)] = &[
    (
        "16000",
        "sign in once in a browser with the account that is meant, or name the tenant with --tenant",
    ),
    ("50020", "the account is of another tenant; name the account's own with --tenant"),
    ("50034", "no such account in this tenant; name the right one with --tenant"),
    ("50055", "the password is over; change it in a browser, then sign in again"),
    ("50057", "the account is disabled"),
    ("50059", "name the tenant with --tenant or AZURE_TENANT_ID"),
    ("50076", "the tenant asks for a second factor; choose --sign-in device-code"),
    ("50079", "the account must register a second factor first: https://aka.ms/mfasetup"),
    (
        "50105",
        "an administrator must assign the account to the application, or lift that requirement",
    ),
    ("50126", "wrong name or password"),
    ("50128", "no such tenant; check --tenant"),
    ("50158", "the tenant asks for more at its own provider; choose --sign-in device-code"),
    ("50173", "the sign-in was revoked, as after a change of the password; sign in again"),
    (
        "53000",
        "Conditional Access asks for a managed device; sign in from one, or use an application's certificate",
    ),
    (
        "53001",
        "Conditional Access asks for a joined device; sign in from one, or use an application's certificate",
    ),
    (
        "53003",
        "Conditional Access blocks this sign-in; ask for an exception, or use an application's certificate",
    ),
    (
        "530031",
        "Conditional Access blocks this sign-in; ask for an exception, or use an application's certificate",
    ),
    (
        "530033",
        "Conditional Access asks for a managed device, which sign-in by device code cannot show; use the Azure CLI or an application's certificate",
    ),
    (
        "530036",
        "Conditional Access no longer accepts a sign-in by device code; use the Azure CLI or an application's certificate",
    ),
    (
        "65001",
        "nobody consented yet; an administrator grants consent under Enterprise applications > Permissions",
    ),
    (
        "65002",
        "this Microsoft application may not ask for that permission; register an application of your own and name it with --client-id",
    ),
    (
        "65004",
        "consent was declined; sign in again and accept, or ask an administrator to grant it",
    ),
    ("700003", "the device was deleted from the tenant; sign in again from a registered one"),
    ("70008", "the sign-in is too old; sign in again"),
    ("70011", "the application does not know this permission; check --cloud"),
    ("700016", "no such application in this tenant; check --client-id and --tenant (and --cloud)"),
    ("70019", "the code is over; start again and enter the new one in time"),
    (
        "70021",
        "no federated credential of the application fits the token's issuer, subject and audience",
    ),
    ("700211", "no federated credential of the application has this issuer"),
    (
        "700212",
        "no federated credential of the application has this audience; it should be api://AzureADTokenExchange",
    ),
    ("700213", "no federated credential of the application has this subject"),
    ("700024", "the assertion is not valid at this time; is the clock of this machine right?"),
    (
        "700027",
        "upload this certificate to the application (Certificates & secrets), or replace it where it is over",
    ),
    ("700082", "the sign-in was not used for too long; sign in again"),
    ("700084", "the sign-in is too old; sign in again"),
    (
        "7000112",
        "the application is disabled in this tenant; an administrator enables it under Enterprise applications",
    ),
    ("7000215", "give the secret's value, not its id, in AZURE_CLIENT_SECRET"),
    (
        "7000218",
        "turn on \"Allow public client flows\" of the application (Authentication), or give its secret or certificate",
    ),
    ("7000222", "the secret is over; make a new one (Certificates & secrets)"),
    ("70043", "Conditional Access wants a new sign-in; sign in again"),
    ("90002", "no such tenant; check --tenant (and --cloud)"),
    ("900023", "this is no tenant; --tenant is its id or one of its domains"),
    ("900382", "this account is in another cloud; choose it with --cloud"),
    ("90072", "the account is of another tenant; name the account's own with --tenant"),
    ("900439", "this account is in another cloud; choose it with --cloud"),
    ("90094", "an administrator must grant consent under Enterprise applications > Permissions"),
    ("90099", "the application must be approved by an administrator of this tenant first"),
];

/// The same by OAuth's own word, where no number is known.
const BY_WORD: &[(&str, &str)] = &[
    ("invalid_client", "check --client-id, and the secret or certificate"),
    (
        "unauthorized_client",
        "check --client-id and --tenant; the application may not sign in this way",
    ),
    ("invalid_scope", "the application does not know this permission; check --cloud"),
    ("interaction_required", "sign in again; the tenant asks for more"),
    (
        "consent_required",
        "an administrator grants consent under Enterprise applications > Permissions",
    ),
];

/// What to do about a refusal: by the number in its text, else by its word.
pub fn way_out(said: &str, word: &str) -> Option<&'static str> {
    let number = said.split("AADSTS").nth(1).map(|rest| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        &rest[..digits]
    });
    let by_number = ADVICE.iter().find(|(known, _)| Some(*known) == number);
    by_number
        .or_else(|| BY_WORD.iter().find(|(known, _)| *known == word))
        .map(|(_, advice)| *advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_tells_before_the_word() {
        let secret = way_out("AADSTS7000215: Invalid client secret provided.", "invalid_client");
        assert!(secret.is_some_and(|advice| advice.contains("AZURE_CLIENT_SECRET")));
        let unknown = way_out("AADSTS99: something", "invalid_client");
        assert!(unknown.is_some_and(|advice| advice.contains("--client-id")));
        assert_eq!(way_out("AADSTS", ""), None);
        assert_eq!(way_out("AADSTSé", "other"), None);
    }

    #[test]
    fn no_number_is_there_twice() {
        for (at, (number, _)) in ADVICE.iter().enumerate() {
            assert!(ADVICE[at + 1..].iter().all(|(other, _)| other != number), "{number}");
        }
    }
}
