#!/usr/bin/env bash
# Takes docs/report-*.png, the README's pictures of the HTML report, from a real run in headless Chromium
# (tests/browser/report.rs says which files are run; some of them fail, as the pictures show). They need Chinese
# fonts: Debian package fonts-noto-cjk.
set -euo pipefail
cd "$(dirname "$0")/.."
KOUAN_PICTURES=$PWD/docs cargo test --locked --test browser pictures
ls -l docs/report-*.png
