//! Tips in the errors of the arguments: those of clap that mislead are removed, and some are added.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::scan_target::TargetMistake;

/// Replaces clap's tips where skant knows better ones.
pub(crate) fn with_tips(mut error: clap::Error) -> clap::Error {
    match error.kind() {
        // "to pass '--jsn' as a value, use '-- --jsn'" would scan a file of that name.
        ErrorKind::UnknownArgument => drop(error.remove(ContextKind::Suggested)),
        ErrorKind::InvalidSubcommand => {
            let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else {
                return error;
            };
            if let Some(tip) = tip_for(word) {
                let _ = error.remove(ContextKind::SuggestedSubcommand);
                let tips = ContextValue::StyledStrs(vec![StyledStr::from(tip)]);
                let _ = error.insert(ContextKind::Suggested, tips);
            }
        }
        _ => {}
    }
    error
}

/// Returns the tip for a word in the place of a command that is something to scan.
fn tip_for(word: &str) -> Option<String> {
    match TargetMistake::of_address(word) {
        Some(mistake) => Some(mistake.advice(word)),
        None if std::path::Path::new(word).exists() => Some(format!("to scan it, write `skant scan {word}`")),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::cli::parse;

    fn message(arguments: &[&str]) -> String {
        let error = parse::parse(arguments.iter().map(Into::into)).unwrap_err();
        super::with_tips(error).to_string()
    }

    #[test]
    fn tips_say_what_is_meant() {
        for (arguments, expected) in [
            (&["skant", "."][..], "tip: to scan it, write `skant scan .`"),
            (&["skant", "src"], "tip: to scan it, write `skant scan src`"),
            (&["skant", "https://example.org/a.git"], "tip: clone it first: `git clone --mirror"),
            (&["skant", "scna"], "'scan'"),
            (&["skant", "scan", "--histroy"], "'--history'"),
            (&["skant", "hook", "pre-comit"], "'pre-commit'"),
            (&["skant", "rules", "lst"], "'list'"),
        ] {
            let message = message(arguments);
            assert!(message.contains(expected), "{arguments:?}: {message}");
        }
        for arguments in [&["skant", "scan", "--jsn"][..], &["skant", "frobnicate"]] {
            let message = message(arguments);
            assert!(!message.contains("as a value") && !message.contains("to scan it"), "{message}");
        }
    }
}
