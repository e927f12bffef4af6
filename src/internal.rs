//! The items that the program, the tests, the fuzz targets, the benchmarks and the training tool use beyond the
//! library's own interface. They may change with every version.

/// The command line.
pub mod cli {
    pub use crate::cli::run;
}

/// From evidence to findings.
pub mod assess {
    pub use crate::assess::assess;
}

/// Encodings and archives.
pub mod decode {
    pub use crate::decode::{Gaps, decode_region, join_fragments, visit_regions};

    /// Archives.
    pub mod archive {
        pub use crate::decode::archive::{FaultKind, UnpackBudget, Unpacked, is_archive, unpack};
    }
}

/// The search of a text.
pub mod detect {
    pub use crate::detect::{
        Detector, Dictionary, Evidence, Model, ScanState, ScoredValue, Tier, letter_pair_table,
    };
}

/// The formats of git.
pub mod git {
    pub use crate::git::{
        CacheNode, Commit, CorruptTree, EntryKind, Index, IndexEntry, ObjectFormat, ObjectKind, Oid,
        ReadError, TreeEntry, inflate_loose, message_start, tag_target, tree_entries,
    };

    /// Packs.
    pub mod pack {
        pub use crate::git::pack::{
            Base, EntryBuffers, Header, Pack, PackIndex, RawBase, RawHeader, apply, result_size,
        };
    }
}

/// Hooks of git.
pub mod hook {
    /// The installation of hooks.
    pub mod install {
        pub use crate::hook::install::{
            Action, ForeignFolder, GlobalAction, Hook, InstallError, Options, Outcome, install,
            install_global, running_program, uninstall, uninstall_global,
        };
    }

    /// The message of a commit.
    pub mod commit_message {
        pub use crate::hook::commit_message::without_diff;
    }

    /// The refs of a push.
    pub mod pushed_refs {
        pub use crate::hook::pushed_refs::{PushError, Update};
    }
}

/// Settings and suppressions.
pub mod policy {
    pub use crate::policy::{
        FileOrigin, Incomplete, PathPatterns, Policy, Settings, Suppressions, parse, parse_gitleaks_ignore,
        parse_gitleaks_toml,
    };

    /// Suppressions.
    pub mod suppress {
        pub use crate::policy::suppress::{CommentPolicy, SuppressionEntry};

        /// Baselines.
        pub mod baseline {
            pub use crate::policy::suppress::baseline::Baseline;
        }
    }
}

/// Report formats.
pub mod report {
    pub use crate::report::Format;
}

/// Rules.
pub mod rules {
    pub use crate::rules::{Check, Form, Matcher, MayFollow, Rule, RuleSet};
}

/// Sources of text.
pub mod source {
    pub use crate::source::{ObjectView, Visitor};

    /// The objects of a history.
    pub mod history {
        pub use crate::source::history::{MemoryLimit, ObjectSet, ReadTotals, visit, visit_one_by_one};
    }
}

/// Checks of tokens: checksums, owners, claims.
pub mod token_check {
    pub use crate::token_check::{
        MAX_JWT_BYTES, check_aws_account, check_bedrock_long, check_bedrock_short, check_crc_base62,
        check_crc_hex, check_crc_hex_little, check_gitlab_routable, check_macaroon,
        check_sentry_organisation, crc32, jwt_length, openssh_is_encrypted, read_claims, to_base,
    };
}

/// Positions in texts.
pub mod text {
    pub use crate::text::{CopiedRange, Position};
}
