//! A key as the Admin API lists it, and whether a value may be that key.

use serde_json::Value;

use crate::text::escape_terminal;

/// A key in the list of an organisation. Text is escaped for terminals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyEntry {
    /// Its id: letters, digits, `_` and `-`.
    pub(crate) id: String,
    pub(crate) name: String,
    /// `active`, `inactive`, `archived`, `expired`, or a word of a later version.
    pub(crate) status: String,
    /// The workspace; `None` for the default one and for keys that no workspace limits.
    pub(crate) workspace: Option<String>,
    /// The id of the user or the service account that the key acts as.
    pub(crate) principal: Option<String>,
    /// The id of who created it.
    pub(crate) creator: Option<String>,
    pub(crate) created: Option<String>,
    pub(crate) expires: Option<String>,
    /// Whether no workspace limits the key.
    pub(crate) is_of_organisation: bool,
    /// The start and the end of the key.
    hint: Option<(String, String)>,
}

impl KeyEntry {
    /// Reads an entry; `None` if it has no id. Unknown fields are ignored, and so are unknown words.
    pub(crate) fn read(value: &Value) -> Option<Self> {
        let text = |value: &Value| value.as_str().map(|text| escape_terminal(text.as_bytes()));
        let id_of = |value: &Value| value.as_str().filter(|id| is_id(id)).map(str::to_owned);
        // The older form of a principal is `{id, type}`, the newer one names the id by its type.
        let principal = &value["principal"];
        let principal =
            ["id", "user_id", "service_account_id"].iter().find_map(|name| id_of(&principal[*name]));
        let workspace = id_of(&value["workspace_id"]).or_else(|| id_of(&value["scope"]["workspace_id"]));
        let hint = value["partial_key_hint"].as_str().and_then(|hint| {
            let (start, end) = hint.split_once("...").or_else(|| hint.split_once('…'))?;
            (!start.is_empty() && !end.is_empty()).then(|| (start.to_owned(), end.to_owned()))
        });
        Some(Self {
            id: id_of(&value["id"])?,
            name: text(&value["name"]).unwrap_or_default(),
            status: text(&value["status"]).unwrap_or_else(|| "unknown".to_owned()),
            workspace,
            principal,
            creator: id_of(&value["created_by"]["id"]),
            created: text(&value["created_at"]),
            expires: text(&value["expires_at"]),
            is_of_organisation: value["scope"]["type"] == "organization",
            hint,
        })
    }

    /// Whether a value begins and ends as the hint says. A hint has about 26 bits: other keys may fit, too.
    pub(crate) fn may_be(&self, value: &[u8]) -> bool {
        self.hint.as_ref().is_some_and(|(start, end)| {
            value.len() > start.len() + end.len()
                && value.starts_with(start.as_bytes())
                && value.ends_with(end.as_bytes())
        })
    }

    /// Whether an answer about the value may be about this key. An entry without a workspace fits each.
    pub(crate) fn fits_workspace(&self, workspace: Option<&str>) -> bool {
        match (&self.workspace, workspace) {
            (Some(mine), Some(asked)) => mine == asked,
            _ => true,
        }
    }
}

/// Whether a text is an id, and may be a part of a path.
pub(super) fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 128
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_forms_of_an_entry_are_read() {
        let older = json!({"id": "apikey_01", "name": "customer-service-prod", "status": "active",
            "created_by": {"id": "user_01", "type": "user"}, "partial_key_hint": "sk-abc-R2D...igAA",
            "principal": {"id": "user_02", "type": "user"}, "workspace_id": "wrkspc_01", "expires_at": null});
        let entry = KeyEntry::read(&older).unwrap();
        assert_eq!((entry.name.as_str(), entry.status.as_str()), ("customer-service-prod", "active"));
        assert_eq!(
            (entry.principal.as_deref(), entry.creator.as_deref()),
            (Some("user_02"), Some("user_01"))
        );
        assert_eq!((entry.workspace.as_deref(), entry.expires), (Some("wrkspc_01"), None));
        for (principal, expected) in [
            (json!({"type": "user_actor", "user_id": "user_03"}), Some("user_03")),
            (json!({"type": "service_account_actor", "service_account_id": "svac_01"}), Some("svac_01")),
            (json!({"type": "later", "x": 1}), None),
            (json!(null), None),
        ] {
            let newer = json!({"id": "apikey_01", "status": "later", "principal": principal, "created_by": null,
                "partial_key_hint": null, "scope": {"type": "organization"}});
            let entry = KeyEntry::read(&newer).unwrap();
            assert_eq!(entry.principal.as_deref(), expected);
            assert!(entry.is_of_organisation && !entry.may_be(b"sk-abc-R2Dxxxxxx"));
        }
        for wrong in [json!(null), json!({}), json!({"id": "a/../b"}), json!({"id": ""}), json!({"id": 1})] {
            assert_eq!(KeyEntry::read(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_hint_is_a_start_and_an_end_of_any_length() {
        let entry = |hint: &str| KeyEntry::read(&json!({"id": "a", "partial_key_hint": hint})).unwrap();
        for hint in ["sk-abc-R2D...igAA", "sk-abc...AA", "sk-abc-R2D…igAA"] {
            assert!(entry(hint).may_be(b"sk-abc-R2Dxyzxyzxyz-igAA"), "{hint}");
            assert!(!entry(hint).may_be(b"sk-abc-R2Dxyzxyzxyz-igBB"), "{hint}");
        }
        for hint in ["", "...", "...igAA", "sk-abc-R2D...", "sk-abc-R2D"] {
            assert!(!entry(hint).may_be(b"sk-abc-R2Dxyzxyzxyz-igAA"), "{hint}");
        }
        // The start and the end of a hint may not overlap in the value.
        assert!(!entry("abcd...cdef").may_be(b"abcdef"));
    }

    #[test]
    fn the_workspace_decides_where_both_are_known() {
        let entry =
            |workspace: Value| KeyEntry::read(&json!({"id": "a", "workspace_id": workspace})).unwrap();
        assert!(
            entry(json!("w1")).fits_workspace(Some("w1")) && !entry(json!("w1")).fits_workspace(Some("w2"))
        );
        assert!(entry(json!(null)).fits_workspace(Some("w1")) && entry(json!("w1")).fits_workspace(None));
    }
}
