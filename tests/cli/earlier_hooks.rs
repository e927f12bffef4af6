//! Hooks that were there before `skant install`: each does with skant what it did without, whatever it asks about
//! itself, and `uninstall` gives it back byte by byte.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use testkit::trials::{Ran, Trial, trial};
use testkit::{Sandbox, needs, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    let mut all = testkit::trials![
        linked_hook_finds_its_neighbours,
        hook_of_another_name_that_links_to_an_earlier_hook_runs,
        files_beside_an_earlier_hook_are_shared_with_other_hooks,
        neighbour_that_appears_later_is_found,
        hook_that_depends_on_its_folder_is_refused_until_it_calls_skant,
        earlier_hook_of_a_former_installation_moves,
        former_installation_is_removed,
        missing_folder_of_an_earlier_hook_blocks,
        hook_that_stages_a_key_is_blocked,
        husky_runs_its_hooks,
    ];
    all.extend(HOOKS.into_iter().map(|(name, interpreter, text)| {
        let name = format!("earlier_hook_does_the_same_{name}");
        trial(module_path!(), &name, move || does_the_same(interpreter, text))
    }));
    all
}

/// A name, the interpreter, and a hook. The hook appends to `@RECORD@` and ends with 1 if it gets to its end.
const HOOKS: [(&str, &str, &str); 22] = [
    (
        "restart_by_unquoted_name",
        "sh",
        "#!/bin/sh\n[ -n \"$AGAIN\" ] || { AGAIN=1; export AGAIN; exec $0 \"$@\"; }\necho end >> @RECORD@; exit 1\n",
    ),
    (
        "restart_with_an_empty_environment",
        "sh",
        "#!/bin/sh\n[ -n \"$AGAIN\" ] || exec env -i AGAIN=1 \"PATH=$PATH\" \"${0}\" \"$@\"\necho end >> @RECORD@; exit 1\n",
    ),
    (
        "restart_by_nice",
        "sh",
        "#!/bin/sh\n[ -n \"$AGAIN\" ] || { AGAIN=1; export AGAIN; exec nice ${0} \"$@\"; }\necho end >> @RECORD@; exit 1\n",
    ),
    (
        "restart_in_bash",
        "bash",
        "#!/bin/sh\nif [ -z \"$BASH_VERSION\" ]; then exec bash $0 \"$@\"; fi\na=(x y); echo ${#a[@]} >> @RECORD@; exit 1\n",
    ),
    (
        "child_of_itself",
        "sh",
        "#!/bin/sh\nif [ \"$1\" = child ]; then echo child >> @RECORD@; exit 3; fi\nsh $0 child; echo $? >> @RECORD@; exit 1\n",
    ),
    (
        "data_after_a_mark",
        "sh",
        "#!/bin/sh\neval \"$(sed '1,/^__END__$/d' $0)\"\nexit 0\n__END__\necho data >> @RECORD@; exit 1\n",
    ),
    (
        "data_after_a_line_number",
        "sh",
        "#!/bin/sh\ntail -n +4 \"${0}\" | sh; exit $?\n#\necho data >> @RECORD@; exit 1\n",
    ),
    (
        "data_after_a_byte",
        "sh",
        "#!/bin/sh\ntail -c +41 <$0 | sh; exit $?; #########\necho data >> @RECORD@; exit 1\n",
    ),
    ("own_checksum", "sh", "#!/bin/sh\ncksum <\"$0\" >> @RECORD@; wc -l <$0 >> @RECORD@; exit 1\n"),
    (
        "name_of_a_shell_script",
        "sh",
        "#!/bin/sh\n[ -r \"$0\" ] || exit 0\ncase ${0##*/} in pre-commit) echo end >> @RECORD@; exit 1;; esac\n",
    ),
    (
        "name_by_basename",
        "sh",
        "#!/bin/sh\nn=`basename $0`; echo $n >> @RECORD@; [ $n != pre-commit ] || exit 1\n",
    ),
    (
        "top_of_the_tree_by_its_own_path",
        "sh",
        "#!/bin/sh\ncd \"$(dirname \"$0\")/../..\" && pwd >> @RECORD@; exit 1\n",
    ),
    ("neighbour", "sh", "#!/bin/sh\n. \"${0%/*}/lib.sh\"\nlib\n"),
    ("neighbour_by_folder", "sh", "#!/bin/sh\ncd `dirname $0`; . ./lib.sh; lib\n"),
    ("neighbour_by_place_in_the_tree", "sh", "#!/bin/sh\n. .git/hooks/lib.sh; lib\n"),
    (
        "bash_source",
        "bash",
        "#!/usr/bin/env bash\n[ \"${BASH_SOURCE[0]}\" = \"$0\" ] && . \"$(dirname \"${BASH_SOURCE[0]}\")/lib.sh\" && lib\n",
    ),
    (
        "python",
        "python3",
        "#!/usr/bin/env python3\nimport os, sys\nname = os.path.basename(sys.argv[0])\nopen('@RECORD@', 'a').write(name + os.path.basename(__file__) + os.path.abspath(os.path.join(os.path.dirname(__file__), '..', '..')))\nsys.exit(name == 'pre-commit')\n",
    ),
    (
        "python_data",
        "python3",
        "#!/usr/bin/env python3\nimport sys\ntext = open(__file__).read().split('# data: ')[-1]\nopen('@RECORD@', 'a').write(text)\nsys.exit(1)\n# data: end\n",
    ),
    (
        "perl",
        "perl",
        "#!/usr/bin/perl\nuse File::Basename; open F, '>>', '@RECORD@'; print F basename($0), <DATA>; exit(basename($0) eq 'pre-commit');\n__DATA__\nend\n",
    ),
    (
        "node",
        "node",
        "#!/usr/bin/env node\nconst p = require('path');\nrequire('fs').appendFileSync('@RECORD@', p.basename(__filename) + p.resolve(__dirname, '../..'));\nprocess.exit(p.basename(process.argv[1]) === 'pre-commit' ? 1 : 0);\n",
    ),
    (
        "ruby",
        "ruby",
        "#!/usr/bin/env ruby\nFile.write('@RECORD@', File.basename($0) + File.basename(__FILE__) + DATA.read, mode: 'a')\nexit(File.basename($0) != 'pre-commit')\n__END__\nend\n",
    ),
    (
        "tcl",
        "tclsh",
        "#!/usr/bin/env tclsh\nset f [open @RECORD@ a]; puts $f [file tail $argv0][file tail [info script]]; close $f; exit 1\n",
    ),
];

struct Project {
    sandbox: Sandbox,
    record: PathBuf,
}

impl Project {
    fn new() -> Self {
        let sandbox = Sandbox::with_commit();
        let record = sandbox.sibling("record");
        let project = Self { sandbox, record };
        project.script("lib.sh", "lib() { echo lib >> @RECORD@; exit 1; }\n");
        project
    }

    fn hook(&self, name: &str) -> PathBuf {
        self.sandbox.dir.join(".git/hooks").join(name)
    }

    fn kept(&self, name: &str) -> PathBuf {
        self.sandbox.dir.join(".git/hooks.before-skant").join(name)
    }

    fn script(&self, name: &str, text: &str) {
        self.script_at(&self.hook(name), text);
    }

    fn script_at(&self, path: &Path, text: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        testkit::write_script(path, &text.replace("@RECORD@", self.record.to_str().unwrap()));
    }

    /// Commits, and returns whether git did it and what the hooks recorded.
    fn commit(&self) -> (bool, String) {
        let output = self.sandbox.try_git(&["commit", "-q", "--allow-empty", "-m", "x"]);
        let record = fs::read_to_string(&self.record).unwrap_or_default();
        let _ = fs::remove_file(&self.record);
        (output.status.success(), record)
    }

    fn install(&self) {
        let output = self.sandbox.skant(&["install"]);
        assert!(output.status.success(), "{}", text_of(&output));
    }

    fn uninstall(&self) {
        let output = self.sandbox.skant(&["uninstall"]);
        assert!(output.status.success(), "{}", text_of(&output));
        assert!(!self.kept("").exists());
    }

    /// Checks that a commit does the same with skant as without, and that the hook gets its place back.
    fn does_the_same(&self) {
        let hook = self.hook("pre-commit");
        let (target, bytes) = (fs::read_link(&hook).ok(), fs::read(&hook).unwrap());
        let before = self.commit();
        assert!(!before.0 && !before.1.is_empty(), "a hook that is no test: {before:?}");
        self.install();
        assert_eq!(self.commit(), before);
        self.install();
        assert_eq!(self.commit(), before);
        self.uninstall();
        assert_eq!((fs::read_link(&hook).ok(), fs::read(&hook).unwrap()), (target, bytes));
        assert_eq!(self.commit(), before);
    }
}

fn does_the_same(interpreter: &str, text: &str) -> Ran {
    needs::program(interpreter)?;
    let project = Project::new();
    project.script("pre-commit", text);
    project.does_the_same();
    Ok(())
}

fn linked_hook_finds_its_neighbours() {
    for text in [
        "#!/bin/sh\n. $(dirname $(readlink -f $0))/lib.sh\nlib\n",
        "#!/bin/sh\n. \"$(dirname \"$(realpath ${0})\")/lib.sh\"\nlib\n",
        "#!/bin/sh\n. $(dirname $0)/$(dirname $(readlink $0))/lib.sh\nlib\n",
        "#!/bin/sh\ncase ${0##*/} in pre-commit) echo end >> @RECORD@; exit 1 ;; esac\n",
    ] {
        for target in ["../../tools/hooks/pre-commit", "../../tools/hooks/any-name", "own/real"] {
            let project = Project::new();
            let real = project.hook("").join(target);
            project.script_at(&real.with_file_name("lib.sh"), "lib() { echo linked >> @RECORD@; exit 1; }\n");
            project.script_at(&real, text);
            symlink(target, project.hook("pre-commit")).unwrap();
            project.does_the_same();
        }
    }
}

fn hook_of_another_name_that_links_to_an_earlier_hook_runs() {
    let project = Project::new();
    let by_name = "#!/bin/sh\necho ${0##*/} >> @RECORD@; case ${0##*/} in post-commit) ;; *) [ -z \"$STOP\" ] ;; esac\n";
    project.script("pre-commit", by_name);
    symlink("pre-commit", project.hook("commit-msg")).unwrap();
    symlink("pre-commit", project.hook("prepare-commit-msg")).unwrap();
    symlink(project.hook("commit-msg"), project.hook("post-commit")).unwrap();
    let before = project.commit();
    assert_eq!(before, (true, "pre-commit\nprepare-commit-msg\ncommit-msg\npost-commit\n".to_owned()));
    project.install();
    assert_eq!(project.commit(), before);
    assert_eq!(project.commit(), before);
    project.uninstall();
    assert_eq!(project.commit(), before);
    assert_eq!(fs::read_link(project.hook("post-commit")).unwrap(), project.hook("commit-msg"));
}

fn files_beside_an_earlier_hook_are_shared_with_other_hooks() {
    let project = Project::new();
    project.script("pre-commit", "#!/bin/sh\necho one >> \"$(dirname \"$0\")/state\"\n");
    project.script("post-commit", "#!/bin/sh\ncat \"$(dirname \"$0\")/state\" >> @RECORD@\n");
    assert_eq!(project.commit(), (true, "one\n".to_owned()));
    fs::remove_file(project.hook("state")).unwrap();
    project.install();
    assert_eq!(project.commit(), (true, "one\n".to_owned()));
    assert_eq!(project.commit(), (true, "one\none\n".to_owned()));
    project.uninstall();
    assert_eq!(project.commit(), (true, "one\none\none\n".to_owned()));
}

fn neighbour_that_appears_later_is_found() {
    let project = Project::new();
    project.script("pre-commit", "#!/bin/sh\nf=$(dirname \"$0\")/later.sh\n[ ! -f \"$f\" ] || . \"$f\"\n");
    project.install();
    assert_eq!(project.commit(), (true, String::new()));
    project.script("later.sh", "echo later >> @RECORD@; exit 1\n");
    assert_eq!(project.commit(), (false, "later\n".to_owned()));
    fs::remove_file(project.hook("later.sh")).unwrap();
    assert_eq!(project.commit(), (true, String::new()));
}

fn hook_that_depends_on_its_folder_is_refused_until_it_calls_skant() {
    let project = Project::new();
    let text = "#!/bin/sh\ntop=${0%/.git/hooks/*}\necho \"$top\" >> @RECORD@\n";
    project.script("pre-commit", text);
    let before = project.commit();
    let refused = project.sandbox.skant(&["install"]);
    let said = text_of(&refused);
    assert!(!refused.status.success() && said.contains("skant hook pre-commit \"$@\" || exit"), "{said}");
    assert_eq!(project.commit(), before);
    assert!(!project.kept("").exists() && !project.hook("pre-push").exists());
    project.script("pre-commit", &format!("{text}skant hook pre-commit \"$@\" || exit\n"));
    // A call that finds no skant checks nothing, and the end of the installation says so.
    let text = text_of(&project.sandbox.skant(&["install"]));
    assert!(text.contains("pre-commit        NOT checked: `skant` is not on the PATH"), "{text}");
    project.sandbox.sh("skant install");
    assert!(project.hook("pre-push").exists() && !project.kept("").exists());
    assert_eq!(project.sandbox.skant(&["uninstall"]).status.code(), Some(1), "the line is left");
    assert!(project.hook("pre-commit").exists());
}

/// The hooks folder as earlier versions of skant left it: a script of theirs, and the hook under another name.
fn former_installation() -> Project {
    let project = Project::new();
    project.install();
    fs::remove_file(project.hook("pre-push")).unwrap();
    project.script("pre-commit.before-skant", "#!/bin/sh\necho end >> @RECORD@; exit 1\n");
    symlink("../../tools/hook", project.hook("pre-push.before-skant")).unwrap();
    project
}

fn earlier_hook_of_a_former_installation_moves() {
    let project = former_installation();
    project.install();
    assert_eq!(project.commit(), (false, "end\n".to_owned()));
    assert!(!project.hook("pre-commit.before-skant").exists());
    assert_eq!(fs::read_link(project.kept("pre-push")).unwrap(), Path::new("../../tools/hook"));
    // A third-party hook in the place of skant's, with an earlier one: both are somebody's.
    project.script("pre-commit", "#!/bin/sh\n# another\n");
    let refused = project.sandbox.skant(&["install"]);
    assert!(text_of(&refused).contains("holds an earlier hook already"), "{}", text_of(&refused));
}

fn former_installation_is_removed() {
    let project = former_installation();
    project.uninstall();
    assert_eq!(project.commit(), (false, "end\n".to_owned()));
    assert_eq!(fs::read_link(project.hook("pre-push")).unwrap(), Path::new("../../tools/hook"));
    assert!(!project.hook("pre-commit.before-skant").exists());
}

fn missing_folder_of_an_earlier_hook_blocks() {
    let project = Project::new();
    project.script("pre-commit", "#!/bin/sh\nexit 1\n");
    project.install();
    fs::remove_dir_all(project.kept("")).unwrap();
    let output = project.sandbox.try_git(&["commit", "-q", "--allow-empty", "-m", "x"]);
    assert!(
        !output.status.success() && text_of(&output).contains("earlier hook is gone"),
        "{}",
        text_of(&output)
    );
    project.install();
    assert!(project.commit().0);
}

fn hook_that_stages_a_key_is_blocked() {
    let project = Project::new();
    let key = tokens::api_key("staged by a hook");
    project.script("pre-commit", &format!("#!/bin/sh\necho 'k = \"{key}\"' > made; git add made\n"));
    project.install();
    assert!(!project.commit().0);
    project.script_at(&project.kept("pre-commit"), "#!/bin/sh\necho harmless > made; git add made\n");
    assert!(project.commit().0);
}

/// The files of husky 9, if npm has it.
fn husky_runs_its_hooks() -> Ran {
    let script = needs::variable("SKANT_TEST_HUSKY")?;
    let project = Project::new();
    project.sandbox.sh(&format!("node '{script}'"));
    project.script_at(&project.sandbox.dir.join(".husky/pre-commit"), "echo husky >> @RECORD@; exit 1\n");
    let before = project.commit();
    assert_eq!(before, (false, "husky\n".to_owned()));
    assert!(project.sandbox.skant(&["install", "--force"]).status.success());
    assert_eq!(project.commit(), before);
    assert!(project.sandbox.skant(&["uninstall", "--force"]).status.success());
    assert_eq!(project.commit(), before);
    Ok(())
}
