//! Features in words, for people.

/// As features name it.
const NEW_LINE: &str = "\\n";

/// A feature, named as it stands in the table, as a sentence's part.
pub(crate) fn in_words(feature: &str) -> String {
    let (kind, rest) = feature.split_once(':').unwrap_or((feature, ""));
    let mut words = rest.split('|');
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    match kind {
        "form" => format!("stands in the form {}", form(first, second)),
        "before" if first == NEW_LINE => "the name begins its line".to_owned(),
        "before" => format!("`{first}` stands before the name"),
        "after" if second == NEW_LINE => "the value ends its line".to_owned(),
        "after" => format!("`{second}` follows the value"),
        "wrapper" => format!("the value stands in a call of `{first}`"),
        "scheme" => format!("`{first}` stands before the value"),
        "host" => format!("the address has a host of the kind {first}"),
        "line" => format!("its line begins with {first}"),
        "name" => format!("the name holds `{first}`"),
        "name-end" => format!("the name ends in `{first}`"),
        "name-alone" => format!("the name is `{first}` alone"),
        "stem" => format!("the name says {first}"),
        "class" => format!("the value looks like {}", class(first)),
        "length" => format!("for {} it has that length", class(first)),
        "covered" => format!("{} of its letters are words", share(first)),
        "words" => format!("{second} dictionary words stand in {}", class(first)),
        "likeness" | "likeness-of" => "how its letters follow each other".to_owned(),
        "changes" => "how often letters, digits and signs change".to_owned(),
        "digits" => "how many of its characters are digits".to_owned(),
        "distinct" => "how many different characters it has".to_owned(),
        "case" => letters(second).to_owned(),
        "case-for" => {
            let small =
                if first == "upper" { "none of its letters is small" } else { "it has small letters" };
            format!("{small}, as {}", class(second))
        }
        "digits-at" => format!("its digits stand {}", if second == "end" { "at the end" } else { "inside" }),
        "sign" => format!("holds `{first}`"),
        "hex" => "how many hexadecimal digits it has".to_owned(),
        "padding" => "ends as base64 does".to_owned(),
        "ends-like" => "ends as a sentence does".to_owned(),
        // Which one is a part of the secret.
        "value" => "a word that the value holds".to_owned(),
        "class-for" => format!("a name that says {second} has {}", class(first)),
        "class-in" => format!("{} stands in this form", class(first)),
        "covered-for" => format!("a name that says {second} has a value of which {} is words", share(first)),
        "shared" => format!("the value shares {first} with its name"),
        "decodes" => "is a name and a password in base64".to_owned(),
        "line-before" => format!("`{first}` stands before it on the line"),
        "line-after" => format!("`{first}` stands behind it on the line"),
        "above" => format!("`{first}` stands above it"),
        "below" => format!("`{first}` stands below it"),
        _ => feature.to_owned(),
    }
}

fn form(operator: &str, quote: &str) -> String {
    let name = match operator {
        "assign" => "`name = value`",
        "colon" => "`name: value`",
        "arrow" => "`name => value`",
        "compare" => "`name == value`",
        "comma" => "`name, value`",
        "call" => "`name(value)`",
        "tag" => "`<name>value`",
        "flag" => "`--name value`",
        "space" => "`name value`",
        "pair" => "`name: …, value: …`",
        "scheme" => "of a header",
        "sql" => "of a statement in SQL",
        "url" => "of an address with a password",
        _ => "of a login",
    };
    match quote {
        "bare" => format!("{name} without quotes"),
        "escaped" => format!("{name} in quotes that are escaped"),
        _ => format!("{name} in quotes"),
    }
}

fn letters(case: &str) -> &'static str {
    match case {
        "lower" => "its letters are small",
        "upper" => "its letters are capitals",
        "capital" => "its first letter is a capital",
        "both" => "it has small letters and capitals",
        _ => "it has no letters",
    }
}

fn class(name: &str) -> &'static str {
    match name {
        "number" => "a number",
        "hex" => "hexadecimal digits",
        "word" => "a word",
        "letters" => "letters by chance",
        "camel" => "words run together",
        "mixed" => "letters of both cases by chance",
        "joined" => "words with signs between them",
        "word-digits" => "words with digits or signs",
        "typed" => "a password",
        "random" => "characters by chance",
        "sentence" => "a sentence",
        _ => "a path",
    }
}

fn share(bin: &str) -> &'static str {
    match bin {
        "0" => "none",
        "1" => "a few",
        "2" => "half",
        "3" => "most",
        _ => "all",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;

    fn features() -> impl Iterator<Item = &'static str> {
        include_str!("../../../model/weights.tsv").lines().filter_map(|line| {
            let (feature, _) = line.split_once('\t')?;
            feature.contains(':').then_some(feature)
        })
    }

    #[test]
    fn forms_are_written_as_they_stand() {
        assert_eq!(in_words("form:tag|bare"), "stands in the form `<name>value` without quotes");
        assert_eq!(in_words("form:flag|double"), "stands in the form `--name value` in quotes");
        assert_eq!(in_words("before:\\n"), "the name begins its line");
        assert_eq!(in_words("after:bare|\\n"), "the value ends its line");
    }

    #[test]
    fn each_feature_of_the_model_is_said_in_words() {
        let (mut count, mut forms) = (0, HashMap::new());
        let (mut cases, mut classes) = (HashMap::new(), HashMap::new());
        for feature in features() {
            count += 1;
            let said = in_words(feature);
            assert!(said.contains(' ') && said != feature, "{feature}");
            let (kind, rest) = feature.split_once(':').unwrap();
            let first = rest.split('|').next().unwrap();
            match kind {
                // What stands in a value is not shown.
                "value" => assert!(!said.contains(&format!("`{rest}`"))),
                "form" => _ = forms.insert(rest.replace("single", "double"), said),
                "case" => _ = cases.insert(rest.split('|').nth(1).unwrap(), said),
                "class" => _ = classes.insert(first, said),
                _ => {}
            }
        }
        assert!(count > 1000, "{count}");
        // Each form and each class has words of its own.
        assert_eq!(forms.values().collect::<HashSet<_>>().len(), forms.len(), "{forms:?}");
        for said in [cases, classes] {
            assert_eq!(said.values().collect::<HashSet<_>>().len(), said.len(), "{said:?}");
        }
        let shares: HashSet<_> = ["0", "1", "2", "3", "4"].map(share).into();
        assert_eq!(shares.len(), 5);
        assert_ne!(in_words("digits-at:3|end"), in_words("digits-at:3|inside"));
        assert_ne!(in_words("case-for:upper|word|bare"), in_words("case-for:other|word|bare"));
    }
}
