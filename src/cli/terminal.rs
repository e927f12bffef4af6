//! What the streams of this process can show: colours, and characters beyond ASCII.

use std::ffi::OsString;

use super::args::{Common, When};
use crate::report::human;
use crate::report::human::Detail;

/// Returns the options of text for people. `is_terminal`: whether the text goes to a terminal.
pub(crate) fn human_options(common: &Common, is_terminal: bool) -> human::Options {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let detail = match (common.quiet, common.verbose) {
        (true, _) => Detail::Quiet,
        (false, 0) => Detail::Normal,
        (false, _) => Detail::Verbose,
    };
    human::Options {
        color: has_color(common.color, is_terminal, variable),
        ascii: is_ascii_only(variable),
        detail,
        ..human::Options::default()
    }
}

/// Whether text is coloured. `NO_COLOR` forbids colours (no-color.org), `FORCE_COLOR` and `CLICOLOR_FORCE` ask for them
/// where there is no terminal (force-color.org, bixense.com/clicolors).
fn has_color(when: When, is_terminal: bool, variable: impl Fn(&str) -> Option<OsString>) -> bool {
    match when {
        When::Always => true,
        When::Never => false,
        When::Auto if variable("NO_COLOR").is_some() => false,
        When::Auto => {
            let is_forced = ["FORCE_COLOR", "CLICOLOR_FORCE"]
                .iter()
                .any(|name| variable(name).is_some_and(|value| value != "0" && value != "false"));
            is_forced || (is_terminal && variable("TERM").is_none_or(|term| term != "dumb"))
        }
    }
}

/// Whether only ASCII may be printed: the locale names another character set than UTF-8, or the terminal is `dumb`. The
/// locale is the first of these variables that is set, as in POSIX; a system without one is taken for UTF-8.
fn is_ascii_only(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    if variable("TERM").is_some_and(|term| term == "dumb") {
        return true;
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| variable(name));
    locale.is_some_and(|locale| {
        let name = locale.to_string_lossy().to_ascii_lowercase();
        !name.contains("utf-8") && !name.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set<'v>(variables: &'v [(&'v str, &'v str)]) -> impl Fn(&str) -> Option<OsString> + 'v {
        move |name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into())
    }

    #[test]
    fn colour_follows_the_option_then_the_variables_then_the_terminal() {
        for (when, is_terminal, variables, expected) in [
            (When::Auto, true, &[][..], true),
            (When::Auto, false, &[], false),
            (When::Auto, true, &[("TERM", "dumb")], false),
            (When::Auto, true, &[("NO_COLOR", "1")], false),
            (When::Auto, false, &[("FORCE_COLOR", "1")], true),
            (When::Auto, false, &[("FORCE_COLOR", "0")], false),
            (When::Auto, false, &[("CLICOLOR_FORCE", "1")], true),
            (When::Auto, false, &[("FORCE_COLOR", "1"), ("NO_COLOR", "1")], false),
            (When::Always, false, &[("NO_COLOR", "1")], true),
            (When::Never, true, &[("FORCE_COLOR", "1")], false),
        ] {
            assert_eq!(has_color(when, is_terminal, set(variables)), expected, "{when:?} {variables:?}");
        }
    }

    #[test]
    fn a_locale_without_utf8_and_a_dumb_terminal_get_ascii() {
        for (variables, expected) in [
            (&[][..], false),
            (&[("LANG", "en_US.UTF-8")], false),
            (&[("LC_ALL", "C.utf8")], false),
            (&[("LC_ALL", "C")], true),
            (&[("LANG", "de_DE.ISO-8859-1")], true),
            (&[("LC_ALL", "C"), ("LANG", "en_US.UTF-8")], true),
            (&[("LC_CTYPE", "C.UTF-8"), ("LANG", "C")], false),
            (&[("TERM", "dumb"), ("LANG", "C.UTF-8")], true),
        ] {
            assert_eq!(is_ascii_only(set(variables)), expected, "{variables:?}");
        }
    }
}
