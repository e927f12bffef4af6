//! Programs that a repository's settings name. skant runs none of them: each would leave a mark, and every case
//! compares all files before and after.

use crate::case::Expect::{Found, Nothing, Problem, Refused};
use crate::case::{CASE, Case, Start};

/// Makes a program and names it in every setting for which git runs one.
macro_rules! armed {
    ($name:literal, $make:literal, { $($field:ident: $value:expr),+ $(,)? }) => {
        Case {
            name: concat!("programs: ", $name),
            make: concat!(
                $make,
                "\nprintf '#!/bin/sh\\necho ran \"$0\" \"$@\" >> \"$ROOT/ran\"\\nexit 1\\n' > ../spy; chmod +x ../spy; s=$ROOT/spy\n",
                "arm() { for k in core.fsmonitor core.pager core.editor core.askPass core.sshCommand core.gitProxy \
                core.alternateRefsCommand diff.external diff.spy.command diff.spy.textconv filter.spy.clean filter.spy.smudge \
                filter.spy.process merge.spy.driver credential.helper gpg.program gpg.ssh.program gpg.ssh.defaultKeyCommand \
                sequence.editor interactive.diffFilter pager.rev-parse pager.for-each-ref pager.rev-list pager.config \
                pager.remote pager.ls-remote pager.symbolic-ref alias.rev-parse alias.for-each-ref alias.rev-list \
                alias.config alias.remote alias.ls-remote alias.symbolic-ref help.browser browser.spy.cmd web.browser \
                difftool.spy.cmd mergetool.spy.cmd trailer.spy.command trailer.spy.cmd uploadpack.packObjectsHook \
                remote.origin.uploadpack remote.origin.receivepack remote.origin.vcs sendemail.smtpServer \
                init.templateDir submodule.lib.update; do git config $k \"$s\"; done; git config filter.spy.required true; \
                git config diff.spy.cachetextconv true; git config core.hooksPath $ROOT/hooks; mkdir -p ../hooks; \
                git config protocol.ext.allow always; git config protocol.allow always; git config gc.auto 1; \
                git config maintenance.auto true; git config core.untrackedCache true; git config index.threads 4; \
                for h in pre-commit post-index-change reference-transaction post-checkout pre-auto-gc fsmonitor-watchman \
                post-rewrite pre-push; do cp ../spy ../hooks/$h; cp ../spy $(git rev-parse --git-dir)/hooks/$h 2>/dev/null || :; done; \
                cp ../spy ../git-lfs; printf '[include]\\n\\tpath = %s\\n[includeIf \"gitdir:/\"]\\n\\tpath = %s\\n' \
                $ROOT/included $ROOT/included >> $(git rev-parse --git-dir)/config; \
                printf '[core]\\n\\tfsmonitor = %s\\n\\tworktree = /nowhere\\n[extensions]\\n\\tobjectFormat = sha256\\n' $s > ../included; \
                rm -f ../ran; }\narm"
            ),
            $($field: $value,)+
            ..CASE
        }
    };
}

pub const CASES: &[Case] = &[
    armed!("in every kind of scan", "keyed > key; save one; git rm -q key; save two; othered > other; git add other; \
        plain > a; echo '* filter=spy diff=spy merge=spy' > .gitattributes", {
        staged: Found(1),
        worktree: Found(1),
        history: Found(2),
        more: &[
            (&["--history", "HEAD~2..HEAD"], Found(1)),
            (&["--history", "HEAD@{1}"], Found(1)),
            (&["--history", ":/one"], Found(1)),
            (&["--no-ignore"], Found(1)),
            (&["other"], Found(1)),
        ],
    }),
    armed!("attributes that are committed", "echo '* filter=spy diff=spy merge=spy' > .gitattributes; keyed > key; save one", {
        staged: Nothing,
        worktree: Found(1),
        history: Found(1),
        more: &[(&["--history", "HEAD"], Found(1))],
    }),
    armed!("info/attributes and a template of hooks", "mkdir -p .git/info; echo '* filter=spy diff=spy' > .git/info/attributes; \
        keyed > key; save one", {
        worktree: Found(1),
        history: Found(1),
        more: &[(&["--history", "HEAD"], Found(1))],
    }),
    armed!("a partial clone whose remote is a program", "plain > a; save one; keyed > key; save two; \
        o=$(git rev-parse HEAD:key); git config remote.origin.url 'ext::sh -c touch% ../ran'; \
        git config remote.origin.promisor true; git config remote.origin.partialCloneFilter blob:none; \
        git config core.repositoryFormatVersion 1; git config extensions.partialClone origin; \
        rm -f .git/objects/$(echo $o | cut -c1-2)/$(echo $o | cut -c3-)", {
        staged: Nothing,
        history: Problem("partial-clone"),
        more: &[
            (&["--history", "HEAD"], Problem("missing-object")),
            (&["--history", "HEAD:key"], Problem("missing-object")),
        ],
    }),
    armed!("a submodule with programs of its own", "git init -q -b main ../lib; (cd ../lib; keyed > key; save one; \
        git rm -q key; save two); git -c protocol.file.allow=always submodule --quiet add ../lib lib; save three; \
        git config -f .git/modules/lib/config core.fsmonitor $ROOT/spy; \
        git config -f .git/modules/lib/config core.sshCommand $ROOT/spy; othered > lib/other", {
        worktree: Found(1),
        history: Found(1),
    }),
    Case {
        start: Start::Folder,
        ..armed!("a reftable", "git init -q -b main --ref-format reftable || needs git with reftables; keyed > key; save one; git rm -q key; \
            save two; othered > other; git add other", {
            staged: Found(1),
            worktree: Found(1),
            history: Found(2),
            more: &[(&["--history", "HEAD"], Found(1))],
        })
    },
    armed!("an index that names a file system monitor", "keyed > key; git add key; git update-index --fsmonitor 2>&-; \
        git update-index --untracked-cache 2>&-; rm -f ../ran", {
        staged: Found(1),
        worktree: Found(1),
        history: Found(1),
    }),
    Case {
        name: "programs: revisions that look like options",
        make: "keyed > key; save one",
        more: &[
            (&["--history", "--upload-pack=touch"], Refused("")),
            (&["--history", "HEAD", "--open-files-in-pager=x"], Refused("")),
            (&["--history", "-O"], Refused("")),
        ],
        ..CASE
    },
    Case {
        name: "programs: an alternate in another repository",
        make: "git init -q -b main ../far; (cd ../far; keyed > key; save one; git config core.fsmonitor 'touch ../ran'); \
            echo $ROOT/far/.git/objects > .git/objects/info/alternates; o=$(git -C ../far rev-parse HEAD); \
            git update-ref refs/heads/side $o; rm -f ../far/.git/objects/$(git -C ../far rev-parse HEAD:key | sed 's#..#&/#')",
        history: Problem("missing-object"),
        ..CASE
    },
];
