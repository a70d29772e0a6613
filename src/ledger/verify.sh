#!/usr/bin/env bash
# Checks that one fact is in the signed record, with openssl 3 and nothing else: verify.sh FACT.json FACT.tlog-proof log.vkey
set -euo pipefail
fact=$1 proof=$2 vkeys=$3
fail() { echo "FAIL $1"; exit 1; }
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
hash() { openssl dgst -sha256 -binary; }
bytes() { base64 -d <<< "$1" 2> /dev/null || fail 'a line is no base64' >&2; }

# The proof: its first line, the index, one hash a line, an empty line, and the signed checkpoint.
head=$(awk '/^$/ { exit } { print }' "$proof")
awk 'found { print } /^$/ && !found { found = 1 }' "$proof" > "$work/note"
[[ $(sed -n 1p <<< "$head") == c2sp.org/tlog-proof@v1 ]] || fail 'this is no proof'
index=$(sed -n '2s/^index //p' <<< "$head")
awk '/^$/ { exit } { print }' "$work/note" > "$work/body"
origin=$(sed -n 1p "$work/body") size=$(sed -n 2p "$work/body") root=$(sed -n 3p "$work/body")

# The key of kind 1 (Ed25519) with the name of the log; its id is part of the SHA-256 over name and key.
good=no
while read -r vkey; do
  name=${vkey%%+*} rest=${vkey#*+} && id=${rest%%+*} key=${rest#*+}
  bytes "$key" > "$work/key"
  [[ $name == "$origin" && $(head -c 1 "$work/key" | od -An -tx1 | tr -d ' ') == 01 ]] || continue
  [[ $({ printf '%s\n' "$name"; cat "$work/key"; } | hash | head -c 4 | od -An -tx1 | tr -d ' ') == "$id" ]] || fail 'the key has another id'
  { printf '\060\052\060\005\006\003\053\145\160\003\041\000'; tail -c +2 "$work/key"; } > "$work/der"
  while read -r dash signer signature; do
    [[ $dash == — && $signer == "$name" ]] || continue
    bytes "$signature" > "$work/line"
    [[ $(head -c 4 "$work/line" | od -An -tx1 | tr -d ' ') == "$id" ]] || continue
    tail -c +5 "$work/line" > "$work/signature"
    openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/der" -rawin -in "$work/body" -sigfile "$work/signature" > "$work/said" 2>&1 || fail 'checkpoint signature'
    good=yes
  done < "$work/note"
done < "$vkeys"
[[ $good == yes ]] || fail 'no key that signed is known'

# From the fact to the root (RFC 9162, 2.1.3.2).
{ printf '\000'; cat "$fact"; } | hash > "$work/r"
((index < size)) || fail 'the index lies outside the tree'
fn=$index sn=$((size - 1))
while read -r line; do
  bytes "$line" > "$work/p"
  ((sn > 0)) || fail inclusion
  if ((fn % 2 == 1 || fn == sn)); then
    { printf '\001'; cat "$work/p" "$work/r"; } | hash > "$work/n"
    while ((fn % 2 == 0 && fn != 0)); do fn=$((fn / 2)) sn=$((sn / 2)); done
  else
    { printf '\001'; cat "$work/r" "$work/p"; } | hash > "$work/n"
  fi
  mv "$work/n" "$work/r"
  fn=$((fn / 2)) sn=$((sn / 2))
done < <(tail -n +3 <<< "$head")
[[ $sn == 0 && $(base64 -w 0 < "$work/r") == "$root" ]] || fail inclusion
echo "OK $(basename "$fact") is in $origin @ size $size"
