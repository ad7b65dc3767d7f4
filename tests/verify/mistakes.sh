#!/bin/sh
# What skep says of each program in mistakes/ is NAME.expect, word for word: mistakes.sh BUILD.
# scripts/bless-mistakes writes them anew.
. "$(dirname "$0")/../cli/tap.sh"
here=$(cd "$(dirname "$0")" && pwd)

explains() {
	"$here/../../scripts/bless-mistakes" --print "$build" "$1" >"$tmp/said" || return 1
	diff -u "$here/mistakes/$1.expect" "$tmp/said"
}

for f in "$here"/mistakes/*.bpf.c; do
	name=$(basename "$f" .bpf.c)
	claim "explains_$name" explains "$name"
done
finish
