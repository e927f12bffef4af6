//! Runs the scripts of the release workflow for each of its targets, with stand-ins for the compiler, and holds what
//! they make to what `cargo binstall`, the package managers and the action ask for.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use regex::Regex;
use sha2::{Digest as _, Sha256};
use testkit::trials::{Ran, Skip, Trial};
use testkit::{needs, text_of, write_script};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        binstall_finds_the_archives,
        package_managers_get_the_archives_and_their_sums,
        each_system_has_an_npm_package_that_is_published_before_the_main_one,
        action_and_component_ask_for_the_archives,
    ]
}

const VERSION: &str = env!("CARGO_PKG_VERSION");
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).expect("readable")
}

/// A target of the release workflow, with the system of its npm package.
struct Target {
    name: String,
    system: String,
}

impl Target {
    fn all() -> Vec<Self> {
        let entry = Regex::new(r"- target: (\S+)\n\s+runner: \S+\n\s+npm: (\S+)").expect("an expression");
        let workflow = read(".github/workflows/release.yml");
        let all: Vec<Self> = entry
            .captures_iter(&workflow)
            .map(|entry| Self { name: entry[1].to_owned(), system: entry[2].to_owned() })
            .collect();
        assert!(all.len() >= 5, "the matrix of the workflow");
        all
    }

    fn is_windows(&self) -> bool {
        self.name.contains("-windows-")
    }
}

/// What the scripts made of a program for each target; the "program" is a text that names the target.
struct Release {
    folder: tempfile::TempDir,
    targets: Vec<Target>,
}

impl Release {
    fn make() -> Result<Self, Skip> {
        for program in ["bash", "tar", "awk", "sed", "sha256sum"] {
            needs::program(program)?;
        }
        let release = Self { folder: tempfile::tempdir().expect("a folder"), targets: Target::all() };
        std::fs::create_dir(release.path("bin")).expect("a folder");
        write_script(
            &release.path("bin/cargo"),
            "#!/bin/sh\nwhile [ \"$1\" != --target ]; do shift; done\nmade=$CARGO_TARGET_DIR/$2/release\n\
             mkdir -p \"$made\"\ncase $2 in *-windows-*) end=.exe ;; *) end= ;; esac\nprintf %s \"$2\" > \"$made/skant$end\"\n",
        );
        // `7z a OPTIONS ARCHIVE FOLDER`; the list of the files stands for the archive.
        write_script(&release.path("bin/7z"), "#!/bin/sh\nfind \"$4\" -type f > \"$3\"\n");
        for target in &release.targets {
            release.run("packaging/archive", &[&target.name, &target.system, "dist"]);
        }
        release.run("packaging/sums", &["dist"]);
        Ok(release)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Runs a script of the project; names in its arguments that are made here get their full path.
    fn run(&self, script: &str, arguments: &[&str]) {
        let path = std::env::var("PATH").expect("a PATH");
        let arguments = arguments.iter().map(|argument| match *argument {
            "dist" | "dist/npm" | "dist/programs" => self.path(argument).display().to_string(),
            other => other.to_owned(),
        });
        std::fs::create_dir_all(self.path("dist")).expect("a folder");
        let output = Command::new("bash")
            .arg(root().join(script))
            .args(arguments)
            .env("PATH", format!("{}:{path}", self.path("bin").display()))
            .env("CARGO_TARGET_DIR", self.path("target"))
            .output()
            .expect("bash runs");
        assert!(output.status.success(), "{script}: {}", text_of(&output));
    }

    /// Returns the names in an archive.
    fn members(&self, archive: &str) -> Vec<String> {
        let path = self.path("dist").join(archive);
        let text = if path.extension().is_some_and(|end| end == "zip") {
            std::fs::read_to_string(path).expect("an archive")
        } else {
            let output = Command::new("tar").arg("-tzf").arg(path).output().expect("tar runs");
            assert!(output.status.success(), "{archive}: {}", text_of(&output));
            text_of(&output)
        };
        text.lines().map(str::to_owned).collect()
    }
}

fn binstall_finds_the_archives() -> Ran {
    let release = Release::make()?;
    let manifest: toml::Table = toml::from_str(&read("Cargo.toml")).expect("TOML");
    let binstall = manifest["package"]["metadata"]["binstall"].as_table().expect("a table");
    let mut asked: Vec<(String, &Target)> =
        release.targets.iter().map(|target| (target.name.clone(), target)).collect();
    // A host without glibc asks for the target with musl; the programs for Linux are static and run there.
    let linux = release.targets.iter().filter(|target| target.name.ends_with("-linux-gnu"));
    asked.extend(linux.map(|target| (target.name.replace("-gnu", "-musl"), target)));
    assert!(asked.len() > release.targets.len());
    for (asked, target) in asked {
        let entry = |key: &str| {
            let own = binstall["overrides"].get(&asked).and_then(|entries| entries.get(key));
            own.unwrap_or(&binstall[key]).as_str().expect("a text").to_owned()
        };
        let render = |template: &str| {
            let values = [
                ("repo", REPOSITORY),
                ("name", "skant"),
                ("bin", "skant"),
                ("version", VERSION),
                ("target", &asked),
                ("archive-suffix", &format!(".{}", entry("pkg-fmt"))),
                ("binary-ext", if target.is_windows() { ".exe" } else { "" }),
            ];
            let replace =
                |text: String, (name, value): &(&str, &str)| text.replace(&format!("{{ {name} }}"), value);
            values.iter().fold(template.to_owned(), replace)
        };
        let address = render(&entry("pkg-url"));
        let archive = address
            .strip_prefix(&format!("{REPOSITORY}/releases/download/v{VERSION}/"))
            .unwrap_or_else(|| panic!("{asked}: {address}"));
        let members = release.members(archive);
        let program = render(&entry("bin-dir"));
        assert!(members.contains(&program), "{asked}: no {program} among {members:?}");
    }
    Ok(())
}

/// Returns the address and the sum of each archive that the package managers get, sorted.
fn expected_downloads(release: &Release) -> Vec<(String, String)> {
    let mut expected: Vec<(String, String)> = release
        .targets
        .iter()
        .filter(|target| !target.is_windows())
        .map(|target| {
            let archive = format!("skant-{}-v{VERSION}.tgz", target.name);
            let content = std::fs::read(release.path("dist").join(&archive)).expect("an archive");
            let sum = Sha256::digest(&content).iter().fold(String::new(), |mut sum, byte| {
                // Writing to a string does not fail.
                let _ = write!(sum, "{byte:02x}");
                sum
            });
            (format!("{REPOSITORY}/releases/download/v{VERSION}/{archive}"), sum)
        })
        .collect();
    expected.sort_unstable();
    expected
}

fn package_managers_get_the_archives_and_their_sums() -> Ran {
    let release = Release::make()?;
    let expected = expected_downloads(&release);
    let formula = release.text("dist/skant.rb");
    let entry = Regex::new(r#"url "(\S+)"\s+sha256 "(\S+)""#).expect("an expression");
    let mut found: Vec<(String, String)> =
        entry.captures_iter(&formula).map(|entry| (entry[1].to_owned(), entry[2].to_owned())).collect();
    found.sort_unstable();
    assert_eq!(found, expected, "the formula for Homebrew");

    let entry: toml::Table = toml::from_str(&release.text("dist/skant.toml")).expect("TOML");
    let tool = &entry["tools"]["http:skant"];
    assert_eq!(tool["version"].as_str(), Some(VERSION));
    let platforms = tool["platforms"].as_table().expect("platforms").values();
    let mut found: Vec<(String, String)> = platforms
        .map(|entry| {
            let text = |key: &str| entry[key].as_str().expect("a text").to_owned();
            (text("url"), text("checksum").trim_start_matches("sha256:").to_owned())
        })
        .collect();
    found.sort_unstable();
    assert_eq!(found, expected, "the entry for mise");

    needs::program("ruby")?;
    let checked = Command::new("ruby").arg("-c").arg(release.path("dist/skant.rb")).output().expect("runs");
    assert!(checked.status.success(), "{}", text_of(&checked));
    Ok(())
}

fn each_system_has_an_npm_package_that_is_published_before_the_main_one() -> Ran {
    needs::program("npm")?;
    let release = Release::make()?;
    let workflow = read(".github/workflows/release.yml");
    let arguments = workflow
        .lines()
        .find_map(|line| line.trim().strip_prefix("- run: packaging/npm/pack "))
        .expect("the packages are packed");
    release.run("packaging/npm/pack", &arguments.split(' ').collect::<Vec<_>>());

    // The list of the loop that publishes, in the order of the shell.
    let list = Regex::new(r"for package in (.*); do npm publish").expect("an expression");
    let list = &list.captures(&workflow).expect("the packages are published")[1];
    let output = Command::new("bash")
        .args(["-c", &format!("printf '%s\\n' {list}")])
        .current_dir(release.folder.path())
        .output()
        .expect("bash runs");
    let text = text_of(&output);
    let mut published: Vec<&str> = text.lines().collect();
    let main = format!("dist/npm/skant-{VERSION}.tgz");
    assert_eq!(published.pop(), Some(main.as_str()), "{text}");
    let mut expected: Vec<String> = release
        .targets
        .iter()
        .map(|target| format!("dist/npm/skant-{}-{VERSION}.tgz", target.system))
        .collect();
    expected.sort_unstable();
    assert_eq!(published, expected);
    for target in &release.targets {
        let package = format!("npm/skant-{}-{VERSION}.tgz", target.system);
        let end = if target.is_windows() { ".exe" } else { "" };
        assert!(release.members(&package).contains(&format!("package/bin/skant{end}")), "{package}");
        assert_eq!(release.text(&format!("dist/programs/{}/skant", target.system)), target.name);
    }
    Ok(())
}

fn action_and_component_ask_for_the_archives() -> Ran {
    let release = Release::make()?;
    for file in ["packaging/action/download", "templates/skant.yml"] {
        let text = read(file);
        let name = "archive=skant-$target-v$SKANT_VERSION.tgz\n";
        assert!(text.contains(name), "{file} asks for another name");
        let targets: Vec<&str> =
            text.lines().filter_map(|line| line.split("target=").nth(1)?.strip_suffix(" ;;")).collect();
        assert!(targets.len() >= 2, "{file}: {targets:?}");
        for target in targets {
            let archive = format!("skant-{target}-v{VERSION}.tgz");
            assert!(release.path("dist").join(&archive).is_file(), "{file} asks for {archive}");
        }
    }
    Ok(())
}
