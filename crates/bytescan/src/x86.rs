//! The vector code of the byte filter: AVX2, which nearly all x86-64 processors since 2013 have, and AVX-512 VBMI,
//! which most server processors since 2019 and many others since 2022 have. It chooses the instructions at run time
//! and knows nothing of buckets or texts beyond the tables. One of two places with `unsafe` in skant.

use std::arch::x86_64::{
    __m256i, __m512i, _mm256_and_si256, _mm256_cmpeq_epi8, _mm256_movemask_epi8, _mm256_or_si256,
    _mm256_set1_epi8, _mm256_setr_epi64x, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16,
    _mm512_and_si512, _mm512_castsi256_si512, _mm512_inserti64x4, _mm512_mask_blend_epi8,
    _mm512_maskz_permutex2var_epi8, _mm512_movepi8_mask, _mm512_or_si512, _mm512_permutexvar_epi8,
    _mm512_set1_epi8, _mm512_setzero_si512, _mm512_test_epi8_mask,
};
use std::hint::black_box;

use crate::{BLOCK, Backend, ByteFilter, ExactTable, NibbleTable, SixBitTable, Tables, set_bits};

/// Returns the fastest backend of this processor. The standard library caches the detection.
#[inline]
pub(crate) fn best() -> Backend {
    let has_avx2 = is_x86_feature_detected!("avx2");
    let has_avx512 = has_avx2
        && is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vbmi");
    match (has_avx512, has_avx2) {
        (true, _) => Backend::Avx512,
        (_, true) => Backend::Avx2,
        _ => Backend::Scalar,
    }
}

/// Fills a bitmask and returns `true`, or returns `false` if the backend is scalar. `text` has to contain `WIDTH`
/// bytes for each position of the bitmask.
#[expect(unsafe_code, reason = "see SAFETY: the processor is checked for the instructions")]
pub(crate) fn fill<const GROUPS: usize, const WIDTH: usize>(
    backend: Backend,
    filter: &ByteFilter<GROUPS, WIDTH>,
    text: &[u8],
    bitmask: &mut [u64],
) -> bool {
    let backend = backend.min(best());
    // SAFETY: the only requirement of these functions is that the processor has the instructions, and `best` checked
    // that. They read and write through slices alone.
    unsafe {
        match backend {
            Backend::Scalar => {}
            Backend::Avx2 => fill_by_nibbles(&filter.nibble, text, bitmask),
            Backend::Avx512 if GROUPS == 1 => fill_by_exact_tables(&filter.exact, text, bitmask),
            Backend::Avx512 => fill_by_six_bits(&filter.six_bit, text, bitmask),
        }
    }
    backend != Backend::Scalar
}

/// Lists the set bits of words with the instructions that count them, or returns `None` if the processor lacks them.
#[expect(unsafe_code, reason = "see SAFETY: the processor is checked for the instructions")]
pub(crate) fn list_bits(words: &[u64], positions: &mut [u16]) -> Option<usize> {
    let has_bits = is_x86_feature_detected!("bmi1") && is_x86_feature_detected!("popcnt");
    // SAFETY: the only requirement of the function is that the processor has the instructions.
    has_bits.then(|| unsafe { list_by_bmi(words, positions) })
}

#[target_feature(enable = "bmi1,popcnt")]
fn list_by_bmi(words: &[u64], positions: &mut [u16]) -> usize {
    set_bits::list(words, positions)
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn fill_by_exact_tables<const GROUPS: usize, const WIDTH: usize>(
    tables: &Tables<ExactTable, GROUPS, WIDTH>,
    text: &[u8],
    bitmask: &mut [u64],
) {
    let has_others = tables.each_ref().map(|groups| groups.iter().any(|table| table.others != [0; 64]));
    for (number, word) in bitmask.iter_mut().enumerate() {
        let mut buckets = [_mm512_set1_epi8(-1); GROUPS];
        for (offset, groups) in tables.iter().enumerate() {
            let at = number * BLOCK + offset;
            let bytes = load_512(&text[at..at + BLOCK]);
            let ascii = !_mm512_movepi8_mask(bytes);
            for (buckets, ExactTable { ascii: table, others }) in buckets.iter_mut().zip(groups) {
                let (first, second) = table.split_at(BLOCK);
                let entries = _mm512_maskz_permutex2var_epi8(ascii, load_512(first), bytes, load_512(second));
                let entries = if has_others[offset] {
                    let others = _mm512_permutexvar_epi8(bytes, load_512(others));
                    _mm512_mask_blend_epi8(ascii, others, entries)
                } else {
                    entries
                };
                *buckets = _mm512_and_si512(*buckets, entries);
            }
        }
        *word = nonzero_bytes(&buckets);
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn fill_by_six_bits<const GROUPS: usize, const WIDTH: usize>(
    tables: &Tables<SixBitTable, GROUPS, WIDTH>,
    text: &[u8],
    bitmask: &mut [u64],
) {
    for (number, word) in bitmask.iter_mut().enumerate() {
        // `black_box` keeps the compiler from copying the tables to the stack: there are more tables than
        // registers, and the copies would not be aligned.
        let tables = black_box(tables);
        let mut buckets = [_mm512_set1_epi8(-1); GROUPS];
        for (offset, groups) in tables.iter().enumerate() {
            let at = number * BLOCK + offset;
            let bytes = load_512(&text[at..at + BLOCK]);
            for (buckets, SixBitTable(table)) in buckets.iter_mut().zip(groups) {
                *buckets = _mm512_and_si512(*buckets, _mm512_permutexvar_epi8(bytes, load_512(table)));
            }
        }
        *word = nonzero_bytes(&buckets);
    }
}

/// Returns a bit for each byte that is not zero in some vector.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn nonzero_bytes(buckets: &[__m512i]) -> u64 {
    let any = buckets.iter().fold(_mm512_setzero_si512(), |any, buckets| _mm512_or_si512(any, *buckets));
    _mm512_test_epi8_mask(any, any)
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn load_512(bytes: &[u8]) -> __m512i {
    let (low, high) = bytes.split_at(LANES);
    _mm512_inserti64x4::<1>(_mm512_castsi256_si512(load_256(low)), load_256(high))
}

/// The number of bytes in an AVX2 vector.
const LANES: usize = 32;

#[target_feature(enable = "avx2")]
fn fill_by_nibbles<const GROUPS: usize, const WIDTH: usize>(
    tables: &Tables<NibbleTable, GROUPS, WIDTH>,
    text: &[u8],
    bitmask: &mut [u64],
) {
    for (number, word) in bitmask.iter_mut().enumerate() {
        let at = number * BLOCK;
        let low = match_lanes(tables, &text[at..at + LANES + WIDTH - 1]);
        let high = match_lanes(tables, &text[at + LANES..at + 2 * LANES + WIDTH - 1]);
        *word = u64::from(high) << LANES | u64::from(low);
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn match_lanes<const GROUPS: usize, const WIDTH: usize>(
    tables: &Tables<NibbleTable, GROUPS, WIDTH>,
    text: &[u8],
) -> u32 {
    let nibble = _mm256_set1_epi8(15);
    let mut buckets = [_mm256_set1_epi8(-1); GROUPS];
    for (offset, groups) in tables.iter().enumerate() {
        let bytes = load_256(&text[offset..offset + LANES]);
        let lower = _mm256_and_si256(bytes, nibble);
        let upper = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), nibble);
        for (buckets, NibbleTable([by_lower, by_upper])) in buckets.iter_mut().zip(groups) {
            let entries = _mm256_and_si256(
                _mm256_shuffle_epi8(load_256(by_lower), lower),
                _mm256_shuffle_epi8(load_256(by_upper), upper),
            );
            *buckets = _mm256_and_si256(*buckets, entries);
        }
    }
    let mut any = _mm256_setzero_si256();
    for buckets in buckets {
        any = _mm256_or_si256(any, buckets);
    }
    !_mm256_movemask_epi8(_mm256_cmpeq_epi8(any, _mm256_setzero_si256())).cast_unsigned()
}

#[inline]
#[target_feature(enable = "avx2")]
fn load_256(bytes: &[u8]) -> __m256i {
    let part = |at: usize| {
        let mut part = [0; 8];
        part.copy_from_slice(&bytes[at..at + 8]);
        i64::from_le_bytes(part)
    };
    _mm256_setr_epi64x(part(0), part(8), part(16), part(24))
}
