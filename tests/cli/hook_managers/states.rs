//! The states.

use std::fs;

use testkit::text_of;

use super::project::Project;
use super::tools::Tools;

type State = fn(&Tools);

/// The states with a manager: the name of the test, the programs that it needs, and the test.
pub const OF_MANAGERS: [(&str, &[&str], State); 10] = [
    ("husky_before_skant", &["husky"], husky_before_skant),
    ("husky_after_skant", &["husky"], husky_after_skant),
    ("lefthook_before_skant", &["lefthook"], lefthook_before_skant),
    ("lefthook_after_skant", &["lefthook"], lefthook_after_skant),
    (
        "simple_git_hooks_before_and_after_skant",
        &["simple-git-hooks"],
        simple_git_hooks_before_and_after_skant,
    ),
    ("pre_commit_after_skant", &["pre-commit"], |tools| framework_after_skant(tools, "pre-commit")),
    ("pre_commit_before_skant", &["pre-commit"], |tools| framework_before_skant(tools, "pre-commit")),
    ("pre_commit_calls_skant", &["pre-commit"], |tools| framework_calls_skant(tools, "pre-commit")),
    ("prek_after_and_before_skant", &["prek"], |tools| {
        framework_after_skant(tools, "prek");
        framework_before_skant(tools, "prek");
    }),
    ("prek_calls_skant", &["prek"], |tools| framework_calls_skant(tools, "prek")),
];

const HUSKY: &str =
    "{\n  \"scripts\": { \"prepare\": \"husky\" },\n  \"devDependencies\": { \"husky\": \"^9\" }\n}\n";

fn husky_before_skant(tools: &Tools) {
    let project = Project::new(tools);
    project.sandbox.write("package.json", HUSKY);
    project.sandbox.write(".husky/pre-commit", "true");
    project.ends(0, "husky; git add package.json .husky; git commit -qm husky");
    assert_eq!(project.truth(), None);
    let said = project.paste_lines();
    assert!(said.contains("husky runs the hooks of this project (package.json)"), "{said}");
    assert_eq!(
        fs::read_to_string(project.sandbox.dir.join(".husky/pre-commit")).expect("a hook").lines().next(),
        Some("true")
    );
    assert_eq!(project.truth().as_deref(), Some("husky"));
    assert_eq!(project.install("").0, Some(0));
    // `npm install` runs it again.
    project.ends(0, "husky");
    assert_eq!(project.truth().as_deref(), Some("husky"));
    let left = project.ends(1, "skant uninstall");
    assert!(left.contains(".husky/pre-push: it calls skant"), "{left}");
    project.ends(
        0,
        "sed -i /skant/d .husky/pre-commit; rm .husky/pre-merge-commit .husky/commit-msg .husky/pre-push",
    );
    project.uninstall();
}

fn husky_after_skant(tools: &Tools) {
    let project = Project::new(tools);
    // A clone before `npm install`: nothing is installed that the next command throws out.
    project.sandbox.write("package.json", HUSKY);
    let (code, said) = project.install("");
    assert_eq!(code, Some(2), "{said}");
    assert!(!project.exists(".git/hooks/pre-commit") && !project.exists(".husky"), "{said}");
    let (code, said) = project.install("--force");
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("note") && said.contains("husky (package.json) takes skant's hooks out of use"),
        "{said}"
    );
    assert_eq!(project.truth().as_deref(), Some("own"));
    project.ends(0, "husky");
    assert_eq!(project.truth(), None);
    let said = project.ends(1, "skant status --check");
    assert!(said.contains("NOT protected: 0 of 4 hooks") && said.contains(".husky/_"), "{said}");
    assert!(said.contains("not run") && said.contains(".git/hooks/pre-commit"), "{said}");
    project.uninstall();
    // The same, with the hooks forced into husky's own folder.
    project.install("--force");
    assert_eq!(project.truth().as_deref(), Some("own"));
    let left = project.ends(1, "skant uninstall");
    assert!(left.contains("skant uninstall --force"), "{left}");
    project.ends(0, "skant uninstall --force");
    project.uninstall();
    // The lines for a project whose `.husky` is not there yet.
    project.ends(0, "rm -r .husky; git config --unset core.hooksPath");
    project.paste_lines();
    assert_eq!(project.install("").0, Some(2), "husky is not installed here");
    project.ends(0, "husky");
    assert_eq!(project.install("").0, Some(0));
    assert_eq!(project.truth().as_deref(), Some("husky"));
}

/// Returns `lefthook.yml` with jobs of skant for these hooks.
fn lefthook(hooks: &[&str]) -> String {
    let job = |hook: &&str| {
        let arguments = match *hook {
            "commit-msg" => " {1}",
            "pre-push" => " {0}\n      use_stdin: true",
            _ => "",
        };
        format!("{hook}:\n  jobs:\n    - name: skant\n      run: skant hook {hook}{arguments}\n")
    };
    hooks.iter().map(job).collect()
}

const ALL: [&str; 4] = ["pre-commit", "pre-merge-commit", "commit-msg", "pre-push"];

fn lefthook_before_skant(tools: &Tools) {
    let project = Project::new(tools);
    project.sandbox.write("lefthook.yml", "pre-commit:\n  jobs:\n    - name: ok\n      run: exit 0\n");
    project.ends(0, "lefthook install; git add lefthook.yml; git commit -qm lefthook");
    assert_eq!(project.truth(), None);
    let (code, said) = project.install("");
    assert_eq!(code, Some(2), "{said}");
    // `jobs:` is there for one hook, and not for the others.
    assert!(said.contains("# below `jobs:` of the `pre-commit:` that is there\n"), "{said}");
    assert!(said.contains("commit-msg:\n") && said.contains("run: skant hook commit-msg {1}\n"), "{said}");
    project.sandbox.write("lefthook.yml", lefthook(&ALL));
    // The settings call skant, and lefthook has written no hooks for them here.
    let status = project.status();
    assert_eq!(status["protected"], false);
    assert!(
        status["hooks"][2]["reason"].as_str().is_some_and(|reason| reason.contains("lefthook install")),
        "{status:#}"
    );
    let (code, said) = project.install("");
    assert!(code == Some(2) && said.contains("lefthook install"), "{said}");
    project.ends(0, "lefthook install; git add lefthook.yml; git commit -qm skant");
    assert_eq!(project.truth().as_deref(), Some("lefthook"));
    assert_eq!(project.install("").0, Some(0));
    let left = project.ends(1, "skant uninstall");
    assert!(left.contains("lefthook.yml: it calls skant"), "{left}");
    project.ends(0, "git rm -qf lefthook.yml; git commit -qnm gone; rm .git/hooks/*");
    project.uninstall();
}

fn lefthook_after_skant(tools: &Tools) {
    let project = Project::new(tools);
    let earlier = project.sandbox.dir.join(".git/hooks/pre-commit");
    testkit::write_script(&earlier, "#!/bin/sh\n# mine\n");
    assert_eq!(project.install("").0, Some(0));
    project.sandbox.write("lefthook.yml", "pre-commit:\n  jobs:\n    - name: ok\n      run: exit 0\n");
    let said = project.ends(0, "skant status");
    assert!(said.contains("lefthook (lefthook.yml) takes skant's hooks out of use"), "{said}");
    assert_eq!(project.truth().as_deref(), Some("own"));
    project.ends(0, "lefthook install");
    assert!(project.exists(".git/hooks/pre-commit.old"));
    assert_eq!(project.truth(), None);
    let said = project.ends(1, "skant status --check");
    assert!(said.contains("pre-commit.old"), "{said}");
    // The earlier hook is where lefthook would have moved it.
    project.ends(0, "skant uninstall");
    let old = fs::read_to_string(project.sandbox.dir.join(".git/hooks/pre-commit.old")).expect("a hook");
    assert_eq!(old, "#!/bin/sh\n# mine\n");
    project.uninstall();
    // Installed by force after lefthook, and without a second copy.
    project.ends(0, "rm .git/hooks/pre-commit.old");
    assert_eq!(project.install("--force").0, Some(0));
    assert_eq!(project.truth().as_deref(), Some("own"));
    project.ends(0, "lefthook install");
    assert_eq!(project.truth(), None);
    assert_eq!(project.install("--force").0, Some(0));
    assert!(!project.exists(".git/hooks/pre-commit.old"));
    project.uninstall();
}

fn simple_git_hooks_before_and_after_skant(tools: &Tools) {
    let project = Project::new(tools);
    let package =
        |lines: &[String]| format!("{{\n  \"simple-git-hooks\": {{\n{}\n  }}\n}}\n", lines.join(",\n"));
    let call = |hook: &str| format!("    \"{hook}\": \"skant hook {hook} \\\"$@\\\"\"");
    assert_eq!(project.install("").0, Some(0));
    project.sandbox.write("package.json", package(&["    \"pre-push\": \"true\"".to_owned()]));
    assert_eq!(project.truth().as_deref(), Some("own"));
    project.ends(0, "simple-git-hooks");
    assert_eq!(project.truth(), None);
    let (code, said) = project.install("");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains(call("pre-commit").trim()), "{said}");
    project.sandbox.write("package.json", package(&ALL.map(call)));
    project.ends(0, "simple-git-hooks");
    assert_eq!(project.truth().as_deref(), Some("simple-git-hooks"));
    assert_eq!(project.install("").0, Some(0));
    let left = project.ends(1, "skant uninstall");
    assert!(left.contains("package.json: it calls skant"), "{left}");
    project.ends(0, "rm package.json .git/hooks/*");
    project.uninstall();
}

/// The settings of pre-commit with a local hook for each of these hooks of git.
fn framework(hooks: &[&str]) -> String {
    let hook = |hook: &&str| {
        format!(
            "  - id: local-{hook}\n    name: skant\n    entry: skant hook {hook}\n    language: system\n    stages: [{hook}]\n    \
             always_run: true\n"
        )
    };
    let hooks: String = hooks.iter().map(hook).collect();
    if hooks.is_empty() {
        "repos: []\n".to_owned()
    } else {
        format!("repos:\n- repo: local\n  hooks:\n{hooks}")
    }
}

fn framework_after_skant(tools: &Tools, name: &str) {
    let project = Project::new(tools);
    assert_eq!(project.install("").0, Some(0));
    project.sandbox.write(".pre-commit-config.yaml", framework(&["commit-msg"]));
    project.ends(0, &format!("git add .; {name} install -t pre-commit; git commit -qnm config"));
    // Skant's hook has another name and is called.
    assert!(project.exists(".git/hooks/pre-commit.legacy"));
    assert_eq!(project.truth().as_deref(), Some("own"));
    assert_eq!(project.install("").0, Some(0));
    assert!(project.exists(".git/hooks/pre-commit.legacy"));
    // What the settings say for messages is left.
    project.ends(1, "skant uninstall");
    assert!(!project.exists(".git/hooks/pre-commit.legacy"));
    assert!(project.exists(".git/hooks/pre-commit"), "it is the framework's");
    let left = project.ends(1, "skant uninstall");
    assert!(left.contains(".pre-commit-config.yaml: it calls skant"), "{left}");
    assert_eq!(project.truth(), None);
    let status = project.status();
    let reason = status["hooks"][2]["reason"].as_str().unwrap_or_default();
    assert!(reason.contains("-t commit-msg"), "{status:#}");
    project.ends(0, "rm .pre-commit-config.yaml .git/hooks/*");
    project.uninstall();
}

fn framework_before_skant(tools: &Tools, name: &str) {
    let project = Project::new(tools);
    project.sandbox.write(".pre-commit-config.yaml", framework(&[]));
    project.ends(0, &format!("git add .; {name} install -t pre-commit; git commit -qnm config"));
    let before = fs::read(project.sandbox.dir.join(".git/hooks/pre-commit")).expect("a hook");
    let status = project.status();
    assert_eq!(status["hooks"][0]["reached"], false, "{status:#}");
    let (code, said) = project.install("");
    assert_eq!(code, Some(0), "{said}");
    assert!(project.exists(".git/hooks.before-skant/pre-commit"));
    if name == "pre-commit" {
        assert_eq!(project.truth().as_deref(), Some("own"));
    }
    // Installed again: skant's hook runs as the former one.
    project.ends(0, &format!("{name} install -t pre-commit"));
    if name == "pre-commit" {
        assert_eq!(project.truth().as_deref(), Some("own"));
    }
    project.ends(0, "skant uninstall");
    assert_eq!(fs::read(project.sandbox.dir.join(".git/hooks/pre-commit")).expect("a hook"), before);
    project.ends(0, "rm .git/hooks/pre-commit");
    project.uninstall();
}

fn framework_calls_skant(tools: &Tools, name: &str) {
    let project = Project::new(tools);
    // Only messages are checked, and the pre-commit hook is installed.
    project.sandbox.write(".pre-commit-config.yaml", framework(&["commit-msg"]));
    project.ends(0, &format!("git add .; {name} install -t pre-commit; git commit -qnm config"));
    assert_eq!(project.status()["hooks"][0]["reached"], false);
    // Staged files are checked, and messages by skant's own hook.
    project.sandbox.write(".pre-commit-config.yaml", framework(&["pre-commit"]));
    project.ends(0, "git add .; git commit -qnm config");
    assert_eq!(project.truth().as_deref(), Some(name));
    let (code, said) = project.install("");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("called already") && !project.exists(".git/hooks.before-skant"), "{said}");
    let status = project.status();
    let by: Vec<&str> = ["0", "1", "2", "3"]
        .iter()
        .enumerate()
        .map(|(at, _)| status["hooks"][at]["by"].as_str().unwrap_or(""))
        .collect();
    assert_eq!(by, [name, "own", "own", "own"], "{status:#}");
    let left = project.ends(1, "skant uninstall");
    assert!(left.contains(".pre-commit-config.yaml: it calls skant"), "{left}");
    // Skant's own hook first, then the framework: it is said that both call skant.
    project.ends(0, "rm .git/hooks/*");
    let said = project.install("").1;
    assert!(said.contains("it runs twice"), "{said}");
    project.ends(0, &format!("{name} install -t pre-commit"));
    assert_eq!(project.truth().as_deref(), Some("own"));
    project.ends(0, "skant uninstall || true; rm .pre-commit-config.yaml .git/hooks/*");
    project.uninstall();
}

pub fn bare_repository_gets_pre_receive() {
    let tools = Tools::in_place();
    let project = Project::new(&tools);
    let bare = project.sandbox.sibling("server.git");
    project.ends(0, "git init -q --bare ../server.git; git push -q ../server.git main");
    assert_eq!(project.status_in(&bare)["protected"], false);
    // An earlier hook gets what is pushed, too.
    testkit::write_script(&bare.join("hooks/pre-receive"), "#!/bin/sh\ncat > received\n");
    let output = project.run_in(&bare, "skant install");
    let said = text_of(&output);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("pre-receive       installed: "), "{said}");
    assert_eq!(project.status_in(&bare)["hooks"][4]["name"], "pre-receive");
    assert_eq!(project.status_in(&bare)["protected"], true);
    let said =
        project.ends(1, "echo \"k = $KEY\" > k; git add k; git commit -qm k; git push -q ../server.git main");
    assert!(said.contains("error[anthropic-api-key]"), "{said}");
    project.ends(
        0,
        "git reset -q --hard HEAD~1; git commit -q --allow-empty -m good; git push -q ../server.git main",
    );
    let received = fs::read_to_string(bare.join("received")).expect("the earlier hook ran");
    assert!(received.ends_with(" refs/heads/main\n"), "{received}");
    let output = project.run_in(&bare, "skant uninstall");
    assert_eq!(output.status.code(), Some(0), "{}", text_of(&output));
    assert_eq!(
        fs::read_to_string(bare.join("hooks/pre-receive")).expect("restored"),
        "#!/bin/sh\ncat > received\n"
    );
    assert!(!bare.join("hooks.before-skant").exists());
    project.ends(0, "echo \"k = $KEY\" > k; git add k; git commit -qm k; git push -q ../server.git main");
}

pub fn bare_repository_with_worktrees_gets_all_hooks() {
    let tools = Tools::in_place();
    let project = Project::new(&tools);
    project.ends(0, "git clone -q --bare . ../all.git; git -C ../all.git worktree add -q ../tree main");
    let bare = project.sandbox.sibling("all.git");
    let output = project.run_in(&bare, "skant install");
    assert_eq!(output.status.code(), Some(0), "{}", text_of(&output));
    assert_eq!(project.status_in(&bare)["hooks"].as_array().map(Vec::len), Some(5));
    let tree = project.sandbox.sibling("tree");
    assert_eq!(project.status_in(&tree)["protected"], true);
    // A folder whose `.git` file leads to a bare repository, before its first worktree.
    project.ends(
        0,
        "mkdir ../folder; git clone -q --bare . ../folder/.bare; echo 'gitdir: ./.bare' > ../folder/.git; cd ../folder; \
         skant install; git worktree add -q tree main; cd tree; skant status --check",
    );
    // A bare repository with a working tree on the command line, as for files of the home folder.
    project.ends(0, "mkdir ../files; git init -q --bare ../files/.cfg; cd ../files/.cfg; skant install");
    let commit =
        "cd ../files; echo $KEY > k; export GIT_DIR=.cfg GIT_WORK_TREE=.; git add k; git commit -qm k";
    assert!(project.ends(1, commit).contains("error[anthropic-api-key]"));
    let output = project.run_in(&tree, "echo \"k = $KEY\" > k; git add k; git commit -qm k");
    assert_eq!(output.status.code(), Some(1), "{}", text_of(&output));
}

pub fn submodules_are_named_with_the_line_that_protects_them() {
    let tools = Tools::in_place();
    let project = Project::new(&tools);
    project.ends(
        0,
        "git clone -q --bare . ../other.git; git -c protocol.file.allow=always submodule --quiet add ../other.git sub; \
         git commit -qm sub",
    );
    let (code, said) = project.install("");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("sub: NOT protected"), "{said}");
    let (_, line) = said.split_once("to install there: ").expect("a line");
    assert_eq!(project.status()["submodules"][0]["state"], "not-protected");
    let in_submodule = "cd sub; echo \"k = $KEY\" > k; git add k; git commit -qm k";
    project.ends(0, &format!("{in_submodule}; git reset -q --hard HEAD~1"));
    project.ends(0, line.lines().next().expect("a line"));
    assert_eq!(project.status()["submodules"][0]["state"], "protected");
    project.ends(1, in_submodule);
    project.ends(0, "git submodule --quiet deinit -f sub");
    assert_eq!(project.status()["submodules"][0]["state"], "absent");
}

/// The lines for a folder of hooks that is not the repository's alone.
pub fn lines_for_another_hooks_folder_can_be_pasted() {
    let tools = Tools::in_place();
    let project = Project::new(&tools);
    project.ends(0, "git config core.hooksPath \"../it's shared\"");
    project.paste_lines();
    assert_eq!(project.truth().as_deref(), Some("line"));
    assert_eq!(project.install("").0, Some(0));
    let left = project.ends(1, "skant uninstall");
    assert!(left.contains("remove the line with `skant hook pre-push`"), "{left}");
}

pub fn global_hooks_are_reached_and_removed_by_their_own_option() {
    let tools = Tools::in_place();
    let project = Project::new(&tools);
    project.ends(0, "skant install --global");
    assert_eq!(project.truth().as_deref(), Some("global"));
    let status = project.status();
    assert_eq!(status["protected"], true, "{status:#}");
    assert_eq!(status["hooks_folder"]["holder"], "skant-global");
    assert_eq!(status["hooks_folder"]["setting"]["scope"], "global");
    let left = project.ends(1, "skant uninstall");
    assert!(left.contains("skant uninstall --global"), "{left}");
    // husky's own setting covers that of the user, and the next installation says so.
    project.sandbox.write("package.json", HUSKY);
    project.ends(0, "husky");
    assert_eq!(project.truth(), None);
    assert_eq!(project.install("").0, Some(2));
    project.ends(0, "rm -r package.json .husky; git config --unset core.hooksPath");
    assert_eq!(project.truth().as_deref(), Some("global"));
    project.ends(0, "skant uninstall --global");
    project.uninstall();
}

pub fn global_hooks_serve_a_bare_repository_with_a_hook_of_its_own() {
    let tools = Tools::in_place();
    let project = Project::new(&tools);
    project.ends(0, "skant install --global; git init -q --bare ../server.git");
    let bare = project.sandbox.sibling("server.git");
    assert_eq!(project.status_in(&bare)["protected"], false);
    let output = project.run_in(&bare, "skant install");
    assert_eq!(output.status.code(), Some(0), "{}", text_of(&output));
    assert!(bare.join("hooks/pre-receive").exists());
    assert_eq!(project.status_in(&bare)["protected"], true);
    let said = project.ends(
        1,
        "echo \"k = $KEY\" > k; git add k; git commit -qnm k; git push -q --no-verify ../server.git main",
    );
    assert!(said.contains("error[anthropic-api-key]"), "{said}");
}
