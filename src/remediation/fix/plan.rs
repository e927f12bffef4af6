//! The changes to one file: the values that move, those that are refused, and the new text.

use std::collections::BTreeSet;

use super::diff::Added;
use super::dotenv::EnvFile;
use super::fallback;
use super::language::{FileKind, file_kind};
use super::literal_ends::is_word;
use super::refusal;
use super::refusal::Refusal;
use super::site::{NameStyle, Site};
use super::site_finder;
use super::variable::{in_environment, in_file, name_for};
use crate::detect::Evidence;
use crate::remediation::languages;
use crate::rules::{Rule, RuleSet};
use crate::scan::{ExplainedEvidence, Scanner};
use crate::secret::Fingerprint;

/// The most passes over a file. Each pass moves every value that does not overlap another one.
const MAX_PASSES: usize = 8;

/// A value that moves.
#[derive(Clone, Debug)]
pub(crate) struct Moved {
    /// The name in `.env`.
    pub(crate) name: String,
    pub(crate) masked: String,
    pub(crate) fingerprint: Fingerprint,
    /// The first step after a leak.
    pub(crate) first_step: String,
    /// Whether the name is that of a secret of GitHub Actions.
    pub(crate) is_actions_secret: bool,
}

/// A value that stays.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    pub(crate) line: usize,
    pub(crate) rule: String,
    pub(crate) masked: String,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) refusal: Refusal,
}

/// The changes to one file.
#[derive(Clone, Debug)]
pub(crate) struct FilePlan {
    pub(crate) old: Vec<u8>,
    pub(crate) new: Vec<u8>,
    pub(crate) moved: Vec<Moved>,
    pub(crate) refused: Vec<Refused>,
    /// The values of the file with their masks, for the difference.
    pub(crate) masks: Vec<(Vec<u8>, String)>,
    /// What the change adds, for the difference.
    pub(crate) added: Added,
    /// How the program gets the variables; empty if the file says it.
    pub(crate) load: &'static str,
}

/// The value at one place, with the text that is to replace it.
pub(crate) struct Located {
    pub(crate) name: String,
    /// The bytes of the value as the file writes it.
    pub(crate) bytes: std::ops::Range<usize>,
    /// The command that decodes these bytes; empty if there is nothing to decode.
    pub(crate) filter: &'static str,
    /// The expression that reads it.
    pub(crate) read: String,
}

/// What a plan needs beside the file.
pub(crate) struct Inputs<'i> {
    pub(crate) scanner: &'i Scanner,
    /// The path from the top of the repository.
    pub(crate) path: &'i [u8],
    /// Names of Terraform variables that other files of the folder declare.
    pub(crate) declared: &'i BTreeSet<String>,
    /// Whether a finding is to be fixed.
    pub(crate) is_wanted: &'i dyn Fn(&Fingerprint) -> bool,
}

impl Inputs<'_> {
    fn rule(&self, evidence: &Evidence) -> &Rule {
        &self.scanner.detector().rules()[evidence.rule]
    }

    fn name(&self, evidence: &Evidence, site: &Site) -> String {
        let rule = self.rule(evidence);
        let is_builtin = RuleSet::builtin().rules().iter().any(|known| known.id == rule.id);
        in_environment(&name_for(site.assigned.as_deref(), rule, is_builtin), site.style)
    }

    /// Returns the findings of a text that are to be fixed.
    fn findings(&self, text: &[u8]) -> Vec<ExplainedEvidence> {
        let explained = self.scanner.explain(text, self.path);
        explained.into_iter().filter(|one| one.is_reported && (self.is_wanted)(&one.fingerprint)).collect()
    }
}

/// Plans the changes to a file, and adds its values to `env`.
pub(crate) fn plan_file(inputs: &Inputs<'_>, old: &[u8], env: &mut EnvFile) -> FilePlan {
    let kind = file_kind(&String::from_utf8_lossy(inputs.path), old);
    let load = match kind {
        Some(FileKind::Code(language)) => language.load,
        Some(FileKind::Shell) => "`set -a; . ./.env; set +a` in the script or in the shell that calls it",
        Some(FileKind::Compose | FileKind::Workflow) | None => "",
    };
    let mut plan = FilePlan {
        old: old.to_vec(),
        new: old.to_vec(),
        moved: Vec::new(),
        refused: Vec::new(),
        masks: Vec::new(),
        added: Added::default(),
        load,
    };
    for one in inputs.scanner.explain(old, inputs.path) {
        plan.masks.push((old[one.evidence.span.clone()].to_vec(), one.evidence.masked.text.clone()));
    }
    let env_before = env.clone();
    let Some(kind) = kind else {
        plan.refuse_all(inputs, &refusal::UNKNOWN_KIND);
        return plan;
    };
    for _ in 0..MAX_PASSES {
        if !plan.pass(inputs, kind, env) {
            break;
        }
    }
    if let Err(refusal) = plan.finish(inputs, kind) {
        *env = env_before;
        plan.new.clone_from(&plan.old);
        plan.moved.clear();
        plan.refuse_all(inputs, &refusal);
    }
    plan
}

/// Finds the places of the values that are to be fixed, for a store other than `.env`. `choose_name` returns the name for
/// a value, by the name that would be right for it.
pub(crate) fn locate(
    inputs: &Inputs<'_>,
    text: &[u8],
    choose_name: &mut dyn FnMut(&str, &str) -> String,
) -> Vec<(Fingerprint, Result<Located, Refusal>)> {
    let kind = file_kind(&String::from_utf8_lossy(inputs.path), text);
    let mut locate = |one: &ExplainedEvidence| {
        let span = one.evidence.span.clone();
        let rule = inputs.rule(&one.evidence);
        if !one.evidence.via.is_empty() {
            return Err(refusal::ENCODED);
        }
        let value = site_finder::value(kind, text, span.clone())?;
        let filter = filter_of(&text[span.clone()], &value)?;
        let found = kind.map(|kind| site_finder::find(kind, text, span.clone()));
        let Some(Ok(site)) = found else {
            let name = choose_name(&name_for(one.evidence.features.name.as_deref(), rule, true), &value);
            return Ok(Located { name, bytes: span, filter, read: String::new() });
        };
        if site.value != value {
            return Err(refusal::PART_OF_STRING);
        }
        let name = choose_name(&inputs.name(&one.evidence, &site), &value);
        let read = site.template.replace('@', &in_file(&name, site.style));
        Ok(Located { name, bytes: span, filter, read })
    };
    inputs.findings(text).iter().map(|one| (one.fingerprint.clone(), locate(one))).collect()
}

/// Returns the command that turns the bytes of the file into the value; an empty one if they are the value.
fn filter_of(raw: &[u8], value: &str) -> Result<&'static str, Refusal> {
    if raw == value.as_bytes() {
        return Ok("");
    }
    // Each backslash escapes the character after it, and no backslash is escaped.
    let without: Vec<u8> = raw.iter().copied().filter(|byte| *byte != b'\\').collect();
    if without == value.as_bytes() { Ok("tr -d '\\\\'") } else { Err(refusal::ESCAPES) }
}

impl FilePlan {
    /// Moves every value that it can; returns whether it moved one. The others are refused, for now.
    fn pass(&mut self, inputs: &Inputs<'_>, kind: FileKind, env: &mut EnvFile) -> bool {
        let found = inputs.findings(&self.new);
        self.refused.clear();
        let mut edits: Vec<(Site, String)> = Vec::new();
        for one in &found {
            let result = self.site(inputs, kind, one, env);
            match result {
                Ok((site, name)) => {
                    let overlaps = |(other, _): &(Site, String)| {
                        other.range.start < site.range.end && site.range.start < other.range.end
                    };
                    if edits.iter().any(overlaps) {
                        continue;
                    }
                    self.moved.push(Moved {
                        name: name.clone(),
                        masked: one.evidence.masked.text.clone(),
                        fingerprint: one.fingerprint.clone(),
                        first_step: inputs
                            .rule(&one.evidence)
                            .steps
                            .first()
                            .map_or_else(String::new, ToString::to_string),
                        is_actions_secret: site.style == NameStyle::ActionsSecret,
                    });
                    edits.push((site, name));
                }
                Err(refusal) => self.refuse(inputs, one, refusal),
            }
        }
        edits.sort_by_key(|(site, _)| std::cmp::Reverse(site.range.start));
        let mut new_variables = BTreeSet::new();
        for (site, name) in &edits {
            let in_file = in_file(name, site.style);
            self.added.expressions.push(site.template.replace('@', &in_file));
            let text = apart_from_words(&self.new, &site.range, site.text(&in_file));
            self.new.splice(site.range.clone(), text);
            if site.style == NameStyle::Terraform {
                new_variables.insert(in_file);
            }
        }
        for name in new_variables {
            if !declares(&self.new, &name) && !inputs.declared.contains(&name) {
                let block =
                    format!("\nvariable \"{name}\" {{\n  type      = string\n  sensitive = true\n}}\n");
                self.added.lines.extend(block.lines().map(|line| line.trim().to_owned()));
                let missing = if self.new.ends_with(b"\n") { "" } else { "\n" };
                let block = self.with_line_breaks(&(missing.to_owned() + &block));
                self.new.extend(block);
            }
        }
        !edits.is_empty()
    }

    fn site(
        &self,
        inputs: &Inputs<'_>,
        kind: FileKind,
        one: &ExplainedEvidence,
        env: &mut EnvFile,
    ) -> Result<(Site, String), Refusal> {
        if !one.evidence.via.is_empty() {
            return Err(refusal::ENCODED);
        }
        let mut site = site_finder::find(kind, &self.new, one.evidence.span.clone())?;
        let look_up = fallback::find(kind, &self.new, &site);
        let wanted = match &look_up {
            Some(look_up) => look_up.variable.clone(),
            None => inputs.name(&one.evidence, &site),
        };
        let prefix = if site.style == NameStyle::Terraform { "TF_VAR_" } else { "" };
        // A variable that Terraform code declares may hold something else.
        let is_free = |name: &str| {
            let name = in_file(name, site.style);
            site.style != NameStyle::Terraform
                || !declares(&self.new, &name) && !inputs.declared.contains(&name)
        };
        let name = env.add(&wanted, &site.value, prefix, is_free)?;
        if let Some(look_up) = look_up.filter(|look_up| look_up.variable == name) {
            site.range = look_up.range;
            if let Some(template) = look_up.template {
                template.clone_into(&mut site.template);
            }
        }
        Ok((site, name))
    }

    /// Adds the import, and checks that the result parses and holds none of the moved values.
    fn finish(&mut self, inputs: &Inputs<'_>, kind: FileKind) -> Result<(), Refusal> {
        if self.moved.is_empty() {
            return Ok(());
        }
        if let Some(import) = site_finder::find_import(kind, &self.new)? {
            self.added.lines.extend(import.text.lines().map(|line| line.trim().to_owned()));
            let mut line = self.with_line_breaks(&(import.text + "\n"));
            if import.at > 0 && !self.new[..import.at].ends_with(b"\n") && import.at == self.new.len() {
                line = [self.with_line_breaks("\n"), line].concat();
            }
            self.new.splice(import.at..import.at, line);
        }
        if !site_finder::is_valid(kind, &self.new) {
            return Err(refusal::NOT_LEXED);
        }
        let left = inputs.findings(&self.new);
        let is_left = |moved: &Moved| left.iter().any(|one| one.fingerprint == moved.fingerprint);
        let known =
            |moved: &Moved| self.refused.iter().any(|refused| refused.fingerprint == moved.fingerprint);
        // A value that is a type elsewhere may be needed as that type.
        let is_type = |refused: &Refused| refused.refusal == refusal::TYPE;
        let mut types = self.refused.iter().filter(|refused| is_type(refused));
        if types.any(|refused| self.moved.iter().any(|moved| moved.fingerprint == refused.fingerprint)) {
            return Err(refusal::TYPE);
        }
        if self.moved.iter().any(|moved| is_left(moved) && !known(moved)) {
            return Err(refusal::STILL_FOUND);
        }
        Ok(())
    }

    /// Returns a text with the line breaks of the file.
    fn with_line_breaks(&self, text: &str) -> Vec<u8> {
        let line = self.old.iter().position(|byte| *byte == b'\n');
        let is_crlf = line.is_some_and(|at| at > 0 && self.old[at - 1] == b'\r');
        if is_crlf { text.replace('\n', "\r\n").into_bytes() } else { text.as_bytes().to_vec() }
    }

    fn refuse(&mut self, inputs: &Inputs<'_>, one: &ExplainedEvidence, mut refusal: Refusal) {
        let rule = inputs.rule(&one.evidence);
        let name = name_for(one.evidence.features.name.as_deref(), rule, rule.is_provider());
        let read = languages::from_path(&String::from_utf8_lossy(inputs.path)).reads(&name);
        if let Some(read) = read.filter(|_| refusal.is_general()) {
            refusal.by_hand =
                format!("put the value into `.env` as `{name}`, and read it with `{read}`").into();
        }
        self.refused.push(Refused {
            line: one.evidence.start.line,
            rule: inputs.rule(&one.evidence).id.to_string(),
            masked: one.evidence.masked.text.clone(),
            fingerprint: one.fingerprint.clone(),
            refusal,
        });
    }

    fn refuse_all(&mut self, inputs: &Inputs<'_>, refusal: &Refusal) {
        self.refused.clear();
        for one in inputs.findings(&self.old) {
            let refusal = if one.evidence.via.is_empty() { refusal.clone() } else { refusal::ENCODED };
            self.refuse(inputs, &one, refusal);
        }
    }
}

/// Returns a new text with a space where it would join a word: `return"value"` needs none, `return os.environ` does.
fn apart_from_words(text: &[u8], range: &std::ops::Range<usize>, mut new: Vec<u8>) -> Vec<u8> {
    // `${NAME}` in a string or in a script joins no word.
    let joins = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let before = range.start.checked_sub(1).map(|at| text[at]);
    if before.is_some_and(is_word) && new.first().is_some_and(joins) {
        new.insert(0, b' ');
    }
    if text.get(range.end).copied().is_some_and(is_word) && new.last().is_some_and(joins) {
        new.push(b' ');
    }
    new
}

/// Whether a Terraform file declares a variable.
pub(crate) fn declares(text: &[u8], name: &str) -> bool {
    declared_variables(text).contains(name)
}

/// Returns the names of the variables that a Terraform file declares.
pub(crate) fn declared_variables(text: &[u8]) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(text);
    let name = |line: &str| {
        let rest = line.trim_start().strip_prefix("variable")?.trim_start();
        let name = rest.trim_start_matches('"').split(['"', ' ', '{']).next()?;
        Some(name.to_owned())
    };
    text.lines().filter_map(name).collect()
}
