//! The hooks in a JSON configuration with a list for each event: adds those of skant, finds them, and takes them out.
//!
//! Each step is one insertion. A step is undone by the cut after which the same insertion gives the text back; only if a
//! person has changed the text since, a cut that keeps the text valid is taken.

use super::command::is_ours;
use super::json_edit::{Item, with_item, without_item};
use super::json_spans::{Dialect, Kind, Node, parse};
use super::json_write::{Json, Style, many_lines};

/// Why a configuration is not edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// It does not parse; the line, from 1.
    Broken { line: usize },
    /// This value is not of the kind that the agent asks for.
    Kind { value: String, wanted: &'static str },
    /// It has hooks, and not the version that goes with them.
    NoVersion,
}

/// What the configuration of an agent looks like.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) dialect: Dialect,
    pub(crate) has_version: bool,
    pub(crate) events: &'static [&'static str],
    pub(crate) entry: fn(&str, &str) -> Json,
}

const HOOKS: &str = "hooks";
const VERSION: &str = "version";

impl Shape {
    /// Returns the content of a new file.
    pub(crate) fn new_file(self, command: &str) -> String {
        let events = self.events.iter().map(|event| (*event, Json::List(vec![(self.entry)(event, command)])));
        let mut members = self.version();
        members.push((HOOKS, Json::Object(events.collect())));
        let style = Style::new_file();
        format!("{}\n", many_lines(&Json::Object(members), &style, ""))
    }

    fn version(self) -> Vec<(&'static str, Json)> {
        if self.has_version { vec![(VERSION, Json::Plain("1"))] } else { Vec::new() }
    }

    /// Returns a text with the hooks of skant, with this command.
    ///
    /// # Errors
    /// The text cannot be edited.
    pub(crate) fn install(self, text: &str, command: &str) -> Result<String, Unfit> {
        let has_other = self.commands(text)?.iter().flatten().any(|old| old != command);
        let mut text = if has_other { self.uninstall(text)? } else { text.to_owned() };
        for event in self.events {
            if let Some(added) = self.add(&text, event, command)? {
                text = added;
            }
        }
        Ok(text)
    }

    /// Returns a text without the hooks of skant.
    ///
    /// # Errors
    /// The text cannot be edited.
    pub(crate) fn uninstall(self, text: &str) -> Result<String, Unfit> {
        let mut text = text.to_owned();
        for event in self.events.iter().rev() {
            // More than one entry is of a person's making.
            while let Some(removed) = self.remove(&text, event)?.filter(|removed| removed.len() < text.len())
            {
                text = removed;
            }
        }
        Ok(text)
    }

    /// Returns the command of skant in each event, in the order of the events.
    ///
    /// # Errors
    /// The text does not parse.
    pub(crate) fn commands(self, text: &str) -> Result<Vec<Option<String>>, Unfit> {
        let root = self.parse(text)?;
        let hooks = root.member(HOOKS);
        let of_event = |event: &&str| {
            let entries = hooks.and_then(|hooks| hooks.member(event)).map(Node::values).unwrap_or_default();
            entries.iter().flat_map(commands).find(|command| is_ours(command)).map(str::to_owned)
        };
        Ok(self.events.iter().map(of_event).collect())
    }

    /// Returns whether the settings switch off all hooks, as those of Claude Code can.
    pub(crate) fn is_switched_off(self, text: &str) -> bool {
        self.parse(text).is_ok_and(|root| {
            root.member("disableAllHooks")
                .is_some_and(|value| text.get(value.start..value.end) == Some("true"))
        })
    }

    fn parse(self, text: &str) -> Result<Node, Unfit> {
        let root = parse(text, self.dialect).map_err(|broken| {
            let before = text.as_bytes().get(..broken.0).unwrap_or(text.as_bytes());
            Unfit::Broken { line: memchr::memchr_iter(b'\n', before).count() + 1 }
        })?;
        object(root, "the file")
    }

    /// Adds the entry of an event; `None` if it is there.
    fn add(self, text: &str, event: &'static str, command: &str) -> Result<Option<String>, Unfit> {
        let root = self.parse(text)?;
        let entry = (self.entry)(event, command);
        let list = |entry| Json::List(vec![entry]);
        let Some(hooks) = root.member(HOOKS) else {
            // After a version that was there, and before one that was not: so the text says which it is.
            let mut members = vec![(HOOKS, Json::Object(vec![(event, list(entry))]))];
            members.extend(self.version().into_iter().filter(|_| root.member(VERSION).is_none()));
            return Ok(Some(with_item(text, &root, &Item::Members(members))));
        };
        if self.has_version && root.member(VERSION).is_none() {
            return Err(Unfit::NoVersion);
        }
        let hooks = object(hooks.clone(), "`hooks`")?;
        let Some(entries) = hooks.member(event) else {
            return Ok(Some(with_item(text, &hooks, &Item::Members(vec![(event, list(entry))]))));
        };
        if !matches!(entries.kind, Kind::Array(_)) {
            return Err(Unfit::Kind { value: format!("`hooks.{event}`"), wanted: "a list" });
        }
        let is_there = entries.values().iter().flat_map(commands).any(is_ours);
        Ok((!is_there).then(|| with_item(text, entries, &Item::Value(entry))))
    }

    /// Takes an entry of skant out of an event; `None` if there is none.
    fn remove(self, text: &str, event: &'static str) -> Result<Option<String>, Unfit> {
        let root = self.parse(text)?;
        let Some(hooks) = root.member(HOOKS) else { return Ok(None) };
        let Some(entries) = hooks.member(event) else { return Ok(None) };
        let Some(index) =
            entries.values().iter().rposition(|entry| commands(entry).iter().any(|one| is_ours(one)))
        else {
            return Ok(None);
        };
        let entry = &entries.values()[index];
        if !commands(entry).iter().all(|one| is_ours(one)) {
            return Ok(without_own_hook(text, entry));
        }
        let command = commands(entry).first().map(|command| (*command).to_owned()).unwrap_or_default();
        let mut levels = vec![without_item(text, entries, index)];
        if entries.values().len() == 1 {
            levels.push(without_item(text, hooks, position(hooks, event)));
            if hooks.items().len() == 1 {
                let without_hooks = without_item(text, &root, position(&root, HOOKS));
                let without_version = without_hooks.iter().filter_map(|text| self.without_version(text));
                let without_version = without_version.flatten().collect();
                levels.push(without_hooks);
                levels.push(without_version);
            }
        }
        let gives_back =
            |cut: &&String| self.add(cut, event, &command).ok().flatten().as_deref() == Some(text);
        if let Some(exact) = levels.iter().flatten().find(gives_back) {
            return Ok(Some(exact.clone()));
        }
        // The containers that the cut would leave empty go with it.
        let is_valid = |cut: &&String| self.parse(cut).is_ok();
        Ok(levels.iter().take(3).rev().flatten().find(is_valid).cloned())
    }

    fn without_version(self, text: &str) -> Option<Vec<String>> {
        let root = self.parse(text).ok().filter(|_| self.has_version)?;
        root.member(VERSION)?;
        Some(without_item(text, &root, position(&root, VERSION)))
    }
}

/// Takes the hook of skant out of an entry that has other hooks as well.
fn without_own_hook(text: &str, entry: &Node) -> Option<String> {
    let hooks = entry.member(HOOKS)?;
    let index = hooks.values().iter().rposition(|hook| commands(hook).iter().any(|one| is_ours(one)))?;
    without_item(text, hooks, index).into_iter().next()
}

/// Returns the commands of an entry and of the hooks in it.
fn commands(entry: &Node) -> Vec<&str> {
    let own = ["command", "bash", "powershell"].into_iter().filter_map(|name| entry.member(name)?.text());
    let inner = entry.member(HOOKS).map(Node::values).unwrap_or_default();
    own.chain(inner.iter().filter_map(|hook| hook.member("command")?.text())).collect()
}

fn position(object: &Node, name: &str) -> usize {
    let Kind::Object(members) = &object.kind else { return 0 };
    members.iter().rposition(|member| member.name == name).unwrap_or_default()
}

fn object(node: Node, value: &str) -> Result<Node, Unfit> {
    match node.kind {
        Kind::Object(_) => Ok(node),
        _ => Err(Unfit::Kind { value: value.to_owned(), wanted: "an object" }),
    }
}
