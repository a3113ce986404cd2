#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| entrail::source::fuzzing::archive(data));
