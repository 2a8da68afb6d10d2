#!/usr/bin/env bash
# Measures what README and docs/benchmarks.md state. Nothing is asserted; the numbers are printed.
set -euo pipefail
cd "$(dirname "$0")/.."
kouan=target/release/kouan
scenario=scenarios/4-在线交费签约/状态记录-签约成功全过程.yaml
[ -x /usr/bin/time ] || echo "for peak memory install the Debian package time" >&2
echo "100 x kouan --version:"; time for _ in $(seq 100); do "$kouan" --version >/dev/null; done
for seal in mac sm2 rsa; do "$kouan" bench scenario "$scenario" --seal $seal --seconds 5; done
for algorithm in sm2 p256 rsa2048; do "$kouan" bench sign --algorithm $algorithm --reader memory --seconds 3; done
if [ -x /usr/bin/time ]; then /usr/bin/time -f 'run scenarios: %e s, peak %M kB' "$kouan" run scenarios >/dev/null; fi
