//! Verifiers of the user's own, for rules of the user's own: the files of `verifiers/` in the folder of the user's
//! settings. No file of a repository is read for them, and none can change anything.

use std::path::{Path, PathBuf};
use std::{fs, io};

use miette::Diagnostic;
use skant_rule_schema::{VerifierSpec, parse_verifiers};
use thiserror::Error;

use super::verifiers::Verifiers;

/// The largest file that is read, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// A file of verifiers that cannot be used.
#[derive(Debug, Error, Diagnostic)]
pub(crate) enum UserVerifierError {
    #[error("cannot read {}: {source}", path.display())]
    #[diagnostic(code(skant::verify::user_file), help("check its permissions, or remove it"))]
    Read { path: PathBuf, source: io::Error },
    #[error("{}: {why}", path.display())]
    #[diagnostic(
        code(skant::verify::user_verifier),
        help("docs/verifiers.md describes the file; nothing was sent")
    )]
    Wrong { path: PathBuf, why: String },
}

/// Whether a folder has files of verifiers.
pub(crate) fn has_user_verifiers(folder: Option<&Path>) -> bool {
    !files(folder).is_empty()
}

/// Reads the verifiers of the user's folder, in the order of the names of the files, and adds them to the built-in ones.
/// `own_rules` are the ids of the user's own rules: a rule of a repository with the id of a verifier would decide what is
/// sent.
///
/// # Errors
/// A file cannot be read, is wrong, has a verifier for a rule that has one, or a `revoke`.
pub(crate) fn with_user_verifiers(
    builtin: Verifiers,
    folder: Option<&Path>,
    own_rules: &[String],
) -> Result<Verifiers, UserVerifierError> {
    let mut verifiers = builtin;
    for path in files(folder) {
        let wrong = |why: String| UserVerifierError::Wrong { path: path.clone(), why };
        for mut verifier in read(&path)? {
            if verifier.revoke.is_some() {
                return Err(wrong(
                    "a verifier of your own cannot `revoke`: it would change something".to_owned(),
                ));
            }
            if let Some(rule) = verifier.rules.iter().find(|rule| verifiers.of_rule(rule).is_some()) {
                return Err(wrong(format!("the rule `{rule}` has a verifier already")));
            }
            verifier.rules.retain(|rule| own_rules.contains(rule));
            verifiers.add(verifier);
        }
    }
    Ok(verifiers)
}

/// Returns the TOML files of a folder, which need not exist.
fn files(folder: Option<&Path>) -> Vec<PathBuf> {
    let entries = folder.and_then(|folder| fs::read_dir(folder).ok());
    let paths = entries.into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|ending| ending == "toml")).collect();
    files.sort();
    files
}

fn read(path: &Path) -> Result<Vec<VerifierSpec>, UserVerifierError> {
    let failed = |source| UserVerifierError::Read { path: path.to_path_buf(), source };
    let metadata = fs::metadata(path).map_err(failed)?;
    if !metadata.is_file() || metadata.len() > MAX_FILE {
        return Err(failed(io::Error::other("it is no file, or larger than 1 MiB")));
    }
    let text = fs::read_to_string(path).map_err(failed)?;
    let parsed = parse_verifiers(&text);
    parsed.map(|file| file.verifier).map_err(|why| UserVerifierError::Wrong { path: path.to_path_buf(), why })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "name = \"Acme\"\n[[verifier]]\nrules = [\"acme-key\"]\nsource = \"https://acme.example\"\n\
        request = { host = \"api.acme.example\", path = \"/me\", headers = { authorization = \"{secret}\" } }\n\
        [[verifier.answer]]\nstatus = [200]\nwhen = [{ json = \"/id\", type = \"number\" }]\nsays = \"live\"\n\
        reason = \"it reads its account\"\nsource = \"https://acme.example\"\n";

    fn loaded(text: &str) -> Result<Verifiers, UserVerifierError> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("acme.toml"), text).unwrap();
        fs::write(folder.path().join("notes.txt"), "not read").unwrap();
        with_user_verifiers(Verifiers::builtin(), Some(folder.path()), &["acme-key".to_owned()])
    }

    #[test]
    fn a_users_verifier_is_for_a_rule_without_one_and_changes_nothing() {
        let verifiers = loaded(GOOD).unwrap();
        assert!(verifiers.of_rule("acme-key").is_some() && verifiers.of_rule("anthropic-api-key").is_some());
        let revoke = format!(
            "{GOOD}[verifier.revoke]\nsource = \"https://acme.example\"\neffect = \"x\"\nrequest = {{ method = \"delete\", \
             host = \"api.acme.example\", path = \"/\", headers = {{ authorization = \"{{secret}}\" }} }}\n\
             [[verifier.revoke.answer]]\nstatus = [204]\nsays = \"done\"\nreason = \"x\"\nsource = \"https://acme.example\"\n"
        );
        for (text, expected) in [
            (revoke, "cannot `revoke`"),
            (GOOD.replace("acme-key", "anthropic-api-key"), "has a verifier already"),
            (GOOD.replace("api.acme.example", "127.0.0.1"), "no host name"),
            ("name = \"x\"\n[[verifier]]\n".to_owned(), "missing field"),
        ] {
            let error = loaded(&text).map(drop).unwrap_err().to_string();
            assert!(error.contains(expected), "{expected}: {error}");
        }
        assert!(with_user_verifiers(Verifiers::builtin(), None, &[]).is_ok());
        assert!(with_user_verifiers(Verifiers::builtin(), Some(Path::new("/nowhere")), &[]).is_ok());
    }
}
