#!/usr/bin/env bash
# Measures the cryptography of docs/benchmarks.md beside the system's OpenSSL, then whole messages. Nothing is asserted; the numbers
# are printed. Needs openssl and python3. Words are passed on: docs/figures-signing.sh --rounds 9 --only SM2
set -euo pipefail
cd "$(dirname "$0")/.."
openssl version
echo "load before: $(cut -d' ' -f1-3 /proc/loadavg)"
cargo bench --locked --quiet -p signing --bench beside_openssl -- "$@"
echo "load after: $(cut -d' ' -f1-3 /proc/loadavg)"
cargo bench --locked --quiet -p interchange --bench message -- --noplot --warm-up-time 1 --measurement-time 3 2>&1 \
  | grep -E '^(sm2|rsa|mac)/|thrpt:'
