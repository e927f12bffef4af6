//! Credential pairs: a secret and the id near it are one finding with two spans, in each format.

use serde_json::Value;
use testkit::tokens::expand_with;
use testkit::trials::Trial;
use testkit::{Sandbox, text_of};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        pair_is_one_finding_with_two_spans,
        secret_and_id_alone_are_findings_of_their_own,
        consecutive_profiles_are_separate_pairs,
        text_and_sarif_show_both_spans,
        pair_that_loses_its_secret_is_not_new,
    ]
}

/// Pairs: the rule of the secret, the name of the id, and a text with both.
const PAIRS: [(&str, &str, &str); 9] = [
    (
        "aws-secret-access-key",
        "AWS access key id",
        "[default]\naws_access_key_id = «AKIA{aws}»\naws_secret_access_key = «{b64*40}»\n",
    ),
    (
        "aws-secret-access-key",
        "AWS access key id",
        "{\"SecretAccessKey\": \"«{b64*40}»\", \"AccessKeyId\": \"«ASIA{aws}»\"}\n",
    ),
    (
        "alibaba-secret-key",
        "Alibaba Cloud access key id",
        "ALIBABA_CLOUD_ACCESS_KEY_ID=«LTAI{an*20}»\nALIBABA_CLOUD_ACCESS_KEY_SECRET=«{an*30}»\n",
    ),
    (
        "tencent-secret-key",
        "Tencent Cloud secret id",
        "TENCENTCLOUD_SECRET_ID=«AKID{an*32}»\nTENCENTCLOUD_SECRET_KEY=«{an*32}#2»\n",
    ),
    (
        "twilio-auth-token",
        "Twilio account SID",
        "client = Client('«AC{hex*32}»', twilio_auth_token='«{hex*32}#2»')\n",
    ),
    ("twilio-api-secret", "Twilio API key SID", "TWILIO_API_KEY=«SK{hex*32}»\nTWILIO_API_SECRET=«{an*32}»\n"),
    (
        "gcp-oauth-client-secret",
        "Google OAuth client id",
        "{\"client_id\": \"123456789012-«{hex*32}».apps.googleusercontent.com\", \"client_secret\": \"«GOCSPX-{u64*28}»\"}\n",
    ),
    (
        "github-client-secret",
        "GitHub client id",
        "GITHUB_CLIENT_ID=Iv1.«{hex*16}»\nGITHUB_CLIENT_SECRET=«{hex*40}»\n",
    ),
    (
        "razorpay-key-secret",
        "Razorpay key id",
        "RAZORPAY_KEY_ID=rzp_live_«{an*14}»\nRAZORPAY_KEY_SECRET=«{an*24}»\n",
    ),
];

fn report(sandbox: &Sandbox, arguments: &[&str]) -> Value {
    let output = sandbox.skant(&[&["scan", "--format", "json"], arguments].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text_of(&output)))
}

fn findings(report: &Value) -> Vec<Value> {
    report["findings"].as_array().cloned().unwrap_or_default()
}

fn rules(report: &Value) -> Vec<String> {
    findings(report).iter().map(|finding| finding["rule"].as_str().expect("a rule").to_owned()).collect()
}

fn pair_is_one_finding_with_two_spans() {
    for (rule, name, text) in PAIRS {
        let sandbox = Sandbox::repo();
        let (bytes, tokens) = expand_with(text, "pair");
        sandbox.write("app.env", &bytes);
        let report = report(&sandbox, &[]);
        assert_eq!(rules(&report), [rule], "{text}");
        let finding = &findings(&report)[0];
        assert_eq!(finding["confidence"], "high", "{text}");
        let spans = finding["locations"][0]["spans"].as_array().cloned().unwrap_or_default();
        let parts: Vec<_> = spans.iter().map(|span| span["part"].as_str().expect("a part")).collect();
        assert_eq!(
            (parts.as_slice(), &spans[0]["name"]),
            (&["id", "secret"][..], &Value::from(name)),
            "{text}"
        );
        let place = |span: &Value| {
            let number = |name: &str| usize::try_from(span[name].as_u64().expect("a number")).expect("small");
            String::from_utf8_lossy(&bytes[number("byte_start")..number("byte_end")]).into_owned()
        };
        for token in &tokens {
            assert!(spans.iter().any(|span| place(span).contains(token.as_str())), "{text}");
            assert!(!report.to_string().contains(token.as_str()));
        }
    }
}

fn secret_and_id_alone_are_findings_of_their_own() {
    let sandbox = Sandbox::repo();
    let alone = |text: &str| {
        sandbox.write("app.env", expand_with(text, "alone").0);
        rules(&report(&sandbox, &[]))
    };
    assert_eq!(alone("aws_access_key_id = «AKIA{aws}»\n"), ["aws-access-key-id"]);
    assert_eq!(alone("aws_secret_access_key = «{b64*40}»\n"), ["aws-secret-access-key"]);
    assert_eq!(alone("TWILIO_ACCOUNT_SID=«AC{hex*32}»\n"), [""; 0]);
    assert_eq!(alone("TWILIO_AUTH_TOKEN=«{hex*32}»\n"), ["twilio-auth-token"]);
    let far = format!(
        "aws_access_key_id = «AKIA{{aws}}»\n{}aws_secret_access_key = «{{b64*40}}»\n",
        "# a line\n".repeat(80)
    );
    assert_eq!(alone(&far), ["aws-access-key-id", "aws-secret-access-key"]);
    // The documented example id is no id, and a placeholder takes none.
    let example = "aws_access_key_id = «AKIA{}IOSFODNN7EXAMPLE»\naws_secret_access_key = «{b64*40}»\n";
    assert_eq!(alone(example), ["aws-secret-access-key"]);
    assert!(findings(&report(&sandbox, &[]))[0]["locations"][0].get("spans").is_none());
    let example =
        "aws_access_key_id = «AKIA{aws}»\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n";
    assert_eq!(alone(example), ["aws-access-key-id"]);
}

fn consecutive_profiles_are_separate_pairs() {
    let sandbox = Sandbox::repo();
    let profile = |number: usize| {
        format!(
            "[p{number}]\naws_access_key_id = «AKIA{{aws}}#{number}»\naws_secret_access_key = «{{b64*40}}#{number}»\n"
        )
    };
    sandbox.write("credentials", expand_with(&[1, 2, 3].map(profile).concat(), "").0);
    let report = report(&sandbox, &[]);
    assert_eq!(rules(&report), ["aws-secret-access-key"; 3]);
    for finding in findings(&report) {
        let spans = &finding["locations"][0]["spans"];
        assert_eq!(spans[0]["line"].as_u64().map(|line| line + 1), spans[1]["line"].as_u64());
    }
}

fn text_and_sarif_show_both_spans() {
    let sandbox = Sandbox::repo();
    let (bytes, tokens) = expand_with(PAIRS[0].2, "shown");
    sandbox.write("app.env", &bytes);
    let human = text_of(&sandbox.skant(&["scan"]));
    assert!(human.contains("belongs to  AWS access key id AKIA"), "{human}");
    let sarif: Value =
        serde_json::from_slice(&sandbox.skant(&["scan", "--format", "sarif"]).stdout).expect("SARIF");
    let related = &sarif["runs"][0]["results"][0]["relatedLocations"][0];
    assert_eq!(related["message"]["text"], "AWS access key id");
    assert_eq!(related["physicalLocation"]["region"]["startLine"], 2);
    for text in [human, sarif.to_string()] {
        assert!(tokens.iter().all(|token| !text.contains(token.as_str())));
    }
}

fn pair_that_loses_its_secret_is_not_new() {
    let sandbox = Sandbox::repo();
    let both = expand_with(PAIRS[0].2, "").0;
    sandbox.write("app.env", &both);
    sandbox.commit_all("both");
    let text = String::from_utf8(both).expect("text");
    let first_lines: String = text.lines().take(2).flat_map(|line| [line, "\n"]).collect();
    sandbox.write("app.env", first_lines);
    sandbox.git(&["add", "app.env"]);
    assert_eq!(rules(&report(&sandbox, &["--staged"])), [""; 0]);
    assert_eq!(rules(&report(&sandbox, &[])), ["aws-access-key-id"]);
    sandbox.commit_all("the id alone");
    let history = report(&sandbox, &["--history"]);
    assert_eq!(rules(&history), ["aws-access-key-id", "aws-secret-access-key"]);
    assert_eq!(findings(&history)[0]["history"]["commits"], 2);
}
