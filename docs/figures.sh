#!/usr/bin/env bash
# Measures what README and docs/benchmarks.md state. Nothing is asserted; the numbers are printed.
set -euo pipefail
cd "$(dirname "$0")/.."
kouan=target/release/kouan
scenario=scenarios/4-在线交费签约/签署成功.yaml
echo "kouan --version (10 runs, seconds):"; for _ in 1 2 3 4 5 6 7 8 9 10; do /usr/bin/env time -f %e "$kouan" --version 2>&1 >/dev/null; done | sort | paste -sd' '
for seal in mac sm2 rsa; do "$kouan" bench scenario "$scenario" --seal $seal --seconds 5; done
for algorithm in sm2 p256 rsa2048; do "$kouan" bench sign --algorithm $algorithm --reader memory --seconds 3; done
if [ -x /usr/bin/time ]; then /usr/bin/time -f 'run scenarios: %e s, peak %M kB' "$kouan" run scenarios >/dev/null; fi
