#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# skep's verifier beside the running kernel's on real objects: verdicts, processed instructions, time.
#
# usage: verify.sh TEST_OBJECTS CARVE_OBJECTS [FILE…]
#
# Without files: the objects of package libxdp1 and those that the tools of package libbpf-tools hold, where they are
# installed (SKEP_OBJECTS names other directories of objects, SKEP_TOOLS other directories of tools).
set -eu
compare=$1 carve=$2
shift 2
if [ $# -eq 0 ]; then
	carved=$(mktemp -d)
	trap 'rm -rf "$carved"' EXIT
	for dir in ${SKEP_OBJECTS:-/usr/lib/*/bpf}; do
		for file in "$dir"/*.o; do
			[ -f "$file" ] && set -- "$@" "$file"
		done
	done
	tools=$(grep -lE '\.bpf\.c|bpf_object__' ${SKEP_TOOLS:-/usr/sbin}/* 2>/dev/null || true)
	# shellcheck disable=SC2086
	[ -z "$tools" ] || "$carve" "$carved" $tools >/dev/null
	for file in "$carved"/*.o; do
		[ -f "$file" ] && set -- "$@" "$file"
	done
fi
if [ $# -eq 0 ]; then
	echo "no objects here: install libxdp1 and libbpf-tools, or set SKEP_OBJECTS and SKEP_TOOLS"
	exit 77
fi
"$compare" "$@"
