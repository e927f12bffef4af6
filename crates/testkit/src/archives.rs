//! Synthetic archives, intact and damaged: zip, tar and gzip.

use std::io::Write as _;

/// Compresses with deflate, without a header.
pub fn deflated(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content).and_then(|()| encoder.finish()).expect("a vector takes all")
}

/// Compresses to one member of a gzip file.
pub fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content).and_then(|()| encoder.finish()).expect("a vector takes all")
}

/// Compresses to one stream of zlib.
pub fn zlib(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).and_then(|()| encoder.finish()).expect("a vector takes all")
}

/// A member of a zip.
#[derive(Clone, Debug)]
pub struct Zipped {
    pub name: Vec<u8>,
    pub content: Vec<u8>,
    /// 0 for stored content, 8 for deflate. With any other method the content is stored as well.
    pub method: u16,
    pub flags: u16,
    /// False values in the local header and in the central directory.
    pub local: Forged,
    pub central: Forged,
}

/// False values in a header.
#[derive(Clone, Debug, Default)]
pub struct Forged {
    /// Whether the header is missing.
    pub is_missing: bool,
    pub name: Option<Vec<u8>>,
    pub method: Option<u16>,
    pub packed: Option<u32>,
    pub sum: Option<u32>,
}

/// Makes a compressed member with correct headers.
pub fn zipped(name: &str, content: &[u8]) -> Zipped {
    let [local, central] = [(); 2].map(|()| Forged::default());
    Zipped { name: name.into(), content: content.to_vec(), method: 8, flags: 0, local, central }
}

/// Makes an uncompressed member with correct headers.
pub fn stored(name: &str, content: &[u8]) -> Zipped {
    Zipped { method: 0, ..zipped(name, content) }
}

/// The flag of a member whose sizes follow after its content.
pub const STREAMED: u16 = 8;

/// The flag of an encrypted member.
pub const ENCRYPTED: u16 = 1;

/// Writes a zip.
pub fn zip(members: &[Zipped]) -> Vec<u8> {
    let (mut out, mut directory, mut count) = (Vec::new(), Vec::new(), 0_u16);
    for member in members {
        let packed = if member.method == 8 { deflated(&member.content) } else { member.content.clone() };
        let mut crc = flate2::Crc::new();
        crc.update(&member.content);
        let (sum, offset) = (crc.sum(), out.len());
        let fields = |lie: &Forged, is_streamed: bool| {
            let method = lie.method.unwrap_or(member.method);
            let known = |value: u32| if is_streamed { 0 } else { value };
            let size = u32::try_from(packed.len()).expect("small");
            let mut fields = [20, member.flags, method, 0, 0].map(u16::to_le_bytes).concat();
            let large = u32::try_from(member.content.len()).expect("small");
            let sizes = [
                lie.sum.unwrap_or_else(|| known(sum)),
                lie.packed.unwrap_or_else(|| known(size)),
                known(large),
            ];
            fields.extend(sizes.map(u32::to_le_bytes).concat());
            let name = lie.name.as_ref().unwrap_or(&member.name);
            fields.extend(u16::try_from(name.len()).expect("short").to_le_bytes());
            (fields, name.clone())
        };
        let is_streamed = member.flags & STREAMED != 0;
        if !member.local.is_missing {
            let (fields, name) = fields(&member.local, is_streamed);
            out.extend([b"PK\x03\x04", &fields[..], &[0, 0], &name].concat());
        }
        out.extend(&packed);
        if is_streamed {
            out.extend([&sum.to_le_bytes()[..], &[0; 8]].concat());
        }
        if !member.central.is_missing {
            let (fields, name) = fields(&member.central, false);
            let offset = u32::try_from(offset).expect("small").to_le_bytes();
            directory.extend([b"PK\x01\x02\x14\0", &fields[..], &[0; 12], &offset, &name].concat());
            count += 1;
        }
    }
    let (size, start) = [directory.len(), out.len()].map(|size| u32::try_from(size).expect("small")).into();
    out.extend(directory);
    out.extend([&b"PK\x05\x06\0\0\0\0"[..], &count.to_le_bytes(), &count.to_le_bytes()].concat());
    out.extend([&size.to_le_bytes()[..], &start.to_le_bytes(), &[0, 0]].concat());
    out
}

/// Writes one tar header with its content, padded to full blocks.
pub fn tarred(kind: u8, name: &[u8], content: &[u8]) -> Vec<u8> {
    let mut header = [0; 512];
    header[..name.len()].copy_from_slice(name);
    header[100..108].copy_from_slice(b"0000644\0");
    header[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
    header[156] = kind;
    header[257..265].copy_from_slice(b"ustar\x0000");
    sum(&mut header);
    let mut out = header.to_vec();
    out.extend(content);
    out.resize(out.len().next_multiple_of(512), 0);
    out
}

/// Corrects the checksum of a tar header.
pub fn sum(header: &mut [u8]) {
    header[148..156].fill(b' ');
    let sum: u32 = header[..512].iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

/// Writes a tar of some files.
pub fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out: Vec<u8> =
        members.iter().flat_map(|(name, content)| tarred(b'0', name.as_bytes(), content)).collect();
    out.extend([0; 1024]);
    out
}
