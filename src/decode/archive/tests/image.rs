use super::*;

/// Returns the labels of the members of a tar.
fn labels(members: &[(&str, &[u8])]) -> Vec<String> {
    unpack_all(&tar(members)).0.into_iter().map(|(label, _)| label).collect()
}

const CONFIG: &[u8] = br#"{"config": {"Env": ["A=b"]}, "history": [
    {"created_by": "/bin/sh -c #(nop) ADD file:1 in / "},
    {"created_by": "ENV A=b", "empty_layer": true},
    {"created_by": "RUN /bin/sh -c apt-get update \t&& apt-get install # buildkit\nmore"}, {}]}"#;

#[test]
fn the_layers_of_a_saved_image_are_named() {
    let index = br#"[{"Config": "c.json", "RepoTags": ["app:1.0", "app:new"], "Layers": ["a/layer.tar", "b/layer.tar", "c/layer.tar"]}]"#;
    let members: &[(&str, &[u8])] = &[
        ("a/layer.tar", b"1"),
        ("b/layer.tar", b"2"),
        ("c/layer.tar", b"3"),
        ("c.json", CONFIG),
        ("other", b"4"),
        ("manifest.json", index),
    ];
    let expected = [
        "tar:a/layer.tar (layer 1 of 3 of app:1.0, made by /bin/sh -c #(nop) ADD file:1 in /)",
        "tar:b/layer.tar (layer 2 of 3 of app:1.0, made by RUN /bin/sh -c apt-get update  && apt-get install # buildkit …)",
        "tar:c/layer.tar (layer 3 of 3 of app:1.0)",
        "tar:c.json (configuration of app:1.0)",
        "tar:other",
        "tar:manifest.json",
    ];
    assert_eq!(labels(members), expected);
    let in_folder: Vec<(String, &[u8])> =
        members.iter().map(|(name, content)| (format!("./{name}"), *content)).collect();
    let in_folder: Vec<(&str, &[u8])> =
        in_folder.iter().map(|(name, content)| (name.as_str(), *content)).collect();
    assert_eq!(labels(&in_folder)[2], "tar:./c/layer.tar (layer 3 of 3 of app:1.0)");
}

#[test]
fn the_layers_of_an_oci_layout_are_named() {
    let index = br#"{"manifests": [{"digest": "sha256:aa", "annotations": {"org.opencontainers.image.ref.name": "1.0"}}]}"#;
    let inner = br#"{"manifests": [{"digest": "sha256:bb"}]}"#;
    let manifest =
        br#"{"config": {"digest": "sha256:0123456789abcdef"}, "layers": [{"digest": "sha256:dd"}]}"#;
    let rest: [(&str, &[u8]); 4] = [
        ("blobs/sha256/aa", inner),
        ("blobs/sha256/bb", manifest),
        ("blobs/sha256/0123456789abcdef", CONFIG),
        ("blobs/sha256/dd", b"layer"),
    ];
    let with = |index: &[u8]| labels(&[&[("index.json", index)], &rest[..]].concat())[3..].to_vec();
    assert_eq!(
        with(index),
        [
            "tar:blobs/sha256/0123456789abcdef (configuration of 1.0)",
            "tar:blobs/sha256/dd (layer 1 of 1 of 1.0, made by /bin/sh -c #(nop) ADD file:1 in /)"
        ]
    );
    let unnamed = with(br#"{"manifests": [{"digest": "sha256:bb"}]}"#);
    assert_eq!(
        unnamed[0],
        "tar:blobs/sha256/0123456789abcdef (configuration of an image without a name, 0123456789ab)"
    );
}

#[test]
fn an_index_that_is_wrong_or_endless_names_nothing() {
    let layer: (&str, &[u8]) = ("blobs/sha256/a", b"layer");
    for index in
        [&b"[]"[..], b"{", b"[{\"Config\": 7}]", b"{\"manifests\": [{\"digest\": \"sha256:a\"}]}", b"null"]
    {
        for name in ["index.json", "manifest.json"] {
            assert_eq!(labels(&[(name, index), layer]), [format!("tar:{name}"), "tar:blobs/sha256/a".into()]);
        }
    }
    // An index that lists itself, many times.
    let entry = r#"{"digest": "sha256:a"}"#;
    let endless = format!("{{\"manifests\": [{}]}}", vec![entry; 2_000].join(","));
    let names = labels(&[("index.json", endless.as_bytes()), ("blobs/sha256/a", endless.as_bytes())]);
    assert_eq!(names, ["tar:index.json", "tar:blobs/sha256/a"]);
}

#[test]
fn long_texts_of_an_image_are_not_shown() {
    let config = format!("{{\"history\": [{{\"created_by\": \"RUN {}\"}}]}}", "x".repeat(2_000));
    let index = br#"[{"Config": "c.json", "RepoTags": null, "Layers": ["l", "l", "absent"]}]"#;
    let names = labels(&[("manifest.json", index), ("c.json", config.as_bytes()), ("l", b"layer")]);
    assert_eq!(
        names[2],
        "tar:l (layer 1 of 3 of an image without a name, c.json, made by (a step of 2004 bytes))"
    );
}
