//! The words that a snippet shows. A word in none of these tables is masked, unless its place in the line says that it is
//! a name.

/// Words that begin a statement or a command. They are shown at the beginning of a line.
pub(super) const KEYWORDS: &str = "\
    abstract alter async await begin class const create curl declare def define delete dim do docker \
    echo elif else end env export extern final fn for from func function get git global if import in \
    insert internal into lazy let local mut my mysql new our override post print printf private \
    protected psql pub public put puts readonly return run select set setx static struct sudo then throw \
    type typeset update use using val var virtual volatile wget while with yield";

/// Names of types. They are shown at the beginning of a line, and between a colon and an assignment.
pub(super) const TYPES: &str = "\
    any array auto bool boolean byte bytes char dict int list map number object option optional str \
    string text unsigned varchar vec void";

/// Words that are shown as a value.
pub(super) const CONSTANTS: &str = "\
    await false new nil none null true";

/// Schemes of authentication. They are shown before the secret.
pub(super) const AUTH_SCHEMES: &str = "\
    basic bearer digest token";

/// Schemes of addresses. They are shown before `://`.
pub(super) const ADDRESS_SCHEMES: &str = "\
    amqp amqps ftp ftps git http https imap jdbc kafka ldap ldaps mariadb mongodb mqtt mssql mysql nats \
    oracle postgres postgresql redis rediss s3 sftp smtp smtps socks5 sqlite sqlserver ssh svn ws wss";

/// Elements of HTML. They are shown in tags.
pub(super) const ELEMENTS: &str = "\
    a b br body code dd div dl dt em form h1 h2 h3 head html i img input kbd li link meta ol p pre script \
    span strong td th title tr tt ul";

/// Words of names. A name of which all words are here is shown wherever a name may be.
pub(super) const NAME_WORDS: &str = "\
    access account accounts action add addr address admin agent anthropic api apikey app append \
    application args assert attempts auth authenticate authorization aws azure backup base bearer body \
    bot bucket build cache cert certificate chat client cloud cluster code config configure connect \
    connection consumer content cookie count create cred credential credentials creds data database \
    datasource date db debug default deploy desc description dev dir domain driver dsn email enabled \
    encryption endpoint engine entry env environ environment error event expires file flag format get \
    getenv gitlab github google group header headers hook host hostname id image info init input insert \
    instance item items json jwt key keys kind label level limit line list load log logger login mail \
    main master max message method min mode model mongo msg mysql name namespace next node note oauth \
    open openai options org output owner param params pass passphrase passwd password path payload pin \
    pool port postgres print priority private process prod production profile project property provider \
    proxy public put pw pwd query read realm redis refresh region registry remote request resource \
    response result retries retry role root route s3 salt schema scope secret secrets self send server \
    service session set setting settings setup sign signature site slack smtp source spring ssh ssl \
    staging start state status storage store stripe system table tag target task temperature test text \
    this time timeout title tls token tokens type update uri url user username users uuid val value \
    values var vault verbose version webhook worker write x xml zone";

/// Returns whether a table holds a word, in any case.
pub(super) fn contains(table: &str, word: &[u8]) -> bool {
    table.split_ascii_whitespace().any(|entry| entry.as_bytes().eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_in_lower_case_and_hold_no_word_twice() {
        for table in [KEYWORDS, TYPES, CONSTANTS, AUTH_SCHEMES, ADDRESS_SCHEMES, ELEMENTS, NAME_WORDS] {
            let unique: std::collections::HashSet<_> = table.split_ascii_whitespace().collect();
            assert_eq!(unique.len(), table.split_ascii_whitespace().count());
            assert_eq!(table, table.to_ascii_lowercase());
        }
    }
}
