//! The scripts: filled in, and recognised again. Touches no file.

use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::hook::install::Hook;

/// How every script begins, up to the format's number.
const HEAD: &[u8] = b"#!/bin/sh\n# installed by skant, format ";
/// What is left of that where somebody has changed the lines around it.
const MARKER: &[u8] = b"# installed by skant, format ";
/// Between the format's number and the checksum, which is over all that follows it.
const SUM: &[u8] = b", sum ";
const SUM_DIGITS: usize = 16;

/// What the scripts leave open.
const SUM_PLACE: &str = "@SUM@";
const PROGRAM_PLACE: &str = "@SKANT@";

/// The checksum of a script: tells what was written from what somebody changed since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sum(u64);

impl Sum {
    fn of(body: &[u8]) -> Self {
        let digest: [u8; 32] = Sha256::digest(body).into();
        Self(digest[..8].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
    }

    fn digits(self) -> String {
        format!("{:016x}", self.0)
    }
}

/// A script that is ready to be written.
pub(crate) struct Script {
    pub(crate) content: Vec<u8>,
    pub(crate) sum: Sum,
}

/// Who wrote a hook.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Skant, in this or another version, and nobody has changed it.
    Skant(Sum),
    /// Skant, and somebody has changed it.
    Edited,
    /// Somebody else.
    Foreign,
}

/// The script of a hook that calls this program.
pub(crate) fn render(hook: Hook, program: &Path) -> Script {
    filled(template(hook), program)
}

/// The script that stands in the place of each hook for all repositories.
pub(crate) fn render_global(program: &Path) -> Script {
    filled(GLOBAL, program)
}

const GLOBAL: &str = include_str!("../../../hooks/global");

fn filled(template: &str, program: &Path) -> Script {
    // The templates hold each placeholder once; a test says so.
    let (head, rest) = template.split_once(SUM_PLACE).unwrap_or_default();
    let (middle, tail) = rest.split_once(PROGRAM_PLACE).unwrap_or_default();
    let program = quoted(program.as_os_str().as_encoded_bytes());
    let body = [middle.as_bytes(), &program, tail.as_bytes()].concat();
    let sum = Sum::of(&body);
    Script { content: [head.as_bytes(), sum.digits().as_bytes(), &body].concat(), sum }
}

/// Who wrote this hook.
pub(crate) fn origin(content: &[u8]) -> Origin {
    if let Some(sum) = intact(content) {
        return Origin::Skant(sum);
    }
    if content.split(|byte| *byte == b'\n').any(|line| line.starts_with(MARKER)) {
        return Origin::Edited;
    }
    Origin::Foreign
}

/// Whether this is the script for all repositories.
pub(crate) fn is_global(content: &[u8]) -> bool {
    memchr::memmem::find(content, b"\n# In the place of every hook, for all repositories: ").is_some()
}

/// The checksum, if it is the one that the script names.
fn intact(content: &[u8]) -> Option<Sum> {
    let rest = content.strip_prefix(HEAD)?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (named, body) = rest[digits..].strip_prefix(SUM)?.split_at_checked(SUM_DIGITS)?;
    let sum = Sum::of(body);
    (named == sum.digits().as_bytes()).then_some(sum)
}

const fn template(hook: Hook) -> &'static str {
    match hook {
        Hook::PreCommit => include_str!("../../../hooks/pre-commit"),
        Hook::PreMergeCommit => include_str!("../../../hooks/pre-merge-commit"),
        Hook::CommitMsg => include_str!("../../../hooks/commit-msg"),
        Hook::PrePush => include_str!("../../../hooks/pre-push"),
    }
}

/// One word for the shell, whatever it holds.
fn quoted(word: &[u8]) -> Vec<u8> {
    let mut out = vec![b'\''];
    for byte in word {
        match byte {
            b'\'' => out.extend(br"'\''"),
            byte => out.push(*byte),
        }
    }
    out.push(b'\'');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_hold_each_placeholder_once_and_name_their_hook() {
        for hook in Hook::ALL {
            let text = template(hook);
            assert!(text.as_bytes().starts_with(HEAD), "{hook:?}");
            for place in [SUM_PLACE, PROGRAM_PLACE] {
                assert_eq!(text.matches(place).count(), 1, "{hook:?} {place}");
            }
            assert!(text.contains(&format!("\" hook {} \"$@\"", hook.name())), "{hook:?}");
            for other in Hook::ALL.into_iter().filter(|other| *other != hook) {
                assert!(!text.contains(&format!("/{}.before-skant", other.name())), "{hook:?} {other:?}");
                assert!(!text.contains(&format!(" hook {} ", other.name())), "{hook:?} {other:?}");
            }
        }
    }

    #[test]
    fn the_global_script_is_one_of_skants() {
        assert!(GLOBAL.as_bytes().starts_with(HEAD));
        for place in [SUM_PLACE, PROGRAM_PLACE] {
            assert_eq!(GLOBAL.matches(place).count(), 1, "{place}");
        }
        let script = render_global(Path::new("/opt/skant"));
        assert_eq!(origin(&script.content), Origin::Skant(script.sum));
        assert!(is_global(&script.content));
        assert!(Hook::ALL.iter().all(|hook| !is_global(&render(*hook, Path::new("/opt/skant")).content)));
        assert!(Hook::ALL.iter().all(|hook| GLOBAL.contains(hook.name())));
    }

    #[test]
    fn the_scripts_differ_in_names_and_in_the_push_only() {
        let nouns = ["this merge was", "this commit message was", "this push was"];
        let plain = |hook: Hook| {
            let mut text = template(hook)
                .replace(&format!(" to {}.", hook.name()), " to HOOK.")
                .replace(&format!("{}.before-skant", hook.name()), "HOOK.before-skant")
                .replace(&format!(" hook {} ", hook.name()), " hook HOOK ");
            for noun in nouns {
                text = text.replace(noun, "this commit was");
            }
            text
        };
        let first = plain(Hook::PreCommit);
        assert_eq!(plain(Hook::PreMergeCommit), first);
        assert_eq!(plain(Hook::CommitMsg), first);
        let push = plain(Hook::PrePush);
        let own: Vec<&str> = push.lines().filter(|line| !first.contains(*line)).collect();
        assert!(!own.is_empty() && own.iter().all(|line| line.contains("push") || line.contains("exit")));
    }

    #[test]
    fn what_was_written_is_recognised_and_what_was_changed_is_not() {
        let script = render(Hook::PrePush, Path::new("/opt/it's a \\ $HOME `x`/skant"));
        let text = String::from_utf8(script.content.clone()).unwrap();
        assert!(text.contains("\nskant='/opt/it'\\''s a \\ $HOME `x`/skant'\n"), "{text}");
        assert_eq!(origin(&script.content), Origin::Skant(script.sum));

        let older = b"\nan older script\n";
        let older = [HEAD, b"12, sum ", Sum::of(older).digits().as_bytes(), older].concat();
        assert!(matches!(origin(&older), Origin::Skant(sum) if sum != script.sum));

        for (content, expected) in [
            (format!("{text}echo more\n"), Origin::Edited),
            (text.replace("#!/bin/sh", "#!/bin/bash"), Origin::Edited),
            (text.replace('\n', "\r\n"), Origin::Edited),
            (text[..60].to_owned(), Origin::Edited),
            ("#!/bin/sh\n# installed by skant\n".to_owned(), Origin::Foreign),
            ("#!/bin/sh\necho '# installed by skant, format 1'\n".to_owned(), Origin::Foreign),
            (String::new(), Origin::Foreign),
        ] {
            assert_eq!(origin(content.as_bytes()), expected, "{content}");
        }
    }
}
