//! Words for passwords, secrets, tokens and keys in other languages than English: the labels of translated programs.

use super::translation::{is_words, unescape};
use crate::detect::assignment::reject::literal_set::PrefixSet;

/// The starts of such words in lower case, long enough for all their endings. Those of ASCII letters are followed by an
/// ending of at most [`MAX_ENDING`] letters.
static ASCII: PrefixSet<62> = PrefixSet::new(&[
    // German, Dutch, the languages of Scandinavia, Icelandic.
    b"passwort",
    b"kennwort",
    b"geheim",
    b"wachtwoord",
    b"wagwoord",
    b"passord",
    b"adgangskode",
    b"kodeord",
    b"hemlighet",
    b"hemmelig",
    b"lykilor",
    b"losenord",
    b"schluessel",
    b"sleutel",
    b"zugangs",
    // Romance languages.
    b"contrasen",
    b"contrasin",
    b"clave",
    b"secreto",
    b"secreta",
    b"segredo",
    b"segreto",
    b"senha",
    b"palavra",
    b"parola",
    b"mot de passe",
    b"motdepasse",
    b"jeton",
    b"chave",
    b"chiave",
    b"llave",
    b"simbolo",
    b"ficha",
    // Slavic and Baltic languages, Albanian, Greek in Latin letters.
    b"heslo",
    b"hesla",
    b"haslo",
    b"tajn",
    b"tajemstv",
    b"lozink",
    b"zaporka",
    b"sifra",
    b"geslo",
    b"parol",
    b"slaptazod",
    b"fjalekalim",
    b"fjalkalim",
    b"klucz",
    b"token-",
    b"klic",
    b"kljuc",
    // Finnish, Estonian, Hungarian, Basque, Turkic languages, Indonesian, Malay, Swahili, Vietnamese.
    b"salasana",
    b"salaisuus",
    b"avain",
    b"parool",
    b"jelszo",
    b"titkos",
    b"pasahitz",
    b"sandi",
    b"kata sandi",
    b"katalaluan",
    b"gizli",
    b"nenosiri",
]);

/// The same for words that have other letters than those of ASCII. They are found anywhere in the first word.
const OTHER: [&str; 62] = [
    "schlüssel",
    "lösenord",
    "nyckel",
    "lykilorð",
    "contraseñ",
    "senyas",
    "código",
    "clé",
    "parolă",
    "cheie",
    "hasło",
    "hasła",
    "wpisz",
    "tajné",
    "klíč",
    "kľúč",
    "slaptažod",
    "ключ",
    "пароль",
    "пароля",
    "паролю",
    "парола",
    "пароли",
    "лозинк",
    "секрет",
    "тайн",
    "таен",
    "тајн",
    "құпия",
    "нууц",
    "гасло",
    "jelszó",
    "jelszav",
    "kulcs",
    "titk",
    "şifre",
    "gizli",
    "parolu",
    "mật khẩu",
    "mã",
    "bí mật",
    "khóa",
    "κωδικ",
    "συνθηματικ",
    "μυστικ",
    "κλειδί",
    "密码",
    "密碼",
    "口令",
    "密钥",
    "令牌",
    "パスワード",
    "シークレット",
    "トークン",
    "비밀",
    "암호",
    "토큰",
    "รหัส",
    "كلمة",
    "סיסמ",
    "رمز",
    "पासवर्ड",
];

/// The longest ending of a word, in letters.
const MAX_ENDING: usize = 6;

/// Returns whether a value has no digit and its first word means a password, a secret, a token or a key.
pub(super) fn begins_with_label(value: &[u8]) -> bool {
    const MAX_LENGTH: usize = 300;
    if value.len() > MAX_LENGTH || !is_words(value) {
        return false;
    }
    let Some(text) = unescape(value) else { return false };
    let lower = text.to_lowercase();
    let lower = lower.trim_start_matches(|character: char| !character.is_alphabetic());
    if let Some(word) = ASCII.prefix_of(lower.as_bytes()) {
        let ending = lower[word.len()..].chars().take_while(|character| character.is_alphabetic()).count();
        let rest = lower[word.len()..].chars().skip(ending);
        return ending <= MAX_ENDING && rest.into_iter().all(is_of_label);
    }
    let first = lower.split(' ').next().unwrap_or_default();
    !lower.is_ascii() && OTHER.iter().any(|word| lower.starts_with(word) || first.contains(word))
}

/// Returns whether labels have such a character after their first word.
fn is_of_label(character: char) -> bool {
    character.is_alphabetic() || " .,:;!?'’()-…/&*".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Labels with bars between them.
    const LABELS: &str = "Passwort|Kennwort vergessen?|Geheimnis|Wachtwoord|Geheim|Wagwoord|Lösenord|\
        Hemlighet|Adgangskode|Passord|Lykilorð|Contraseña|Contraseña de usuario|\
        Clave secreta|Contrasenya|Contrasinal|Senha|Palavra-passe|Segredo|Mot de passe|\
        Jeton|Clé secrète|Parola|Segreto|Parolă|Heslo|Heslo uživatele|Hasło|Lozinka|Geslo|\
        Пароль|Пароля|Парола|Лозинка|Құпия сөз|Slaptažodis|Parole|Parool|Salasana|Jelszó|\
        Felhasználó jelszava|Şifre|Parol|Fjalëkalimi|Fjalkalimi|Pasahitza|Kata sandi|\
        Mật khẩu|Κωδικός|密码|密碼|パスワード|비밀번호|암호|รหัสผ่าน|كلمة المرور|סיסמה|رمز عبور|पासवर्ड";

    #[test]
    fn labels_of_thirty_languages_are_recognized() {
        for value in LABELS.split('|') {
            // A label whose first word is another one is recognized by its neighbours.
            let is_known = !value.starts_with("Felhasználó") && !value.starts_with("Fjalëk");
            assert_eq!(begins_with_label(value.as_bytes()), is_known, "{value}");
        }
    }

    #[test]
    fn passwords_are_no_labels() {
        for value in [
            "heslo2024",
            "clavier!x",
            "hunter",
            "parolparolparol",
            "Wintergarten",
            "kX9pQ2vR7",
            "Überraschung",
        ] {
            assert!(!begins_with_label(value.as_bytes()), "{value}");
        }
        assert!(!begins_with_label(b"\xff\xfe") && !begins_with_label("é".repeat(400).as_bytes()));
    }
}
