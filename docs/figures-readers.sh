#!/usr/bin/env bash
# Measures cards in readers of the system, as docs/benchmarks.md states it: a pcscd of its own (which needs root for its
# mount), two virtual readers, two cards of each algorithm. Nothing is asserted; the numbers are printed.
# PORT and the next must be free.
set -euo pipefail
cd "$(dirname "$0")/.."
kouan=$PWD/${KOUAN:-target/release/kouan}
port=${PORT:-41234}
there=$(mktemp -d)
mkdir -p "$there/run" "$there/conf" /run/pcscd
cat > "$there/conf/vpcd" <<C
FRIENDLYNAME "Virtual PCD"
DEVICENAME   /dev/null:$port
LIBPATH      /usr/lib/pcsc/drivers/serial/libifdvpcd.so
CHANNELID    $port
C
unshare --mount --propagation private bash -c \
  'mount --bind "$0/run" /run/pcscd && exec pcscd --foreground --error --config "$0/conf"' "$there" & service=$!
cards=""
trap 'kill $cards $service; wait $cards $service || true; rm -r "$there"' EXIT
export PCSCLITE_CSOCK_NAME=$there/run/pcscd.comm
one='pcsc:Virtual PCD 00 00' two='pcsc:Virtual PCD 00 01'
until "$kouan" card list-readers 2>/dev/null | grep -q "Virtual PCD 00 01"; do kill -0 $service; done
for algorithm in sm2 rsa2048; do
  for number in 1 2; do
    "$kouan" card new "$there/$algorithm-$number.json" --holder 张三 --uscc 91120116MA05TE5T79 --role 操作员 --algorithm $algorithm
  done
  "$kouan" card serve "$there/$algorithm-1.json" "$there/$algorithm-2.json" --vpcd "127.0.0.1:$port" < /dev/null & cards=$!
  until [ "$("$kouan" card list-readers 2>/dev/null | grep -c ATR)" = 2 ]; do kill -0 $cards; done
  measure() { "$kouan" bench sign --algorithm $algorithm --seconds 3 "$@"; }
  measure --reader "$one" --keep-transaction
  measure --reader "$one"
  measure --reader "$one" --pin-each
  measure --reader "$one" --reader "$two" --sessions 2 --keep-transaction
  kill $cards; wait $cards || true; cards=""
done
