//! Passphrases that everybody knows: from comics, from books, from the documentation of wallets. People write them where
//! any passphrase would do.

use crate::detect::assignment::reject::literal_set::PrefixSet;

/// The letters of such phrases, in lower case.
static PHRASES: PrefixSet<27> = PrefixSet::new(&[
    // xkcd 936, in the orders that people remember.
    b"correcthorsebattery",
    b"correctbatteryhorse",
    b"correcthorsestaple",
    b"horsebatterystaple",
    b"batteryhorsestaple",
    b"batterystaplecorrect",
    // RSA-129; BIP 39; the wallets of Ganache and Hardhat.
    b"squeamishossifrage",
    b"themagicwordsaresqueamish",
    b"abandonabandonabandon",
    b"legalwinnerthankyear",
    b"letteradvicecageabsurd",
    b"candymaplecakesugar",
    b"mythlikebonusscare",
    b"testtesttesttest",
    // Books, films, games, tests of keyboards.
    b"opensesame",
    b"speakfriendandenter",
    b"allyourbase",
    b"maytheforcebewithyou",
    b"thequickbrownfox",
    b"quickbrownfox",
    b"loremipsum",
    b"tobeornottobe",
    b"iamthewalrus",
    b"nevergonnagiveyouup",
    b"solongandthanks",
    b"thanksforallthefish",
    b"goodbyeandthankyou",
]);

/// The starts of phrases that are written to any length.
const CONTINUED: [&[u8]; 12] = [
    b"abandon",
    b"legalwinner",
    b"letteradvice",
    b"candymaple",
    b"mythlike",
    b"testtest",
    b"allyourbase",
    b"thequick",
    b"quickbrown",
    b"loremipsum",
    b"solongand",
    b"goodbyeand",
];

/// The longest value that is compared, in bytes, and the most letters after a phrase.
const MAX_LENGTH: usize = 128;
const MAX_REST: usize = 8;

/// Returns whether the letters of a value are a famous phrase, whatever is between them, perhaps with a word after it.
pub(super) fn is_famous(value: &[u8]) -> bool {
    let first = value.first().copied().and_then(letter_or_digit).unwrap_or_default();
    if value.len() > MAX_LENGTH || PHRASES.starting_with(first).is_empty() {
        return false;
    }
    let spellings: [fn(u8) -> Option<u8>; 2] = [letter, letter_or_digit];
    spellings.into_iter().any(|read| {
        let letters: Vec<u8> = value.iter().copied().filter_map(read).collect();
        PHRASES.prefix_of(&letters).is_some_and(|phrase| {
            letters.len() <= phrase.len() + MAX_REST
                || CONTINUED.iter().any(|start| phrase.starts_with(start))
        })
    })
}

fn letter(byte: u8) -> Option<u8> {
    byte.is_ascii_alphabetic().then(|| byte.to_ascii_lowercase())
}

/// Reads a digit as the letter that it stands for: `c0rrect h0rse`.
fn letter_or_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0' => Some(b'o'),
        b'1' => Some(b'i'),
        b'3' => Some(b'e'),
        b'4' | b'@' => Some(b'a'),
        b'5' | b'$' => Some(b's'),
        b'7' => Some(b't'),
        other => letter(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn famous_phrases_are_recognized_whatever_is_between_their_words() {
        for separator in [" ", "-", "_", ".", ""] {
            let value = ["correct", "horse", "battery", "staple"].join(separator);
            assert!(is_famous(value.as_bytes()), "{value}");
            assert!(is_famous(format!("{value}{separator}9!").as_bytes()), "{value}");
        }
        for value in
            ["CorrectHorseBatteryStaple", "c0rrect-h0rse-b4ttery-st4ple", "open sesame", "Lorem ipsum dolor"]
        {
            assert!(is_famous(value.as_bytes()), "{value}");
        }
        let wallet = ["abandon "; 11].concat() + "about";
        assert!(is_famous(wallet.as_bytes()));
    }

    #[test]
    fn other_phrases_are_not() {
        for value in [
            "copper horse lantern staple",
            "correct-horse",
            "correct horse lantern walrus",
            "open sesame walrus meadow copper",
            "k8Gq2ZpX7wLm4",
            "",
        ] {
            assert!(!is_famous(value.as_bytes()), "{value}");
        }
    }
}
