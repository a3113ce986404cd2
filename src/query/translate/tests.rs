//! Whatever stands in a query, what is written of it stays one literal, and says what it leaves out.
//! Never believes the writers: the texts are read back by readers of their own.

use proptest::prelude::*;

use super::*;
use crate::time::Timestamp;

fn context() -> Context {
    Context { now: Timestamp::parse("2026-11-20T12:00:00Z").expect("a time"), around: None }
}

fn made(text: &str, language: Language) -> Translation {
    translate(&Query::parse(text).expect(text), &context(), language)
}

fn code(text: &str, language: Language) -> String {
    made(text, language).code
}

/// What a text is made of: the values of its literals, and everything outside of literals and
/// comments.
type Read = (Vec<String>, String);

/// Reads KQL as its reference says literals and comments are written.
fn read_kql(text: &str) -> Read {
    let (mut literals, mut outside) = (Vec::new(), String::new());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '/' if chars.peek() == Some(&'/') => while chars.next_if(|c| *c != '\n').is_some() {},
            '"' => {
                let mut value = String::new();
                loop {
                    match chars.next().expect("the literal ends") {
                        '"' => break,
                        '\n' | '\r' => panic!("a literal is on one line"),
                        '\\' => value.push(match chars.next().expect("an escape") {
                            'n' => '\n',
                            'r' => '\r',
                            't' => '\t',
                            'u' => {
                                let hex: String = chars.by_ref().take(4).collect();
                                let code = u32::from_str_radix(&hex, 16).expect("four digits");
                                char::from_u32(code).expect("a character")
                            }
                            c @ ('"' | '\\') => c,
                            c => panic!("no escape: {c}"),
                        }),
                        c => value.push(c),
                    }
                }
                literals.push(value);
            }
            c => outside.push(c),
        }
    }
    (literals, outside)
}

/// Reads PowerShell: in single quotes nothing is special but the quote, doubled.
fn read_powershell(text: &str) -> Read {
    let is_quote = |c: &char| matches!(c, '\'' | '‘' | '’' | '‚' | '‛');
    let (mut literals, mut outside) = (Vec::new(), String::new());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '#' => while chars.next_if(|c| *c != '\n' && *c != '\r').is_some() {},
            c if is_quote(&c) => {
                let mut value = String::new();
                loop {
                    let c = chars.next().expect("the literal ends");
                    if is_quote(&c) {
                        match chars.next_if(|c| is_quote(c)) {
                            Some(c) => value.push(c),
                            None => break,
                        }
                    } else {
                        value.push(c);
                    }
                }
                literals.push(value);
            }
            c => outside.push(c),
        }
    }
    (literals, outside)
}

/// Reads a `$filter`.
fn read_odata(text: &str) -> Read {
    let (mut literals, mut outside) = (Vec::new(), String::new());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\'' {
            outside.push(c);
            continue;
        }
        let mut value = String::new();
        loop {
            match chars.next().expect("the literal ends") {
                '\'' if chars.next_if_eq(&'\'').is_some() => value.push('\''),
                '\'' => break,
                c => value.push(c),
            }
        }
        literals.push(value);
    }
    (literals, outside)
}

/// The text that an expression of .NET was made of.
fn plain(expression: &str) -> String {
    let inside = expression.strip_prefix("\\A").and_then(|rest| rest.strip_suffix("\\z"));
    let mut text = String::new();
    let mut chars = inside.unwrap_or(expression).chars();
    while let Some(c) = chars.next() {
        text.push(if c == '\\' { chars.next().expect("an escaped sign") } else { c });
    }
    text.replace("(?-i:[iI])", "i")
}

const MARK: &str = "Zq9mark";

fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "'",
        "''",
        "\"",
        "\\",
        "\\\"",
        "‘",
        "’",
        "‚",
        "‛",
        "`",
        "$(",
        ")",
        "${x}",
        "//",
        "#",
        "<#",
        "\n",
        "\r\n",
        "\t",
        "\0",
        "\u{85}",
        "\u{2028}",
        "\u{2029}",
        "|",
        ";",
        "*",
        "[",
        "^",
        "é",
        " ",
        "@'",
        "'@",
        "or 1 eq 1",
        "\u{202e}",
        "😀",
    ]);
    (prop::collection::vec(pieces.clone(), 0..8), prop::collection::vec(pieces, 0..8))
        .prop_map(|(before, after)| format!("{}{MARK}{}", before.concat(), after.concat()))
}

proptest! {
    #[test]
    fn whatever_a_value_is_it_stays_one_literal(value in hostile(), at in 0usize..64, whole: bool, negated: bool) {
        use crate::record::field::FIELDS;
        let field = &FIELDS[at % FIELDS.len()];
        let operator = if whole { Operator::Equals } else { Operator::Contains };
        let term = Expression::term(field, operator, &value);
        let expression = if negated { Expression::Not(Box::new(term)) } else { term };
        let query = Query { expression: Some(expression) };
        for language in Language::ALL {
            let made = translate(&query, &context(), language);
            let text = made.text();
            prop_assert_eq!(text.lines().filter(|line| line.starts_with(language.comment())).count() >= made.comments().len(), true);
            let (literals, outside) = match language {
                Language::OData => read_odata(&made.code),
                Language::Kql => read_kql(&text),
                Language::PowerShell => read_powershell(&text),
            };
            prop_assert!(!outside.contains(MARK), "{text}");
            for literal in literals.iter().filter(|literal| literal.contains(MARK)) {
                // Of a text that is compared only parts are written, plain ones or as they are.
                let part = match language {
                    Language::PowerShell => plain(literal),
                    Language::OData | Language::Kql => literal.clone(),
                };
                prop_assert!(value.contains(&part), "{text}");
            }
            if made.comments().is_empty() {
                prop_assert!(literals.iter().any(|literal| literal.contains(MARK)), "{text}");
            }
            // A comment is as many lines as there are comments.
            let breaks = ['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'];
            let stays = made.comments().iter().all(|line| !line.contains(breaks));
            prop_assert!(stays);
        }
    }

    #[test]
    fn regular_expressions_and_wildcards_stay_literals_too(value in hostile()) {
        for value in [Value::Regex(value.clone()), Value::Wildcard(format!("*{value}?"))] {
            let term = Term { field: Some(crate::record::field::Field::ACTIVITY), operator: Operator::Contains, value };
            let query = Query { expression: Some(Expression::Term(term)) };
            for (language, read) in [
                (Language::Kql, read_kql as fn(&str) -> Read),
                (Language::PowerShell, read_powershell),
            ] {
                let made = translate(&query, &context(), language);
                prop_assert!(!read(&made.text()).1.contains(MARK), "{}", made.text());
            }
        }
    }
}

#[test]
fn kql_asks_the_table_in_its_own_words() {
    let time = "coalesce(ActivityDateTime, TimeGenerated)";
    assert_eq!(
        code("time>=2026-11-01 time<2026-11-03 activity=\"Add role\" -op:add", Language::Kql),
        format!(
            "AuditLogs\n\
             | where {time} >= datetime(2026-11-01T00:00:00Z)\n\
             | where {time} < datetime(2026-11-03T00:00:00Z)\n\
             | where (coalesce(ActivityDisplayName, OperationName) contains \"Add\" and \
             coalesce(ActivityDisplayName, OperationName) contains \"role\")\n\
             | where not(AADOperationType contains \"add\")"
        )
    );
    // Letters that fold to others are looked for beside them; escapes are read from JSON text.
    assert_eq!(
        code("op:Assign", Language::Kql),
        "AuditLogs\n\
         | where (AADOperationType contains \"Assign\" or \
         AADOperationType matches regex \"[\\\\x{DF}\\\\x{131}\\\\x{17F}]\")"
    );
    assert_eq!(
        code("kind=sign-in client:Edge detail.User-Agent:curl", Language::Kql),
        "SigninLogs\n| where ClientAppUsed contains \"Edge\""
    );
    assert_eq!(
        code("reason=\"\"", Language::Kql),
        "AuditLogs\n| where not(isnotempty(coalesce(ResultReason, ResultDescription)))"
    );
    assert_eq!(
        code("-time:2026-11-01", Language::Kql),
        format!(
            "AuditLogs\n| where not(coalesce(({time} >= datetime(2026-11-01T00:00:00Z) and \
             {time} < datetime(2026-11-02T00:00:00Z)), false))"
        )
    );
    assert_eq!(code("", Language::Kql), "AuditLogs");
}

#[test]
fn what_only_other_records_name_is_asked_for_too() {
    let made = code("target:ada", Language::Kql);
    let (before, query) = made.split_once("AuditLogs").expect("a table");
    assert!(query.contains("or has_unnamed(parse_json(tostring(TargetResources))))"), "{query}");
    let defined: Vec<&str> = before.lines().filter_map(|line| line.split(' ').nth(1)).collect();
    assert_eq!(defined, ["no_name", "has_name", "has_unnamed"]);
    let actor = code("actor:ada", Language::Kql);
    assert!(actor.contains("not(has_name(parse_json(tostring(InitiatedBy)).user)"), "{actor}");
    assert!(!actor.contains("has_unnamed"), "{actor}");
    assert!(!code("change:ada", Language::Kql).contains("has_name"));
    // A role is found by its other names, and a type by what changes call it.
    assert!(code("target:\"company admin\"", Language::Kql).contains("\"global\""));
    assert!(code("target.type=Application", Language::PowerShell).contains("-match 'app'"));
}

#[test]
fn powershell_lets_graph_do_what_means_the_same_there() {
    let guid = "56799948-c193-4c04-a059-751e0ae2bf18";
    assert_eq!(
        code(
            &format!("time:2026-11-01 correlation={guid} activity:\"ad’d\" -op:Add"),
            Language::PowerShell
        ),
        "Get-MgAuditLogDirectoryAudit -All -Filter 'activityDateTime ge 2026-11-01T00:00:00Z and \
         activityDateTime le 2026-11-01T23:59:59.9999999Z and (correlationId eq \
         ''56799948-c193-4c04-a059-751e0ae2bf18'' or correlationId eq \
         ''56799948-C193-4C04-A059-751E0AE2BF18'')' |\n    Where-Object { \
         (($_.ActivityDisplayName -match 'ad') -and ($_.ActivityDisplayName -match 'd')) -and\n        \
         (-not ($_.OperationType -match 'Add')) }"
    );
    assert_eq!(code("kind=sign-in", Language::PowerShell), "Get-MgAuditLogSignIn -All");
    // What is the other case of an i depends on the language of the machine.
    assert!(code("service:PIM", Language::PowerShell).contains("'P(?-i:[iI])M'"));
    assert_eq!(
        code("-activity=\"Add x.\"", Language::PowerShell),
        "Get-MgAuditLogDirectoryAudit -All"
    );
    assert_eq!(
        code("-activity=\"Add x\"", Language::PowerShell),
        "Get-MgAuditLogDirectoryAudit -All |\n    Where-Object { \
         (-not ($_.ActivityDisplayName -match '\\AAdd x\\z')) }"
    );
}

#[test]
fn odata_says_times_and_correlations_and_names_the_rest() {
    // Graph spelled the name with another dash and a space behind it, and found nothing; the id of a
    // role stands in a change only.
    let name = "activity=\"Update application - Certificates and secrets management\"";
    let id = "target.id=56799948-c193-4c04-a059-751e0ae2bf18";
    let made = made(&format!("time<2026-11-03 {name} actor=spn://hr {id}"), Language::OData);
    assert_eq!(made.code, "activityDateTime le 2026-11-02T23:59:59.9999999Z");
    assert_eq!(made.comments().len(), 3, "{made:?}");
    assert!(made.limits().is_some());
}

#[test]
fn what_cannot_be_said_is_left_out_and_never_matches_less() {
    for language in [Language::Kql, Language::PowerShell] {
        let made = made("source:x category:Role -(op:y source:z) (op:Add source:q)", language);
        assert_eq!(made.comments().len(), 3, "{made:?}");
        assert!(
            !made.code.contains("not") && made.code.contains("Role") && made.code.contains("Add")
        );
        // Of alternatives all have to be said, and of alternatives that do not hold any.
        let either = super::tests::made("op:Add OR source:x", language);
        assert!(!either.code.contains("Add") && either.comments().len() == 1, "{either:?}");
        let neither = super::tests::made("-(op:Add OR source:x)", language);
        assert!(neither.code.contains("not") && neither.code.contains("Add"), "{neither:?}");
        assert!(matches!(neither.parts[0].1, Part::Inexact(_)), "{neither:?}");
        for less in [
            // Values in lists of one, and rows without any list, were lost.
            "-actor.ip:*",
            "-reason:/x/",
            "-detail:User-Agent",
            "detail=\"\"",
            "-target:*",
            "-target:kim",
            "result=failure",
            "actor.ip:203.0.113.0/24",
            "actor.ip:192.0.2.1..192.0.2.9",
            // .NET and RE2 read expressions in ways of their own.
            "activity:/[[:alpha:]]/",
            "activity:/(?i)x\\z/",
            "target:–",
        ] {
            let made = super::tests::made(less, language);
            assert_eq!(made.parts.len(), 1, "{made:?}");
            assert!(matches!(made.parts[0].1, Part::Here(_)), "{less}: {made:?}");
            assert!(!made.code.contains("here"), "{less}: {made:?}");
        }
        let code = |text| super::tests::code(text, language);
        assert!(!code("consent").contains("mv-apply"));
        let dashed = code("activity=\"Update application - Certificates\"");
        assert!(!dashed.contains(" - ") && dashed.contains("Cert"), "{dashed}");
        let changed = code("change:AccountEnabled new=false");
        assert!(changed.contains("AccountEnabled") && !changed.contains("[false]"), "{changed}");
        // Mapped and in other digits it has this in front.
        assert!(code("actor.ip=203.0.113.7:443").contains("ffff"));
        assert!(code("actor.ip=2001:db8::1").contains("2001"));
    }
}
