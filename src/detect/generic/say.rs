//! Features in words, for people.

/// A feature, named as it stands in the table, as a sentence's part.
pub(super) fn in_words(feature: &str) -> String {
    let (kind, rest) = feature.split_once(':').unwrap_or((feature, ""));
    let mut words = rest.split('|');
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    match kind {
        "form" => format!("stands in the form {}", form(first, second)),
        "before" => format!("`{first}` stands before the name"),
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
        "case" | "case-for" => {
            format!("its letters are {} case", if kind == "case" { second } else { first })
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
