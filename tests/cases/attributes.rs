//! Attributes and settings that change the output of git, and not the stored content.

use crate::case::Expect::{Found, FoundNote, Nothing};
use crate::case::{CASE, Case};

/// A key that is committed and deleted, and another one that is staged, under a setting.
macro_rules! under {
    ($what:literal, $setting:literal) => {
        Case {
            name: concat!("settings: ", $what),
            make: concat!(
                $setting,
                "\nkeyed > app.env; save one; plain > app.env; save two; othered > new.env; git add -A"
            ),
            staged: Found(1),
            worktree: Found(1),
            history: Found(2),
            paths: &["new.env"],
            ..CASE
        }
    };
}

pub const CASES: &[Case] = &[
    under!("color.ui=always", "git config --global color.ui always"),
    under!("log.showRoot=false", "git config log.showRoot false"),
    under!(
        "core.attributesFile",
        "echo '* -diff' > ../att; git config --global core.attributesFile $ROOT/att"
    ),
    under!("info/attributes", "mkdir -p .git/info; echo '* -diff binary' > .git/info/attributes"),
    under!("core.bigFileThreshold=1", "git config core.bigFileThreshold 1"),
    under!("diff.noprefix", "git config diff.noprefix true"),
    under!("diff.mnemonicPrefix", "git config diff.mnemonicPrefix true"),
    under!("diff.external", "git config diff.external 'touch ../ran; true'"),
    under!(
        "diff.ignoreSubmodules, relative and interHunkContext",
        "git config diff.relative true; git config diff.interHunkContext 99; git config diff.ignoreSubmodules all"
    ),
    under!("diff.orderFile", "echo nothing > ../order; git config diff.orderFile ../order"),
    under!("quotePath and precomposeUnicode", "git config core.quotePath false"),
    under!("i18n.logOutputEncoding", "git config i18n.logOutputEncoding UTF-16"),
    under!(
        "core.fsmonitor",
        "printf '#!/bin/sh\\ntouch \"$ROOT/ran\"\\n' > ../spy; chmod +x ../spy; \
        git update-index --fsmonitor; git config core.fsmonitor false; \
        trap 'git config core.fsmonitor \"$ROOT/spy\"; rm -f ../ran' EXIT"
    ),
    under!(
        "core.hooksPath and pagers",
        "git config core.pager 'touch ../ran'; git config core.hooksPath ../hooks"
    ),
    under!("include.path of a missing file", "git config include.path /nowhere/else"),
    under!("include.path of a pipe", "mkfifo ../pipe; trap 'git config include.path ../../pipe' EXIT"),
    under!(
        "core.sshCommand, editors and credential helpers",
        "git config core.sshCommand 'touch ../ran'; \
        git config credential.helper '!touch ../ran'; git config core.editor 'touch ../ran'"
    ),
    under!(
        "all settings for diffs and logs",
        "for s in diff.noprefix=true diff.mnemonicPrefix=true diff.srcPrefix=x/ diff.dstPrefix=y/ diff.relative=true \
        diff.external=true diff.wordRegex=. diff.algorithm=patience diff.renames=copies log.showSignature=true \
        log.diffMerges=off log.showRoot=false log.date=raw log.follow=true log.excludeDecoration=* format.pretty=%H \
        core.quotePath=false; do git config --global ${s%%=*} ${s#*=}; done"
    ),
    under!("grep, column and status settings", "git config column.ui always; git config status.short true"),
    under!("core.ignoreCase and symlinks", "git config core.ignoreCase true; git config core.symlinks false"),
    under!("core.autocrlf", "git config core.autocrlf input"),
    under!("-diff, committed", "echo '*.env -diff' > .gitattributes; save attributes"),
    under!("-diff, in the same commit", "echo '*.env -diff' > .gitattributes"),
    under!(
        "binary, export-ignore and linguist",
        "echo '*.env binary export-ignore linguist-generated' > .gitattributes"
    ),
    under!(
        "a textconv driver",
        "echo '*.env diff=hide' > .gitattributes; \
        git config diff.hide.textconv 'touch ../ran; true'; git config diff.hide.binary true"
    ),
    under!(
        "a diff driver's command",
        "echo '*.env diff=hide' > .gitattributes; git config diff.hide.command 'touch ../ran'"
    ),
    under!("-text and eol", "echo '*.env text eol=crlf' > .gitattributes"),
    under!("an ident and a merge driver", "echo '*.env ident merge=ours' > .gitattributes"),
    under!("mailmap", "echo 'X <x@y> <ada@example.org>' > .mailmap"),
    under!(
        "extensions.worktreeConfig",
        "git config extensions.worktreeConfig true; git config --worktree core.bare false"
    ),
    under!(
        "a config with a BOM, CRLF and comments",
        "printf '\\357\\273\\277[user] ; x\\r\\n\\tname = Y # z\\r\\n' | \
        cat - .git/config > ../config; mv ../config .git/config"
    ),
    under!("gc.auto, packs and a commit-graph", "git config gc.writeCommitGraph true; trap 'git gc -q' EXIT"),
    Case {
        name: "settings: a clean filter changes the stored content",
        make: "echo '*.env filter=hide' > .gitattributes; git config filter.hide.clean 'sed s/key/none/'; \
            git config filter.hide.smudge 'touch ../smudged; cat'; keyed > app.env; git add -A",
        staged: Found(1),
        worktree: Found(1),
        ..CASE
    },
    Case {
        name: "settings: a clean filter removes the key",
        make: "echo '*.env filter=hide' > .gitattributes; git config filter.hide.clean 'sed s/key.*//'; \
            keyed > app.env; git add -A",
        staged: Nothing,
        worktree: Found(1),
        history: Nothing,
        ..CASE
    },
    Case {
        name: "settings: a Git LFS pointer",
        make: "printf 'version https://git-lfs.github.com/spec/v1\\noid sha256:%064d\\nsize 9\\n' 7 > big; \
            keyed > app.env; git add -A",
        staged: FoundNote(1, "lfs-pointer"),
        worktree: FoundNote(1, "lfs-pointer"),
        ..CASE
    },
];
