use ::base64::Engine as _;
use ::base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const SECRET_LINE: &str = "API_KEY=k8Gq2ZpX7wLm4RtVb9NcQ4sT6uYj";

fn collect_regions(text: &[u8], within: &Range<usize>) -> Vec<(EncodedRegion, Vec<Decoded>)> {
    let mut found = Vec::new();
    visit_regions(text, within, &mut |region, texts| found.push((region, texts.collect())));
    found
}

fn utf16(step: usize, before: usize) -> Vec<u8> {
    let character = |byte: u8| (0..step).map(move |at| if at == before { byte } else { 0 });
    SECRET_LINE.bytes().flat_map(character).collect()
}

fn escaped(how: impl Fn(u8) -> String) -> Vec<u8> {
    SECRET_LINE.bytes().map(how).collect::<String>().into_bytes()
}

/// The line in each encoding.
#[expect(clippy::too_many_lines, reason = "a list of samples, one for each encoding")]
fn encoded_lines() -> Vec<(Encoding, Vec<u8>)> {
    let base64 = STANDARD.encode(format!("{SECRET_LINE}{SECRET_LINE}{SECRET_LINE}"));
    let wrapped: Vec<&str> =
        base64.as_bytes().chunks(60).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let narrow: Vec<&str> =
        base64.as_bytes().chunks(30).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let partly = |how: fn(u8) -> String| {
        escaped(
            move |byte| {
                if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { how(byte) }
            },
        )
    };
    let quoted = SECRET_LINE.replace('=', "=3D").replace("k8Gq", "k8=\r\nGq");
    vec![
        (Encoding::Base64, STANDARD.encode(SECRET_LINE).into_bytes()),
        (Encoding::Base64, URL_SAFE_NO_PAD.encode(format!("x{SECRET_LINE}")).into_bytes()),
        (Encoding::Base64, format!("zz{}", STANDARD.encode(SECRET_LINE)).into_bytes()),
        (Encoding::Base64, wrapped.join("\n").into_bytes()),
        (Encoding::Base64, wrapped.join("\"\r\n  \"").into_bytes()),
        (Encoding::Hex, escaped(|byte| format!("{byte:02x}"))),
        (Encoding::Hex, escaped(|byte| format!("{byte:02X}"))),
        (Encoding::Base64, wrapped.join(" +\n  ").into_bytes()),
        (Encoding::Base64, wrapped.join("\n// ").into_bytes()),
        (Encoding::Base64, wrapped.join("\\n\\\n").into_bytes()),
        (Encoding::Base64, wrapped.join("&#xD;\n").into_bytes()),
        (Encoding::Base64, format!("+{}", wrapped.join("\n+")).into_bytes()),
        (Encoding::Base64, narrow.join("\n").into_bytes()),
        (
            Encoding::Hex,
            format!("0x{}", String::from_utf8(escaped(|byte| format!("{byte:02x}"))).unwrap()).into_bytes(),
        ),
        (
            Encoding::Hex,
            format!("key_{}", String::from_utf8(escaped(|byte| format!("{byte:02x}"))).unwrap()).into_bytes(),
        ),
        (Encoding::Numbers, escaped(|byte| format!("0x{byte:02x}, "))),
        (Encoding::Numbers, escaped(|byte| format!("{byte},"))),
        (Encoding::Numbers, escaped(|byte| format!("{byte:02x} "))),
        (Encoding::Numbers, escaped(|byte| format!("'{}',", char::from(byte)))),
        (Encoding::Escapes, escaped(|byte| format!("\\u{byte:04x}"))),
        (Encoding::Escapes, escaped(|byte| format!("\\u{{{byte:x}}}"))),
        (Encoding::Escapes, escaped(|byte| format!("\\x{byte:02X}"))),
        (Encoding::Escapes, escaped(|byte| format!("\\{byte:03o}"))),
        (Encoding::Escapes, escaped(|byte| format!("%{byte:02x}"))),
        (Encoding::Escapes, escaped(|byte| format!("&#{byte};"))),
        (Encoding::Escapes, escaped(|byte| format!("&#x{byte:x};"))),
        (Encoding::Escapes, partly(|byte| format!("\\x{byte:02x}"))),
        (Encoding::Escapes, partly(|byte| format!("%{byte:02x}"))),
        (Encoding::Escapes, partly(|byte| format!("\\N{{U+{byte:02x}}}"))),
        (Encoding::Escapes, partly(|byte| format!("\\{byte:02x} "))),
        (Encoding::Escapes, partly(|byte| format!("\\{byte:06x}"))),
        (Encoding::Escapes, SECRET_LINE.replace('_', "\\_").into_bytes()),
        (Encoding::Escapes, SECRET_LINE.replace('_', "[_]").into_bytes()),
        (Encoding::Escapes, SECRET_LINE.replace('_', "`_").into_bytes()),
        (Encoding::Escapes, SECRET_LINE.replace('I', "I&shy;").into_bytes()),
        (Encoding::Rendered, SECRET_LINE.replace('I', "I\u{200b}").into_bytes()),
        (Encoding::Rendered, SECRET_LINE.replace('I', "I\u{ad}").into_bytes()),
        (Encoding::Rendered, SECRET_LINE.replace('I', "I\x1b[38;2;255;255;255m").into_bytes()),
        (Encoding::Rendered, SECRET_LINE.replace('I', "I\u{8}I").into_bytes()),
        (
            Encoding::Rendered,
            SECRET_LINE
                .chars()
                .map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap())
                .collect::<String>()
                .into_bytes(),
        ),
        (Encoding::QuotedPrintable, quoted.into_bytes()),
        (Encoding::Utf16, utf16(2, 0)),
        (Encoding::Utf16, utf16(2, 1)),
        (Encoding::Utf16, utf16(4, 0)),
        (Encoding::Utf16, utf16(4, 3)),
    ]
}

#[test]
fn every_encoding_is_decoded_and_maps_back() {
    for (encoding, text) in encoded_lines() {
        let shown = String::from_utf8_lossy(&text).into_owned();
        let text = [b"x = \"", &text[..], b"\"\n"].concat();
        let found = collect_regions(&text, &(0..text.len()));
        let decoded =
            found.iter().filter(|(region, _)| region.encoding == encoding).flat_map(|(_, decoded)| decoded);
        let spans = decoded.filter_map(|decoded| {
            let at = memchr::memmem::find(&decoded.text, SECRET_LINE.as_bytes())?;
            Some(decoded.original_span(&(at..at + SECRET_LINE.len())))
        });
        let spans: Vec<_> = spans.collect();
        assert!(!spans.is_empty(), "{encoding:?} {shown}");
        assert!(
            spans[0].start >= 5 && spans[0].end < text.len() && spans[0].len() >= SECRET_LINE.len(),
            "{shown}"
        );
    }
}

#[test]
fn ordinary_text_is_not_encoded() {
    for text in [
        "fn some_function_name_that_is_rather_long(argument: &str) -> Result<(), Error> {\n",
        "printf(\"%5.2f%% of %d\\n\", share, count);\n",
        "sha256 = 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n",
        "if (a == b && c == d) { return a & b; }\n",
        "let value =\n    other_value_that_is_long();\n",
    ] {
        assert_eq!(collect_regions(text.as_bytes(), &(0..text.len())), [], "{text}");
    }
}

fn piece() -> impl Strategy<Value = Vec<u8>> {
    let encodings = encoded_lines();
    prop_oneof![
        3 => (0..encodings.len()).prop_map(move |at| encodings[at].1.clone()),
        2 => "[A-Za-z0-9+/_-]{0,70}".prop_map(String::into_bytes),
        1 => "(, |0x41|  \\||\\|\n|'a'|00000010  | \\+\n|\n//|&#xD;\n|\\\\n\\\\\n)".prop_map(String::into_bytes),
        1 => "(\u{200b}|\u{ad}|ｓ|－|é|漢|\x1b|\x1b\\[1m|\x08|\\\\2d|\\\\N\\{LOW LINE\\}|`-|a`|\\[-\\]| )".prop_map(String::into_bytes),
        2 => "(\n|\r\n|=\n|=\r\n| |\"|\0|\\\\|%2|=4|\\\\u00|&#4)".prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 0..20),
    ]
}

proptest! {
    #[test]
    fn the_regions_of_a_part_are_those_of_the_whole(
        pieces in vec(piece(), 0..12),
        from in 0.0..1.0_f64,
        size in 0..200_usize,
    ) {
        let text = pieces.concat();
        let whole = collect_regions(&text, &(0..text.len()));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a share of a length")]
        let from = (text.len() as f64 * from) as usize;
        let within = from..(from + size).min(text.len());
        let part = collect_regions(&text, &within);
        for found in &part {
            prop_assert!(whole.contains(found), "{:?}", found.0);
        }
        for found in &whole {
            let margin = found.0.encoding.margin();
            let touches = found.0.span.start < within.end + margin
                && within.start < found.0.span.end + margin;
            prop_assert!(!touches || part.contains(found), "{:?} in {within:?}", found.0);
            prop_assert_eq!(&decode_region(&text, found.0.encoding, &found.0.span), &found.1);
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(text in vec(any::<u8>(), 0..200)) {
        for (region, decoded) in collect_regions(&text, &(0..text.len())) {
            for decoded in decoded {
                let back = decoded.original_span(&(0..decoded.text.len()));
                prop_assert!(region.span.start <= back.start && back.end <= text.len());
            }
        }
    }
}
