//! `entrail completions`: scripts that complete commands and options themselves, and ask the program
//! for what may follow in a query. Never more of a shell's language than that needs.

use std::io::Write as _;

use clap::{Args, Command};
use clap_complete::Shell;

use crate::cli::Outcome;
use crate::cli::line::whole;
use crate::cli::standard::out;

const EXAMPLES: &str = "\
Examples:
  entrail completions bash > ~/.local/share/bash-completion/completions/entrail
  entrail completions fish > ~/.config/fish/completions/entrail.fish
  entrail completions zsh > \"${fpath[1]}/_entrail\"
  entrail completions powershell >> $PROFILE";

/// Write completions for a shell to standard output
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Arguments {
    /// Which shell
    shell: Shell,
}

/// Writes the script.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let mut out = out();
    out.write_all(script(arguments.shell).as_bytes())?;
    out.flush()?;
    Ok(Outcome::Found)
}

/// The script for a shell.
fn script(shell: Shell) -> String {
    let mut bytes = Vec::new();
    clap_complete::generate(shell, &mut command(), "entrail", &mut bytes);
    let fixed = String::from_utf8_lossy(&bytes).into_owned();
    match shell {
        Shell::Bash => fixed + BASH,
        Shell::Zsh => zsh(&fixed),
        Shell::Fish => fixed + FISH,
        Shell::PowerShell => powershell(&fixed),
        // Elvish has no more than the commands and options.
        _ => fixed,
    }
}

/// The command line without what people do not call themselves.
fn command() -> Command {
    let whole = whole();
    Command::new("entrail")
        .version(env!("CARGO_PKG_VERSION"))
        .args(whole.get_arguments().cloned())
        .subcommands(whole.get_subcommands().filter(|command| !command.is_hide_set()).cloned())
}

const BASH: &str = r#"
# Queries and names: the program knows what may follow.
_entrail_dynamic() {
    local word
    local current="${COMP_WORDS[COMP_CWORD]}"
    case "${COMP_WORDS[1]} $current" in
        query\ *|lookup\ *|*\ --*)
            COMPREPLY=()
            while IFS= read -r word; do
                COMPREPLY+=("$word")
            done < <(entrail complete --for bash --line "${COMP_LINE:0:$COMP_POINT}" 2>/dev/null)
            if [ "${#COMPREPLY[@]}" -gt 0 ]; then
                compopt -o nospace 2>/dev/null
                return 0
            fi
            ;;
    esac
    _entrail "$@"
    # Places and profiles may stand where a path can.
    case "$current" in
        -*) ;;
        *)
            while IFS=$'\t' read -r word _; do
                case "$word" in "$current"*) COMPREPLY+=("$word") ;; esac
            done < <(entrail complete --names 2>/dev/null)
            ;;
    esac
}
complete -F _entrail_dynamic -o bashdefault -o default entrail
"#;

const FISH: &str = r"
# Queries and names: the program knows what may follow.
complete -c entrail -a '(entrail complete --names 2>/dev/null)'
for command in query lookup
    complete -c entrail -k -n __fish_entrail_using_subcommand\ $command -a '(entrail complete --line (commandline -cp | string collect) 2>/dev/null)'
end
";

/// The places of queries and names call a function that asks the program. The first word is a command
/// or a file: the fixed script takes it for a file, whatever it is, and sees a command in the second.
fn zsh(fixed: &str) -> String {
    let paths = "'::paths -- ";
    let lines = fixed.lines().filter(|line| !line.starts_with(paths)).map(|line| {
        let command = match () {
            () if line.starts_with("\":: :_entrail_commands\"") => {
                return line.replace("_entrail_commands", "_entrail_first");
            }
            () if line.trim() == "(entrail)" => return format!("{line}\n{}", zsh_files()),
            () if line.contains("$line[2]") => return line.replace("$line[2]", "$line[1]"),
            () if line.starts_with("'*::paths -- ") => {
                return line.replace(":_files'", ":_entrail_paths'");
            }
            () if line.starts_with("':query -- ") => "query",
            () if line.starts_with("'*::text -- Words to find in activities") => "lookup",
            () => return line.to_owned(),
        };
        line.replace(":_default'", &format!(":_entrail_{command}'"))
    });
    let lines: Vec<String> = lines.collect();
    let (head, tail) =
        lines.split_at(lines.iter().position(|line| line.starts_with("_entrail() {")).unwrap_or(0));
    format!("{}\n{ZSH}\n{}\n", head.join("\n"), tail.join("\n"))
}

/// What follows a first word that is no command: files.
fn zsh_files() -> String {
    let command = command();
    let names: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
    format!(
        "        if [[ $line[1] != ({}|help) ]]; then\n            _files && ret=0\n            return ret\n        fi",
        names.join("|")
    )
}

const ZSH: &str = r#"# Queries and names: the program knows what may follow.
_entrail_ask() {
    local -a values notes
    local value note
    while IFS=$'\t' read -r value note; do
        values+=("$value")
        notes+=("$value  -- $note")
        (( $#values < 25 )) || break
    done < <(entrail complete -- "$1" "${(Q)PREFIX}" 2>/dev/null)
    (( $#values )) || return 1
    compadd -U -V entrail -S '' -l -d notes -a values
    # What fits need not begin with what was typed: one after the other, never what all have in common.
    (( $#values > 1 )) && compstate[insert]=menu compstate[list]='list force'
    return 0
}
_entrail_names() {
    local -a names
    names=(${${(f)"$(entrail complete --names 2>/dev/null)"}/$'\t'/:})
    _describe -t places place names
}
_entrail_first() { _alternative 'commands::_entrail_commands' 'places::_entrail_names' 'files::_files' }
_entrail_paths() { _alternative 'files::_files' 'places::_entrail_names' }
_entrail_query() { _entrail_ask query }
_entrail_lookup() { _entrail_ask lookup }
"#;

/// The fixed completer answers where the program has nothing to say.
fn powershell(fixed: &str) -> String {
    let begin = "Register-ArgumentCompleter -Native -CommandName 'entrail' -ScriptBlock {";
    fixed.replacen(begin, "$entrailFixed = {", 1) + POWERSHELL
}

const POWERSHELL: &str = r#"
# Queries and names: the program knows what may follow.
Register-ArgumentCompleter -Native -CommandName 'entrail' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $line = $commandAst.Extent.Text.PadRight($cursorPosition - $commandAst.Extent.StartOffset)
    $line = $line.Substring(0, $cursorPosition - $commandAst.Extent.StartOffset)
    $found = @($line | entrail complete --for powershell --line - 2>$null | ForEach-Object {
        $value, $note = $_ -split "`t", 2
        if (-not $note) { $note = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $note)
    })
    if ($found.Count -gt 0) { return $found }
    & $entrailFixed $wordToComplete $commandAst $cursorPosition
}
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_asks_the_program() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell] {
            assert!(script(shell).contains("entrail complete -"), "{shell}");
        }
        let zsh = script(Shell::Zsh);
        assert_eq!(zsh.matches(":_entrail_query'").count(), 1);
        assert_eq!(zsh.matches(":_entrail_lookup'").count(), 1);
        // The first word may be a command, a file comes in its place: nothing else takes it.
        assert!(!zsh.contains("$line[2]") && !zsh.contains("'::paths -- "));
        assert_eq!(zsh.matches(":: :_entrail_first").count(), 1);
        assert_eq!(zsh.matches("if [[ $line[1] != (demo|query|").count(), 1);
        let powershell = script(Shell::PowerShell);
        assert_eq!(powershell.matches("$entrailFixed = {").count(), 1);
        assert_eq!(powershell.matches("Register-ArgumentCompleter").count(), 1);
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell] {
            assert!(!script(shell).contains("'complete'"), "{shell}");
        }
    }
}
