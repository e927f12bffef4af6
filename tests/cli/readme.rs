//! The README is a test: its console blocks run, its settings parse, its commands, ids and links exist.
//!
//! A console block runs in a sandbox of its own, a repository with one commit. `<!-- here: NAME -->` before it names a
//! further preparation. Each line that begins with `$ ` runs in a shell of its own, with skant on the PATH and a
//! made-up key in `$KEY`; the lines after it are the expected output, with `[..]` and `...` for variable parts. `$ echo
//! $?` has to follow a command that fails.

use std::collections::BTreeSet;
use std::path::Path;

use skant::internal::policy;
use skant::internal::policy::FileOrigin;
use skant::internal::rules::RuleSet;
use testkit::trials::Trial;
use testkit::{Sandbox, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        console_blocks_show_the_real_output,
        settings_in_the_documents_parse,
        hook_ids_and_stages_match_the_manifest,
        options_in_the_readme_exist,
        first_commands_are_a_demo_a_scan_and_the_tests,
        links_of_all_documents_exist,
        each_dependency_has_its_reason,
        parser_separates_commands_from_output,
    ]
}

/// A fenced block.
struct Block {
    /// The line number of its fence, from 1.
    line: usize,
    language: String,
    /// The NAME of `<!-- here: NAME -->` before it.
    here: Option<String>,
    text: String,
}

/// A command of a console block, with the expected output.
struct Step {
    line: usize,
    command: String,
    expected: String,
}

fn read(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect("readable")
}

fn blocks(markdown: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let (mut open, mut here) = (false, None);
    for (at, line) in markdown.lines().enumerate() {
        if let Some(language) = line.strip_prefix("```") {
            open = !open;
            if open {
                let language = language.trim().to_owned();
                found.push(Block { line: at + 1, language, here: here.take(), text: String::new() });
            }
        } else if open {
            let block = found.last_mut().expect("it was opened");
            block.text.push_str(line);
            block.text.push('\n');
        } else if let Some(name) = line.strip_prefix("<!-- here: ") {
            here = name.strip_suffix(" -->").map(str::to_owned);
        }
    }
    assert!(!open, "a fence is not closed");
    found
}

fn of_language<'b>(blocks: &'b [Block], language: &str) -> impl Iterator<Item = &'b Block> {
    blocks.iter().filter(move |block| block.language == language)
}

fn steps(block: &Block) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for (at, line) in block.text.lines().enumerate() {
        if let Some(command) = line.strip_prefix("$ ") {
            let step = Step { line: block.line + 1 + at, command: command.into(), expected: String::new() };
            steps.push(step);
        } else {
            let step = steps.last_mut().unwrap_or_else(|| panic!("line {}: no command yet", block.line));
            step.expected.push_str(line);
            step.expected.push('\n');
        }
    }
    steps
}

/// Prepares the sandbox of a block.
fn prepared(here: Option<&str>, key: &str) -> Sandbox {
    let sandbox = Sandbox::with_commit();
    match here {
        None => {}
        Some("hooks") => {
            assert!(sandbox.skant(&["install"]).status.success());
        }
        Some("a repository with a key") => {
            sandbox.write("app.env", format!("ANTHROPIC_API_KEY={key}\n"));
            sandbox.commit_all("Talk to Claude");
        }
        Some("a key that was committed and taken out") => {
            let app = |key: &str| format!("from anthropic import Anthropic\nclient = Anthropic({key})\n");
            sandbox.write("app.py", app(&format!("api_key=\"{key}\"")));
            sandbox.commit_all("Talk to Claude");
            sandbox.write("app.py", app(""));
            sandbox.commit_all("Read the key from the environment");
        }
        Some(other) => panic!("no sandbox is called `{other}`"),
    }
    sandbox
}

fn console_blocks_show_the_real_output() {
    let key = tokens::api_key("shop");
    let readme = blocks(&read("README.md"));
    let mut run = 0;
    for block in of_language(&readme, "console") {
        let sandbox = prepared(block.here.as_deref(), &key);
        let mut last = 0;
        for step in steps(block) {
            let asks = step.command == "echo $?";
            assert!(asks || last == 0, "line {}: the command before it failed with {last}", step.line);
            let script = format!("set +e\nexec 2>&1\nKEY={key}\n(exit {last})\n{}", step.command);
            let output = sandbox.try_sh(&script);
            let said = String::from_utf8(output.stdout).expect("UTF-8");
            assert!(!said.contains(&key), "line {}: the key is printed", step.line);
            last = output.status.code().expect("no signal");
            let differs = snapbox::Assert::new().try_eq(
                Some(&format!("README.md, line {}: {}", step.line, step.command)),
                said.into(),
                step.expected.into(),
            );
            differs.unwrap_or_else(|error| panic!("{error}"));
            run += 1;
        }
        assert_eq!(last, 0, "line {}: the last command failed", block.line);
    }
    assert!(run >= 8, "only {run} commands were run");
}

fn settings_in_the_documents_parse() {
    let rules = RuleSet::builtin();
    let ids: Vec<&str> = rules.rules().iter().map(|rule| rule.id.as_ref()).collect();
    let readme = blocks(&read("docs/settings.md"));
    let settings: Vec<_> =
        of_language(&readme, "toml").filter(|block| block.text.starts_with("# skant.toml\n")).collect();
    assert!(!settings.is_empty());
    for block in settings {
        let parsed = policy::parse(block.text.as_bytes(), FileOrigin::User, &ids);
        parsed.unwrap_or_else(|error| panic!("docs/settings.md, line {}: {error}", block.line));
    }
}

/// Returns the values of `key: value` lines, without list markers and quotes.
fn values<'t>(yaml: &'t str, key: &str) -> BTreeSet<&'t str> {
    yaml.lines()
        .filter_map(|line| line.trim_start_matches([' ', '-']).strip_prefix(key)?.strip_prefix(':'))
        .map(|value| value.split(" #").next().unwrap_or_default().trim())
        .collect()
}

/// Returns the entries of `key: [a, b]` lines.
fn entries<'t>(yaml: &'t str, key: &str) -> BTreeSet<&'t str> {
    let lists = values(yaml, key).into_iter();
    lists.flat_map(|list| list.trim_matches(['[', ']']).split(',').map(str::trim)).collect()
}

fn hook_ids_and_stages_match_the_manifest() {
    let (text, manifest) = (read("docs/hooks.md"), read(".pre-commit-hooks.yaml"));
    let readme = blocks(&text);
    let ids = values(&manifest, "id");
    let stages = entries(&manifest, "stages");
    let block = of_language(&readme, "yaml").find(|block| block.text.contains("- id: skant\n"));
    let block = block.expect("a block for .pre-commit-config.yaml");
    let used = values(&block.text, "id");
    assert!(used.is_subset(&ids), "{used:?} in {ids:?}");
    let is_plain = |id: &&str| !id.ends_with("-system") && !id.ends_with("-src");
    assert_eq!(used, ids.iter().copied().filter(is_plain).collect());
    assert_eq!(entries(&block.text, "default_install_hook_types"), stages);
    let install = text.lines().find(|line| line.starts_with("pre-commit install ")).expect("how to install");
    assert_eq!(install.split(" -t ").skip(1).collect::<BTreeSet<_>>(), stages);
}

fn options_in_the_readme_exist() {
    let sandbox = Sandbox::empty();
    let of = [
        &["--help"][..],
        &["scan", "--help"],
        &["install", "--help"],
        &["allow", "--help"],
        &["baseline", "create", "--help"],
        &["explain", "--help"],
        &["verify", "--help"],
        &["fleet", "plan", "--help"],
        &["fleet", "scan", "--help"],
    ];
    let help: String = of.map(|arguments| testkit::text_of(&sandbox.skant(arguments))).concat();
    let known: BTreeSet<&str> = options(&help).collect();
    let readme = read("README.md");
    // One paragraph names future options. Other programs have options of their own.
    let lines = readme.lines().filter(|line| !line.starts_with("Not written yet")).filter(|line| {
        !["git diff ", "git cat-file ", "hyperfine ", "cargo bench ", "pre-commit autoupdate "]
            .iter()
            .any(|other| line.contains(other))
    });
    let other = [
        "--all-files",
        "--from-ref",
        "--to-ref",
        "--no-verify",
        "--release",
        "--locked",
        "--git",
        "--path",
        "--depth",
        "--open",
        "--save-dev",
    ];
    for option in lines.flat_map(options).filter(|option| !other.contains(option)) {
        assert!(
            known.contains(option),
            "{option} is in the README, but in no help text; if it belongs to another program, add it to `other`"
        );
    }
}

/// Returns the words that begin with two dashes.
fn options(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|sign: char| !(sign.is_ascii_alphanumeric() || sign == '-'));
    words.filter(|word| word.len() > 3 && word.starts_with("--") && word.as_bytes()[2] != b'-')
}

fn first_commands_are_a_demo_a_scan_and_the_tests() {
    let readme = read("README.md");
    let section = readme.split("## Try it\n").nth(1).expect("a section `Try it`");
    let commands = blocks(section.split("\n## ").next().expect("its text"));
    let commands: Vec<&str> = of_language(&commands, "sh").map(|block| block.text.trim()).collect();
    let expected = "cargo run --release -- demo\ncargo run --release -- scan --history\ncargo test";
    assert_eq!(commands, [expected]);
    assert!(read(".ci/run").contains("\ntest_with cargo test"), ".ci/run runs what the README names");
}

fn links_of_all_documents_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let documents = ["", "docs"].map(|folder| std::fs::read_dir(root.join(folder)).expect("a folder"));
    let documents = documents.into_iter().flatten().map(|entry| entry.expect("an entry").path());
    let documents = documents.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    for document in documents {
        let text = std::fs::read_to_string(&document).expect("UTF-8");
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for target in targets.filter(|target| !target.contains("://") && !target.starts_with('#')) {
            let path = target.split('#').next().expect("a path");
            let exists = document.parent().expect("a folder").join(path).exists();
            assert!(exists, "{} links to {target}, which is not there", document.display());
        }
    }
}

/// Each dependency has its reason in a comment above it, or above the first of its group.
fn each_dependency_has_its_reason() {
    let manifest = read("Cargo.toml");
    let (mut counted, mut is_explained, mut is_table) = (0, false, false);
    for line in manifest.lines() {
        if line.starts_with('[') {
            is_table = line.trim_end_matches(']').ends_with("dependencies");
            is_explained = false;
        } else if line.starts_with('#') {
            is_explained = true;
        } else if is_table && line.contains(" = ") {
            assert!(is_explained, "no comment says what this dependency is for: {line}");
            counted += 1;
            is_explained = false;
        }
    }
    assert!(counted > 20, "only {counted} were seen");
}

fn parser_separates_commands_from_output() {
    let text = "<!-- here: hooks -->\n```console\n$ one\nsays\n\n$ two\n```\n\n```sh\nx\n```\n";
    let found = blocks(text);
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].here.as_deref(), found[1].here.as_deref()), (Some("hooks"), None));
    let steps = steps(&found[0]);
    let parsed: Vec<_> = steps.iter().map(|step| (step.line, &*step.command, &*step.expected)).collect();
    assert_eq!(parsed, [(3, "one", "says\n\n"), (6, "two", "")]);
}
