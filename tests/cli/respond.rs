//! `skant respond` on a terminal against synthetic providers: from a leaked key to the end of the incident, also over an
//! interruption and a kill, and a note without a secret.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use testkit::providers::{Providers, Reply};
use testkit::trials::{Ran, Trial};
use testkit::{Sandbox, needs, skant_program, text_of, tokens};

use crate::admin_api::{ADMIN, Key, Organisation};
use crate::terminal::converse;

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        an_incident_is_done_with_in_one_go,
        an_incident_goes_on_after_quit_and_kill,
        what_has_no_api_is_done_by_hand,
        a_secret_that_lives_stays_open,
        no_terminal_is_refused_with_the_commands_to_use,
        a_state_from_elsewhere_is_not_trusted,
    ]
}

const LEAK: &str = "2026-01-02T03:04:05Z";

/// The names of the keys, by the seeds of their values.
const KEYS: [(&str, &str, &str); 2] =
    [("shop", "apikey_01", "customer-service-prod"), ("dev", "apikey_02", "customer-service-dev")];

fn organisation() -> Organisation {
    let uses = vec![("2026-01-10T10:00:00Z".to_owned(), "claude-a", 1_000)];
    let key = |(seed, id, name): (&str, &'static str, &'static str)| Key {
        id,
        name,
        value: tokens::api_key(seed),
        uses: uses.clone(),
    };
    Organisation::new(&KEYS.map(key))
}

/// A repository whose code holds the keys.
fn leaky(seeds: &[&str]) -> Sandbox {
    let sandbox = Sandbox::repo();
    sandbox.write(".gitignore", ".env\n");
    for seed in seeds {
        let code = format!(
            "import anthropic\n\nkey = \"{}\"\nclient = anthropic.Anthropic(api_key=key)\n",
            tokens::api_key(seed)
        );
        sandbox.write(&format!("{seed}.py"), code);
    }
    sandbox.commit_all("clients");
    sandbox
}

fn respond(sandbox: &Sandbox, providers: &Providers, answers: &[(&str, &str)]) -> String {
    let mut command = sandbox.command(skant_program());
    command.args(["respond", "--timeout", "5"]).env("ANTHROPIC_ADMIN_KEY", ADMIN).env("TERM", "xterm");
    providers.lead(&mut command);
    let shown = converse(&command, answers);
    check_no_secret(&shown);
    if let Some(note) = note(sandbox) {
        check_no_secret(&note);
    }
    for state in states(sandbox) {
        check_no_secret(&fs::read_to_string(state).unwrap());
    }
    shown
}

fn check_no_secret(text: &str) {
    for (seed, ..) in KEYS {
        assert!(!text.contains(&tokens::api_key(seed)[20..60]), "{text}");
    }
    assert!(!text.contains(ADMIN), "{text}");
}

fn note(sandbox: &Sandbox) -> Option<String> {
    let files = fs::read_dir(&sandbox.dir).unwrap().flatten().map(|entry| entry.path());
    let is_note = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with("skant-incident-");
    files.into_iter().find(is_note).map(|path| fs::read_to_string(path).unwrap())
}

fn states(sandbox: &Sandbox) -> Vec<PathBuf> {
    let folder = sandbox.sibling("home").join(".local/state/skant/respond");
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

/// The answers for one key from its first question to its last one.
const WHOLE: [(&str, &str); 4] = [
    ("uit, continue later  ? ", "b"),
    ("write the name of the key:", "customer-service-prod\\n"),
    ("Write these changes? [y/N]", "y\\n"),
    ("record the verdict", "y"),
];

fn an_incident_is_done_with_in_one_go() -> Ran {
    needs::success("python3", &["-c", "import pty"])?;
    let sandbox = leaky(&["shop"]);
    let (providers, organisation) = organisation().start();
    // A scan on a terminal names the command, and one in a pipe does not.
    let mut scan = sandbox.command(skant_program());
    scan.arg("scan");
    assert!(converse(&scan, &[]).contains("next: `skant respond`"));
    assert!(!text_of(&scan.output().unwrap()).contains("skant respond"));
    let shown = respond(&sandbox, &providers, &WHOLE);
    assert!(shown.contains("1 of 1 values are done with") && shown.contains("EXIT 0 LEFT 0"), "{shown}");
    assert_eq!(
        (organisation.status("apikey_01"), organisation.status("apikey_02")),
        ("inactive".to_owned(), "active".to_owned())
    );
    let code = fs::read_to_string(sandbox.dir.join("shop.py")).unwrap();
    assert!(code.contains("os.environ"), "{code}");
    let baseline = fs::read_to_string(sandbox.dir.join(".skant-baseline")).unwrap();
    assert!(baseline.contains("verdict=revoked"), "{baseline}");
    let note = note(&sandbox).unwrap();
    for line in [
        "1 of 1 values are done with",
        "* state: works no more",
        "| verify | live: the key lists models (api.anthropic.com) |",
        "name: customer-service-prod; id: apikey\\_01",
        "| disable | switched off, and the provider says that it works no more |",
        "| usage | used after it leaked: yes, on 2026-01-10 |",
        "| replace | moved out of the code |",
        "verdict \\`revoked\\`",
        "1 commit holds it",
    ] {
        assert!(note.contains(line), "{line}: {note}");
    }
    assert!(!note.contains("open"), "{note}");
    // The incident is closed; another run has nothing to do.
    assert!(states(&sandbox).is_empty());
    let shown = respond(&sandbox, &providers, &[]);
    assert!(shown.contains("nothing is to be done") && shown.contains("EXIT 0"), "{shown}");
    let changes = providers.requests().into_iter().filter(|seen| seen.method != "GET").count();
    assert_eq!((changes, providers.hosts()), (1, vec!["api.anthropic.com:443".to_owned()]));
    Ok(())
}

fn an_incident_goes_on_after_quit_and_kill() -> Ran {
    needs::success("python3", &["-c", "import pty"])?;
    let sandbox = leaky(&["shop"]);
    let (providers, organisation) = organisation().start();
    // Quit at the first question: nothing was sent.
    let shown = respond(&sandbox, &providers, &[("uit, continue later  ? ", "q")]);
    assert!(shown.contains("EXIT 1") && providers.hosts().is_empty() && note(&sandbox).is_none(), "{shown}");
    // Killed at the confirmation, and then with Ctrl-C after the change.
    let shown =
        respond(&sandbox, &providers, &[("uit, continue later  ? ", "b"), ("write the name", "KILL")]);
    assert!(shown.contains("EXIT -9"), "{shown}");
    assert_eq!((organisation.status("apikey_01"), states(&sandbox).len()), ("active".to_owned(), 1));
    assert!(note(&sandbox).unwrap().contains("| verify | live"), "{:?}", note(&sandbox));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let state = &states(&sandbox)[0];
        assert_eq!(fs::metadata(state).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(state.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
    }
    let shown = respond(
        &sandbox,
        &providers,
        &[
            ("uit, continue later  ? ", "b"),
            ("write the name", "customer-service-prod\\n"),
            ("Write these changes? [y/N]", "n\\n"),
            ("replaced by hand?", "l"),
            ("record the verdict", "\\x03"),
        ],
    );
    assert!(
        shown.contains("goes on: 1 critical value") && shown.contains("1/7 verify: done at 20"),
        "{shown}"
    );
    assert!(shown.contains("EXIT 1 LEFT 0"), "{shown}");
    assert_eq!(organisation.status("apikey_01"), "inactive");
    // What was done is not done again; what was refused is asked again.
    let before = providers.requests().len();
    let shown = respond(
        &sandbox,
        &providers,
        &[
            ("uit, continue later  ? ", "b"),
            ("Write these changes? [y/N]", "y\\n"),
            ("record the verdict", "y"),
        ],
    );
    assert!(shown.contains("3/7 disable: done at 20") && shown.contains("EXIT 0 LEFT 0"), "{shown}");
    assert_eq!(providers.requests().len(), before, "nothing is left to ask");
    Ok(())
}

fn what_has_no_api_is_done_by_hand() -> Ran {
    needs::success("python3", &["-c", "import pty"])?;
    let sandbox = Sandbox::with_commit();
    sandbox.write("a.env", format!("ANTHROPIC_ADMIN_KEY={}\n", tokens::token("ADM", "by hand")));
    let state = std::sync::atomic::AtomicUsize::new(0);
    let providers = Providers::start(move |_| {
        // Live for the first two questions, and dead after a person has revoked it.
        if state.fetch_add(1, std::sync::atomic::Ordering::SeqCst) < 5 {
            Reply::json(200, r#"{"type":"organization","id":"org_1","name":"Example"}"#)
        } else {
            Reply::json(401, r#"{"error":{"type":"authentication_error","message":"invalid x-api-key"}}"#)
        }
    });
    let shown = respond(
        &sandbox,
        &providers,
        &[
            ("uit, continue later  ? ", "\\r"),
            ("do that at the provider's", "d"),
            ("do that at the provider's", "d"),
            ("replaced by hand?", "d"),
            ("record the verdict", "n"),
        ],
    );
    assert!(shown.contains("https://platform.claude.com/settings/admin-keys"), "{shown}");
    assert!(shown.contains("it is not certain that it works no more"), "{shown}");
    assert!(shown.contains("switched off by hand, and the provider says"), "{shown}");
    assert!(shown.contains("EXIT 1 LEFT 0"), "a verdict is missing: {shown}");
    assert!(providers.requests().iter().all(|seen| seen.method == "GET"));
    Ok(())
}

fn a_secret_that_lives_stays_open() -> Ran {
    needs::success("python3", &["-c", "import pty"])?;
    let sandbox = leaky(&["shop", "dev"]);
    // The change is refused, so that the key lives on; the other value is skipped.
    let organisation = organisation().with_fault("api_keys/apikey_02", &Reply::json(403, "{}"));
    let (providers, _) = organisation.start();
    let shown = respond(
        &sandbox,
        &providers,
        &[
            ("uit, continue later  ? ", "b"),
            ("write the name of the key:", "customer-service-dev\\n"),
            ("Write these changes? [y/N]", "n\\n"),
            ("replaced by hand?", "l"),
            ("uit, continue later  ? ", "s"),
        ],
    );
    assert!(shown.contains("0 of 2 values are done with") && shown.contains("EXIT 1 LEFT 0"), "{shown}");
    let note = note(&sandbox).unwrap();
    for line in [
        "| disable | **open:** it is not certain that it works no more |",
        "| record | **open:** not recorded as revoked: it may still work |",
        "| usage | **open:**",
        "* state: not known to be dead",
    ] {
        assert!(note.contains(line), "{line}: {note}");
    }
    assert!(!sandbox.dir.join(".skant-baseline").exists());
    Ok(())
}

fn no_terminal_is_refused_with_the_commands_to_use() {
    let sandbox = leaky(&["shop"]);
    let (providers, _) = organisation().start();
    let output = providers.lead(sandbox.command(skant_program()).arg("respond")).output().unwrap();
    let shown = text_of(&output);
    assert_eq!(output.status.code(), Some(2), "{shown}");
    for name in ["verify --owner", "disable", "usage", "fix", "allow FINGERPRINT --verdict revoked"] {
        assert!(shown.contains(&format!("skant {name}")), "{name}: {shown}");
    }
    assert!(providers.hosts().is_empty() && note(&sandbox).is_none() && states(&sandbox).is_empty());
    let help = text_of(&sandbox.skant(&["help", "respond"]));
    assert!(help.contains("sends"), "{help}");
}

fn a_state_from_elsewhere_is_not_trusted() -> Ran {
    needs::success("python3", &["-c", "import pty"])?;
    let sandbox = leaky(&["shop"]);
    let report: Value = serde_json::from_slice(&sandbox.skant(&["scan", "--json"]).stdout).unwrap();
    let name = format!("anthropic-api-key/{}", report["findings"][0]["fingerprint"].as_str().unwrap());
    let steps: String = ["verify", "owner", "disable", "usage", "replace", "record", "history"]
        .map(|step| format!(r#""{step}":{{"at":"{LEAK}","status":"done","text":"x"}}"#))
        .join(",");
    let state = format!(
        r#"{{"schema":1,"started":"{LEAK}","note":"/nowhere/x.md","values":[{{"name":"{name}","title":"t","place":"p","key_id":null,"workspace":null,"is_dead":true,"steps":{{{steps}}}}}]}}"#
    );
    // The repository's author cannot say that the steps were done: neither in the working tree nor in the git folder.
    for path in [
        ".git/skant/respond.json",
        ".skant/respond.json",
        "skant/respond/x.json",
        ".local/state/skant/respond/x.json",
    ] {
        sandbox.write(path, &state);
    }
    let (providers, _) = organisation().start();
    let shown = respond(&sandbox, &providers, &[("uit, continue later  ? ", "q")]);
    assert!(shown.contains("1 of 1: ") && !shown.contains("all steps are done"), "{shown}");
    // A folder for state files inside of the repository is not the user's, and a file that does not parse is none.
    let mut command = sandbox.command(skant_program());
    command.arg("respond").env("XDG_STATE_HOME", sandbox.dir.join("state"));
    let shown = converse(providers.lead(&mut command), &[("uit, continue later  ? ", "q")]);
    assert!(shown.contains("it cannot go on later") && !sandbox.dir.join("state").exists(), "{shown}");
    Ok(())
}
