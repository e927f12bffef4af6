//! `skant verify` against providers with faults: no secret in any output, no second host, and an exit code that says what
//! was not answered.

use std::process::Output;
use std::time::{Duration, Instant};

use testkit::providers::{Identity, Providers, Reply};
use testkit::trials::{Ran, Trial};
use testkit::{Sandbox, needs, skant_program, text_of, tokens, write_script};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        faults_are_unknown_and_show_nothing,
        untrusted_certificates_get_no_request,
        a_limit_that_passes_is_waited_for,
        a_proxy_that_is_not_there_is_not_gone_around,
        a_hostile_repository_cannot_cause_or_redirect_a_request,
        only_commands_that_say_so_open_a_connection,
    ]
}

/// A repository with one key.
fn sandbox() -> (Sandbox, String) {
    let sandbox = Sandbox::repo();
    let key = tokens::api_key("fault");
    sandbox.write("a.env", format!("ANTHROPIC_API_KEY={key}\n"));
    sandbox.commit_all("a key");
    (sandbox, key)
}

fn verify(sandbox: &Sandbox, providers: &Providers) -> Output {
    let mut command = sandbox.command(skant_program());
    command.args(["verify", "--timeout", "0.5", "-v"]);
    providers.lead(&mut command).output().unwrap()
}

fn check_unknown(output: &Output, key: &str, name: &str) {
    let shown = text_of(output);
    assert_eq!(output.status.code(), Some(2), "{name}: {shown}");
    assert!(shown.contains("1 value: 0 live, 0 dead, 1 unknown"), "{name}: {shown}");
    assert!(!shown.contains(&key[20..60]), "{name}: {shown}");
}

fn faults_are_unknown_and_show_nothing() {
    let long = Duration::from_secs(2);
    let mut faults = vec![
        ("slow header".to_owned(), Reply::SlowHeader(long)),
        ("slow body".to_owned(), Reply::SlowBody(Duration::from_millis(200))),
        ("cut body".to_owned(), Reply::CutBody),
        ("no answer".to_owned(), Reply::Nothing),
        ("not HTTP".to_owned(), Reply::NotHttp),
        ("100 MB".to_owned(), Reply::Huge(100 << 20)),
        ("bad JSON".to_owned(), Reply::json(200, "{\"data\":[")),
        ("HTML".to_owned(), Reply::json(200, "<html>Sign in</html>")),
        ("refused by a gateway".to_owned(), Reply::json(401, "<html>401</html>")),
        ("a limit for an hour".to_owned(), Reply::with_header(429, "retry-after", "3600")),
    ];
    for status in [200, 204, 400, 401, 402, 403, 404, 418, 429, 500, 503, 529] {
        faults.push((format!("empty {status}"), Reply::Answer(status, Vec::new(), Vec::new())));
    }
    for status in [301, 302, 303, 307, 308] {
        for target in ["https://evil.example/", "http://api.anthropic.com/", "//evil.example/x", "/v1/other"]
        {
            faults.push((format!("{status} to {target}"), Reply::with_header(status, "location", target)));
        }
    }
    std::thread::scope(|scope| {
        for part in faults.chunks(8) {
            scope.spawn(move || {
                for (name, reply) in part {
                    let (sandbox, key) = sandbox();
                    let (given, start) = (reply.clone(), Instant::now());
                    let providers = Providers::start(move |_| given.clone());
                    check_unknown(&verify(&sandbox, &providers), &key, name);
                    assert!(start.elapsed() < Duration::from_secs(30), "{name}");
                    assert_eq!(providers.hosts(), ["api.anthropic.com:443"], "{name}");
                    assert!((1..=3).contains(&providers.requests().len()), "{name}");
                }
            });
        }
    });
}

fn untrusted_certificates_get_no_request() {
    for identity in [Identity::OtherName, Identity::Expired, Identity::SelfSigned, Identity::UnknownAuthority]
    {
        let (sandbox, key) = sandbox();
        let providers = Providers::start_as(identity, |_| Reply::json(200, r#"{"data":[]}"#));
        let output = verify(&sandbox, &providers);
        check_unknown(&output, &key, &format!("{identity:?}"));
        assert!(text_of(&output).contains("certificate"), "{identity:?}: {}", text_of(&output));
        assert!(providers.requests().is_empty(), "{identity:?}");
    }
}

fn a_limit_that_passes_is_waited_for() {
    let (sandbox, _) = sandbox();
    let first = std::sync::atomic::AtomicBool::new(true);
    let providers = Providers::start(move |_| {
        if first.swap(false, std::sync::atomic::Ordering::SeqCst) {
            Reply::with_header(429, "retry-after", "1")
        } else {
            Reply::json(200, r#"{"data":[]}"#)
        }
    });
    let start = Instant::now();
    let output = verify(&sandbox, &providers);
    assert_eq!(output.status.code(), Some(1), "{}", text_of(&output));
    assert!(start.elapsed() >= Duration::from_secs(1));
}

fn a_proxy_that_is_not_there_is_not_gone_around() {
    let (sandbox, key) = sandbox();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let providers = Providers::start(|_| Reply::json(200, r#"{"data":[]}"#));
    for (address, expected) in [
        (format!("http://127.0.0.1:{free}"), "1 unknown"),
        ("http://no-such-proxy.invalid:3128".to_owned(), "1 unknown"),
        ("socks5://127.0.0.1:1".to_owned(), "names no proxy"),
        ("http://user:hunter2@".to_owned(), "names no proxy"),
    ] {
        let mut command = sandbox.command(skant_program());
        command.args(["verify", "--timeout", "0.5"]);
        let output = providers.lead(&mut command).env("HTTPS_PROXY", &address).output().unwrap();
        let shown = text_of(&output);
        assert!(output.status.code() == Some(2) && shown.contains(expected), "{address}: {shown}");
        assert!(!shown.contains(&key[20..60]) && !shown.contains("hunter2"), "{address}: {shown}");
    }
    assert!(providers.hosts().is_empty());
}

fn a_hostile_repository_cannot_cause_or_redirect_a_request() {
    let (sandbox, _) = sandbox();
    let evil = Providers::start(|_| Reply::json(200, r#"{"data":[]}"#));
    let (address, authority) = (evil.address(), evil.authority_file().display().to_string());
    let variables = format!("HTTPS_PROXY={address}\nSSL_CERT_FILE={authority}\nALL_PROXY={address}\n");
    for file in [".env", ".envrc", ".skant.env"] {
        sandbox.write(file, &variables);
    }
    sandbox.write(".netrc", "machine api.anthropic.com login ada password kR7-evil-9xQ\n");
    sandbox.write(".curlrc", format!("proxy = {address}\n"));
    sandbox.write(".claude/settings.json", format!("{{\"env\":{{\"HTTPS_PROXY\":\"{address}\"}}}}"));
    sandbox.git(&["config", "http.proxy", &address]);
    sandbox.git(&["config", "http.sslCAInfo", &authority]);
    sandbox.git(&["config", "url.http://evil.example/.insteadOf", "https://api.anthropic.com/"]);
    sandbox.commit_all("hostile");
    let good = Providers::start(|_| Reply::json(200, r#"{"data":[]}"#));
    // Nothing but the two commands that send does so, whatever the repository has.
    for arguments in [&["scan"][..], &["scan", "--history"], &["hook", "pre-commit"]] {
        good.lead(sandbox.command(skant_program()).args(arguments)).output().unwrap();
    }
    assert!(good.hosts().is_empty() && evil.hosts().is_empty());
    let output = verify(&sandbox, &good);
    // Nobody can be asked about the password of `.netrc`.
    assert_eq!(output.status.code(), Some(3), "{}", text_of(&output));
    assert_eq!((good.hosts(), evil.hosts()), (vec!["api.anthropic.com:443".to_owned()], Vec::new()));
    assert_eq!(good.requests()[0].headers.get("authorization"), None);
    // No setting of a repository asks for it, or names a verifier.
    for setting in ["verify = true", "[[verifier]]\nrules = [\"a-b\"]", "fail-on = \"live\""] {
        sandbox.write("skant.toml", setting);
        let output = good.lead(sandbox.command(skant_program()).arg("scan")).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{setting}: {}", text_of(&output));
    }
    assert_eq!((good.requests().len(), evil.hosts().len()), (1, 0));
}

/// The commands, each as a user calls it in a repository with a key.
const SILENT: [&[&str]; 26] = [
    &["scan"],
    &["scan", "--history"],
    &["scan", "--staged"],
    &["scan", "--ci"],
    &["redact"],
    &["hook", "pre-commit"],
    &["hook", "pre-merge-commit"],
    &["hook", "commit-msg", "message"],
    &["install"],
    &["status"],
    &["uninstall"],
    &["agent", "hook"],
    &["report", "report.json"],
    &["diff", "report.json", "report.json"],
    &["explain", "a.env:1"],
    &["rules", "list"],
    &["baseline", "create"],
    &["triage"],
    &["config", "show"],
    &["fix"],
    &["demo"],
    &["fleet", "plan", "."],
    &["fleet", "scan", "../inventory.jsonl", "--store", "../store"],
    &["completions", "bash"],
    &["man"],
    &["version"],
];

fn only_commands_that_say_so_open_a_connection() -> Ran {
    needs::program("strace")?;
    needs::success("strace", &["-o", "/dev/null", "true"])?;
    let (sandbox, _) = sandbox();
    sandbox.write("message", "a message\n");
    sandbox.skant(&["scan", "-o", "json:report.json", "-q"]);
    sandbox.sh("skant fleet plan . > ../inventory.jsonl");
    let log = sandbox.sibling("strace.log");
    let tracer = sandbox.sibling("trace.sh");
    write_script(&tracer, "#!/bin/sh\nexec strace -f -qq -e trace=network -o \"$LOG\" \"$@\"\n");
    let sockets = |arguments: &[&str], providers: &Providers| {
        let mut command = sandbox.command(&tracer);
        command.env("LOG", &log).arg(skant_program()).args(arguments);
        providers.lead(&mut command).output().unwrap();
        std::fs::read_to_string(&log).unwrap().matches("AF_INET").count()
    };
    let providers = Providers::start(|_| Reply::json(200, r#"{"data":[]}"#));
    assert!(sockets(&["verify"], &providers) > 0, "the trace sees a connection");
    for arguments in SILENT {
        assert_eq!(sockets(arguments, &providers), 0, "{arguments:?}");
    }
    for name in ["scan", "verify", "disable", "usage", "respond"] {
        let help = text_of(&sandbox.skant(&["help", name]));
        assert!(help.contains("sends"), "{name}: {help}");
    }
    // Every command without a trace above says that it sends, or takes arguments that lead to one of these.
    let help = text_of(&sandbox.skant(&["help"]));
    let listed = help.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let is_silent = |name: &str| SILENT.iter().any(|arguments| arguments[0] == name);
    let others: Vec<&str> = listed
        .filter(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase()))
        .filter(|name| !is_silent(name))
        .filter(|name| !["skant", "verify", "disable", "usage", "respond", "allow", "help"].contains(name))
        .collect();
    assert!(others.is_empty(), "{others:?}");
    Ok(())
}
