//! EWAH bitmaps, as the split index stores them: runs of equal 64-bit words, then literal words.
//! Not an editor, and not for the bitmaps of pack files: it returns the positions of the set bits.

use super::error::IndexError;
use super::reader::Reader;

/// Reads one bitmap and returns the positions of its set bits, which are all below `limit`.
pub(super) fn read(reader: &mut Reader<'_>, limit: usize) -> Result<Vec<u32>, IndexError> {
    const SHORT: &str = "a bitmap of the split index is cut short";
    const WIDE: &str = "a bitmap of the split index names an entry that the shared index does not have";
    // The number of bits is not needed: each set bit is compared with the limit.
    reader.u32(SHORT)?;
    let mut words = reader.u32(SHORT)?;
    let mut positions = Vec::new();
    let mut at: u64 = 0;
    let limit = limit as u64;
    while words > 0 {
        words -= 1;
        let marker = reader.u64(SHORT)?;
        let run = ((marker >> 1) & 0xffff_ffff) * 64;
        let end = at.saturating_add(run);
        if marker & 1 == 1 {
            if end > limit {
                return Err(reader.damaged(WIDE));
            }
            positions.extend((at..end).filter_map(|bit| u32::try_from(bit).ok()));
        }
        at = end;
        let literals = marker >> 33;
        if literals > u64::from(words) {
            return Err(reader.damaged(SHORT));
        }
        for _ in 0..literals {
            words -= 1;
            let mut word = reader.u64(SHORT)?;
            while word != 0 {
                let bit = at.saturating_add(u64::from(word.trailing_zeros()));
                let position = u32::try_from(bit).ok().filter(|_| bit < limit);
                positions.push(position.ok_or_else(|| reader.damaged(WIDE))?);
                word &= word - 1;
            }
            at = at.saturating_add(64);
        }
    }
    // The position at which git would append the next word: a reader does not need it.
    reader.u32(SHORT)?;
    Ok(positions)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bitmap(words: &[u64]) -> Vec<u8> {
        let mut bytes = vec![0, 0, 0, 0];
        bytes.extend(u32::try_from(words.len()).unwrap().to_be_bytes());
        bytes.extend(words.iter().flat_map(|word| word.to_be_bytes()));
        bytes.extend([0; 4]);
        bytes
    }

    fn positions(words: &[u64], limit: usize) -> Result<Vec<u32>, IndexError> {
        let bytes = bitmap(words);
        let mut reader = Reader::new(&bytes, 0..bytes.len(), 0);
        let positions = read(&mut reader, limit)?;
        assert_eq!(reader.remaining(), 0);
        Ok(positions)
    }

    const fn marker(ones: bool, run: u64, literals: u64) -> u64 {
        (literals << 33) | (run << 1) | ones as u64
    }

    #[test]
    fn bitmap_of_runs_and_literals_is_decoded() {
        assert!(positions(&[], 0).unwrap().is_empty());
        assert_eq!(positions(&[marker(false, 0, 1), 0b1001], 4).unwrap(), [0, 3]);
        assert_eq!(positions(&[marker(true, 2, 0)], 128).unwrap(), (0..128).collect::<Vec<_>>());
        let words = [marker(false, 1, 2), 1 << 63, 1, marker(true, 1, 1), 2];
        let expected: Vec<u32> = [127, 128].into_iter().chain(192..256).chain([257]).collect();
        assert_eq!(positions(&words, 258).unwrap(), expected);
    }

    #[test]
    fn set_bit_at_the_limit_is_an_error() {
        let all = 0xffff_ffff;
        for words in [
            &[marker(false, 0, 1), 0b1_0000][..],
            &[marker(true, 1, 0)],
            &[marker(true, all, 0)],
            &[marker(false, all, 0), marker(true, 1, 0)],
        ] {
            assert!(positions(words, 4).is_err(), "{words:x?}");
        }
        // Runs of zeroes may have any length: nothing is stored for them.
        assert!(positions(&[marker(false, all, 0); 9], 4).unwrap().is_empty());
    }

    #[test]
    fn missing_literal_words_are_an_error() {
        assert!(positions(&[marker(false, 0, 2), 1], 64).is_err());
        let bytes = bitmap(&[marker(false, 0, 1), 1]);
        for len in 0..bytes.len() {
            assert!(read(&mut Reader::new(&bytes, 0..len, 0), 64).is_err(), "cut at {len}");
        }
    }
}
