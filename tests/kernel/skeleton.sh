#!/bin/sh
# skep gen skeleton: headers compile without a warning, and what they hold is what was compiled.
# TAP. $1: the build folder. Oracles: the compilers, the object's symbol table, libbpf in bpftool.
. "$(dirname "$0")/../cli/tap.sh"
here=$(cd "$(dirname "$0")" && pwd)
include=$here/../../include
strict="-Wall -Wextra -Werror -I$include -I$tmp"

make_header() {
	"$skep" gen skeleton "$1" >"$tmp/$2.skel.h"
}
compiles() {
	printf '#include "%s.skel.h"\nint main(void) { return 0; }\n' "$1" >"$tmp/t.c"
	cc -std=c11 $strict -x c -fsyntax-only "$tmp/t.c" && g++ -std=c++17 $strict -x c++ -fsyntax-only "$tmp/t.c"
}
# Every global variable of the symbol table lies where the header says, and is as long.
same_places() {
	readelf -sW "$1" | awk '$4 == "OBJECT" && $5 == "GLOBAL" { print $2, $3, $7, $8 }' >"$tmp/symbols"
	readelf -SW "$1" | sed -n 's/^ *\[ *\([0-9]*\)\] \(\.[a-z.0-9_]*\).*/\1 \2/p' >"$tmp/sections"
	printf '#include <stddef.h>\n#include "%s.skel.h"\n#define SIZE(t, m) sizeof(((t *)0)->m)\n' "$2" >"$tmp/t.c"
	awk -v n="$2" 'NR == FNR { section[$1] = $2; next }
		section[$3] ~ /^\.(data|rodata|bss)/ {
			s = substr(section[$3], 2); gsub(/\./, "_", s)
			printf "_Static_assert(offsetof(struct %s_%s, %s) == 0x%s, \"place\");\n", n, s, $4, $1
			printf "_Static_assert(SIZE(struct %s_%s, %s) == %s, \"size\");\n", n, s, $4, $2 }' \
		"$tmp/sections" "$tmp/symbols" >>"$tmp/t.c"
	cc -std=c11 $strict -fsyntax-only "$tmp/t.c"
}
embedded() {
	cc -std=c11 $strict -DNAME="$1" "$here/skeleton_elf.c" -o "$tmp/elf" -L"$build" -lskep -Wl,-rpath,"$build" &&
		"$tmp/elf" >"$tmp/$1.o"
}
# skep reads the same from both; names of files aside.
same_object() {
	"$skep" object --json "$1" | sed "s|$1||g" >"$tmp/a" && "$skep" object --json "$2" | sed "s|$2||g" >"$tmp/b" &&
		diff "$tmp/a" "$tmp/b" && "$skep" disasm "$1" >"$tmp/a" && "$skep" disasm "$2" >"$tmp/b" && diff "$tmp/a" "$tmp/b"
}

for o in "$build"/examples/xdp_firewall.o "$build"/examples/xdp_lb.o "$build"/examples/pkt_hist.o \
	"$build"/examples/sock_filter.o "$build"/examples/sock_ipv6.o "$build"/tests/kernel/attach.bpf.o \
	"$build"/tests/kernel/preset.bpf.o "$build"/tests/kernel/engine.bpf.o "$build"/tests/api/typed.bpf.o \
	"$build"/tests/progs/*.bpf.o "$build"/tests/elf/*.o; do
	name=$(basename "$o")
	name=$(echo "${name%%.*}" | tr -c 'A-Za-z0-9_\n' _)
	make_header "$o" "$name" 2>"$tmp/why" || continue # tests of damaged objects
	claim "the header of $name compiles as C and C++" compiles "$name"
	claim "variables of $name are where they are" same_places "$o" "$name"
done

use() {
	"$1" $2 -x "$3" "$here/skeleton_use.c" $strict -o "$tmp/use" -L"$build" -lskep -Wl,-rpath,"$build"
}
make_header "$build/tests/kernel/preset.bpf.o" preset
claim 'a program in C uses it' use cc -std=c11 c
claim 'and runs in the user engine' "$tmp/use" user
if [ "$(id -u)" = 0 ]; then
	claim 'and in the kernel' "$tmp/use" kernel
else
	skip 'and in the kernel' 'it needs root'
fi
claim 'a program in C++ uses it' use g++ -std=c++17 c++
claim 'and runs, too' "$tmp/use" user

claim 'the embedded object can be taken out' embedded preset
shorter() {
	[ "$(wc -c <"$tmp/preset.o")" -lt "$(wc -c <"$build/tests/kernel/preset.bpf.o")" ] &&
		! readelf -SW "$tmp/preset.o" | grep -q debug_
}
claim 'it has no debug sections' shorter
claim 'and says the same to skep' same_object "$build/tests/kernel/preset.bpf.o" "$tmp/preset.o"
make_header "$build/examples/xdp_firewall.o" xdp_firewall && embedded xdp_firewall
loads() {
	bpftool prog loadall "$1" "/sys/fs/bpf/skep-skel-$$" && rm -rf "/sys/fs/bpf/skep-skel-$$"
}
if [ "$(id -u)" = 0 ] && command -v bpftool >/dev/null && [ -d /sys/fs/bpf ]; then
	claim 'and loads with libbpf' loads "$tmp/xdp_firewall.o"
else
	skip 'and loads with libbpf' 'it needs root and bpftool'
fi
named() {
	"$skep" gen skeleton "$build/examples/pkt_hist.o" name hist | grep -q '^struct hist {'
}
claim 'the name can be chosen' named
claim 'a name that C does not take is refused' refuses 1 'no name in C' "$skep" gen skeleton \
	"$build/examples/pkt_hist.o" name new
claim 'another verb is wrong usage' refuses 2 'say: gen skeleton' "$skep" gen object a.o
claim 'what is no object is refused' refuses 1 'cannot|ELF|no such' "$skep" gen skeleton /nowhere.o
finish
