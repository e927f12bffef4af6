//! Recognises the tag of a language in a part of a path: `de`, `pt-BR`, `zh_Hans`, `es-419`.

/// The codes of ISO 639-1, without `as`, `is`, `so`, `to`, `or`, `no` and `io`, which are words of paths as well, and two
/// codes of ISO 639-2 that software uses. `no` and `is` count with a region only.
const LANGUAGES: &str = " aa ab ae af ak am an ar av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de \
    dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik it iu \
    ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd \
    ne ng nl nn nr nv ny oc oj om os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn sq sr ss st su sv sw \
    ta te tg th ti tk tl tn tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu fil ast ";

/// Codes that count with a region or a script only.
const WITH_REGION: &str = " as is no or so to ";

/// Whether a text is the tag of a language.
pub(super) fn is_language(text: &str) -> bool {
    let mut parts = text.split(['-', '_']);
    let code = parts.next().unwrap_or_default().to_ascii_lowercase();
    let rest: Vec<&str> = parts.collect();
    let is_listed = |list: &str| matches!(code.len(), 2 | 3) && list.contains(&format!(" {code} "));
    match rest.as_slice() {
        [] => is_listed(LANGUAGES),
        [region] => (is_listed(LANGUAGES) || is_listed(WITH_REGION)) && is_region(region),
        [script, region] => is_listed(LANGUAGES) && is_region(script) && is_region(region),
        _ => false,
    }
}

/// Whether a text is a region (`BR`, `419`) or a script (`Hans`).
fn is_region(text: &str) -> bool {
    let all = |is: fn(&u8) -> bool| text.as_bytes().iter().all(is);
    match text.len() {
        2 | 4 => all(u8::is_ascii_alphabetic),
        3 => all(u8::is_ascii_digit),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_has_a_known_code() {
        for text in ["de", "EN", "pt-BR", "pt_br", "zh_Hans", "zh-Hant-TW", "es-419", "no-NO", "fil"] {
            assert!(is_language(text), "{text}");
        }
        for text in ["", "src", "is", "no", "io", "db", "en-", "de-deploy", "english", "xx", "e n"] {
            assert!(!is_language(text), "{text}");
        }
    }
}
