//! Tests of rejected values in the text around them.

use crate::detect::assignment::parse::{find_named_value, find_url_password};

/// Returns whether the value of the name around an anchor is rejected.
fn is_rejected(text: &str, anchor: &str) -> bool {
    let start = text.find(anchor).unwrap();
    let text = text.as_bytes();
    let assignment = find_named_value(text, &(start..start + anchor.len()));
    assignment.is_some_and(|assignment| super::rejection(text, &assignment).is_some())
}

#[test]
fn values_in_code_and_prose_are_rejected() {
    for (text, anchor) in [
        ("case ERROR_PASSWORD_EXPIRED: error = EACCES;", "PASSWORD"),
        ("environ[key] = 'kX9pQ2vR7'", "key"),
        ("config['password'] = hunter", "password"),
        ("input[type=\"password\"]:focus, a {}", "password"),
        ("Requires that --proxy-password also is set.", "password"),
        ("an email-&-password login in an app", "password"),
        ("secret = regexp.MustCompile(`kX9+`)", "secret"),
        ("checkPassword(eq(\"john\"), other)", "Password"),
        ("token = 1643842562", "token"),
        ("for user, password := range users", "password"),
        ("// Third password: build Servers and all", "password"),
        ("SIOCTOKEN = -0x3f879678", "TOKEN"),
        ("login(password=OMIT, token=x)", "password"),
        ("password: \"npm:^7.0.4\"", "password"),
        ("password = hunter2x + suffix", "password"),
        ("password = hunter2x ? other : none", "password"),
        ("password = hunterName;", "password"),
        ("password: hunter2x if present", "password"),
        ("password: hunter2x realm=there", "password"),
        ("password: forgotten by many", "password"),
        ("password: String!", "password"),
        ("[\"user\", \"password\", \"kX9pQ2vR7\"]", "password"),
        ("[\"password\", \"kX9pQ2vR7\", \"user\"]", "password"),
    ] {
        assert!(is_rejected(text, anchor), "{text}");
    }
    for (text, anchor) in [
        ("config['password'] = 'hunter2x'", "password"),
        ("run --proxy-password hunter2x", "password"),
        ("setPassword(eq(\"hunter2x\"))", "Password"),
        ("password: hunter2x", "password"),
        ("password: sunshine Username: carla", "password"),
        ("password = hunter2x // plus a word", "password"),
        ("password = hunter2x -- plus a word", "password"),
        ("password = hunter2x -v", "password"),
        ("password = hunter2x;", "password"),
        ("password = hunter2x realm=there", "password"),
        ("password: hunter2x by many", "password"),
        ("PASSWORD=Sesame!", "PASSWORD"),
        ("[\"password\", \"kX9pQ2vR7\"]", "password"),
        ("[\"--password\", \"hunter2x\", \"-v\"]", "password"),
        ("set :password, \"kX9pQ2vR7\" }", "password"),
    ] {
        assert!(!is_rejected(text, anchor), "{text}");
    }
}

#[test]
fn a_password_that_is_the_user_name_is_rejected() {
    let is_rejected = |text: &str| {
        let at = text.find("://").unwrap();
        let assignment = find_url_password(text.as_bytes(), &(at..at + 3)).unwrap();
        super::rejection(text.as_bytes(), &assignment).is_some()
    };
    assert!(is_rejected("postgres://kestrel:kestrel@db/app"));
    assert!(!is_rejected("postgres://kestrel:kestrel9@db/app") && !is_rejected("redis://:kestrel@db"));
}
