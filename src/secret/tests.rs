//! Nothing of a secret comes through, however it is written; nothing else is lost.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use proptest::prelude::*;

use super::*;

/// Ways to write a text, each of which somebody undoes with a library call.
const WAYS: usize = 23;

fn percent(text: &str, all: bool, upper: bool) -> String {
    text.bytes().enumerate().fold(String::new(), |mut out, (at, byte)| {
        let plain = byte.is_ascii_alphanumeric() && !all;
        let _ = match (plain, upper && at % 2 == 0) {
            (true, _) => write!(out, "{}", char::from(byte)),
            (false, true) => write!(out, "%{byte:02X}"),
            (false, false) => write!(out, "%{byte:02x}"),
        };
        out
    })
}

fn each(text: &str, write: impl Fn(char) -> String) -> String {
    text.chars().map(write).collect()
}

fn special(text: &str, write: impl Fn(char) -> String) -> String {
    each(text, |c| if c.is_ascii_alphanumeric() { c.to_string() } else { write(c) })
}

fn units(c: char, upper: bool) -> String {
    let write =
        |unit: &mut u16| if upper { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") };
    c.encode_utf16(&mut [0; 2]).iter_mut().map(write).collect()
}

/// A text, written in one of the ways.
fn written(text: &str, way: usize) -> String {
    let behind = |before: &str| [before, text].concat();
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    match way {
        0 => text.to_owned(),
        1 => percent(text, false, true),
        2 => percent(text, false, false),
        3 => percent(text, true, true),
        4 => url::form_urlencoded::byte_serialize(text.as_bytes()).collect(),
        5 => serde_json::to_string(text).expect("JSON"),
        6 => each(text, |c| units(c, false)),
        7 => special(text, |c| units(c, true)),
        8 => serde_json::to_string(text).expect("JSON").replace('/', "\\/"),
        9 => special(text, |c| format!("&#{};", c as u32)),
        10 => each(text, |c| format!("&#x{:X};", c as u32)),
        11 => text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;"),
        12 => STANDARD.encode(text),
        13 => STANDARD_NO_PAD.encode(behind("a")),
        14 => URL_SAFE.encode(behind("ab")),
        15 => URL_SAFE_NO_PAD.encode(behind("abc")),
        16 => crate::text::hex(text.as_bytes()),
        17 => crate::text::hex(text.as_bytes()).to_uppercase(),
        18 => each(text, |c| format!("{c}\0")),
        19 => each(text, |c| format!("{c}\u{200b}")),
        20 => {
            let lines: Vec<String> = text
                .chars()
                .collect::<Vec<_>>()
                .chunks(7)
                .map(|line| line.iter().collect())
                .collect();
            lines.join("\r\n  ")
        }
        21 => STANDARD.encode(wide(text)),
        _ => text.bytes().fold(String::new(), |mut out, byte| {
            let _ = write!(out, "={byte:02X}");
            out
        }),
    }
}

/// Where it stands.
fn placed(text: &str, place: usize) -> String {
    match place {
        0 => text.to_owned(),
        1 => format!("you sent {text}, which is wrong"),
        2 => format!("{{\"error\":\"x\",\"error_description\":\"said {text}.\"}}"),
        3 => format!("https://login.example/?a=1&b={text}&c=2"),
        4 => format!("<html><title>{text}</title>"),
        _ => format!("é“{text}”日本"),
    }
}

fn is_left(shown: &str, text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    let piece = (letters.len() / 2).max(SHORTEST);
    letters.windows(piece).any(|piece| shown.contains(&piece.iter().collect::<String>()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn no_secret_comes_through_in_any_encoding(
        secret in "[!-~]{8,48}|[a-zA-Z0-9~._-]{34,40}|[a-zé日]{8,20}",
        first in 0..WAYS,
        then in 0..WAYS,
        place in 0..6_usize,
    ) {
        let held = Secret::new(&secret);
        // Other letters in UTF-16 are no letters with zeros between them.
        prop_assume!(secret.is_ascii() || (first != 21 && then != 21));
        let once = written(&secret, first);
        for text in [once.clone(), written(&once, then)] {
            let shown = masked(&placed(&text, place)).into_owned();
            prop_assert!(!is_left(&shown, &text), "{secret} as {text}: {shown}");
            prop_assert!(shown.contains(MASK) || shown == WITHHELD, "{shown}");
            let again = masked(&shown).into_owned();
            prop_assert_eq!(again, shown);
        }
        drop(held);
    }

    #[test]
    fn a_piece_of_a_long_secret_does_not_come_through(
        secret in "[a-zA-Z0-9~._-]{30,60}", from in 0..18_usize, length in PIECE..40, way in 0..WAYS,
    ) {
        let _held = Secret::new(&secret);
        let piece = &secret[from..(from + length).min(secret.len())];
        let text = written(piece, way);
        let shown = masked(&placed(&text, 1)).into_owned();
        prop_assert!(!is_left(&shown, &text), "{piece} as {text}: {shown}");
    }

    #[test]
    fn any_text_is_searched_to_an_end(text in ".{0,200}", noise in "[%&\\\\=+;#xu0-9a-fA-F ]{0,80}") {
        let _held = Secret::new("kestrel-over-the-marsh");
        let shown = masked(&text).into_owned();
        prop_assert!(shown == text || shown.contains(MASK), "{text:?} {shown:?}");
        let _ = masked(&noise);
        let _ = foreign(&(noise + &text));
    }
}

#[test]
fn a_secret_in_another_case_or_cut_off_does_not_come_through() {
    let _held = Secret::new("not~a+Secret/of=Anybody.42");
    assert_eq!(masked("NOT~A+SECRET/OF=ANYBODY.42"), MASK);
    assert_eq!(masked("not%7Ea%2bSecret%2FofXX"), format!("{MASK}XX"));
    assert_eq!(masked("…Secret/of=Anyb…"), format!("…{MASK}…"));
    // As a form, which is how the token endpoint got it.
    assert_eq!(masked("client_secret=not%7Ea%2Bsecret&x=1"), format!("client_secret={MASK}&x=1"));
}

#[test]
fn a_short_secret_is_masked_as_a_word_and_leaves_other_words() {
    let _held = (Secret::new("falcon"), Secret::new("owl"), Secret::new("  peregrine \n"));
    assert_eq!(masked("it says falcon! peregrines"), format!("it says {MASK}! {MASK}s"));
    assert_eq!(masked("falcons, falconry and owls"), "falcons, falconry and owls");
    assert_eq!(masked("password=owl"), format!("password={MASK}"));
}

#[test]
fn a_secret_made_of_words_leaves_those_words_in_sentences() {
    let _held =
        (Secret::new("administrator-of-the-heronry"), Secret::new("RegistrationsAndPermissions4"));
    for text in [
        "An administrator assigns it; the administrator-of-the day",
        "App registrations and permissions",
    ] {
        assert_eq!(masked(text), text);
    }
    assert_eq!(masked("(ADMINISTRATOR%2dof-the-heronry)"), format!("({MASK})"));
    assert_eq!(masked("RegistrationsAnd, x"), format!("Re{MASK}, x"));
}

#[test]
fn a_secret_that_nobody_holds_is_forgotten() {
    let secret = Secret::new("gyrfalcon.in.winter");
    let other = secret.clone();
    assert!(secret.is(&other) && !secret.is(&Secret::new("x")));
    assert_eq!(format!("{secret:?} {:?}", Some(&other)), "[secret] Some([secret])");
    drop(secret);
    assert_eq!(masked("gyrfalcon.in.winter"), MASK);
    drop(other);
    assert_eq!(masked("gyrfalcon.in.winter"), "gyrfalcon.in.winter");
}

#[test]
fn what_looks_like_a_secret_is_masked_without_being_known() {
    let token = "eyJ0eXAiOiJKV1QifQ.eyJhdWQiOiJ4In0.c2lnbmF0dXJl";
    for (text, shown) in [
        (format!("token {token} is over."), "token [secret] is over.".to_owned()),
        (format!("Authorization: Bearer {token}"), "Authorization: Bearer [secret]".to_owned()),
        ("Bearer EwBgA8l6BAAUkj1NuJYtTVha==, x".into(), "Bearer [secret], x".into()),
        (
            "Proxy-Authorization: basic cGVyY2g6ZmlzaGluZw==".into(),
            "Proxy-Authorization: basic [secret]".into(),
        ),
        ("a=1&client_secret=x%7Ey&b=2".into(), "a=1&client_secret=[secret]&b=2".into()),
        (
            "a%3D1%26client_secret%3Dx%257Ey%26b%3D2".into(),
            "a%3D1%26client_secret%3D[secret]%26b%3D2".into(),
        ),
        (
            r#"{"refresh_token":"0.AXo\"A","scope":"a"}"#.into(),
            r#"{"refresh_token":"[secret]","scope":"a"}"#.into(),
        ),
        (
            r#"{\"access_token\": \"ab\", \"b\": 1}"#.into(),
            r#"{\"access_token\": \"[secret]\", \"b\": 1}"#.into(),
        ),
        (
            "&quot;deviceCode&quot;:&quot;GAQABAAE1&quot;,".into(),
            "&quot;deviceCode&quot;:&quot;[secret]&quot;,".into(),
        ),
        (
            "https://a.blob.example/x?sv=2022&sig=a%2Fb%3D&se=1".into(),
            "https://a.blob.example/x?sv=2022&sig=[secret]&se=1".into(),
        ),
        (
            "DefaultEndpointsProtocol=https;AccountKey=abc/def==;x".into(),
            "DefaultEndpointsProtocol=https;AccountKey=[secret];x".into(),
        ),
        ("AZURE_CLIENT_SECRET='a b'".into(), "AZURE_CLIENT_SECRET='[secret]'".into()),
        ("password: hunter22222 x".into(), "password: [secret] x".into()),
        ("http://perch:owl@127.0.0.1:80/".into(), "http://perch:[secret]@127.0.0.1:80/".into()),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMIIB\nAAAA\n".into(),
            "-----BEGIN RSA PRIVATE KEY-----[secret]".into(),
        ),
        ("Set-Cookie: esctx=PAQABBwE4AAAAmoFfG".into(), "Set-Cookie: [secret]".into()),
    ] {
        assert_eq!(masked(&text), shown, "{text}");
        assert_eq!(masked(&shown), shown);
    }
}

#[test]
fn ordinary_words_stay_whole() {
    let _held = Secret::new("kittiwake~over+the/cliff=77");
    for text in [
        "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '51aa2f3c-0000-4000-8000-000000000001'.",
        "AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        "AADSTS90014: The required field 'client_assertion_type' is missing from the credential.",
        "AADSTS700027: The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Thumbprint of key used by client: 'AAD01CE31B4C9F0C5F5F1F1F2F3F4F5F6F7F8F9F']",
        "Authorization_RequestDenied: Insufficient privileges to complete the operation. (request 6f0c2d1e-0000-4000-8000-000000000001)",
        r#"Bearer realm="", authorization_uri="https://login.example/common/oauth2/authorize", error="insufficient_claims", claims="eyJhIjoxfQ==""#,
        "Bearer authentication is required; basic authentication was refused",
        "write them as HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT, with special letters percent-encoded",
        "az account get-access-token --resource https://graph.microsoft.com --query accessToken -o tsv",
        "give its password in AZURE_CLIENT_CERTIFICATE_PASSWORD",
        "az login --scope \"https://graph.example/.default\" --claims-challenge \"eyJhIjoxfQ==\"",
        "https://graph.microsoft.com/v1.0/auditLogs/directoryAudits?$filter=activityDateTime%20ge%202026-05-01T00:00:00Z&$top=999&$skiptoken=d41d8cd98f00b204",
        "Reset password (self-service): 12 records, Update application – Certificates and secrets management",
        "token: the password is over; change it: in a browser",
        "日本語 é \u{1b}[2J a=b;c 100% &amp; \\ +",
        "",
    ] {
        assert_eq!(masked(text), text);
    }
}

#[test]
fn a_long_hostile_text_is_searched_in_time_or_withheld() {
    let _held = Secret::new("kittiwake~over+the/cliff=78");
    let nested = (0..6).fold("kittiwake~over+the/cliff=78".to_owned(), |text, _| {
        percent(&STANDARD.encode(text), true, false)
    });
    let text = nested.repeat(4).chars().take(40_000).collect::<String>();
    let shown = masked(&text);
    assert!(!shown.contains("kittiwake"), "{shown:.80}");
    assert_eq!(foreign("a\u{1b}[2Jkittiwake~over+the/cliff=78"), "a␛[2J[secret]");
}
