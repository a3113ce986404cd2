//! The style sheet of documents as HTML: light and dark as the reader has it, on paper always light.
//! Never refers to anything outside: fonts are those of the system.

/// The whole sheet. Its digest is in the page's policy.
pub(super) const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --soft: #57606a; --line: #d0d7de; --code: #f3f4f6; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ed; --paper: #14171b; --soft: #9aa4af; --line: #363c44; --code: #22262c; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 2rem 0 .75rem; }
h1:first-child { margin-top: 0; }
h2 { font-size: 1.1rem; line-height: 1.35; margin: 1.5rem 0 .5rem; }
section { border-top: 1px solid var(--line); margin-top: 1.25rem; }
section:target { outline: 2px solid var(--soft); outline-offset: .5rem; }
section > h2 { margin-top: .75rem; }
ul { margin: .5rem 0; padding-left: 1.25rem; }
li { margin: .15rem 0; }
code, pre { font-family: ui-monospace, Consolas, Menlo, monospace; font-size: .875em; background: var(--code); border-radius: 3px; }
code { padding: .05em .3em; unicode-bidi: isolate; white-space: pre-wrap; }
strong { unicode-bidi: isolate; }
pre { padding: .75rem; margin: .5rem 0; white-space: pre-wrap; }
pre code { padding: 0; font-size: 1em; }
blockquote { margin: .5rem 0; padding: 0 .75rem; border-left: 4px solid var(--line); }
blockquote p { margin: .25rem 0; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border: 1px solid var(--line); }
.number { text-align: right; }
a { color: inherit; }
@page { margin: 16mm; }
@media print {
  :root { color-scheme: light; --ink: #000; --paper: #fff; --soft: #444; --line: #999; --code: #fff; }
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  h1, h2 { break-after: avoid; }
  h1 { font-size: 15pt; }
  h2 { font-size: 11pt; }
  li, tr, blockquote { break-inside: avoid; }
  thead { display: table-header-group; }
  code, pre { border: 1px solid var(--line); }
  pre code { border: 0; }
  a { text-decoration: none; }
}
";
