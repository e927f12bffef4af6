#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| skant_fuzz::archive::holds(bytes));
