#!/usr/bin/env bash
# Does what docs/adding/*.md tell: `bash docs/adding/check.sh [NAME...]`, all of them unless named.
#
# Each example is applied to a clean copy of the working tree (target/adding/tree). There the commands under
# "## Prove it" must succeed. Then, for each row of the table under "## What tells you" whose first cell is a path of
# the patch, the example is applied without that path: the row's command must fail and say the row's words.
# The copy is kept between runs and only files that differ are written, so that cargo builds little anew.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
tree=$root/target/adding/tree
fresh=$root/target/adding/fresh
log=$root/target/adding/log
# Never the repository's own: cargo tells the two trees' artifacts apart by neither name nor date.
export CARGO_TARGET_DIR=$root/target/adding/target

# lay NAME [git apply's arguments]: the copy becomes the working tree with the example applied.
lay() {
  local name=$1
  shift
  rm -rf "$fresh"
  mkdir -p "$fresh" "$tree"
  # Without what is deleted and not yet committed.
  (cd "$root" && git ls-files -z --cached --others --exclude-standard | xargs -0 ls -d 2>/dev/null | tar -cf - -T -) | tar -xf - -C "$fresh"
  (cd "$fresh" && GIT_CEILING_DIRECTORIES=$root/target/adding git apply "$@" "$root/docs/adding/$name.patch")
  (cd "$tree" && find . -type f) | while read -r file; do [ -e "$fresh/$file" ] || rm "$tree/$file"; done
  (cd "$fresh" && find . -type f) | while read -r file; do
    cmp -s "$fresh/$file" "$tree/$file" || { mkdir -p "$(dirname "$tree/$file")"; cp "$fresh/$file" "$tree/$file"; }
  done
}

# The commands under "## Prove it".
proof() { awk '/^## Prove it/ { here = 1; next } /^## / { here = 0 } here && /^    / { print substr($0, 5) }' "$1"; }

# path, command, words: the cells in backticks of each row under "## What tells you" that has three of them.
omissions() {
  awk -F'`' '/^## What tells you/ { here = 1; next } /^## / { here = 0 } here && /^\| `/ && NF == 7 { print $2 "\t" $4 "\t" $6 }' "$1"
}

play() {
  local name=$1 began=$SECONDS page=$root/docs/adding/$1.md
  lay "$name"
  if ! (cd "$tree" && bash -euxc "$(proof "$page")") >"$log" 2>&1 </dev/null; then
    cat "$log"
    echo "$name: the example does not work" >&2
    return 1
  fi
  omissions "$page" | while IFS=$'\t' read -r path command words; do
    lay "$name" --exclude="$path"
    if (cd "$tree" && bash -euc "$command") >"$log" 2>&1 </dev/null; then
      echo "$name: without $path nothing fails" >&2
      return 1
    fi
    grep -qF -- "$words" "$log" || { cat "$log"; echo "$name: without $path nobody says: $words" >&2; return 1; }
    echo "  without $path: $words"
  done
  echo "$name: works ($((SECONDS - began)) s)"
}

[ $# -gt 0 ] || set -- rule message verb party check
for name in "$@"; do play "$name"; done
