//! The JSON Schema of `skant.toml`, for editors that complete and check it. It is generated from the types that parse
//! the file; a test compares the committed schema with them.

/// The text of the schema.
pub(crate) const SCHEMA: &str = include_str!("../../../schema/skant.schema.json");

#[cfg(test)]
mod tests {
    use super::*;

    fn generated() -> String {
        let settings = schemars::generate::SchemaSettings::draft07();
        let mut schema =
            settings.into_generator().into_root_schema_for::<crate::policy::format::skant_toml::File>();
        schema.insert("title".into(), "skant.toml".into());
        format!("{}\n", serde_json::to_string_pretty(&schema).unwrap())
    }

    #[test]
    fn the_committed_schema_is_the_generated_one() {
        let generated = generated();
        if std::env::var_os("SNAPSHOTS").is_some_and(|wish| wish == "overwrite") {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/skant.schema.json");
            std::fs::write(path, &generated).unwrap();
        }
        assert!(
            generated == SCHEMA,
            "schema/skant.schema.json is out of date: SNAPSHOTS=overwrite cargo test --lib format::schema"
        );
    }
}
