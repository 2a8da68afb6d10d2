//! Tells the program which compiler made it: a figure of `kouan bench` is worth nothing without.

use std::{env, process::Command};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let said =
        Command::new(rustc).arg("--version").output().ok().and_then(|output| String::from_utf8(output.stdout).ok());
    println!("cargo:rustc-env=KOUAN_RUSTC={}", said.as_deref().map_or("unknown", str::trim));
}
