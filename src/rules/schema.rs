//! The JSON Schema of rule packs, `schema/rules.schema.json`: editors complete and check `rules/*.toml` with it.
//! The program does not contain it, since packs are compiled in; this test keeps the file equal to the types.

use std::path::Path;

use serde_json::Value;

#[test]
fn the_schema_of_packs_describes_the_types_that_read_them() {
    stays_current::<skant_rule_schema::PackSpec>("rules.schema.json", "A rule pack of skant");
}

#[test]
fn the_schema_of_verifiers_describes_the_types_and_accepts_the_built_in_ones() {
    stays_current::<skant_rule_schema::VerifierFile>("verifiers.schema.json", "The verifiers of a provider");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let schema = std::fs::read_to_string(folder.join("schema/verifiers.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    for text in texts("rules/verifiers") {
        assert!(
            text.starts_with("#:schema ../../schema/verifiers.schema.json\n"),
            "an editor finds the schema"
        );
        let file: Value = toml::from_str(&text).unwrap();
        schema.validate(&file).unwrap();
    }
}

#[test]
fn the_reference_of_verifiers_names_every_key() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let schema = std::fs::read_to_string(folder.join("schema/verifiers.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let reference = std::fs::read_to_string(folder.join("docs/verifiers.md")).unwrap();
    let definitions = schema["definitions"].as_object().unwrap().values();
    let objects = definitions.chain([&schema]).filter_map(|of| of["properties"].as_object());
    let mut names: Vec<&String> = objects.flat_map(|properties| properties.keys()).collect();
    assert!(names.len() > 30, "{names:?}");
    names.retain(|name| !reference.contains(name.as_str()));
    assert!(names.is_empty(), "docs/verifiers.md does not explain {names:?}");
}

/// Returns the texts of the TOML files of a folder.
fn texts(folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap();
    let files = entries.map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

/// Checks that the checked-in schema of a type is the one that the type has.
fn stays_current<T: schemars::JsonSchema>(name: &str, title: &str) {
    let settings = schemars::generate::SchemaSettings::draft07();
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.insert("title".into(), title.into());
    let generated = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema").join(name);
    if std::env::var_os("SNAPSHOTS").is_some_and(|wish| wish == "overwrite") {
        std::fs::write(&path, &generated).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap() == generated,
        "schema/{name} is out of date: SNAPSHOTS=overwrite cargo test --lib rules::schema"
    );
}

#[test]
fn the_schema_of_packs_accepts_the_built_in_packs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let schema = std::fs::read_to_string(folder.join("schema/rules.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    for text in texts("rules") {
        assert!(text.starts_with("#:schema ../schema/rules.schema.json\n"), "an editor finds the schema");
        let pack: Value = toml::from_str(&text).unwrap();
        schema.validate(&pack).unwrap();
    }
}

#[test]
fn the_reference_of_packs_names_every_key_and_value() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let schema = std::fs::read_to_string(folder.join("schema/rules.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let reference = std::fs::read_to_string(folder.join("docs/rule-packs.md")).unwrap();
    let keys = |of: &Value| of["properties"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let values = |of: &Value| {
        let variants = of["oneOf"].as_array().unwrap().iter();
        variants.map(|variant| variant["const"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let definition = |name: &str| &schema["definitions"][name];
    let mut names = keys(&schema);
    for name in ["RuleSpec", "PairSpec", "CallSpec", "CommandSpec"] {
        names.extend(keys(definition(name)));
    }
    for name in ["Severity", "Alphabet", "Check", "MayFollow"] {
        names.extend(values(definition(name)));
    }
    assert!(names.len() > 90, "{names:?}");
    names.retain(|name| !reference.contains(name.as_str()));
    assert!(names.is_empty(), "docs/rule-packs.md does not explain {names:?}");
}
