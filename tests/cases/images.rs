//! Keys in container images: in the layers and in the configuration of what `docker save` and tools of the OCI write.

use crate::archives::packing;
use crate::case::Case;
use crate::case::Expect::{Found, FoundAnd, Nothing, Problem};

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

pub const CASES: &[Case] = &[
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
