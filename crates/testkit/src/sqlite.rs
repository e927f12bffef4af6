//! Synthetic `SQLite` databases: tables of texts and blobs, with overflow pages and inner pages where they are needed.

/// A value of a record.
#[derive(Clone, Debug)]
pub enum Value {
    Null,
    Integer(i32),
    Text(String),
    Blob(Vec<u8>),
}

/// A table, with the statement that created it. Records have the keys 1, 2, 3, …
#[derive(Clone, Debug)]
pub struct Table {
    pub name: String,
    pub statement: String,
    pub records: Vec<Vec<Value>>,
}

/// The encoding of texts, with its number in the header of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8 = 1,
    Utf16Le = 2,
    Utf16Be = 3,
}

/// Returns a table with one column, `body`.
pub fn table(name: &str, bodies: &[&str]) -> Table {
    let records = bodies.iter().map(|body| vec![Value::Text((*body).to_owned())]).collect();
    Table { name: name.to_owned(), statement: format!("CREATE TABLE {name}(body TEXT)"), records }
}

/// Writes a database with pages of `size` bytes: a power of two from 512 on.
pub fn sqlite(size: usize, encoding: Encoding, tables: &[Table]) -> Vec<u8> {
    let mut writer = Writer { size, encoding, pages: vec![vec![0; size]] };
    let mut described = Vec::new();
    for table in tables {
        let root = writer.tree(&table.records, 0);
        let root = i32::try_from(root).expect("few pages");
        let texts = ["table", &table.name, &table.name].map(|text| Value::Text(text.to_owned()));
        let statement = Value::Text(table.statement.clone());
        described.push(texts.into_iter().chain([Value::Integer(root), statement]).collect());
    }
    let root = writer.tree(&described, 100);
    let first = writer.pages.remove(root - 1);
    writer.pages[0] = first;
    let count = number(writer.pages.len());
    let head = &mut writer.pages[0];
    head[..16].copy_from_slice(b"SQLite format 3\0");
    head[16..18].copy_from_slice(&u16::try_from(size).unwrap_or(1).to_be_bytes());
    head[18..24].copy_from_slice(&[1, 1, 0, 64, 32, 32]);
    for (at, value) in [(24, 1), (28, count), (44, 4), (56, encoding as u32), (92, 1), (96, 3_045_000)] {
        head[at..at + 4].copy_from_slice(&value.to_be_bytes());
    }
    writer.pages.concat()
}

struct Writer {
    size: usize,
    encoding: Encoding,
    pages: Vec<Vec<u8>>,
}

impl Writer {
    /// Adds the pages of a table, and returns the number of the root, which is the last page. Its header is at an offset.
    fn tree(&mut self, records: &[Vec<Value>], header: usize) -> usize {
        let mut leaves: Vec<(Vec<Vec<u8>>, usize)> = vec![(Vec::new(), 0)];
        for (at, record) in records.iter().enumerate() {
            let payload = self.payload(record);
            let cell = self.cell(&payload, at as u64 + 1);
            let used: usize =
                leaves.last().map_or(0, |(cells, _)| cells.iter().map(|cell| cell.len() + 2).sum());
            if used + cell.len() + 2 + header + 8 > self.size {
                leaves.push((Vec::new(), 0));
            }
            if let Some((cells, last)) = leaves.last_mut() {
                cells.push(cell);
                *last = at + 1;
            }
        }
        if let [(cells, _)] = &leaves[..] {
            return self.page(13, cells, None, header);
        }
        let mut level: Vec<(usize, u64)> =
            leaves.iter().map(|(cells, last)| (self.page(13, cells, None, 0), *last as u64)).collect();
        // A cell has at most eleven bytes, and two in the list.
        let most = (self.size - 112) / 13;
        while level.len() > most {
            level = level.chunks(most).map(|children| self.inner(children, 0)).collect();
        }
        self.inner(&level, header).0
    }

    /// Adds an inner page, and returns its number with the last key below it.
    fn inner(&mut self, children: &[(usize, u64)], header: usize) -> (usize, u64) {
        let (right, others) = children.split_last().expect("children");
        let cell =
            |(child, last): &(usize, u64)| [&number(*child).to_be_bytes()[..], &varint(*last)].concat();
        let cells: Vec<Vec<u8>> = others.iter().map(cell).collect();
        (self.page(5, &cells, Some(right.0), header), right.1)
    }

    /// Adds a page, and returns its number.
    fn page(&mut self, kind: u8, cells: &[Vec<u8>], right: Option<usize>, header: usize) -> usize {
        let mut page = vec![0; self.size];
        let mut end = self.size;
        let list = header + if right.is_some() { 12 } else { 8 };
        for (at, cell) in cells.iter().enumerate() {
            end -= cell.len();
            page[end..end + cell.len()].copy_from_slice(cell);
            let offset = u16::try_from(end).expect("small pages").to_be_bytes();
            page[list + 2 * at..list + 2 * at + 2].copy_from_slice(&offset);
        }
        page[header] = kind;
        let count = u16::try_from(cells.len()).expect("few cells").to_be_bytes();
        page[header + 3..header + 5].copy_from_slice(&count);
        page[header + 5..header + 7].copy_from_slice(&u16::try_from(end).unwrap_or(0).to_be_bytes());
        if let Some(right) = right {
            page[header + 8..header + 12].copy_from_slice(&number(right).to_be_bytes());
        }
        self.pages.push(page);
        self.pages.len()
    }

    fn payload(&self, record: &[Value]) -> Vec<u8> {
        let (mut types, mut body) = (Vec::new(), Vec::new());
        for value in record {
            let before = body.len();
            let base = match value {
                Value::Null => 0,
                Value::Integer(value) => {
                    body.extend(value.to_be_bytes());
                    4
                }
                Value::Text(text) => {
                    body.extend(self.encoded(text));
                    13
                }
                Value::Blob(bytes) => {
                    body.extend(bytes);
                    12
                }
            };
            let length = if base >= 12 { 2 * (body.len() - before) as u64 } else { 0 };
            types.extend(varint(base + length));
        }
        // The length of the header counts itself.
        let length = types.len() + if types.len() < 127 { 1 } else { 2 };
        [varint(length as u64), types, body].concat()
    }

    fn encoded(&self, text: &str) -> Vec<u8> {
        match self.encoding {
            Encoding::Utf8 => text.as_bytes().to_vec(),
            Encoding::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Encoding::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        }
    }

    /// Returns a cell of a table, and adds the overflow pages of its payload.
    fn cell(&mut self, payload: &[u8], rowid: u64) -> Vec<u8> {
        let (most, least) = (self.size - 35, (self.size - 12) * 32 / 255 - 23);
        let head = [varint(payload.len() as u64), varint(rowid)].concat();
        if payload.len() <= most {
            return [&head[..], payload].concat();
        }
        let fitting = least + (payload.len() - least) % (self.size - 4);
        let (local, rest) = payload.split_at(if fitting <= most { fitting } else { least });
        let first = number(self.pages.len() + 1);
        let chunks: Vec<&[u8]> = rest.chunks(self.size - 4).collect();
        for (at, chunk) in chunks.iter().enumerate() {
            let next = if at + 1 < chunks.len() { number(self.pages.len() + 2) } else { 0 };
            let mut page = [&next.to_be_bytes()[..], chunk].concat();
            page.resize(self.size, 0);
            self.pages.push(page);
        }
        [&head[..], local, &first.to_be_bytes()].concat()
    }
}

fn number(value: usize) -> u32 {
    u32::try_from(value).expect("small")
}

/// Writes a number in one to eight bytes.
fn varint(value: u64) -> Vec<u8> {
    let mut bytes = vec![(value & 0x7f) as u8];
    let mut rest = value >> 7;
    while rest > 0 {
        bytes.insert(0, (rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    bytes
}
