#!/usr/bin/env bash
# Measures what docs/benchmarks.md states. Nothing is asserted; the numbers are printed.
set -euo pipefail
cd "$(dirname "$0")/.."
kouan=target/release/kouan
scenario=scenarios/4-在线交费签约/状态记录-签约成功全过程.yaml
[ -x /usr/bin/time ] || echo "for peak memory install the Debian package time" >&2
echo "100 x kouan --version:"; time for _ in $(seq 100); do "$kouan" --version >/dev/null; done
for seal in mac sm2 rsa; do "$kouan" bench scenario "$scenario" --seal $seal --seconds 5; done
"$kouan" bench sign --matrix --seconds 3
"$kouan" bench sign --algorithm sm2 --seconds 3 --sessions 2
# Lint: 5000 files, the suite's own with other numbers; the first pass only warms the cache.
many=$(mktemp -d); count=0
while [ $count -lt 5000 ]; do
  for file in scenarios/*/*.yaml; do
    [ $count -lt 5000 ] || break
    sed "s/^编号: *\(.*\)/编号: \1-$count/" "$file" > "$many/$count.yaml"; count=$((count + 1))
  done
done
"$kouan" lint "$many" | tail -1
echo "lint of $count files:"; time "$kouan" lint "$many" >/dev/null
rm -r "$many"
if [ -x /usr/bin/time ]; then /usr/bin/time -f 'run scenarios: %e s, peak %M kB' "$kouan" run scenarios >/dev/null; fi
# Building, in a directory of its own: clean, then after a changed text in the domain.
build=$(mktemp -d); trap 'rm -rf "$build"; git checkout -q -- domain/src/refusal.rs' EXIT
if git diff --quiet -- domain/src/refusal.rs; then
  echo "clean release build:"; time CARGO_TARGET_DIR=$build cargo build --release --locked --quiet
  sed -i 's/"签名验证失败"/"签名验证失败！"/' domain/src/refusal.rs
  echo "a changed text in domain to a finished run:"
  time CARGO_TARGET_DIR=$build cargo run --release --locked --quiet -- run scenarios >/dev/null || true
fi
