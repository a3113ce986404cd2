//! The query language, as the help of `entrail query` and the manual page show it.
//! Never repeats the field table: what is said of fields is made from it.

use std::fmt::Write as _;

use crate::record::field::{FIELDS, WORD_FIELDS};

pub(super) const EXAMPLES: &str = "\
Examples:
  entrail query 'activity:\"add member to role\" -actor:admin@*' audit.json
  entrail query 'result:failure time:last-24h' logs/ --format csv > failures.csv
  entrail query '' audit.json --by actor --limit 10
  entrail query 'change:Role.DisplayName' audit.json --fields time,actor,target,old,new
  entrail query 'activity:role time:last-7d' --as kql
  entrail query '' export.csv --format ndjson | jq .activityDisplayName
  zcat audit.json.gz | entrail query 'actor.ip=203.0.113.7' --count";

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
    help.push_str(EXAMPLES);
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
