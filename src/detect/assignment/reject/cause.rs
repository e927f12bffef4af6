//! The causes for which a value is no secret, with a code for programs and words for people. Judges nothing.

/// The cause for which a value is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Cause {
    Reference,
    Repetition,
    Placeholder,
    Keyword,
    Uuid,
    KeyId,
    Version,
    PublicKey,
    AnonymousUser,
    UserName,
    Escape,
    Time,
    Prose,
    Code,
    Name,
    Provider,
    PublicId,
    Short,
    Template,
    Translation,
    Label,
    Ciphertext,
    PasswordHash,
    Digest,
    EncodedText,
    SecretName,
    LanguageToken,
    WordList,
}

/// A cause, its code and its words, in the order of [`Cause`].
const TABLE: [(Cause, &str, &str); 28] = [
    (Cause::Reference, "reference", "a reference to a value elsewhere"),
    (Cause::Repetition, "repetition", "a repetition or a sequence"),
    (Cause::Placeholder, "placeholder", "a placeholder: it says no more than its name does"),
    (Cause::Keyword, "keyword", "a word of a language, or the name of an encoding or an algorithm"),
    (Cause::Uuid, "uuid", "a UUID"),
    (Cause::KeyId, "key-id", "the id of a key"),
    (Cause::Version, "version", "a version or a range of versions"),
    (
        Cause::PublicKey,
        "public-key",
        "the public half of a key pair, or a key for programs that everybody has",
    ),
    (Cause::AnonymousUser, "anonymous-user", "the password of an anonymous user"),
    (Cause::UserName, "user-name", "equal to the user name before it"),
    (Cause::Escape, "escape", "an escape that only tests of addresses write"),
    (Cause::Time, "time", "a date or a time"),
    (Cause::Prose, "prose", "a sentence"),
    (Cause::Code, "code", "code: an expression, or a part of one"),
    (Cause::Name, "name", "its name has another meaning"),
    (Cause::Provider, "provider", "it begins as a provider's token does: the rule of the provider decides"),
    (Cause::PublicId, "public-id", "it begins as a public id does"),
    (Cause::Short, "short", "too short for a token or a key"),
    (Cause::Template, "template", "inside a template"),
    (Cause::Translation, "translation", "a translation: its neighbours are"),
    (Cause::Label, "label", "the word for its name in another language"),
    (Cause::Ciphertext, "ciphertext", "encrypted: the tool that wrote it commits it"),
    (Cause::PasswordHash, "password-hash", "the hash of a password"),
    (Cause::Digest, "digest", "a digest: its name or its siblings are"),
    (Cause::EncodedText, "encoded-text", "encoded text that is no secret"),
    (Cause::SecretName, "secret-name", "the name of a secret, not its value"),
    (Cause::LanguageToken, "language-token", "a token of a language model or a parser"),
    (Cause::WordList, "word-list", "one of a list of words"),
];

impl Cause {
    /// Returns a name for programs.
    pub(crate) const fn code(self) -> &'static str {
        TABLE[self as usize].1
    }

    /// Returns the cause for people, as the end of a sentence that begins with "the value is no secret:".
    pub(crate) const fn description(self) -> &'static str {
        TABLE[self as usize].2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_the_order_of_the_causes() {
        for (index, (cause, code, words)) in TABLE.iter().enumerate() {
            assert_eq!(*cause as usize, index, "{code}");
            assert_eq!((cause.code(), cause.description()), (*code, *words));
        }
    }
}
