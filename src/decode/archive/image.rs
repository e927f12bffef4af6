//! Container images in a tar or a folder, as `docker save` and tools of the OCI write them: which member is which layer
//! of which image, and which build step made it. The members are read as those of any tar or folder; this module only
//! finds the words about them.
//! Formats: Docker Image Specification 1.3; OCI Image Format Specification 1.1.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::text::escape_path;

/// The sum of the lengths of the JSON texts that are read, in bytes. An index may name a text many times.
pub(crate) const MAX_JSON: usize = 16 << 20;

/// The maximum number of images, and of indexes in indexes.
const MAX_IMAGES: usize = 256;

/// The maximum number of members with words.
const MAX_NOTES: usize = 1 << 14;

/// The maximum length of an image's name and of a build step, in bytes. Longer ones are not shown: what is left of a
/// secret after a cut would not be masked.
const MAX_TEXT: usize = 1024;

/// The words about members, by the names of the members.
pub(crate) type Notes = HashMap<String, String>;

/// The index that `docker save` writes.
const DOCKER_INDEX: &str = "manifest.json";

/// The index of an OCI layout.
const OCI_INDEX: &str = "index.json";

/// Returns whether a tar may hold images: a header in it has the name of an index.
pub(super) fn may_hold_images(text: &[u8]) -> bool {
    // A name ends with a zero.
    ["manifest.json\0", "index.json\0"]
        .iter()
        .any(|name| memchr::memmem::find(text, name.as_bytes()).is_some())
}

/// A reader of the member with a name, if it has at most a number of bytes.
pub(crate) type ReadMember<'r> = dyn FnMut(&str, usize) -> Option<Cow<'r, [u8]>> + 'r;

/// Returns the words about those members for which `is_wanted` answers yes.
pub(crate) fn notes(read: &mut ReadMember<'_>, is_wanted: &dyn Fn(&str) -> bool) -> Notes {
    let mut reader =
        Reader { read, is_wanted, json_left: MAX_JSON, images_left: MAX_IMAGES, notes: Notes::new() };
    for image in reader.read::<Vec<SavedImage>>(DOCKER_INDEX).unwrap_or_default() {
        let tag = image.tags.unwrap_or_default().into_iter().next();
        reader.add(tag, &image.config, &image.layers);
    }
    reader.add_index(OCI_INDEX, None, 0);
    reader.notes
}

#[derive(Deserialize)]
struct SavedImage {
    #[serde(rename = "Config")]
    config: String,
    #[serde(rename = "RepoTags", default)]
    tags: Option<Vec<String>>,
    #[serde(rename = "Layers", default)]
    layers: Vec<String>,
}

/// An index of images, or the manifest of one.
#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    manifests: Vec<Descriptor>,
    #[serde(default)]
    config: Option<Descriptor>,
    #[serde(default)]
    layers: Vec<Descriptor>,
}

#[derive(Deserialize)]
struct Descriptor {
    digest: String,
    #[serde(default)]
    annotations: Option<HashMap<String, String>>,
}

#[derive(Deserialize)]
struct Configuration {
    #[serde(default)]
    history: Option<Vec<Step>>,
}

#[derive(Deserialize)]
struct Step {
    #[serde(default)]
    created_by: Option<String>,
    #[serde(default)]
    empty_layer: bool,
}

struct Reader<'r, 't> {
    read: &'r mut ReadMember<'t>,
    is_wanted: &'r dyn Fn(&str) -> bool,
    json_left: usize,
    images_left: usize,
    notes: Notes,
}

impl Reader<'_, '_> {
    fn read<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let json = (self.read)(name, self.json_left)?;
        self.json_left = self.json_left.checked_sub(json.len())?;
        serde_json::from_slice(&json).ok()
    }

    /// Adds the images of an index, or the image of a manifest.
    fn add_index(&mut self, name: &str, image: Option<String>, depth: usize) {
        const MAX_DEPTH: usize = 3;
        let Some(manifest) = self.read::<Manifest>(name).filter(|_| depth <= MAX_DEPTH) else { return };
        for inner in manifest.manifests {
            self.add_index(&blob(&inner.digest), inner.image_name().or_else(|| image.clone()), depth + 1);
        }
        if let Some(config) = manifest.config {
            let layers: Vec<String> = manifest.layers.iter().map(|layer| blob(&layer.digest)).collect();
            self.add(image, &blob(&config.digest), &layers);
        }
    }

    /// Adds the configuration and the layers of an image.
    fn add(&mut self, image: Option<String>, config: &str, layers: &[String]) {
        let Some(left) = self.images_left.checked_sub(1) else { return };
        self.images_left = left;
        let image = image.map_or_else(
            || {
                // Programs show so much of the digest.
                let digest = config.rsplit('/').next().unwrap_or_default();
                format!("an image without a name, {}", shown(digest.get(..12).unwrap_or(digest), "digest"))
            },
            |name| shown(&name, "name"),
        );
        let steps = self.read::<Configuration>(config).and_then(|config| config.history).unwrap_or_default();
        let mut made = steps.iter().filter(|step| !step.empty_layer);
        self.note(config, || format!("configuration of {image}"));
        for (at, layer) in layers.iter().enumerate() {
            let step = made.next().and_then(|step| step.created_by.as_deref()).map(first_line);
            let step = step
                .filter(|step| !step.is_empty())
                .map_or_else(String::new, |step| format!(", made by {step}"));
            let words = || format!("layer {} of {} of {image}{step}", at + 1, layers.len());
            self.note(layer, words);
        }
    }

    fn note(&mut self, member: &str, words: impl FnOnce() -> String) {
        if self.notes.len() < MAX_NOTES && (self.is_wanted)(member) {
            self.notes.entry(member.to_owned()).or_insert_with(words);
        }
    }
}

impl Descriptor {
    fn image_name(&self) -> Option<String> {
        let annotations = self.annotations.as_ref()?;
        // The second one may be a tag without a name.
        let names = ["io.containerd.image.name", "org.opencontainers.image.ref.name"];
        names.iter().find_map(|name| annotations.get(*name)).cloned()
    }
}

/// Returns the name of the member with a digest, `sha256:…`.
fn blob(digest: &str) -> String {
    format!("blobs/{}", digest.replacen(':', "/", 1))
}

/// Returns the first line of a build step. Programs write continued lines with tabs between them.
fn first_line(step: &str) -> String {
    let mut lines = step.trim().lines();
    let line = lines.next().unwrap_or_default().replace('\t', " ");
    let more = if lines.next().is_some() { " …" } else { "" };
    format!("{}{more}", shown(line.trim(), "step"))
}

/// Returns a text of an image as labels show it. Whoever shows a label masks secrets in it.
fn shown(text: &str, what: &str) -> String {
    if text.len() <= MAX_TEXT && !text.contains(char::is_control) {
        escape_path(text.as_bytes())
    } else {
        format!("(a {what} of {} bytes)", text.len())
    }
}
