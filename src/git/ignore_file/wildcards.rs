//! Git's wildcards (`wildmatch.c`, with `WM_PATHNAME`): `?`, `*`, `**`, classes, and `\` before a character.
//!
//! A pattern becomes a list of steps, and a match keeps the set of steps that are possible at once. So the time is at
//! most the product of the two lengths, where git's recursion may take exponential time.

/// One step of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// This byte.
    Byte(u8),
    /// Any byte but `/`.
    NoSlash,
    /// One of these bytes: a bit for each.
    Class(Box<[u64; 4]>),
    /// Any number of bytes but `/`.
    Star,
    /// Any number of any bytes.
    Stars,
    /// Nothing, and also the step three further on: `**/` matches no folder as well.
    Skip,
}

/// A compiled pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wildcards {
    /// `None` for a pattern that matches nothing: git takes an open `[` for that.
    steps: Option<Vec<Step>>,
    /// The number of bytes that a match has at least.
    min_length: usize,
    fold_case: bool,
}

impl Wildcards {
    /// Compiles a pattern. With `fold_case` the letters A to Z match both cases, as with `core.ignoreCase`.
    pub(super) fn new(pattern: &[u8], fold_case: bool) -> Self {
        let steps = Parser { pattern, at: 0, fold_case, steps: Vec::new() }.parse();
        let is_single = |step: &&Step| matches!(step, Step::Byte(_) | Step::NoSlash | Step::Class(_));
        // A `Skip` passes over one byte, the `/`.
        let length = |steps: &Vec<Step>| {
            let skips = steps.iter().filter(|step| **step == Step::Skip).count();
            steps.iter().filter(is_single).count() - skips
        };
        Self { min_length: steps.as_ref().map_or(0, length), steps, fold_case }
    }

    /// Whether the whole text matches.
    pub(super) fn matches(&self, text: &[u8]) -> bool {
        let Some(steps) = &self.steps else { return false };
        if text.len() < self.min_length || !self.ends_match(steps, text) {
            return false;
        }
        let (mut now, mut next) = (StepSet::new(steps.len()), StepSet::new(steps.len()));
        now.add(steps, 0);
        for byte in text {
            let byte = self.folded(*byte);
            next.clear();
            for at in &now.positions {
                match steps.get(*at) {
                    Some(Step::Star) if byte != b'/' => next.add(steps, *at),
                    Some(Step::Stars) => next.add(steps, *at),
                    Some(step) if step.takes(byte) => next.add(steps, at + 1),
                    _ => {}
                }
            }
            std::mem::swap(&mut now, &mut next);
            if now.positions.is_empty() {
                return false;
            }
        }
        now.is_marked[steps.len()]
    }

    /// Whether the first and the last byte can match. This decides most comparisons at once.
    fn ends_match(&self, steps: &[Step], text: &[u8]) -> bool {
        let can_match = |step: Option<&Step>, byte: Option<&u8>| match (step, byte) {
            (Some(Step::Star | Step::Stars | Step::Skip), _) | (None, None) => true,
            (Some(step), Some(byte)) => step.takes(self.folded(*byte)),
            _ => false,
        };
        // The last step is the `/` that a `Skip` passes over.
        let may_be_skipped = steps.len().checked_sub(3).is_some_and(|skip| steps[skip] == Step::Skip);
        can_match(steps.first(), text.first()) && (may_be_skipped || can_match(steps.last(), text.last()))
    }

    const fn folded(&self, byte: u8) -> u8 {
        if self.fold_case { byte.to_ascii_lowercase() } else { byte }
    }
}

impl Step {
    /// Whether the step is a single byte, and takes this one.
    fn takes(&self, byte: u8) -> bool {
        match self {
            Self::Byte(own) => *own == byte,
            Self::NoSlash => byte != b'/',
            Self::Class(bits) => bits[usize::from(byte >> 6)] >> (byte & 63) & 1 == 1,
            Self::Star | Self::Stars | Self::Skip => false,
        }
    }
}

/// A set of positions in the steps.
struct StepSet {
    positions: Vec<usize>,
    is_marked: Vec<bool>,
}

impl StepSet {
    fn new(steps: usize) -> Self {
        Self { positions: Vec::new(), is_marked: vec![false; steps + 1] }
    }

    fn clear(&mut self) {
        for at in self.positions.drain(..) {
            self.is_marked[at] = false;
        }
    }

    /// Adds a position, and those that are reached from it without a byte.
    fn add(&mut self, steps: &[Step], at: usize) {
        let mut at = at;
        while at <= steps.len() && !self.is_marked[at] {
            self.is_marked[at] = true;
            self.positions.push(at);
            match steps.get(at) {
                Some(Step::Skip) => {
                    self.add(steps, at + 3);
                    at += 1;
                }
                Some(Step::Star | Step::Stars) => at += 1,
                _ => return,
            }
        }
    }
}

struct Parser<'p> {
    pattern: &'p [u8],
    at: usize,
    fold_case: bool,
    steps: Vec<Step>,
}

impl Parser<'_> {
    /// Returns the steps; `None` if nothing matches.
    fn parse(mut self) -> Option<Vec<Step>> {
        while let Some(byte) = self.peek(0) {
            self.at += 1;
            match byte {
                b'\\' => {
                    // Git does not fold this character.
                    let escaped = self.peek(0)?;
                    self.at += 1;
                    self.steps.push(Step::Byte(escaped));
                }
                b'?' => self.steps.push(Step::NoSlash),
                b'*' => self.stars(),
                b'[' => {
                    let class = self.class()?;
                    self.steps.push(class);
                }
                _ => {
                    let byte = if self.fold_case { byte.to_ascii_lowercase() } else { byte };
                    self.steps.push(Step::Byte(byte));
                }
            }
        }
        Some(self.steps)
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.pattern.get(self.at + ahead).copied()
    }

    /// Reads one or more stars, the first of which is read. Two or more match `/` if they are a whole part of the path.
    fn stars(&mut self) {
        let first = self.at - 1;
        while self.peek(0) == Some(b'*') {
            self.at += 1;
        }
        let starts_part = first == 0 || self.pattern[first - 1] == b'/';
        let is_deep = self.at - first > 1 && starts_part;
        match (self.peek(0), self.peek(1)) {
            (Some(b'/'), _) if is_deep => self.steps.extend([Step::Skip, Step::Stars]),
            (None, _) | (Some(b'\\'), Some(b'/')) if is_deep => self.steps.push(Step::Stars),
            _ => self.steps.push(Step::Star),
        }
    }

    /// Reads a class after its `[`; `None` if it has no end or names no known kind of characters.
    fn class(&mut self) -> Option<Step> {
        let mut bits = [0_u64; 4];
        let mut add = |wanted: &dyn Fn(u8) -> bool| {
            for byte in (0..=u8::MAX).filter(|byte| wanted(*byte)) {
                bits[usize::from(byte >> 6)] |= 1 << (byte & 63);
            }
        };
        let is_negated = matches!(self.peek(0), Some(b'!' | b'^'));
        self.at += usize::from(is_negated);
        let (mut previous, mut is_first, fold) = (0, true, self.fold_case);
        loop {
            let byte = self.peek(0)?;
            self.at += 1;
            if byte == b']' && !is_first {
                break;
            }
            is_first = false;
            match (byte, self.peek(0)) {
                (b'\\', escaped) => {
                    let escaped = escaped?;
                    self.at += 1;
                    add(&|own| own == escaped);
                    previous = escaped;
                }
                (b'-', Some(end)) if previous != 0 && end != b']' => {
                    self.at += 1;
                    let end = if end == b'\\' { self.take()? } else { end };
                    let in_range = |own: u8| previous <= own && own <= end;
                    add(&|own| {
                        in_range(own)
                            || fold && own.is_ascii_lowercase() && in_range(own.to_ascii_uppercase())
                    });
                    previous = 0;
                }
                (b'[', Some(b':')) => {
                    let rest = &self.pattern[self.at + 1..];
                    let end = memchr::memchr(b']', rest)?;
                    if let Some(name) = rest[..end].strip_suffix(b":") {
                        let kind = named_kind(name, fold)?;
                        add(&|own| kind(&own));
                        self.at += end + 2;
                        previous = 0;
                    } else {
                        // No name: the `[` stands for itself.
                        add(&|own| own == b'[');
                        previous = b'[';
                    }
                }
                _ => {
                    add(&|own| own == byte);
                    previous = byte;
                }
            }
        }
        if is_negated {
            bits = bits.map(|bits| !bits);
        }
        bits[0] &= !(1 << b'/');
        Some(Step::Class(Box::new(bits)))
    }

    fn take(&mut self) -> Option<u8> {
        let byte = self.peek(0)?;
        self.at += 1;
        Some(byte)
    }
}

/// Returns the test for `[:name:]`; `None` for another name.
fn named_kind(name: &[u8], fold_case: bool) -> Option<fn(&u8) -> bool> {
    Some(match name {
        b"alnum" => u8::is_ascii_alphanumeric,
        b"alpha" => u8::is_ascii_alphabetic,
        b"blank" => |byte| matches!(byte, b' ' | b'\t'),
        b"cntrl" => u8::is_ascii_control,
        b"digit" => u8::is_ascii_digit,
        b"graph" => u8::is_ascii_graphic,
        b"lower" => u8::is_ascii_lowercase,
        b"print" => |byte| matches!(byte, b' '..=b'~'),
        b"punct" => u8::is_ascii_punctuation,
        b"space" => |byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'),
        b"upper" if fold_case => u8::is_ascii_alphabetic,
        b"upper" => u8::is_ascii_uppercase,
        b"xdigit" => u8::is_ascii_hexdigit,
        _ => return None,
    })
}
