//! The address of the repository's files on its code host, from the environment of a CI run.

use crate::report::LinkBase;

/// The variables of a code host: what it is known by, the address of the repository (joined), what follows it, the part
/// before a line, and the commit. A host whose variables another one sets as well comes before that one.
/// Sources: the documentation of the variables of Gitea Actions, GitHub Actions, GitLab CI/CD and Bitbucket Pipelines.
struct Host {
    known_by: &'static str,
    address: &'static [&'static str],
    files: &'static str,
    line: &'static str,
    commit: &'static str,
}

const HOSTS: [Host; 4] = [
    Host {
        known_by: "GITEA_ACTIONS",
        address: &["GITHUB_SERVER_URL", "GITHUB_REPOSITORY"],
        files: "/src/commit/",
        line: "#L",
        commit: "GITHUB_SHA",
    },
    Host {
        known_by: "GITHUB_ACTIONS",
        address: &["GITHUB_SERVER_URL", "GITHUB_REPOSITORY"],
        files: "/blob/",
        line: "#L",
        commit: "GITHUB_SHA",
    },
    Host {
        known_by: "GITLAB_CI",
        address: &["CI_PROJECT_URL"],
        files: "/-/blob/",
        line: "#L",
        commit: "CI_COMMIT_SHA",
    },
    Host {
        known_by: "BITBUCKET_BUILD_NUMBER",
        address: &["BITBUCKET_GIT_HTTP_ORIGIN"],
        files: "/src/",
        line: "#lines-",
        commit: "BITBUCKET_COMMIT",
    },
];

/// Returns the address for links; `None` outside of a CI run of a known host.
pub(crate) fn from_environment() -> Option<LinkBase> {
    link_base(&|name| std::env::var(name).ok())
}

fn link_base(variable: &dyn Fn(&str) -> Option<String>) -> Option<LinkBase> {
    let host = HOSTS.iter().find(|host| variable(host.known_by).is_some())?;
    let parts: Option<Vec<String>> = host.address.iter().map(|name| variable(name)).collect();
    let start = format!("{}{}", parts?.join("/"), host.files);
    LinkBase::new(&start, host.line, variable(host.commit).as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_host_has_its_addresses() {
        let commit = "1".repeat(40);
        let github = [("GITHUB_SERVER_URL", "https://example.org"), ("GITHUB_REPOSITORY", "ada/shop")];
        for (known_by, variables, start, line) in [
            ("GITHUB_ACTIONS", &github[..], "https://example.org/ada/shop/blob/", "#L"),
            ("GITEA_ACTIONS", &github, "https://example.org/ada/shop/src/commit/", "#L"),
            (
                "GITLAB_CI",
                &[("CI_PROJECT_URL", "https://gitlab.com/ada/shop")],
                "https://gitlab.com/ada/shop/-/blob/",
                "#L",
            ),
            (
                "BITBUCKET_BUILD_NUMBER",
                &[("BITBUCKET_GIT_HTTP_ORIGIN", "http://bitbucket.org/ada/shop")],
                "http://bitbucket.org/ada/shop/src/",
                "#lines-",
            ),
        ] {
            let variable = |name: &str| match name {
                "GITHUB_SHA" | "CI_COMMIT_SHA" | "BITBUCKET_COMMIT" => Some(commit.clone()),
                name if name == known_by => Some("true".to_owned()),
                name => {
                    variables.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned())
                }
            };
            assert_eq!(link_base(&variable), LinkBase::new(start, line, Some(&commit)), "{known_by}");
            assert!(link_base(&variable).is_some());
        }
        assert_eq!(link_base(&|_| None), None);
    }
}
