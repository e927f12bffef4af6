//! Runs actionlint and zizmor on the workflows that the documents tell others to copy, on the action, and on our own.

use std::path::Path;

use testkit::trials::{Ran, Skip, Trial};
use testkit::{Sandbox, needs, text_of};

pub fn trials() -> Vec<Trial> {
    testkit::trials![zizmor_finds_nothing, actionlint_finds_nothing]
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Makes a repository with the action and every workflow.
fn workflows() -> Sandbox {
    let sandbox = Sandbox::repo();
    let read = |file: &Path| std::fs::read_to_string(file).expect("readable");
    sandbox.write("action.yml", read(&root().join("action.yml")));
    for entry in std::fs::read_dir(root().join(".github/workflows")).expect("listed") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_str().expect("UTF-8");
        sandbox.write(&format!(".github/workflows/{name}"), read(&path));
    }
    let mut count = 0;
    for document in ["README.md", "docs/ci.md", "docs/hooks.md"] {
        let text = read(&root().join(document));
        for block in text.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()) {
            if block.contains("runs-on:") {
                count += 1;
                sandbox.write(&format!(".github/workflows/document-{count}.yml"), block);
            }
        }
    }
    assert!(count > 0, "the documents have a workflow");
    sandbox
}

fn zizmor_finds_nothing() -> Ran {
    needs::success("zizmor", &["--version"])?;
    let sandbox = workflows();
    let arguments = ["--offline", "--persona=regular", "."];
    let output = sandbox.command("zizmor").args(arguments).output().expect("zizmor runs");
    let text = text_of(&output);
    assert!(output.status.success() && !text.contains("failed to parse"), "{text}");
    Ok(())
}

fn actionlint_finds_nothing() -> Result<(), Skip> {
    needs::program("actionlint")?;
    let sandbox = workflows();
    let output = sandbox.command("actionlint").output().expect("actionlint runs");
    assert!(output.status.success(), "{}", text_of(&output));
    Ok(())
}
