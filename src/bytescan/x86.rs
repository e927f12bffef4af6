//! The sieve in vectors: with AVX2, which nearly all processors of this kind since 2013 have, and with AVX-512 VBMI,
//! which most of those for servers since 2019 and many others since 2022 have. One of two places with `unsafe` in skant.

use std::arch::x86_64::{
    __m256i, __m512i, _mm256_and_si256, _mm256_cmpeq_epi8, _mm256_movemask_epi8, _mm256_or_si256,
    _mm256_set1_epi8, _mm256_setr_epi64x, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16,
    _mm512_and_si512, _mm512_castsi256_si512, _mm512_inserti64x4, _mm512_mask_blend_epi8,
    _mm512_maskz_permutex2var_epi8, _mm512_movepi8_mask, _mm512_or_si512, _mm512_permutexvar_epi8,
    _mm512_set1_epi8, _mm512_setzero_si512, _mm512_test_epi8_mask,
};
use std::hint::black_box;

use crate::bytescan::{Backend, ByPosition, ByteFilter, Halves, POSITIONS, SixtyFour, Whole};

/// The best way that the processor knows. The answer is kept by the standard library.
#[inline]
pub(crate) fn best() -> Backend {
    let can_halves = is_x86_feature_detected!("avx2");
    let can_whole = can_halves
        && is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vbmi");
    match (can_whole, can_halves) {
        (true, _) => Backend::Whole,
        (_, true) => Backend::Halves,
        _ => Backend::Slow,
    }
}

/// Fills in the marks, if the way is one of vectors. The text holds a window of `WIDTH` bytes for each of them.
#[expect(unsafe_code, reason = "see below: the instructions are asked for")]
pub(crate) fn mark<const BANKS: usize, const WIDTH: usize>(
    way: Backend,
    sieve: &ByteFilter<BANKS, WIDTH>,
    text: &[u8],
    marks: &mut [u64],
) -> bool {
    let way = way.min(best());
    // SAFETY: the one condition of these functions is that the processor has the instructions, which was asked. They
    // read and write through slices alone.
    unsafe {
        match way {
            Backend::Slow => {}
            Backend::Halves => by_halves(&sieve.halves, text, marks),
            Backend::Whole if BANKS == 1 => by_whole(&sieve.whole, text, marks),
            Backend::Whole => by_sixty_fours(&sieve.sixty_fours, text, marks),
        }
    }
    way != Backend::Slow
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn by_whole<const BANKS: usize, const WIDTH: usize>(
    tables: &ByPosition<Whole, BANKS, WIDTH>,
    text: &[u8],
    marks: &mut [u64],
) {
    let has_others = tables.each_ref().map(|banks| banks.iter().any(|table| table.others[0] != 0));
    for (number, mark) in marks.iter_mut().enumerate() {
        let mut groups = [_mm512_set1_epi8(-1); BANKS];
        for (place, banks) in tables.iter().enumerate() {
            let at = number * POSITIONS + place;
            let bytes = load(&text[at..at + POSITIONS]);
            let ascii = !_mm512_movepi8_mask(bytes);
            for (groups, Whole { ascii: table, others }) in groups.iter_mut().zip(banks) {
                let (first, second) = table.split_at(POSITIONS);
                let taken = _mm512_maskz_permutex2var_epi8(ascii, load(first), bytes, load(second));
                let taken = if has_others[place] {
                    _mm512_mask_blend_epi8(ascii, load(others), taken)
                } else {
                    taken
                };
                *groups = _mm512_and_si512(*groups, taken);
            }
        }
        *mark = any(&groups);
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn by_sixty_fours<const BANKS: usize, const WIDTH: usize>(
    tables: &ByPosition<SixtyFour, BANKS, WIDTH>,
    text: &[u8],
    marks: &mut [u64],
) {
    for (number, mark) in marks.iter_mut().enumerate() {
        // There are more tables than registers, and copies of them would not be aligned.
        let tables = black_box(tables);
        let mut groups = [_mm512_set1_epi8(-1); BANKS];
        for (place, banks) in tables.iter().enumerate() {
            let at = number * POSITIONS + place;
            let bytes = load(&text[at..at + POSITIONS]);
            for (groups, SixtyFour(table)) in groups.iter_mut().zip(banks) {
                *groups = _mm512_and_si512(*groups, _mm512_permutexvar_epi8(bytes, load(table)));
            }
        }
        *mark = any(&groups);
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn any(groups: &[__m512i]) -> u64 {
    let any = groups.iter().fold(_mm512_setzero_si512(), |any, groups| _mm512_or_si512(any, *groups));
    _mm512_test_epi8_mask(any, any)
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn load(bytes: &[u8]) -> __m512i {
    let (low, high) = bytes.split_at(LANES);
    _mm512_inserti64x4::<1>(_mm512_castsi256_si512(load_half(low)), load_half(high))
}

/// Bytes in a vector of AVX2.
const LANES: usize = 32;

#[target_feature(enable = "avx2")]
fn by_halves<const BANKS: usize, const WIDTH: usize>(
    tables: &ByPosition<Halves, BANKS, WIDTH>,
    text: &[u8],
    marks: &mut [u64],
) {
    for (number, mark) in marks.iter_mut().enumerate() {
        let at = number * POSITIONS;
        let low = mark_lanes(tables, &text[at..at + LANES + WIDTH - 1]);
        let high = mark_lanes(tables, &text[at + LANES..at + 2 * LANES + WIDTH - 1]);
        *mark = u64::from(high) << LANES | u64::from(low);
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn mark_lanes<const BANKS: usize, const WIDTH: usize>(
    tables: &ByPosition<Halves, BANKS, WIDTH>,
    text: &[u8],
) -> u32 {
    let half = _mm256_set1_epi8(15);
    let mut groups = [_mm256_set1_epi8(-1); BANKS];
    for (place, banks) in tables.iter().enumerate() {
        let bytes = load_half(&text[place..place + LANES]);
        let lower = _mm256_and_si256(bytes, half);
        let upper = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), half);
        for (groups, Halves([by_lower, by_upper])) in groups.iter_mut().zip(banks) {
            let taken = _mm256_and_si256(
                _mm256_shuffle_epi8(load_half(by_lower), lower),
                _mm256_shuffle_epi8(load_half(by_upper), upper),
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
fn load_half(bytes: &[u8]) -> __m256i {
    let part = |at: usize| {
        let mut part = [0; 8];
        part.copy_from_slice(&bytes[at..at + 8]);
        i64::from_le_bytes(part)
    };
    _mm256_setr_epi64x(part(0), part(8), part(16), part(24))
}
