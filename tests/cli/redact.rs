//! `skant redact`: a stream with its secrets masked.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::Stdio;

use testkit::trials::Trial;
use testkit::{Sandbox, skant_program, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        a_line_is_seen_before_the_input_ends,
        tokens_of_all_families_are_masked_and_the_rest_is_kept,
        settings_of_a_repository_switch_nothing_off,
        a_closed_output_ends_it
    ]
}

fn a_line_is_seen_before_the_input_ends() {
    let sandbox = Sandbox::empty();
    let key = tokens::token("API03", "a line");
    let mut child = sandbox
        .command(skant_program())
        .arg("redact")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut input, mut output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    // The key comes in two parts.
    input.write_all(format!("KEY={}", &key[..40]).as_bytes()).unwrap();
    input.flush().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(60));
    input.write_all(format!("{}\n", &key[40..]).as_bytes()).unwrap();
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    assert!(line.starts_with("KEY=sk-ant-api03-") && !line.contains(&key[20..36]), "{line}");
    drop(input);
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert_eq!((rest.as_str(), child.wait().unwrap().code()), ("", Some(0)));
}

fn tokens_of_all_families_are_masked_and_the_rest_is_kept() {
    let sandbox = Sandbox::empty();
    let tokens: Vec<String> =
        tokens::FAMILIES.iter().map(|(family, _)| tokens::token(family, "redact")).collect();
    let mut text = Vec::new();
    for token in &tokens {
        text.extend_from_slice(b"\xff before ");
        text.extend_from_slice(token.as_bytes());
        text.extend_from_slice(b" after\r\n");
    }
    let output = sandbox.skant_with_input(&["redact"], &text);
    assert_eq!(output.status.code(), Some(0), "{}", text_of(&output));
    let said = String::from_utf8_lossy(&output.stdout);
    for token in &tokens {
        assert!(!said.contains(&token[token.len() - 30..]), "{said}");
    }
    assert_eq!(output.stdout.split(|byte| *byte == b'\n').count(), tokens.len() + 1);
    assert!(output.stdout.starts_with(b"\xff before sk-ant-"), "{said}");
    let mapped = sandbox.skant_with_input(&["redact", "--map"], &text);
    assert!(String::from_utf8_lossy(&mapped.stdout).contains("before [anthropic-api-key-1] after"));
    let plain = b"nothing here\n\x00\x01 and no line end";
    assert_eq!(sandbox.skant_with_input(&["redact"], plain).stdout, plain);
}

fn settings_of_a_repository_switch_nothing_off() {
    let sandbox = Sandbox::with_commit();
    sandbox.write("skant.toml", "[rules]\ndisable = [\"anthropic-api-key\"]\n");
    let key = tokens::token("API03", "settings");
    let output = sandbox.skant_with_input(&["redact"], format!("{key} # skant:allow\n").as_bytes());
    assert!(!String::from_utf8_lossy(&output.stdout).contains(&key[20..40]), "{}", text_of(&output));
}

fn a_closed_output_ends_it() {
    let sandbox = Sandbox::empty();
    let mut child = sandbox
        .command(skant_program())
        .arg("redact")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    // The writer may see the end, too.
    let _ = child.stdin.take().unwrap().write_all(&b"a line\n".repeat(100_000));
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), text_of(&output).as_str()), (Some(0), ""));
}
