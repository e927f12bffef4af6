//! `skant fix`: the files around the code, and names that are taken.

use std::fs;

use testkit::trials::Trial;
use testkit::{Sandbox, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        env_file_that_takes_no_line_is_refused_and_nothing_is_written,
        line_of_an_ignore_file_without_effect_is_taken_back,
        file_of_a_submodule_or_without_the_right_to_write_stays,
        env_file_outside_of_the_repository_is_refused,
        taken_names_of_stores_and_variables_get_a_number,
        escapes_are_decoded_for_a_store_or_refused,
    ]
}

fn leaky(file: &str, text: &str) -> Sandbox {
    let sandbox = Sandbox::repo();
    sandbox.write(file, text);
    sandbox.commit_all("leak");
    sandbox
}

fn read(sandbox: &Sandbox, path: &str) -> String {
    fs::read_to_string(sandbox.dir.join(path)).unwrap()
}

fn env_file_that_takes_no_line_is_refused_and_nothing_is_written() {
    let key = tokens::api_key("taken");
    let sandbox = leaky("app.py", &format!("A = \"{key}\"\n"));
    let utf16: Vec<u8> = "\u{feff}A=1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (file, text, says) in [
        (".env", &b"A='one\nB=2\n"[..], "the quote on line 1 of"),
        (".env", &utf16, "is not written in UTF-8"),
        (".env", b"A=\xe9\n", "is not written in UTF-8"),
        (".env.example", &utf16, "is not written in UTF-8"),
    ] {
        sandbox.write(file, text);
        let output = sandbox.skant(&["fix", "--yes", "app.py"]);
        assert_eq!(output.status.code(), Some(2), "{says}");
        assert!(text_of(&output).contains(says), "{}", text_of(&output));
        assert!(fs::read(sandbox.dir.join(file)).unwrap() == text);
        assert!(read(&sandbox, "app.py").contains(&key));
        assert!(!sandbox.dir.join(".gitignore").exists(), "{says}");
        fs::remove_file(sandbox.dir.join(file)).unwrap();
    }
}

fn line_of_an_ignore_file_without_effect_is_taken_back() {
    let key = tokens::api_key("include");
    let sandbox = leaky("sub/app.py", &format!("A = \"{key}\"\n"));
    sandbox.write("sub/.gitignore", "!.env\n");
    sandbox.write("sub/.env.example", "");
    for before in [None, Some("x\n")] {
        if let Some(text) = before {
            sandbox.write(".gitignore", text);
        }
        for _ in 0..2 {
            let output = sandbox.skant(&["fix", "--yes", "sub/app.py"]);
            assert_eq!(output.status.code(), Some(2), "{}", text_of(&output));
            assert!(text_of(&output).contains("git would not ignore"), "{}", text_of(&output));
            let now = fs::read_to_string(sandbox.dir.join(".gitignore")).ok();
            assert_eq!(now.as_deref(), before);
            assert!(!sandbox.dir.join("sub/.env").exists());
        }
    }
    // The author of the folder ignores the example: it stays ignored, and no line is added at each run.
    sandbox.write("sub/.gitignore", ".env*\n");
    assert_eq!(sandbox.skant(&["fix", "--yes", "sub/app.py"]).status.code(), Some(0));
    assert_eq!(read(&sandbox, ".gitignore"), "x\n");
}

fn file_of_a_submodule_or_without_the_right_to_write_stays() {
    let key = tokens::api_key("submodule");
    let sandbox = leaky("app.py", &format!("A = \"{key}\"\n"));
    sandbox.sh("git init -q lib && cp app.py lib/ && git -C lib add app.py && git -C lib commit -qm x");
    sandbox.sh("git -c advice.addEmbeddedRepo=false add lib && git commit -qm lib && chmod 444 app.py");
    let output = sandbox.skant(&["fix", "--yes"]);
    let said = text_of(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("run `skant -C lib fix`"), "{said}");
    assert!(said.contains("it is read-only: `chmod u+w app.py`"), "{said}");
    assert!(!sandbox.dir.join(".env").exists());
    assert!(read(&sandbox, "lib/app.py").contains(&key) && read(&sandbox, "app.py").contains(&key));
    sandbox.sh("chmod u+w app.py");
    assert_eq!(sandbox.skant(&["-C", "lib", "fix", "--yes"]).status.code(), Some(0));
    assert!(read(&sandbox, "lib/.env").contains(&key) && !sandbox.dir.join(".env").exists());
}

fn env_file_outside_of_the_repository_is_refused() {
    let key = tokens::api_key("outside");
    let sandbox = leaky("app.py", &format!("A = \"{key}\"\n"));
    let output = sandbox.skant(&["fix", "--yes", "--env-file", "../elsewhere.env"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text_of(&output).contains("is outside of the repository"), "{}", text_of(&output));
    assert!(read(&sandbox, "app.py").contains(&key));
}

fn taken_names_of_stores_and_variables_get_a_number() {
    let (one, other) = (tokens::api_key("one"), tokens::api_key("other"));
    let sandbox = leaky("app.py", &format!("A = \"{one}\"\nB = \"{other}\"\nC = \"{one}\"\n"));
    let said = text_of(&sandbox.skant(&["fix", "--to", "github-actions"]));
    let puts: Vec<&str> = said.lines().filter_map(|line| line.split("gh secret set ").nth(1)).collect();
    assert_eq!(puts, ["ANTHROPIC_API_KEY", "ANTHROPIC_API_KEY_2", "ANTHROPIC_API_KEY"]);
    // A look-up whose variable has another value keeps its own name.
    sandbox.write("app.py", format!("import os\nA = os.environ.get(\"TOKEN\", \"{one}\")\n"));
    sandbox.write(".env", "TOKEN=other\n");
    assert_eq!(sandbox.skant(&["fix", "--yes", "app.py"]).status.code(), Some(0));
    assert_eq!(
        read(&sandbox, "app.py"),
        "import os\nA = os.environ.get(\"TOKEN\", os.environ[\"TOKEN_2\"])\n"
    );
    // Terraform: the variable of another file and that of this run.
    sandbox.write("t/variables.tf", "variable \"anthropic_api_key\" {\n  type = number\n}\n");
    for file in ["t/a.tf", "t/b.tf"] {
        sandbox.write(file, format!("provider \"x\" {{\n  key = \"{other}\"\n}}\n"));
    }
    assert_eq!(sandbox.skant(&["fix", "--yes", "t"]).status.code(), Some(0));
    let both = read(&sandbox, "t/a.tf") + &read(&sandbox, "t/b.tf");
    assert_eq!(both.matches("key = var.anthropic_api_key_2").count(), 2, "{both}");
    assert_eq!(both.matches("variable \"anthropic_api_key_2\"").count(), 1, "{both}");
}

fn escapes_are_decoded_for_a_store_or_refused() {
    let password = ["kX9$pQ2!", "vR7/tLm%Zw"].concat();
    let escaped = password.replace('$', "\\$").replace('/', "\\/");
    let sandbox = leaky("app.js", &format!("const dbPassword = \"{escaped}\";\n"));
    let said = text_of(&sandbox.skant(&["fix", "--to", "doppler"]));
    let line = said.lines().find(|line| line.starts_with("tail ")).unwrap_or_default();
    let (read, _) = line.split_once(" | doppler").unwrap_or_default();
    assert!(sandbox.sh(read) == password, "{said}");
    let escaped = password.replace('p', "\\u0070");
    sandbox.write("app.js", format!("const dbPassword = \"{escaped}\";\n"));
    let output = sandbox.skant(&["fix", "--to", "doppler"]);
    assert_eq!(output.status.code(), Some(1), "{}", text_of(&output));
    assert!(text_of(&output).contains("it has escape sequences"), "{}", text_of(&output));
}
