//! Data inside the page, and back out of it.

use std::io::{self, Read, Write};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use serde::Serialize;

use crate::verdict::{document::Document, trace::Trace};

const RESULT_BEGINS: &str = "<script type=\"application/json\" id=\"kouan-result\">";
const TRACE_BEGINS: &str = "<script type=\"application/octet-stream\" class=\"kouan-trace\">";
const ENDS: &str = "</script>";

/// How large an opened chunk of traces may be, in bytes; a report that says more is not one of ours.
const CHUNK_LIMIT: u64 = 64 * 1024 * 1024;

/// JSON that can stand in a script: no `<`, so no end tag and no comment.
pub fn json(value: &impl Serialize) -> io::Result<String> {
    Ok(serde_json::to_string(value)?.replace('<', "\\u003c"))
}

/// Text that can stand in HTML.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Traces as gzip (without a time in it) in base64.
pub fn packed(traces: &[Option<Box<Trace>>]) -> io::Result<String> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    serde_json::to_writer(&mut gzip, traces)?;
    Ok(STANDARD.encode(gzip.finish()?))
}

/// A chunk in its script.
pub fn write_chunk(out: &mut impl Write, chunk: &str) -> io::Result<()> {
    writeln!(out, "{TRACE_BEGINS}{chunk}{ENDS}")
}

/// The document of a page that [`super::Html`] wrote, its traces in place; `None` where `text` is no such page, or a
/// damaged one.
pub fn document_in(text: &str) -> Option<Document> {
    let (_, rest) = text.split_once(RESULT_BEGINS)?;
    let (result, rest) = rest.split_once(ENDS)?;
    let mut document: Document = serde_json::from_str(result).ok()?;
    let mut traces = Vec::with_capacity(document.scenarios.len());
    for chunk in rest.split(TRACE_BEGINS).skip(1) {
        let (chunk, _) = chunk.split_once(ENDS)?;
        traces.extend(unpacked(chunk)?);
    }
    for (scenario, trace) in document.scenarios.iter_mut().zip(traces) {
        scenario.trace = trace;
    }
    Some(document)
}

fn unpacked(chunk: &str) -> Option<Vec<Option<Box<Trace>>>> {
    let mut json = String::new();
    GzDecoder::new(STANDARD.decode(chunk).ok()?.as_slice()).take(CHUNK_LIMIT).read_to_string(&mut json).ok()?;
    serde_json::from_str(&json).ok()
}
