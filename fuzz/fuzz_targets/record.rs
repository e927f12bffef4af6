#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| skant_fuzz::record::holds(bytes));
