//! The sieve with AVX2, which nearly all processors of this kind since 2013 have. One of two places with `unsafe` in skant.

use std::arch::x86_64::{
    __m256i, _mm256_and_si256, _mm256_cmpeq_epi8, _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8,
    _mm256_setr_epi64x, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16,
};

use super::{PLACES, Tables};

/// Bytes in a vector.
const LANES: usize = 32;

/// Whether the processor has the instructions. The answer is kept by the standard library.
#[inline]
pub(super) fn is_there() -> bool {
    is_x86_feature_detected!("avx2")
}

/// Fills in the marks, if the processor can. The text holds a window of `WIDTH` bytes for each of them.
#[expect(unsafe_code, reason = "see below: the instructions are asked for")]
pub(super) fn mark<const BANKS: usize, const WIDTH: usize>(
    tables: &Tables<BANKS, WIDTH>,
    text: &[u8],
    marks: &mut [u64],
) -> bool {
    let can = is_there();
    if can {
        // SAFETY: the one condition of the function is that the processor has AVX2, which was asked. It reads
        // and writes through slices alone.
        unsafe { mark_with(tables, text, marks) };
    }
    can
}

#[target_feature(enable = "avx2")]
fn mark_with<const BANKS: usize, const WIDTH: usize>(
    tables: &Tables<BANKS, WIDTH>,
    text: &[u8],
    marks: &mut [u64],
) {
    for (number, mark) in marks.iter_mut().enumerate() {
        let at = number * PLACES;
        let low = mark_lanes(tables, &text[at..at + LANES + WIDTH - 1]);
        let high = mark_lanes(tables, &text[at + LANES..at + 2 * LANES + WIDTH - 1]);
        *mark = u64::from(high) << LANES | u64::from(low);
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn mark_lanes<const BANKS: usize, const WIDTH: usize>(tables: &Tables<BANKS, WIDTH>, text: &[u8]) -> u32 {
    let half = _mm256_set1_epi8(15);
    let mut groups = [_mm256_set1_epi8(-1); BANKS];
    for (place, banks) in tables.iter().enumerate() {
        let bytes = load(&text[place..place + LANES]);
        let lower = _mm256_and_si256(bytes, half);
        let upper = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), half);
        for (groups, [by_lower, by_upper]) in groups.iter_mut().zip(banks) {
            let taken = _mm256_and_si256(
                _mm256_shuffle_epi8(load(by_lower), lower),
                _mm256_shuffle_epi8(load(by_upper), upper),
            );
            *groups = _mm256_and_si256(*groups, taken);
        }
    }
    let mut any = _mm256_setzero_si256();
    for groups in groups {
        any = _mm256_or_si256(any, groups);
    }
    !_mm256_movemask_epi8(_mm256_cmpeq_epi8(any, _mm256_setzero_si256())).cast_unsigned()
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(bytes: &[u8]) -> __m256i {
    let part = |at: usize| {
        let mut part = [0; 8];
        part.copy_from_slice(&bytes[at..at + 8]);
        i64::from_le_bytes(part)
    };
    _mm256_setr_epi64x(part(0), part(8), part(16), part(24))
}
