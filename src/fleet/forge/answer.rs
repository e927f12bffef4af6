//! One page of a list of repositories, in the form of each forge.

use serde_json::Value;

use super::{ForgeSource, Kind, is_path};

/// The repositories of one page are at most this many.
pub(super) const PAGE: usize = 50;

/// A repository of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    /// The owner and the name, with slashes.
    pub(crate) path: String,
    pub(crate) archived: bool,
    pub(crate) fork: bool,
}

/// One page.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) listed: Vec<Listed>,
    /// The page says that there is a next one.
    pub(super) says_next: bool,
    /// The length of the whole list, if the page says it.
    pub(super) total: Option<usize>,
}

/// Returns the paths at which a list may be: of an organisation or group, then of a user.
pub(super) fn paths(source: &ForgeSource, page: usize) -> Vec<String> {
    let owner = source.owner.replace('/', "%2F");
    let of = |kinds: &[&str], path: &dyn Fn(&str) -> String| kinds.iter().map(|kind| path(kind)).collect();
    match source.forge.kind {
        Kind::Github => {
            let start = if source.host == "github.com" { "" } else { "/api/v3" };
            of(&["orgs", "users"], &|kind| {
                format!("{start}/{kind}/{owner}/repos?type=all&sort=full_name&per_page={PAGE}&page={page}")
            })
        }
        Kind::Gitlab => of(&["groups", "users"], &|kind| {
            let more = if kind == "groups" { "&include_subgroups=true&with_shared=false" } else { "" };
            format!("/api/v4/{kind}/{owner}/projects?order_by=id&sort=asc{more}&per_page={PAGE}&page={page}")
        }),
        Kind::Gitea => {
            of(&["orgs", "users"], &|kind| format!("/api/v1/{kind}/{owner}/repos?limit={PAGE}&page={page}"))
        }
        Kind::Bitbucket => {
            vec![format!("/2.0/repositories/{owner}?sort=full_name&pagelen={PAGE}&page={page}")]
        }
    }
}

/// Returns the host of the API.
pub(super) fn api_host(source: &ForgeSource) -> String {
    match (source.forge.kind, source.host.as_str()) {
        (Kind::Github, "github.com") => "api.github.com".to_owned(),
        (Kind::Bitbucket, "bitbucket.org") => "api.bitbucket.org".to_owned(),
        (_, host) => host.to_owned(),
    }
}

/// Reads a page; `header` returns the value of a header. `None` if it has not the documented form.
pub(super) fn read_page(kind: Kind, body: &[u8], header: &dyn Fn(&str) -> Option<String>) -> Option<Page> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let list = if kind == Kind::Bitbucket { &body["values"] } else { &body };
    let listed = list.as_array()?.iter().map(|one| read_listed(kind, one)).collect::<Option<Vec<_>>>()?;
    let has_link = header("link").is_some_and(|link| link.contains("rel=\"next\""));
    let number = |text: Option<String>| text.and_then(|text| text.trim().parse().ok());
    let total = match kind {
        Kind::Github => None,
        Kind::Gitlab => number(header("x-total")),
        Kind::Gitea => number(header("x-total-count")),
        Kind::Bitbucket => body["size"].as_u64().and_then(|size| usize::try_from(size).ok()),
    };
    Some(Page { listed, says_next: has_link || body["next"].is_string(), total })
}

fn read_listed(kind: Kind, one: &Value) -> Option<Listed> {
    let (path, fork) = match kind {
        Kind::Github | Kind::Gitea => (&one["full_name"], one["fork"] == true),
        Kind::Gitlab => (&one["path_with_namespace"], one["forked_from_project"].is_object()),
        Kind::Bitbucket => (&one["full_name"], one["parent"].is_object()),
    };
    let path = path.as_str().filter(|path| path.contains('/') && is_path(path))?;
    Some(Listed { path: path.to_owned(), archived: one["archived"] == true, fork })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(kind: Kind, body: &str, headers: &[(&str, &str)]) -> Option<Page> {
        read_page(kind, body.as_bytes(), &|name| {
            headers.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    fn listed(path: &str, archived: bool, fork: bool) -> Listed {
        Listed { path: path.to_owned(), archived, fork }
    }

    #[test]
    fn each_forge_has_its_form() {
        let link = [("link", "<https://api.github.com/x?page=2>; rel=\"next\", <y>; rel=\"last\"")];
        let body = r#"[{"full_name": "a/.b", "archived": true, "fork": false, "size": 1}]"#;
        let found = page(Kind::Github, body, &link).unwrap();
        assert_eq!(found, Page { listed: vec![listed("a/.b", true, false)], says_next: true, total: None });
        let body =
            r#"[{"path_with_namespace": "g/s/p", "archived": false, "forked_from_project": {"id": 1}}]"#;
        let found = page(Kind::Gitlab, body, &[("x-total", "7")]).unwrap();
        assert_eq!(
            found,
            Page { listed: vec![listed("g/s/p", false, true)], says_next: false, total: Some(7) }
        );
        let body = r#"[{"full_name": "a/b", "archived": false, "fork": true}]"#;
        assert_eq!(page(Kind::Gitea, body, &[]).unwrap().listed, [listed("a/b", false, true)]);
        let body =
            r#"{"size": 2, "next": "https://x", "values": [{"full_name": "w/r", "parent": {"x": 1}}]}"#;
        let found = page(Kind::Bitbucket, body, &[]).unwrap();
        assert_eq!(found, Page { listed: vec![listed("w/r", false, true)], says_next: true, total: Some(2) });
    }

    #[test]
    fn a_name_that_is_no_name_is_not_the_documented_form() {
        for name in ["../x", "a/../b", "a/-x", "a", "a/b c", "a/b?x", "a//b", "", "https://evil.example/a"] {
            let body = serde_json::json!([{ "full_name": name }]).to_string();
            assert_eq!(page(Kind::Github, &body, &[]), None, "{name}");
        }
        assert_eq!(page(Kind::Github, r#"{"message": "no"}"#, &[]), None);
        assert_eq!(page(Kind::Github, "[", &[]), None);
    }
}
