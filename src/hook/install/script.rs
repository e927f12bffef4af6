//! The hook scripts: rendered from their templates, and recognised again. Touches no file.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::Hook;
use super::hooks_dir::path_from_bytes;
use super::kept_folder::KeptFolder;
use crate::text::escape_terminal;

/// The first bytes of every script, up to the number of its format.
const HEAD: &[u8] = b"#!/bin/sh\n# installed by skant, format ";
/// The part of the head that identifies a script whose neighbouring lines were edited.
const MARKER: &[u8] = b"# installed by skant, format ";
/// The text between the number of the format and the checksum. The checksum covers all bytes after it.
const CHECKSUM_LABEL: &[u8] = b", sum ";
const CHECKSUM_DIGITS: usize = 16;

/// The placeholders of the templates.
const CHECKSUM_FIELD: &str = "@SUM@";
const PROGRAM_FIELD: &str = "@SKANT@";
const HOOK_FIELD: &str = "@HOOK@";
const FOLDER_FIELD: &str = "@FOLDER@";
const KEPT_FIELD: &str = "@KEPT@";
const HAD_HOOK_FIELD: &str = "@HAD_HOOK@";

/// The template of the hooks of one repository.
const HOOK_TEMPLATE: &str = include_str!("../../../hooks/hook");
/// The template of the hooks of all repositories (`skant install --global`).
const GLOBAL_TEMPLATE: &str = include_str!("../../../hooks/global");

/// Lines by which the script for all repositories is recognised: the line of today's template, and the line of
/// earlier ones.
const GLOBAL_MARKERS: [&[u8]; 2] = [
    b"\n# Runs in place of every hook of all repositories; ",
    b"\n# In the place of every hook, for all repositories: ",
];

/// The checksum of a script: separates an installed script from an edited one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Checksum(u64);

impl Checksum {
    fn new(body: &[u8]) -> Self {
        let digest: [u8; 32] = Sha256::digest(body).into();
        Self(digest[..8].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
    }

    fn digits(self) -> String {
        format!("{:016x}", self.0)
    }
}

/// A rendered script.
pub(crate) struct Script {
    pub(crate) content: Vec<u8>,
    pub(crate) checksum: Checksum,
}

/// The author of a hook.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Installed by this or another version of skant, not edited.
    Skant(Checksum),
    /// Installed by skant and edited afterwards.
    Edited,
    /// Not installed by skant.
    ThirdParty,
}

/// Returns the script of a hook in this folder that calls this program. If there was an `earlier` hook, the script does
/// not run without it.
pub(crate) fn render(hook: Hook, program: &Path, folder: &KeptFolder, earlier: bool) -> Script {
    let shown = escape_terminal(folder.name().as_encoded_bytes());
    fill_in(
        HOOK_TEMPLATE,
        &[
            (KEPT_FIELD, shown.as_bytes()),
            (HOOK_FIELD, hook.name().as_bytes()),
            (PROGRAM_FIELD, &shell_quote(program.as_os_str().as_encoded_bytes())),
            (FOLDER_FIELD, &shell_quote(folder.hooks_name().as_encoded_bytes())),
            (HAD_HOOK_FIELD, if earlier { b"yes" } else { b"no" }),
        ],
    )
}

/// Returns the script that is installed under the name of each hook for all repositories.
pub(crate) fn render_global(program: &Path) -> Script {
    let program = shell_quote(program.as_os_str().as_encoded_bytes());
    fill_in(GLOBAL_TEMPLATE, &[(PROGRAM_FIELD, &program)])
}

/// Replaces the placeholders of a template. A value that contains the text of a placeholder stays as it is.
fn fill_in(template: &str, values: &[(&str, &[u8])]) -> Script {
    // Each template has this placeholder once, in its head; a test checks that.
    let (head, mut rest) = template.split_once(CHECKSUM_FIELD).unwrap_or_default();
    let mut body = Vec::new();
    while let Some((at, (field, value))) =
        values.iter().filter_map(|value| rest.find(value.0).map(|at| (at, value))).min_by_key(|(at, _)| *at)
    {
        body.extend_from_slice(&rest.as_bytes()[..at]);
        body.extend_from_slice(value);
        rest = &rest[at + field.len()..];
    }
    body.extend_from_slice(rest.as_bytes());
    let checksum = Checksum::new(&body);
    Script { content: [head.as_bytes(), checksum.digits().as_bytes(), &body].concat(), checksum }
}

/// Returns the author of a hook with this content.
pub(crate) fn origin(content: &[u8]) -> Origin {
    if let Some(checksum) = valid_checksum(content) {
        return Origin::Skant(checksum);
    }
    if content.split(|byte| *byte == b'\n').any(|line| line.starts_with(MARKER)) {
        return Origin::Edited;
    }
    Origin::ThirdParty
}

/// Returns whether a script is the one for all repositories.
pub(crate) fn is_global(content: &[u8]) -> bool {
    GLOBAL_MARKERS.iter().any(|marker| memchr::memmem::find(content, marker).is_some())
}

/// Returns the program that a script of skant calls first.
pub(crate) fn program(content: &[u8]) -> Option<PathBuf> {
    const FIELD: &[u8] = b"\nskant='";
    let start = memchr::memmem::find(content, FIELD)? + FIELD.len();
    let (mut rest, mut word) = (&content[start..], Vec::new());
    loop {
        let end = memchr::memchr(b'\'', rest)?;
        word.extend_from_slice(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix(br"\''") {
            Some(after) => {
                word.push(b'\'');
                rest = after;
            }
            None => return Some(path_from_bytes(&word)),
        }
    }
}

/// Whether a script of skant does not run without an earlier hook.
pub(crate) fn needs_earlier_hook(content: &[u8]) -> bool {
    memchr::memmem::find(content, b"\nhad_hook=yes\n").is_some()
}

/// Whether an edited script of skant still ends with the call of skant.
pub(crate) fn still_calls(content: &[u8]) -> bool {
    content.split(|byte| *byte == b'\n').any(|line| line == br#"exec "$program" hook "$hook" "$@""#)
}

/// Returns the checksum that a script names, if it is the checksum of the script's body.
fn valid_checksum(content: &[u8]) -> Option<Checksum> {
    let rest = content.strip_prefix(HEAD)?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (named, body) = rest[digits..].strip_prefix(CHECKSUM_LABEL)?.split_at_checked(CHECKSUM_DIGITS)?;
    let checksum = Checksum::new(body);
    (named == checksum.digits().as_bytes()).then_some(checksum)
}

/// Quotes any bytes as one word for the shell.
fn shell_quote(word: &[u8]) -> Vec<u8> {
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

    fn hook_script(hook: Hook, program: &str) -> Script {
        render(hook, Path::new(program), &KeptFolder::of(Path::new("/r/.git/hooks")), true)
    }

    #[test]
    fn each_template_has_the_head_and_the_placeholders() {
        for (template, fields) in [
            (HOOK_TEMPLATE, &[HOOK_FIELD, FOLDER_FIELD, KEPT_FIELD, HAD_HOOK_FIELD][..]),
            (GLOBAL_TEMPLATE, &[]),
        ] {
            assert!(template.as_bytes().starts_with(HEAD));
            for field in [CHECKSUM_FIELD, PROGRAM_FIELD] {
                assert_eq!(template.matches(field).count(), 1, "{field}");
            }
            assert!(template.find(CHECKSUM_FIELD) < template.find(PROGRAM_FIELD));
            assert!(fields.iter().all(|field| template.contains(field)), "{fields:?}");
        }
    }

    #[test]
    fn a_hook_script_names_its_own_hook_and_has_no_placeholder() {
        for hook in Hook::EVERY {
            let script = hook_script(hook, "/opt/@HOOK@/skant");
            let text = String::from_utf8(script.content).unwrap();
            assert!(text.contains(&format!("\nhook={}\n", hook.name())), "{text}");
            assert!(text.contains(&format!("into ../hooks.before-skant/{}:", hook.name())), "{text}");
            assert!(text.contains("\nname='hooks'\nhad_hook=yes\n"), "{text}");
            assert!(text.contains("\nskant='/opt/@HOOK@/skant'\n"), "the path is not a template: {text}");
            let rest = text.replace("/opt/@HOOK@/skant", "").replace("\"$@\"", "");
            assert!(!rest.contains('@'), "{rest}");
        }
    }

    #[test]
    fn the_global_script_is_recognised_as_global_and_as_skants() {
        let script = render_global(Path::new("/opt/skant"));
        assert_eq!(origin(&script.content), Origin::Skant(script.checksum));
        assert!(is_global(&script.content));
        assert!(is_global(b"#!/bin/sh\n# In the place of every hook, for all repositories: `skant\n"));
        assert!(Hook::ALL.iter().all(|hook| !is_global(&hook_script(*hook, "/opt/skant").content)));
        assert!(Hook::ALL.iter().all(|hook| GLOBAL_TEMPLATE.contains(hook.name())));
    }

    #[test]
    fn an_installed_script_is_recognised_and_an_edited_one_is_not() {
        let script = hook_script(Hook::PrePush, "/opt/it's a \\ $HOME `x`/skant");
        let text = String::from_utf8(script.content.clone()).unwrap();
        assert!(text.contains("\nskant='/opt/it'\\''s a \\ $HOME `x`/skant'\n"), "{text}");
        assert_eq!(origin(&script.content), Origin::Skant(script.checksum));
        assert_eq!(program(&script.content).as_deref(), Some(Path::new("/opt/it's a \\ $HOME `x`/skant")));
        assert!(needs_earlier_hook(&script.content) && still_calls(&script.content));
        assert_eq!(program(b"#!/bin/sh\nskant='open"), None);

        let older = b"\nan older script\n";
        let older = [HEAD, b"12, sum ", Checksum::new(older).digits().as_bytes(), older].concat();
        assert!(matches!(origin(&older), Origin::Skant(checksum) if checksum != script.checksum));

        for (content, expected) in [
            (format!("{text}echo more\n"), Origin::Edited),
            (text.replace("#!/bin/sh", "#!/bin/bash"), Origin::Edited),
            (text.replace('\n', "\r\n"), Origin::Edited),
            (text[..60].to_owned(), Origin::Edited),
            ("#!/bin/sh\n# installed by skant\n".to_owned(), Origin::ThirdParty),
            ("#!/bin/sh\necho '# installed by skant, format 1'\n".to_owned(), Origin::ThirdParty),
            (String::new(), Origin::ThirdParty),
        ] {
            assert_eq!(origin(content.as_bytes()), expected, "{content}");
        }
    }
}
