//! Names of hosts, where the program is linked statically with glibc.
//!
//! Its `getaddrinfo` loads the modules that `nsswitch.conf` names, and these need the very glibc with which the program
//! was linked: with another one the process dies by a signal. `getent` belongs to the glibc of the system and searches
//! names in a process of its own.

use std::io::Read as _;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// Whether names are searched by `getent`.
const IS_STATIC: bool = cfg!(all(target_os = "linux", target_env = "gnu", target_feature = "crt-static"));
/// The settings that name the modules. Without them glibc loads none.
const SETTINGS: &str = "/etc/nsswitch.conf";
/// Where systems have `getent`. A folder of the `PATH` might belong to a repository.
const PROGRAMS: [&str; 3] = ["/usr/bin/getent", "/bin/getent", "/run/current-system/sw/bin/getent"];
/// The most bytes of its output that are read.
const MAX_OUTPUT: u64 = 64 << 10;
/// The most addresses that are tried.
const MAX_ADDRESSES: usize = 16;

/// Searches names as the system does.
#[derive(Debug, Default)]
pub(super) struct SystemResolver {
    default: DefaultResolver,
}

impl Resolver for SystemResolver {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let program = PROGRAMS.into_iter().map(Path::new).find(|program| program.is_file());
        let (true, Some(program), Some((host, port))) = (IS_STATIC, program, host_and_port(uri)) else {
            return self.default.resolve(uri, config, timeout);
        };
        if !Path::new(SETTINGS).is_file() {
            return self.default.resolve(uri, config, timeout);
        }
        let found = search(program, host, *timeout.after).ok_or(ureq::Error::Timeout(timeout.reason))?;
        let mut addresses = self.empty();
        for address in found.into_iter().take(MAX_ADDRESSES) {
            addresses.push(SocketAddr::new(address, port));
        }
        if addresses.is_empty() { Err(ureq::Error::HostNotFound) } else { Ok(addresses) }
    }
}

/// Returns the host of an address if it is a name, and its port.
fn host_and_port(uri: &Uri) -> Option<(&str, u16)> {
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
    let host = authority.host();
    let is_number = host.starts_with('[') || host.parse::<IpAddr>().is_ok();
    // A dash would begin an option.
    if is_number || host.is_empty() || host.starts_with('-') {
        return None;
    }
    let usual = if scheme == "http" { 80 } else { 443 };
    Some((host, authority.port_u16().unwrap_or(usual)))
}

/// Returns the addresses of a host, none if the name is not known; `None` if that took longer than `limit`.
fn search(program: &Path, host: &str, limit: Duration) -> Option<Vec<IpAddr>> {
    let started = Instant::now();
    let child = Command::new(program)
        .args(["ahosts", host])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else { return Some(Vec::new()) };
    let Some(output) = child.stdout.take() else { return Some(Vec::new()) };
    let (sender, receiver) = mpsc::channel();
    let read = move || {
        let mut text = String::new();
        // Text that is not UTF-8 holds no address.
        let _ = output.take(MAX_OUTPUT).read_to_string(&mut text);
        let _ = sender.send(text);
    };
    // It ends with the output, and that with the process. Without a thread the receiver fails at once.
    let _ = thread::Builder::new().spawn(read);
    let text = receiver.recv_timeout(limit.saturating_sub(started.elapsed()));
    end(&mut child);
    text.ok().map(|text| addresses(&text))
}

/// Ends a process and waits for it.
fn end(child: &mut Child) {
    // A process that has ended cannot be killed.
    let _ = child.kill();
    let _ = child.wait();
}

/// Reads the output of `getent ahosts`: an address and a kind of socket in each line.
fn addresses(text: &str) -> Vec<IpAddr> {
    let streams = text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let (address, kind) = (words.next()?, words.next()?);
        address.parse().ok().filter(|_| kind == "STREAM")
    });
    let mut found: Vec<IpAddr> = Vec::new();
    for address in streams {
        if !found.contains(&address) {
            found.push(address);
        }
    }
    found
}

#[cfg(all(test, unix))]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    /// Writes a program that stands for `getent`.
    fn program(folder: &Path, script: &str) -> std::path::PathBuf {
        let path = folder.join("getent");
        testkit::write_script(&path, &format!("#!/bin/sh\n{script}\n"));
        path
    }

    #[test]
    fn addresses_of_streams_are_read_once_and_in_order() {
        let text = "2001:db8::1    STREAM api.example.org\n2001:db8::1    DGRAM\n192.0.2.7  STREAM\n192.0.2.7 RAW\n\
                    192.0.2.7 STREAM\nfe80::1%eth0 STREAM\n\n999.1.1.1 STREAM\nnonsense\n";
        assert_eq!(
            addresses(text),
            ["2001:db8::1", "192.0.2.7"].map(|address| address.parse::<IpAddr>().unwrap())
        );
    }

    #[test]
    fn names_are_asked_for_and_numbers_are_not() {
        let of = |uri: &str| host_and_port(&uri.parse().unwrap()).map(|(host, port)| (host.to_owned(), port));
        assert_eq!(of("https://api.example.org/v1"), Some(("api.example.org".to_owned(), 443)));
        assert_eq!(of("http://proxy:3128"), Some(("proxy".to_owned(), 3128)));
        assert_eq!(of("http://proxy"), Some(("proxy".to_owned(), 80)));
        for number in ["https://192.0.2.7/", "https://[2001:db8::1]:8443/", "https://-h/"] {
            assert_eq!(of(number), None, "{number}");
        }
    }

    #[test]
    fn output_of_the_program_counts_and_a_failure_is_no_address() {
        let folder = tempfile::tempdir().unwrap();
        let long = Duration::from_secs(60);
        let found = program(folder.path(), "[ \"$1 $2\" = 'ahosts a.example' ] && echo '192.0.2.7 STREAM'");
        assert_eq!(search(&found, "a.example", long), Some(vec![IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7))]));
        assert_eq!(search(&found, "b.example", long), Some(Vec::new()));
        assert_eq!(search(&folder.path().join("absent"), "a.example", long), Some(Vec::new()));
    }

    #[test]
    fn a_program_that_does_not_end_is_ended() {
        let folder = tempfile::tempdir().unwrap();
        let slow = program(folder.path(), "exec sleep 60");
        let started = Instant::now();
        assert_eq!(search(&slow, "a.example", Duration::from_millis(100)), None);
        assert!(started.elapsed() < Duration::from_secs(30));
    }
}
