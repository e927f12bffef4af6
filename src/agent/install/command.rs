//! The command that an agent runs as its hook.

use std::path::Path;

/// The arguments after the program.
const ARGUMENTS: &str = " agent hook";

/// Returns the command for a shell; `None` if the path of the program is no Unicode.
pub(crate) fn for_shell(program: &Path) -> Option<String> {
    let program = program.to_str()?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+:@".contains(&byte);
    let quoted = if program.bytes().all(is_plain) {
        program.to_owned()
    } else if cfg!(windows) {
        format!("\"{program}\"")
    } else {
        format!("'{}'", program.replace('\'', r"'\''"))
    };
    Some(quoted + ARGUMENTS)
}

/// Returns the same command for PowerShell.
pub(crate) fn for_powershell(command: &str) -> String {
    let program = program_of(command).unwrap_or_default();
    format!("& '{}'{ARGUMENTS}", program.replace('\'', "''"))
}

/// Returns whether a command is one that skant writes: a program named skant, and the two words.
pub(crate) fn is_ours(command: &str) -> bool {
    let name = program_of(command).unwrap_or_default();
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    name == "skant" || name == "skant.exe"
}

/// Returns the program of a command that ends with the arguments of a hook and has no others.
fn program_of(command: &str) -> Option<String> {
    let program = command.trim().strip_suffix(ARGUMENTS)?;
    if let Some(rest) = program.strip_prefix("& '") {
        return Some(rest.strip_suffix('\'')?.replace("''", "'"));
    }
    if let Some(rest) = program.strip_prefix('"') {
        return rest.strip_suffix('"').map(str::to_owned);
    }
    if let Some(rest) = program.strip_prefix('\'') {
        return Some(rest.strip_suffix('\'')?.replace(r"'\''", "'"));
    }
    (!program.contains([' ', '\t'])).then(|| program.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_command_is_known_again() {
        for program in ["/usr/local/bin/skant", "/opt/my tools/skant", "/it's/skant", "/a\"b/skant"] {
            let command = for_shell(Path::new(program)).unwrap();
            assert!(is_ours(&command), "{command}");
            assert_eq!(program_of(&for_powershell(&command)).as_deref(), Some(program));
            let said =
                std::process::Command::new("sh").args(["-c", &format!("printf %s {command}")]).output();
            assert_eq!(String::from_utf8(said.unwrap().stdout).unwrap(), format!("{program}agenthook"));
        }
        for foreign in
            ["skant-wrapper agent hook", "X=1 skant agent hook", "skant agent", "ggshield agent hook", ""]
        {
            assert!(!is_ours(foreign), "{foreign}");
        }
    }
}
