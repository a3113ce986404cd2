//! Texts of `--help` that are more than one line: examples, and the query language.
//! Never repeats the field table: what is said of fields is made from it.

use std::fmt::Write as _;

use crate::record::field::{FIELDS, WORD_FIELDS};

pub(super) const EXAMPLES: &str = "\
Examples:
  entrail audit.json                    open a file
  entrail logs/ -f 'result:failure'     open a folder, showing failures only
  entrail demo                          try it without data
  entrail query 'category:RoleManagement actor:mallory' audit.json
  entrail lookup consent to application

Exit codes: 0 something was found, 1 nothing was found, 2 something is wrong.";

pub(super) const QUERY_EXAMPLES: &str = "\
Examples:
  entrail query 'activity:\"add member to role\" -actor:admin@*' audit.json
  entrail query 'result:failure time:last-24h' logs/ --format csv > failures.csv
  entrail query '' audit.json --by actor --limit 10
  entrail query 'change:Role.DisplayName' audit.json --fields time,actor,target,old,new
  entrail query 'activity:role time:last-7d' --as kql
  entrail query '' export.csv --format ndjson | jq .activityDisplayName
  zcat audit.json.gz | entrail query 'actor.ip=203.0.113.7' --count";

pub(super) const LOOKUP_EXAMPLES: &str = "\
Examples:
  entrail lookup consent
  entrail lookup role pim --limit 5
  entrail lookup --service 'Conditional Access' --format json";

pub(super) const RULES_EXAMPLES: &str = "\
Examples:
  entrail rules
  entrail rules consent
  entrail rules T1556.009 --format json
  entrail query 'risk>=high' audit.json --by risk.rule";
pub(super) const TRAILS_EXAMPLES: &str = "\
Examples:
  entrail trails audit.json
  entrail trails --demo --trail package,support --newest
  entrail trails logs/ --format markdown > findings.md

Exit codes: 0 something was found, 1 nothing was found, 2 something is wrong.";

pub(super) const GRAPH_EXAMPLES: &str = "\
Examples:
  entrail graph                                  the last seven days of the audit log
  entrail graph --since last-24h --log audit,sign-ins
  entrail graph --query 'correlation=8f2a…' --explain
  entrail graph --tenant contoso.example --sign-in device-code --remember";

pub(super) const PULL_EXAMPLES: &str = "\
Examples:
  entrail pull --archive ~/entra --since last-30d     fill an archive, or bring it up to date
  entrail pull --archive ~/entra --log all --watch 15
  entrail ~/entra                                     open it

Exit codes: 0 everything that was asked for is there, 2 something is missing.";

pub(super) const KEYS_EXAMPLES: &str = "\
Examples:
  entrail keys                      what each key does, and in which pane
  entrail keys --format toml        to be pasted into the configuration file and changed";

pub(super) const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  entrail completions bash > ~/.local/share/bash-completion/completions/entrail
  entrail completions fish > ~/.config/fish/completions/entrail.fish
  entrail completions zsh > \"${fpath[1]}/_entrail\"
  entrail completions powershell >> $PROFILE";

pub(super) const MAN_EXAMPLES: &str = "\
Examples:
  entrail man > ~/.local/share/man/man1/entrail.1
  entrail man | man -l -";

pub(super) const LICENCES_EXAMPLES: &str = "\
Examples:
  entrail licences | less
  entrail licences | grep MPL";

pub(super) fn query_about() -> &'static str {
    "Find records and write them to standard output, newest first.

Everything that is no data goes to standard error: records that could not be read, duplicates that
were left out, events that are not audit activity. Exit codes are grep's: 0 something was found, 1
nothing was found, 2 something is wrong."
}

/// The query language and all fields.
pub(super) fn query_language() -> String {
    let mut help = String::from(LANGUAGE);
    // Writing to a String cannot fail.
    let _ = writeln!(
        help,
        "\nA bare word looks in {}, and in what sign-ins and provisioning events add.\n\nFields:",
        WORD_FIELDS.iter().map(|field| field.name).collect::<Vec<_>>().join(", ")
    );
    let widest = FIELDS.iter().map(|field| field.name.len()).max().unwrap_or(0);
    for field in FIELDS {
        let _ = writeln!(help, "  {:widest$}  {}", field.name, field.help);
        if !field.aliases.is_empty() {
            let _ = writeln!(help, "  {:widest$}  (also {})", "", field.aliases.join(", "));
        }
    }
    help.push('\n');
    help.push_str(QUERY_EXAMPLES);
    help
}

const LANGUAGE: &str = "\
Query language:
  word  \"two words\"  /regex/     looks in the usual fields (see below)
  field:value                    contains; case, kind of dash and extra spaces make no difference
  field=value  field!=value      is exactly, is not
  field:val*e  field:/regex/     * and ? stand for any letters, for one letter
  field:(a b \"c d\")              any of these
  field:a..b                     from a to b, both included
  detail.KEY=value               an additional detail by its key, as in detail.User-Agent:curl
  change.NAME=value              what a property was changed to; old.NAME=value what it was before
  field:\"\"  field=\"\"             has a value, has none
  time>=2026-11-01 time<2026-12  also 2026-11-01T14:02, today, yesterday, last-24h, last-7d (UTC)
  a b   a OR b   -a   NOT a      and, or, not; group with ( )
";
