#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz_properties::pack_index::holds(bytes));
