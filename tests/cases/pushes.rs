//! Pushes with skant's hooks installed, to a bare repository.

use crate::attempt::Effect::{Blocked, Refused, Through};
use crate::attempt::{ATTEMPT, Attempt};
use crate::case::Start;

/// A remote that has `main`.
macro_rules! pushed {
    ($name:literal, $effect:ident, $make:literal, $attempt:literal) => {
        Attempt {
            name: concat!("push: ", $name),
            make: concat!(
                "git init -q --bare -b main ../far.git; git remote add origin ../far.git; git push -q origin main; ",
                $make
            ),
            command: $attempt,
            effect: $effect,
            ..ATTEMPT
        }
    };
}

/// A remote that has `main` and `old`, and whose pre-receive hook is skant. No local hook runs.
macro_rules! received {
    ($name:literal, $effect:ident, $make:literal, $refs:literal) => {
        Attempt {
            name: concat!("push: received, ", $name),
            make: concat!(
                "git init -q --bare -b main ../far.git; git push -q ../far.git main main:old; ",
                "printf '#!/bin/sh\\nexec skant hook pre-receive\\n' > ../far.git/hooks/pre-receive; ",
                "chmod +x ../far.git/hooks/pre-receive; ",
                $make
            ),
            command: concat!("git push -q --no-verify ../far.git ", $refs),
            effect: $effect,
            ..ATTEMPT
        }
    };
}

pub const ATTEMPTS: &[Attempt] = &[
    pushed!("an existing branch", Blocked, "keyed > key; save one", "git push -q origin main"),
    pushed!(
        "added in an older commit, and removed",
        Blocked,
        "keyed > key; save one; git rm -q key; save two",
        "git push -q origin main"
    ),
    pushed!(
        "a new branch",
        Blocked,
        "git checkout -q -b side; keyed > key; save one",
        "git push -q origin side"
    ),
    pushed!(
        "to a remote that was emptied since",
        Blocked,
        "keyed > key; save one; git push -q origin main; git -C ../far.git update-ref refs/heads/main $(git rev-parse HEAD~1)",
        "git push -q origin main"
    ),
    pushed!(
        "to a remote that was replaced by another one",
        Blocked,
        "keyed > key; save one; git push -q origin main; rm -rf ../far.git; git init -q --bare -b main ../far.git",
        "git push -q origin main"
    ),
    pushed!(
        "to another remote by the name of the first",
        Blocked,
        "keyed > key; save one; git push -q origin main; git init -q --bare -b main ../new.git; \
        git remote set-url origin ../new.git",
        "git push -q origin main"
    ),
    pushed!(
        "to a branch that was deleted there, harmless",
        Through,
        "git checkout -q -b side; plain > b; save one; git push -q origin side; \
        git -C ../far.git update-ref -d refs/heads/side; plain > c; save two",
        "git push -q origin side"
    ),
    pushed!(
        "a branch that is not HEAD's",
        Blocked,
        "git checkout -q -b side; keyed > key; save one; git checkout -q main",
        "git push -q origin side"
    ),
    pushed!(
        "the first of sixty commits",
        Blocked,
        "keyed > key; save one; git rm -q key; for i in $(seq 59); do commit $i; done",
        "git push -q origin main"
    ),
    pushed!(
        "a key next to 1,100 that the remote has",
        Blocked,
        "seq -w 1100 | sed \"s/.*/k = $(printf %s \"$KEY\" | sed 's/^\\(.\\{30\\}\\)..../\\1\\&/')/\" > keys; save one; \
        git push -q --no-verify origin main; othered >> keys; save two",
        "git push -q origin main"
    ),
    pushed!("a new branch with nothing new", Through, "git branch side", "git push -q origin side"),
    pushed!(
        "a new name for a commit that the remote has",
        Through,
        "keyed > key; save one; git push -q origin main",
        "git push -q origin main:copy"
    ),
    pushed!(
        "commits that the remote has",
        Through,
        "keyed > key; save one; git push -q origin main; plain > b; save two",
        "git push -q origin main"
    ),
    pushed!(
        "an amended commit that had the key before",
        Blocked,
        "keyed > key; git add key; commit one; git commit -q --amend -m y",
        "git push -q origin main"
    ),
    pushed!("a commit message", Blocked, "commit \"see $KEY\"", "git push -q origin main"),
    pushed!("an author's name", Blocked, "GIT_AUTHOR_NAME=$KEY commit one", "git push -q origin main"),
    pushed!("a tag of a commit that the remote has", Through, "git tag v1", "git push -q origin v1"),
    pushed!("a tag's message", Blocked, "tick; git tag -a -m \"$KEY\" v1", "git push -q origin v1"),
    pushed!(
        "a tag of an unpushed commit",
        Blocked,
        "keyed > key; save one; git tag v1; git reset -q --hard HEAD^",
        "git push -q origin v1"
    ),
    pushed!(
        "a tag of a blob",
        Blocked,
        "git tag blob $(keyed | git hash-object -w --stdin)",
        "git push -q origin blob"
    ),
    pushed!(
        "--follow-tags",
        Blocked,
        "commit one; tick; git tag -a -m \"$KEY\" v1",
        "git push -q --follow-tags origin main"
    ),
    pushed!("notes", Blocked, "tick; git notes add -m \"$KEY\"", "git push -q origin refs/notes/commits"),
    pushed!("a deletion", Through, "git push -q origin main:old", "git push -q origin :old"),
    pushed!(
        "a tag's deletion",
        Through,
        "tick; git tag -a -m \"$KEY\" v1; git push -q --no-verify origin v1; git tag -d v1",
        "git push -q origin :v1"
    ),
    pushed!(
        "a deletion and a key",
        Blocked,
        "git push -q origin main:old; keyed > key; save one",
        "git push -q --atomic origin :old main"
    ),
    pushed!(
        "several branches, the key in the last",
        Blocked,
        "git branch a; git branch b; git checkout -q -b c; keyed > key; save one",
        "git push -q origin a b c"
    ),
    pushed!(
        "--all",
        Blocked,
        "git checkout -q -b c; keyed > key; save one; git checkout -q main",
        "git push -q --all origin"
    ),
    pushed!(
        "--mirror, the key in a hidden ref",
        Blocked,
        "keyed > key; save one; git update-ref refs/hidden/x HEAD; git reset -q --hard HEAD^",
        "git push -q --mirror origin"
    ),
    pushed!(
        "forced over unknown commits",
        Blocked,
        "git clone -q ../far.git ../third; (cd ../third; plain > c; save c; git push -q origin main); \
        git checkout -q main; keyed > key; save one",
        "git push -q --force origin main"
    ),
    pushed!(
        "forced over unknown commits, harmless",
        Through,
        "git clone -q ../far.git ../third; (cd ../third; plain > c; save c; git push -q origin main); \
        plain > d; save one",
        "git push -q --force origin main"
    ),
    pushed!(
        "forced, back to an older commit",
        Through,
        "commit one; git push -q origin main; git reset -q --hard HEAD^",
        "git push -q --force origin main"
    ),
    pushed!(
        "a new root",
        Blocked,
        "git checkout -q --orphan root; git rm -q -rf .; keyed > key; save root",
        "git push -q origin root"
    ),
    pushed!("to a URL", Blocked, "keyed > key; save one", "git push -q ../far.git main"),
    pushed!("to a URL, harmless", Through, "plain > b; save one", "git push -q ../far.git main"),
    pushed!(
        "another remote's branches do not count",
        Blocked,
        "git init -q --bare ../own.git; git remote add own ../own.git; keyed > key; save one; git push -q own main",
        "git push -q origin main"
    ),
    pushed!(
        "a remote's name that begins like another's",
        Blocked,
        "git init -q --bare ../own.git; git remote add origin/x ../own.git 2>/dev/null || git remote add originx ../own.git; \
        keyed > key; save one; git update-ref refs/remotes/originx/main HEAD",
        "git push -q origin main"
    ),
    pushed!(
        "another remote's branches below this one's",
        Blocked,
        "git init -q --bare ../own.git; git config remote.origin/fork.url ../own.git; \
        git config remote.origin/fork.fetch '+refs/heads/*:refs/remotes/origin/fork/*'; keyed > key; save one; \
        git push -q origin/fork main",
        "git push -q origin main"
    ),
    pushed!(
        "another remote that is fetched into this one's branches",
        Blocked,
        "git init -q --bare ../own.git; git remote add own ../own.git; \
        git config remote.own.fetch '+refs/heads/*:refs/remotes/origin/own/*'; keyed > key; save one; \
        git push -q own main; git fetch -q own",
        "git push -q origin main"
    ),
    pushed!(
        "another remote that mirrors all refs",
        Blocked,
        "git init -q --bare ../own.git; git remote add --mirror=fetch own ../own.git; keyed > key; save one; \
        git update-ref refs/remotes/origin/x HEAD",
        "git push -q origin main"
    ),
    pushed!(
        "a remote with another address for pushes",
        Blocked,
        "git init -q --bare ../public.git; keyed > key; save one; git push -q origin main; \
        git config remote.origin.pushurl ../public.git",
        "git push -q origin main"
    ),
    pushed!(
        "a remote with two addresses, one of which has the key",
        Blocked,
        "git init -q --bare ../public.git; keyed > key; save one; git push -q origin main; \
        git remote set-url --add origin ../public.git",
        "git push -q origin main"
    ),
    pushed!(
        "a remote whose address for pushes is the same in another form",
        Through,
        "keyed > key; save one; git push -q origin main; git config remote.origin.pushurl ../far; git branch side",
        "git push -q origin side"
    ),
    pushed!(
        "a branch's name",
        Blocked,
        "",
        "git push -q origin main:refs/heads/$KEY 2> ../said || \
        { sed \"s/$KEY/masked/\" ../said >&2; exit 1; }"
    ),
    pushed!(
        "evil merge",
        Blocked,
        "git checkout -q -b side; plain > b; save two; git push -q origin side; \
        git checkout -q main; git merge -q --no-ff --no-commit side; keyed > evil; save merged",
        "git push -q origin main"
    ),
    pushed!(
        "a merge of commits that the remote has",
        Through,
        "git checkout -q -b side; keyed > key; save two; git push -q origin side; git checkout -q main; plain > b; \
        save one; merge side",
        "git push -q origin main"
    ),
    pushed!(
        "a rename of a file that the remote has",
        Through,
        "keyed > key; save one; git push -q origin main; git mv key other; save two",
        "git push -q origin main"
    ),
    pushed!(
        "from a subdirectory and a detached HEAD",
        Blocked,
        "mkdir d; plain > d/a; git checkout -q --detach; keyed > key; save one",
        "cd d; git push -q origin HEAD:main"
    ),
    pushed!(
        "from a linked worktree",
        Blocked,
        "git worktree add -q ../linked; cd ../linked; keyed > key; save one",
        "cd ../linked; git push -q origin linked"
    ),
    pushed!(
        "clocks that run backwards",
        Blocked,
        "clock=1900000000; keyed > key; save future; clock=1000000000; git rm -q key; save past; plain > b; save past",
        "git push -q origin main"
    ),
    pushed!(
        "a replace ref hides the key",
        Blocked,
        "keyed > key; save one; git rm -q key; save two; git replace HEAD^ $(git commit-tree -m x HEAD~2^{tree})",
        "GIT_NO_REPLACE_OBJECTS=1 git push -q origin main"
    ),
    pushed!(
        "a new branch to a remote that was emptied",
        Blocked,
        "keyed > key; save one; git push -q origin main; git init -q --bare ../empty.git; rm -rf ../far.git; mv ../empty.git ../far.git; git checkout -q -b side; plain > b; save two",
        "git push -q origin side"
    ),
    pushed!(
        "a new branch to another remote under the old name",
        Blocked,
        "keyed > key; save one; git push -q origin main; git init -q --bare ../new.git; git remote set-url origin ../new.git; git checkout -q -b side; plain > b; save two",
        "git push -q origin side"
    ),
    pushed!(
        "a new branch to another remote under the old name, harmless",
        Through,
        "git init -q --bare ../new.git; git remote set-url origin ../new.git; git checkout -q -b side; plain > b; save two",
        "git push -q origin side"
    ),
    pushed!(
        "a new branch to a remote that has the key elsewhere",
        Through,
        "keyed > key; save one; git push -q ../far.git main:refs/notes/x; git reset -q --hard HEAD^; git fetch -q origin refs/notes/x:x; git checkout -q x; plain > b; save two",
        "git push -q origin HEAD:refs/heads/side"
    ),
    pushed!(
        "a place in the reflog as the source",
        Blocked,
        "keyed > key; save 'fix the bug'",
        "git push -q origin 'HEAD@{0}:refs/heads/new'"
    ),
    pushed!(
        "a place in the reflog as the source, harmless",
        Through,
        "plain > b; save 'fix the bug'",
        "git push -q origin 'HEAD@{0}:refs/heads/new'"
    ),
    pushed!(
        "a time in the reflog as the source",
        Blocked,
        "keyed > key; save 'fix the bug'",
        "git push -q origin 'HEAD@{0 seconds ago}:refs/heads/new'"
    ),
    pushed!(
        "a time in the reflog as the source, harmless",
        Through,
        "plain > b; save 'fix the bug'",
        "git push -q origin 'HEAD@{0 seconds ago}:refs/heads/new'"
    ),
    pushed!(
        "a search of messages as the source",
        Blocked,
        "keyed > key; save 'fix the bug'",
        "git push -q origin 'HEAD^{/fix the bug}:refs/heads/new'"
    ),
    pushed!(
        "a search of messages as the source, harmless",
        Through,
        "plain > b; save 'fix the bug'",
        "git push -q origin 'HEAD^{/fix the bug}:refs/heads/new'"
    ),
    pushed!(
        "a search of all messages as the source",
        Blocked,
        "keyed > key; save 'fix the bug'",
        "git push -q origin ':/fix the bug:refs/heads/new'"
    ),
    pushed!(
        "a search of all messages as the source, harmless",
        Through,
        "plain > b; save 'fix the bug'",
        "git push -q origin ':/fix the bug:refs/heads/new'"
    ),
    pushed!(
        "nothing to push",
        Through,
        "plain > b; save one; git push -q origin main",
        "git push -q origin main; git update-ref refs/told HEAD"
    ),
    pushed!(
        "a shallow clone's branch to a fork on this machine, harmless",
        Through,
        "for i in 1 2 3; do commit $i; done; git push -q origin main; git clone -q --bare ../far.git ../fork.git; cd ..; rm -rf work; git clone -q --depth 1 file://$ROOT/far.git work; cd work; git remote add fork ../fork.git; git checkout -q -b side; plain > b; save one",
        "git push -q fork side"
    ),
    pushed!(
        "tracking refs of a remote that is not on this machine",
        Through,
        "keyed > key; save one; git update-ref refs/remotes/origin/main HEAD; git config remote.origin.url https://host.example/a/b.git",
        "h=$(git rev-parse HEAD); printf 'refs/heads/f %s refs/heads/f %040d\\n' $h 0 | skant hook pre-push origin https://host.example/a/b.git; git update-ref refs/told HEAD"
    ),
    pushed!(
        "the same address with ssh",
        Through,
        "keyed > key; save one; git update-ref refs/remotes/origin/main HEAD; git config remote.origin.url https://host.example/a/b.git",
        "h=$(git rev-parse HEAD); printf 'refs/heads/f %s refs/heads/f %040d\\n' $h 0 | skant hook pre-push origin git@host.example:a/b.git; git update-ref refs/told HEAD"
    ),
    pushed!(
        "an address with another port",
        Blocked,
        "keyed > key; save one; git update-ref refs/remotes/origin/main HEAD; git config remote.origin.url https://host.example/a/b.git",
        "h=$(git rev-parse HEAD); printf 'refs/heads/f %s refs/heads/f %040d\\n' $h 0 | skant hook pre-push origin https://host.example:8443/a/b.git; git update-ref refs/told HEAD"
    ),
    pushed!(
        "an address with another path",
        Blocked,
        "keyed > key; save one; git update-ref refs/remotes/origin/main HEAD; git config remote.origin.url https://host.example/a/b.git",
        "h=$(git rev-parse HEAD); printf 'refs/heads/f %s refs/heads/f %040d\\n' $h 0 | skant hook pre-push origin https://host.example/a/c.git; git update-ref refs/told HEAD"
    ),
    pushed!(
        "an address with another user of ssh",
        Blocked,
        "keyed > key; save one; git update-ref refs/remotes/origin/main HEAD; git config remote.origin.url https://host.example/a/b.git",
        "h=$(git rev-parse HEAD); printf 'refs/heads/f %s refs/heads/f %040d\\n' $h 0 | skant hook pre-push origin ann@host.example:a/b.git; git update-ref refs/told HEAD"
    ),
    pushed!(
        "an address with another host of the same name in ssh",
        Blocked,
        "keyed > key; save one; git update-ref refs/remotes/origin/main HEAD; git config remote.origin.url https://host.example/a/b.git",
        "h=$(git rev-parse HEAD); printf 'refs/heads/f %s refs/heads/f %040d\\n' $h 0 | skant hook pre-push origin git@work:a/b.git; git update-ref refs/told HEAD"
    ),
    pushed!(
        "tracking refs of git-svn",
        Blocked,
        "keyed > key; save one; git update-ref refs/remotes/origin/main HEAD; git config svn-remote.svn.fetch trunk:refs/remotes/origin/main; git config remote.origin.url https://host.example/a/b.git",
        "h=$(git rev-parse HEAD); printf 'refs/heads/f %s refs/heads/f %040d\\n' $h 0 | skant hook pre-push origin https://host.example/a/b.git; git update-ref refs/told HEAD"
    ),
    pushed!(
        "tracking refs of branches of git-svn",
        Blocked,
        "keyed > key; save one; git update-ref refs/remotes/origin/main HEAD; git config svn-remote.svn.branches 'branches/*:refs/remotes/origin/*'; git config remote.origin.url https://host.example/a/b.git",
        "h=$(git rev-parse HEAD); printf 'refs/heads/f %s refs/heads/f %040d\\n' $h 0 | skant hook pre-push origin https://host.example/a/b.git; git update-ref refs/told HEAD"
    ),
    pushed!(
        "tracking refs without a setting that writes them",
        Blocked,
        "keyed > key; save one; git update-ref refs/remotes/origin/main HEAD; git config --unset-all remote.origin.fetch; git config remote.origin.url https://host.example/a/b.git",
        "h=$(git rev-parse HEAD); printf 'refs/heads/f %s refs/heads/f %040d\\n' $h 0 | skant hook pre-push origin https://host.example/a/b.git; git update-ref refs/told HEAD"
    ),
    pushed!(
        "tracking refs of another branch's setting",
        Blocked,
        "keyed > key; save one; git update-ref refs/remotes/origin/main HEAD; git config remote.origin.fetch '+refs/heads/x:refs/remotes/origin/x'; git config remote.origin.url https://host.example/a/b.git",
        "h=$(git rev-parse HEAD); printf 'refs/heads/f %s refs/heads/f %040d\\n' $h 0 | skant hook pre-push origin https://host.example/a/b.git; git update-ref refs/told HEAD"
    ),
    pushed!(
        "tracking refs of a branch that is no longer fetched",
        Blocked,
        "keyed > key; save one; git update-ref refs/remotes/origin/main HEAD; git config --add remote.origin.fetch '^refs/heads/main'; git config remote.origin.url https://host.example/a/b.git",
        "h=$(git rev-parse HEAD); printf 'refs/heads/f %s refs/heads/f %040d\\n' $h 0 | skant hook pre-push origin https://host.example/a/b.git; git update-ref refs/told HEAD"
    ),
    pushed!(
        "tracking refs that another remote writes",
        Blocked,
        "keyed > key; save one; git update-ref refs/remotes/origin/main HEAD; git config remote.private.url ../p.git; git config remote.private.fetch '+refs/heads/*:refs/remotes/origin/*'; git config remote.origin.url https://host.example/a/b.git",
        "h=$(git rev-parse HEAD); printf 'refs/heads/f %s refs/heads/f %040d\\n' $h 0 | skant hook pre-push origin https://host.example/a/b.git; git update-ref refs/told HEAD"
    ),
    pushed!(
        "tracking refs of one fetch from another repository",
        Blocked,
        "keyed > key; save one; git init -q --bare ../private.git; git push -q ../private.git main; git fetch -q ../private.git +main:refs/remotes/origin/main; git config remote.origin.url https://host.example/a/b.git",
        "h=$(git rev-parse HEAD); printf 'refs/heads/f %s refs/heads/f %040d\\n' $h 0 | skant hook pre-push origin https://host.example/a/b.git; git update-ref refs/told HEAD"
    ),
    pushed!(
        "tracking refs of a clone from another address",
        Blocked,
        "keyed > key; save one; git update-ref refs/remotes/origin/main HEAD; rm -f .git/logs/refs/remotes/origin/main; mkdir -p .git/logs/refs/remotes/origin; printf '%040d %040d A <a> 1 +0000\\tclone: from https://host.example/private\\n' 0 1 > .git/logs/refs/remotes/origin/HEAD; git config remote.origin.url https://host.example/a/b.git",
        "h=$(git rev-parse HEAD); printf 'refs/heads/f %s refs/heads/f %040d\\n' $h 0 | skant hook pre-push origin https://host.example/a/b.git; git update-ref refs/told HEAD"
    ),
    pushed!("a harmless commit", Through, "plain > b; save one", "git push -q origin main"),
    Attempt {
        name: "push: the first one to an empty repository",
        make: "git init -q --bare -b main ../far.git; git remote add origin ../far.git; keyed > key; save one; \
            git rm -q key; save two",
        command: "git push -q origin main",
        ..ATTEMPT
    },
    Attempt {
        name: "push: the first one to an empty repository, harmless",
        make: "git init -q --bare -b main ../far.git; git remote add origin ../far.git",
        command: "git push -q origin main",
        effect: Through,
        ..ATTEMPT
    },
    Attempt {
        name: "push: from a shallow clone",
        make: "git init -q --bare -b main ../far.git; git push -q ../far.git main; cd ..; rm -rf work; \
            git clone -q --depth 1 file://$ROOT/far.git work; cd work; keyed > key; save one",
        command: "git push -q origin main",
        ..ATTEMPT
    },
    Attempt {
        name: "push: from a shallow clone, harmless",
        make: "commit two; git init -q --bare -b main ../far.git; git push -q ../far.git main; cd ..; rm -rf work; \
            git clone -q --depth 1 file://$ROOT/far.git work; cd work; plain > b; save one",
        command: "git push -q origin main",
        effect: Through,
        ..ATTEMPT
    },
    Attempt {
        name: "push: SHA-256",
        start: Start::Folder,
        make: "git init -q -b main --object-format sha256 || needs git with SHA-256; git init -q --bare --object-format sha256 ../far.git; \
            git remote add origin ../far.git; plain > a; save zero; git push -q origin main; keyed > key; save one; \
            git rm -q key; save two",
        command: "git push -q origin main",
        ..ATTEMPT
    },
    Attempt {
        name: "push: reftable",
        start: Start::Folder,
        make: "git init -q -b main --ref-format reftable || needs git with reftables; git init -q --bare ../far.git; \
            git remote add origin ../far.git; plain > a; save zero; git push -q origin main; keyed > key; save one; \
            git rm -q key; save two",
        command: "git push -q origin main",
        ..ATTEMPT
    },
    Attempt {
        name: "push: received, and refused by the server",
        make: "git init -q --bare -b main ../far.git; git push -q ../far.git main; \
            printf '#!/bin/sh\\nexec skant hook pre-receive\\n' > ../far.git/hooks/pre-receive; \
            chmod +x ../far.git/hooks/pre-receive; keyed > key; save one; git rm -q key; save two",
        command: "git push -q --no-verify ../far.git main",
        ..ATTEMPT
    },
    received!("a new branch", Blocked, "git checkout -q -b new; keyed > key; save one", "new"),
    received!("a new branch, harmless", Through, "git checkout -q -b new; plain > b; save one", "new"),
    received!("a branch of a known commit", Through, "git branch new", "new"),
    received!("a branch is deleted", Through, "", ":old"),
    received!(
        "a branch is deleted together with a push of a key",
        Blocked,
        "keyed > key; save one",
        ":old main"
    ),
    received!("the second of two", Blocked, "git branch one; keyed > key; save one", "one main"),
    received!("the message of a tag", Blocked, "git tag -a v1 -m \"$(keyed)\"", "v1"),
    received!(
        "a policy of an earlier push to the branch",
        Blocked,
        "git checkout -q -b new; echo 'exclude = [\"key\"]' > skant.toml; save one; git push -q ../far.git new; \
        keyed > key; save two",
        "new"
    ),
    received!(
        "a policy of an earlier push to the branch, harmless",
        Through,
        "git checkout -q -b new; echo 'exclude = [\"key\"]' > skant.toml; save one; git push -q ../far.git new; \
        plain > b; save two",
        "new"
    ),
    received!(
        "another branch goes to the main branch, with a key from before the hook",
        Blocked,
        "git checkout -q -b new; keyed > key; save one; mv ../far.git/hooks/pre-receive ../p; \
        git push -q ../far.git new; mv ../p ../far.git/hooks/pre-receive",
        "new:main"
    ),
    received!(
        "another branch goes to the main branch, harmless",
        Through,
        "git checkout -q -b new; plain > b; save one; git push -q ../far.git new",
        "new:main"
    ),
    received!(
        "the policy of the main branch",
        Through,
        "echo 'exclude = [\"key\"]' > skant.toml; save one; git push -q ../far.git main; \
        git checkout -q -b new; keyed > key; save two",
        "new"
    ),
    received!("a tag on a blob", Blocked, "git tag v1 $(keyed | git hash-object -w --stdin)", "v1"),
    Attempt {
        name: "push: received, harmless",
        make: "git init -q --bare -b main ../far.git; git push -q ../far.git main; \
            printf '#!/bin/sh\\nexec skant hook pre-receive\\n' > ../far.git/hooks/pre-receive; \
            chmod +x ../far.git/hooks/pre-receive; plain > b; save one",
        command: "git push -q --no-verify ../far.git main",
        effect: Through,
        ..ATTEMPT
    },
    Attempt {
        name: "push: received, a path with a colon and a quote",
        make: "mkdir '../a:\"b'; git init -q --bare -b main '../a:\"b/far.git'; git push -q '../a:\"b/far.git' main; \
            ln -s 'a:\"b/far.git' ../far.git; printf '#!/bin/sh\\nexec skant hook pre-receive\\n' > ../far.git/hooks/pre-receive; \
            chmod +x ../far.git/hooks/pre-receive; keyed > key; save one; git rm -q key; save two",
        command: "git push -q --no-verify '../a:\"b/far.git' main",
        ..ATTEMPT
    },
    Attempt {
        name: "push: received, a path with a colon and a quote, harmless",
        make: "mkdir '../a:\"b'; git init -q --bare -b main '../a:\"b/far.git'; git push -q '../a:\"b/far.git' main; \
            ln -s 'a:\"b/far.git' ../far.git; printf '#!/bin/sh\\nexec skant hook pre-receive\\n' > ../far.git/hooks/pre-receive; \
            chmod +x ../far.git/hooks/pre-receive; plain > b; save one",
        command: "git push -q --no-verify '../a:\"b/far.git' main",
        effect: Through,
        ..ATTEMPT
    },
    Attempt {
        name: "push: commits that the remote has only fetched",
        make: "git init -q ../far.git; keyed > key; save one; git -C ../far.git fetch -q $PWD main",
        command: "git push -q ../far.git HEAD:refs/heads/new",
        ..ATTEMPT
    },
    Attempt {
        name: "push: a hook manager drops standard input",
        make: "git init -q --bare -b main ../far.git; keyed > key; save one",
        command: "skant hook pre-push origin ../far.git </dev/null",
        effect: Refused,
        ..ATTEMPT
    },
    Attempt {
        name: "push: the framework's hook with arguments of its own",
        make: "keyed > key; save one",
        command: "git init -q --bare ../far.git; PRE_COMMIT=1 PRE_COMMIT_REMOTE_NAME=origin skant hook pre-push --some --thing \
            </dev/null",
        ..ATTEMPT
    },
];
