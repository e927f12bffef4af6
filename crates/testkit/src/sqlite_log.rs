//! Synthetic write-ahead logs and rollback journals, from the pages of a database.

/// A version of a page in a write-ahead log. The number of pages after it ends a transaction.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'p> {
    pub number: u32,
    pub page: &'p [u8],
    pub count: u32,
}

/// Returns the pages of a database with their numbers, as one transaction.
pub fn transaction(database: &[u8], size: usize) -> Vec<Frame<'_>> {
    let last = database.len() / size;
    let number = |at: usize| u32::try_from(at).expect("few pages");
    database
        .chunks(size)
        .enumerate()
        .map(|(at, page)| Frame {
            number: number(at + 1),
            page,
            count: if at + 1 == last { number(last) } else { 0 },
        })
        .collect()
}

/// Writes a log with the frames of the newest run, and then with those that an earlier run left.
pub fn write_ahead_log(size: usize, frames: &[Frame<'_>], left: &[Frame<'_>]) -> Vec<u8> {
    let mut log = Vec::new();
    let header = [0x377f_0683, 3_007_000, u32::try_from(size).expect("small"), 0, 0x1234_5678, 0x9abc_def0];
    for number in header {
        log.extend(number.to_be_bytes());
    }
    let mut sum = checksum((0, 0), &log);
    log.extend([sum.0.to_be_bytes(), sum.1.to_be_bytes()].concat());
    for (at, frame) in frames.iter().chain(left).enumerate() {
        let head = [frame.number.to_be_bytes(), frame.count.to_be_bytes()].concat();
        sum = checksum(checksum(sum, &head), frame.page);
        let salt = header[4] - u32::from(at >= frames.len());
        log.extend(head);
        for number in [salt, header[5], sum.0, sum.1] {
            log.extend(number.to_be_bytes());
        }
        log.extend(frame.page);
    }
    log
}

/// "Checksum Algorithm" of the format, for numbers with the highest byte first.
fn checksum(sum: (u32, u32), bytes: &[u8]) -> (u32, u32) {
    let read = |bytes: &[u8]| u32::from_be_bytes(bytes.try_into().expect("four bytes"));
    bytes.chunks_exact(8).fold(sum, |(one, two), word| {
        let one = one.wrapping_add(read(&word[..4])).wrapping_add(two);
        (one, two.wrapping_add(read(&word[4..])).wrapping_add(one))
    })
}

/// Writes a journal with pages of a database and their numbers.
pub fn journal(size: usize, pages: &[(u32, &[u8])]) -> Vec<u8> {
    let mut journal = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7".to_vec();
    let number = |number: usize| u32::try_from(number).expect("small").to_be_bytes();
    for value in [pages.len(), 7, pages.len(), 512, size] {
        journal.extend(number(value));
    }
    journal.resize(512, 0);
    for (number, page) in pages {
        journal.extend(number.to_be_bytes());
        journal.extend(*page);
        journal.extend([0; 4]);
    }
    journal
}
