//! Keys in container images: in the layers and in the configuration of what `docker save` and tools of the OCI write.

use crate::archives::packing;
use crate::case::Expect::{Found, FoundAnd, Nothing, Problem};
use crate::case::{CASE, Case};

/// An image in `app.dat` with one layer. `$files` makes the files of the layer, `$layer` compresses it, `$env` is what
/// a variable of the configuration holds, and `$whole` compresses the image.
macro_rules! image {
    ($subject:literal, $files:literal, $layer:literal, $env:literal, $whole:literal, $expect:expr) => {
        Case::of_file(
            concat!("images: ", $subject),
            packing!(
                $files,
                "; packed tar",
                $layer,
                " > l; again; held blobs/sha256/1a < l; rm l; ",
                "printf '{\"config\": {\"Env\": [\"PATH=/bin\", \"API_KEY=%s\"]}, \"history\": [{\"created_by\": \"COPY . /app\"}]}' \"",
                $env,
                "\" | held blobs/sha256/2b; ",
                "printf '[{\"Config\": \"blobs/sha256/2b\", \"RepoTags\": [\"app:1.0\"], \"Layers\": [\"blobs/sha256/1a\"]}]' | held manifest.json; ",
                "packed tar",
                $whole,
                " > app.dat"
            ),
            $expect,
            &["app.dat"],
        )
    };
}

/// An image in the folder `img` with one layer, in a commit and staged again. `$files` makes the files of the layer,
/// `$layer` compresses it, `$env` is what a variable of the configuration holds, `$ending` changes the folder,
/// and `$via` is the first step of the finding.
macro_rules! layout {
    ($subject:literal, $files:literal, $layer:literal, $env:literal, $ending:literal, $expect:expr, $via:expr) => {
        Case {
            name: concat!("images: a folder, ", $subject),
            make: packing!(
                "put() { mkdir -p img/blobs/sha256; cat > b; d=$(sha256sum b || needs sha256sum); d=${d%% *}; ",
                "mv b img/blobs/sha256/$d; }; ",
                "commit none; ",
                $files,
                "; packed tar",
                $layer,
                " > l; put < l; layer=$d; ",
                "printf '{\"config\": {\"Env\": [\"API_KEY=%s\"]}, \"history\": [{\"created_by\": \"COPY . /app\"}]}' \"",
                $env,
                "\" > l; put < l; ",
                "printf '{\"config\": {\"digest\": \"sha256:%s\"}, \"layers\": [{\"digest\": \"sha256:%s\"}]}' $d $layer > l; ",
                "put < l; rm l; ",
                "printf '{\"manifests\": [{\"digest\": \"sha256:%s\", \"annotations\": ",
                "{\"org.opencontainers.image.ref.name\": \"app:1.0\"}}]}' $d > img/index.json; ",
                $ending,
                "; save image; git reset -q --soft HEAD~1; git branch image ORIG_HEAD"
            ),
            staged: $expect,
            worktree: $expect,
            history: $expect,
            more: &[(&["--history", "HEAD..image"], $expect)],
            via: $via,
            ..CASE
        }
    };
}

const LAYER: Option<&str> = Some("image:layer 1 of 1 of app:1.0, made by COPY . /app");

pub const CASES: &[Case] = &[
    layout!("a key in a layer", "keyed | held app/.env", " | gzip", "none", ":", Found(1), LAYER),
    layout!("a key in a layer that is no gzip", "keyed | held app/.env", "", "none", ":", Found(1), LAYER),
    layout!(
        "a key in a variable",
        "plain | held app/a",
        " | gzip",
        "$KEY",
        ":",
        Found(1),
        Some("image:configuration of app:1.0")
    ),
    layout!("no key", "plain | held app/a", " | gzip", "none", ":", Nothing, None),
    layout!(
        "an index that is damaged",
        "keyed | held app/.env",
        " | gzip",
        "none",
        "echo '{' > img/index.json",
        Found(1),
        Some("gzip")
    ),
    layout!(
        "an index that names itself",
        "keyed | held app/.env",
        " | gzip",
        "none",
        "printf '{\"manifests\": [{\"digest\": \"../index.json\"}, {\"digest\": \"/etc/passwd\"}]}' > img/index.json",
        Found(1),
        Some("gzip")
    ),
    image!("a key in a layer", "keyed | held app/.env", "", "none", "", Found(1)),
    image!("a key in a layer compressed by gzip", "keyed | held app/.env", " | gzip", "none", "", Found(1)),
    image!(
        "a key in a layer compressed by zstd",
        "zstd -V > /dev/null || needs zstd; keyed | held app/.env",
        " | zstd -q",
        "none",
        "",
        Found(1)
    ),
    image!("a key in a compressed image", "keyed | held app/.env", "", "none", " | gzip", Found(1)),
    image!("a key in a variable", "plain | held app/a", " | gzip", "$KEY", "", Found(1)),
    image!("no key", "plain | held app/a", " | gzip", "none", "", Nothing),
    image!(
        "a truncated layer",
        "{ keyed; plain 9000; } | held app/.env",
        " | gzip | cut 9",
        "none",
        "",
        FoundAnd(1, "corrupt-archive")
    ),
    image!(
        "a truncated image",
        "plain 900 | held app/a",
        "",
        "none",
        " | head -c 3000",
        Problem("corrupt-archive")
    ),
];
