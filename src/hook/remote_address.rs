//! Whether two addresses of remotes name one repository.

use std::path::{Path, PathBuf};

/// The parts of an address that say which repository it names.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    /// A path on this machine.
    Local(String),
    /// A path on a server.
    Server {
        protocol: String,
        user: Option<String>,
        /// In lowercase, with the port if there is one.
        host: String,
        /// Without `.git` at its end. A path below the home folder of a user begins with `~`.
        path: String,
    },
}

/// Returns whether two addresses name one repository. Another port or another user of ssh is another repository:
/// paths may begin at that user's home. Two protocols lead to one repository if both have their usual port and
/// ssh goes to `git`, as on the large hosts.
pub(super) fn is_same_repository(one: &str, other: &str) -> bool {
    match (parse(one), parse(other)) {
        (Place::Local(one), Place::Local(other)) => one == other,
        (one @ Place::Server { .. }, other @ Place::Server { .. }) => is_same_on_server(&one, &other),
        _ => false,
    }
}

/// Returns the path of an address that names a repository on this machine.
pub(super) fn local_path(address: &str) -> Option<PathBuf> {
    match parse(address) {
        Place::Local(path) if !path.is_empty() => Some(Path::new(&path).to_path_buf()),
        _ => None,
    }
}

fn is_same_on_server(one: &Place, other: &Place) -> bool {
    let (
        Place::Server { protocol, user, host, path },
        Place::Server { protocol: other_protocol, user: other_user, host: other_host, path: other_path },
    ) = (one, other)
    else {
        return false;
    };
    if host != other_host || path != other_path {
        return false;
    }
    let is_web = |protocol: &str| matches!(protocol, "http" | "https");
    // A user of the web is a login and no place.
    if protocol == other_protocol {
        return is_web(protocol) || user == other_user;
    }
    let is_usual = |protocol: &str, user: &Option<String>| match protocol {
        "http" | "https" | "git" => true,
        "ssh" => user.as_deref() == Some("git"),
        _ => false,
    };
    !host.contains(':') && is_usual(protocol, user) && is_usual(other_protocol, other_user)
}

fn parse(address: &str) -> Place {
    let address = address.trim_end_matches(['\n', '\r']);
    let local = |path: &str| {
        let plain = path.trim_end_matches('/');
        Place::Local(if plain.is_empty() { path } else { plain }.to_owned())
    };
    if let Some((protocol, rest)) = address.split_once("://") {
        if protocol == "file" {
            return local(rest);
        }
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        return server(&protocol.to_ascii_lowercase(), host, path);
    }
    // `host:path` is ssh, unless there is a slash before the colon; `helper::address` is a program's own.
    match address.split_once(':') {
        Some((helper, rest)) if rest.starts_with(':') => {
            let path = rest[1..].to_owned();
            Place::Server { protocol: helper.to_owned(), user: None, host: String::new(), path }
        }
        Some((host, _)) if host.contains('/') || host.is_empty() => local(address),
        Some((host, path)) => {
            // The path begins at the home folder. On the large hosts, where the user is `git`, there is none.
            let is_git = host.starts_with("git@");
            match path.strip_prefix('/') {
                Some(absolute) => server("ssh", host, absolute),
                None if is_git || path.starts_with('~') => server("ssh", host, path),
                None => server("ssh", host, &format!("~/{path}")),
            }
        }
        None => local(address),
    }
}

fn server(protocol: &str, host: &str, path: &str) -> Place {
    let (user, host) = match host.rsplit_once('@') {
        Some((user, host)) => (Some(user.to_owned()), host),
        None => (None, host),
    };
    let usual_port = match protocol {
        "http" => ":80",
        "https" => ":443",
        "ssh" | "git+ssh" | "ssh+git" => ":22",
        "git" => ":9418",
        _ => "",
    };
    let host = host.to_ascii_lowercase();
    let host = if usual_port.is_empty() { &host } else { host.strip_suffix(usual_port).unwrap_or(&host) };
    let protocol = if matches!(protocol, "git+ssh" | "ssh+git") { "ssh" } else { protocol };
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path).to_owned();
    Place::Server { protocol: protocol.to_owned(), user, host: host.to_owned(), path }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_repository_are_equal() {
        let url = "https://github.com/a/b.git";
        for other in [
            "git@github.com:a/b",
            "ssh://git@GitHub.com:22/a/b.git/",
            "git://github.com/a/b",
            "git@github.com:/a/b\n",
            "https://ann@github.com:443/a/b",
        ] {
            assert!(is_same_repository(url, other), "{other}");
        }
        for other in [
            "https://github.com/a/c.git",
            "https://github.com:8443/a/b.git",
            "git@gitlab.com:a/b.git",
            "ann@github.com:a/b.git",
            "git@github-work:a/b.git",
            "ssh://git@github.com:2222/a/b",
            "hg::https://github.com/a/b.git",
            "/a/b.git",
            "../b.git",
            "",
        ] {
            assert!(!is_same_repository(url, other), "{other}");
        }
        for (one, other, is_same) in [
            ("ann@host:site.git", "ann@host:site", true),
            ("ann@host:site.git", "ssh://ann@host/~/site.git", true),
            ("ann@host:site.git", "bob@host:site.git", false),
            ("ann@host:site.git", "host:site.git", false),
            ("ann@host:site.git", "ssh://ann@host/site.git", false),
            ("http://localhost:3000/a/b.git", "http://localhost:4000/a/b.git", false),
            ("../far.git", "../far.git/", true),
            ("../far.git", "../far", false),
            ("file:///x/far.git", "/x/far.git", true),
            ("/c:/far.git", "/c:/far", false),
        ] {
            assert_eq!(is_same_repository(one, other), is_same, "{one} {other}");
        }
    }

    #[test]
    fn a_path_is_local_and_a_host_is_not() {
        for (address, path) in [
            ("../far.git", Some("../far.git")),
            ("file:///x/far.git/", Some("/x/far.git")),
            ("./a:b", Some("./a:b")),
            ("host:far.git", None),
            ("https://host/far.git", None),
            ("ext::far.git", None),
            ("", None),
        ] {
            assert_eq!(local_path(address), path.map(PathBuf::from), "{address}");
        }
    }
}
