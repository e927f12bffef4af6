//! Texts that are compressed with xz, LZMA, bzip2, zstd and lz4.

use std::io::Write as _;

use lzma_rust2::{LzmaOptions, LzmaWriter, XzOptions, XzWriter};

/// A function that compresses a text.
pub type Compress = fn(&[u8]) -> Vec<u8>;

/// All formats: the name in reports, and the function that compresses.
pub const FORMATS: [(&str, Compress); 5] =
    [("xz", xz), ("lzma", lzma), ("bzip2", bzip2), ("zstd", zstd), ("lz4", lz4)];

/// Compresses to one stream of an xz file.
pub fn xz(content: &[u8]) -> Vec<u8> {
    let mut writer = XzWriter::new(Vec::new(), XzOptions::with_preset(0)).expect("a vector takes all");
    writer.write_all(content).and_then(|()| writer.finish()).expect("a vector takes all")
}

/// Compresses with LZMA, in the format before xz.
pub fn lzma(content: &[u8]) -> Vec<u8> {
    let size = Some(content.len() as u64);
    let options = LzmaOptions::with_preset(0);
    let mut writer = LzmaWriter::new_use_header(Vec::new(), &options, size).expect("a vector takes all");
    writer.write_all(content).and_then(|()| writer.finish()).expect("a vector takes all")
}

/// Compresses to one stream of a bzip2 file.
pub fn bzip2(content: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(content).and_then(|()| encoder.finish()).expect("a vector takes all")
}

/// Compresses to one frame of a zstd file.
pub fn zstd(content: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(content, ruzstd::encoding::CompressionLevel::Fastest)
}

/// Compresses to one frame of an lz4 file, with all checksums.
pub fn lz4(content: &[u8]) -> Vec<u8> {
    let info = lz4_flex::frame::FrameInfo::new()
        .block_mode(lz4_flex::frame::BlockMode::Linked)
        .block_checksums(true)
        .content_checksum(true);
    let mut encoder = lz4_flex::frame::FrameEncoder::with_frame_info(info, Vec::new());
    encoder.write_all(content).expect("a vector takes all");
    encoder.finish().expect("a vector takes all")
}

/// Makes a frame that decoders of zstd and lz4 skip.
pub fn skippable(content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("short").to_le_bytes();
    [&b"\x5a\x2a\x4d\x18"[..], &length, content].concat()
}
