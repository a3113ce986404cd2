#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| entrail_fuzz::suggest::run(data));
