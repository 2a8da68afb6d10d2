//! Any bytes as a scenario file: read and drawn without a panic, cases or mistakes, and every mistake has a place.
#![no_main]

use kouan::scenario::{Cast, read, render::render};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let reading = read("fuzz.yaml", bytes, Cast::fixture());
    assert!(reading.cases.is_empty() == reading.is_refused(), "neither cases nor a mistake");
    render(&reading.source, &reading.mistakes, true);
    for mistake in &reading.mistakes {
        let place = reading.source.place(mistake.span.start);
        assert!(place.line >= 1 && place.column >= 1);
    }
});
