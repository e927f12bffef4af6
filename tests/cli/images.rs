//! Findings in container images: the report names the image, the layer and the build step, and no secret of them.

use serde_json::{Value, json};
use testkit::trials::Trial;
use testkit::{Sandbox, archives, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![a_finding_in_an_image_names_the_layer_and_the_build_step_without_its_secrets]
}

fn a_finding_in_an_image_names_the_layer_and_the_build_step_without_its_secrets() {
    let [key, argument, label] = ["layer", "step", "label"].map(tokens::api_key);
    let password = tokens::random(b"abcdefghkmnpqrstuvwxyzABCDEFGHKMNPQRSTUVWXYZ23456789", 18, "step");
    let layer = archives::gzip(&archives::tar(&[("app/.env", format!("\nkey = \"{key}\"\n").as_bytes())]));
    let step = format!("RUN |2 KEY={argument} DB_PASSWORD={password} /bin/sh -c make # buildkit");
    let config = json!({
        "config": {"Labels": {"note": label}},
        "history": [{"created_by": "ENV A=b", "empty_layer": true}, {"created_by": step}],
    });
    let index =
        json!([{"Config": "blobs/sha256/2b", "RepoTags": ["app:1.0"], "Layers": ["blobs/sha256/1a"]}]);
    let image = archives::tar(&[
        ("blobs/sha256/1a", &layer),
        ("blobs/sha256/2b", config.to_string().as_bytes()),
        ("manifest.json", index.to_string().as_bytes()),
    ]);
    let sandbox = Sandbox::with_commit();
    sandbox.write("image.tar", image);
    let output = sandbox.skant(&["scan", "--json"]);
    let said = text_of(&output);
    for secret in [&key, &argument, &label, &password] {
        // The mask of a key has its first and last characters.
        assert!(!said.contains(&secret[secret.len() / 4..secret.len() * 3 / 4]), "{said}");
    }
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    let places: Vec<(String, u64)> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .flat_map(|finding| finding["locations"].as_array().expect("locations"))
        .map(|place| {
            let via: Vec<&str> =
                place["via"].as_array().expect("via").iter().filter_map(Value::as_str).collect();
            (via.join(" "), place["in_member"]["line"].as_u64().expect("a line"))
        })
        .collect();
    let layer =
        places.iter().find(|(via, _)| via.ends_with(" gzip tar:app/.env")).expect("a finding in the layer");
    assert!(
        layer.0.starts_with("tar:blobs/sha256/1a (layer 1 of 1 of app:1.0, made by RUN |2 KEY="),
        "{layer:?}"
    );
    assert_eq!(layer.1, 2, "the line in the file of the layer");
    let configuration = "tar:blobs/sha256/2b (configuration of app:1.0)";
    let in_configuration = places.iter().filter(|(via, _)| via == configuration).count();
    assert!(in_configuration >= 2, "the key of a step and of a label: {places:?}");
}
