//! Synthetic files with strings that have their length before them: Java classes, compiled Python, `.DS_Store`.

/// Writes a Java class whose constants are the strings, each after a long number, which takes two places.
pub fn java_class(strings: &[&[u8]]) -> Vec<u8> {
    let count = u16::try_from(3 * strings.len() + 1).expect("few strings").to_be_bytes();
    let mut out = [b"\xca\xfe\xba\xbe\0\0\0\x34", &count[..]].concat();
    for string in strings {
        let length = u16::try_from(string.len()).expect("short strings").to_be_bytes();
        out.extend([&[5, 0, 0, 0, 0, 0, 0, 0, 7][..], &[1], &length, string].concat());
    }
    out.extend([0; 14]);
    out
}

/// Writes compiled code of Python 3.12 whose constants are the strings: short ones of ASCII, and others as Unicode.
pub fn python_code(strings: &[&[u8]]) -> Vec<u8> {
    let mut out = b"\xcb\x0d\r\n\0\0\0\0\0\0\0\0\x10\0\0\0\xe3".to_vec();
    out.extend([0; 20]);
    out.extend(b"\xf3\x04\0\0\0\x97\0y\0");
    out.extend([b"(", &u32::try_from(strings.len()).expect("few strings").to_le_bytes()[..]].concat());
    for string in strings {
        match u8::try_from(string.len()) {
            Ok(length) if string.is_ascii() => out.extend([b"z", &[length][..], string].concat()),
            _ => {
                let length = u32::try_from(string.len()).expect("short strings").to_le_bytes();
                out.extend([b"u", &length[..], string].concat());
            }
        }
    }
    // Names, the names and kinds of variables, the file, the name, the full name, a line, two tables.
    out.extend(b")\0)\0\xf3\0\0\0\0\xda\x04m.py\xda\x08<module>r\0\0\0\0\x01\0\0\0\xf3\0\0\0\0\xf3\0\0\0\0");
    out
}

/// Writes a `.DS_Store` with a record for each name.
pub fn ds_store(names: &[&str]) -> Vec<u8> {
    let mut out = b"\0\0\0\x01Bud1\0\0\0\x10\0\0\0\x10\0\0\0\x10".to_vec();
    out.extend([0; 32]);
    for name in names {
        let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let length = u32::try_from(units.len() / 2).expect("short names").to_be_bytes();
        out.extend([&length[..], &units, b"Ilocblob\0\0\0\x10", &[7; 16]].concat());
    }
    out
}
