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
            // Only written by the program: what trim takes away.
            '\'' => {
                let rest: String = chars.by_ref().take(2).collect();
                assert_eq!(rest, "\"'");
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
            prop_assert_eq!(text.lines().filter(|line| line.starts_with(language.comment())).count() >= made.left.len(), true);
            let (literals, outside) = match language {
                Language::OData => read_odata(&made.code),
                Language::Kql => read_kql(&text),
                Language::PowerShell => read_powershell(&text),
            };
            prop_assert!(!outside.contains(MARK), "{text}");
            for literal in literals.iter().filter(|literal| literal.contains(MARK)) {
                let escaped = regex::escape(&value);
                prop_assert!(*literal == value || *literal == escaped, "{text}");
            }
            if made.left.is_empty() {
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
            let term = Term { field: Some(Field::named("activity")), operator: Operator::Contains, value };
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
    assert_eq!(
        code("time>=2026-11-01 time<2026-11-03 activity=\"Add user\" -actor:bob", Language::Kql),
        "AuditLogs\n\
         | where TimeGenerated >= datetime(2026-11-01T00:00:00Z)\n\
         | where TimeGenerated < datetime(2026-11-03T00:00:00Z)\n\
         | where ActivityDisplayName =~ \"Add user\"\n\
         | where not((tostring(InitiatedBy.user.userPrincipalName) contains \"bob\" or \
         tostring(InitiatedBy.user.displayName) contains \"bob\" or \
         tostring(InitiatedBy.app.displayName) contains \"bob\" or \
         tostring(InitiatedBy.app.servicePrincipalName) contains \"bob\"))"
    );
    assert_eq!(
        code("target.id=x OR change:Role", Language::Kql),
        "AuditLogs\n\
         | mv-apply t = TargetResources on (summarize match1 = countif(tostring(t.id) =~ \"x\") > 0)\n\
         | mv-apply t = TargetResources on (mv-apply p = t.modifiedProperties on (summarize n = \
         countif(tostring(p.displayName) contains \"Role\")) | summarize match2 = countif(n > 0) > 0)\n\
         | where (match1 or match2)\n\
         | project-away match1, match2"
    );
    assert_eq!(
        code("kind=sign-in result=failure actor=m*y", Language::Kql),
        "SigninLogs\n\
         | where iff(ResultType == \"0\", \"success\", \"failure\") =~ \"failure\"\n\
         | where (UserPrincipalName matches regex \"(?i)^m(?s:.)*y$\" or \
         UserDisplayName matches regex \"(?i)^m(?s:.)*y$\")"
    );
    assert_eq!(
        code("reason=\"\"", Language::Kql),
        "AuditLogs\n| where not(isnotempty(ResultReason))"
    );
    assert_eq!(code("", Language::Kql), "AuditLogs");
}

#[test]
fn powershell_lets_graph_do_what_means_the_same_there() {
    let guid = "56799948-c193-4c04-a059-751e0ae2bf18";
    assert_eq!(
        code(
            &format!("time:2026-11-01 target.id={guid} activity:\"it’s\" op!=Add"),
            Language::PowerShell
        ),
        "Get-MgAuditLogDirectoryAudit -All -Filter 'activityDateTime ge 2026-11-01T00:00:00Z and \
         activityDateTime le 2026-11-01T23:59:59.9999999Z and (targetResources/any(t: t/id eq \
         ''56799948-c193-4c04-a059-751e0ae2bf18'') or targetResources/any(t: t/id eq \
         ''56799948-C193-4C04-A059-751E0AE2BF18''))' |\n    Where-Object { \
         (@($_.ActivityDisplayName) -match 'it’’s') -and\n        \
         (-not (@($_.OperationType) -eq 'Add')) }"
    );
    assert_eq!(code("kind=sign-in", Language::PowerShell), "Get-MgAuditLogSignIn -All");
}

#[test]
fn odata_says_what_graph_documents_and_names_the_rest() {
    let made = made("time<2026-11-03 activity=\"It's\" result=failure", Language::OData);
    assert_eq!(
        made.code,
        "activityDateTime le 2026-11-02T23:59:59.9999999Z and activityDisplayName eq 'It''s'"
    );
    assert_eq!(
        made.comments(),
        ["# left out: result=failure (Graph cannot filter by this property)"]
    );
    assert!(made.text().ends_with("eq 'It''s'") && made.limits().is_some());
}

#[test]
fn what_cannot_be_said_is_left_out_and_never_matches_less() {
    for language in [Language::Kql, Language::PowerShell] {
        let made =
            made("source:x category=Policy -(tenant:y source:z) (op=Add source:q)", language);
        assert_eq!(made.left.len(), 3, "{made:?}");
        assert!(
            !made.code.contains("not") && made.code.contains("Policy") && made.code.contains("Add")
        );
        // Of alternatives all have to be said.
        let either = super::tests::made("op=Add OR source:x", language);
        assert!(!either.code.contains("Add") && either.left.len() == 1, "{either:?}");
    }
    let texts = made("actor.ip:192.0.2.1..192.0.2.9", Language::Kql).left;
    assert_eq!(texts[0].1, "texts are not compared by order there");
}
