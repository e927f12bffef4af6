//! A part of a document that a program writes, between two comments.

/// The comments around the part with a name.
fn marks(name: &str) -> [String; 2] {
    ["begin", "end"].map(|end| format!("<!-- {end}: {name} -->"))
}

/// Returns the document with another text between the two comments of a part.
///
/// # Errors
///
/// One of the comments is not there, or more than once, or they are in the wrong order.
pub fn replace(document: &str, name: &str, text: &str) -> Result<String, String> {
    let [begin, end] = marks(name);
    let only = |mark: &str| {
        let count = document.matches(mark).count();
        if count == 1 { Ok(()) } else { Err(format!("`{mark}` is {count} times in the document, not once")) }
    };
    only(&begin)?;
    only(&end)?;
    let parts =
        document.split_once(&begin).and_then(|(before, rest)| Some((before, rest.split_once(&end)?.1)));
    let (before, after) = parts.ok_or_else(|| format!("`{end}` is before `{begin}`"))?;
    Ok(format!("{before}{begin}\n\n{}\n\n{end}{after}", text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_text_between_the_comments_changes() {
        let document = "# A\n\n<!-- begin: t -->\nold\n<!-- end: t -->\n\nB\n";
        let once = replace(document, "t", "new\n").expect("both comments");
        assert_eq!(once, "# A\n\n<!-- begin: t -->\n\nnew\n\n<!-- end: t -->\n\nB\n");
        assert_eq!(replace(&once, "t", "new").as_deref(), Ok(once.as_str()));
    }

    #[test]
    fn a_document_without_both_comments_is_refused() {
        for document in [
            "",
            "<!-- begin: t -->",
            "<!-- end: t --><!-- begin: t -->",
            "<!-- begin: t --><!-- begin: t --><!-- end: t -->",
        ] {
            assert!(replace(document, "t", "new").is_err(), "{document}");
        }
    }
}
