//! The program `skant`.

fn main() {}
