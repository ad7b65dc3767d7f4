#!/bin/sh
# The examples pass the live kernel's verifier, and our headers say what the kernel's say.
. "$(dirname "$0")/tap.sh"
root=$(cd "$(dirname "$0")/../.." && pwd)
clang=$(command -v clang-14 || command -v clang)
pin=/sys/fs/bpf/skep-test-$$

kernel_loads() {
	bpftool prog load "$1" "$pin"
	status=$?
	rm -f "$pin"
	return $status
}
gcc_compiles() {
	bpf-gcc -O2 -gbtf -Wall -Werror -I"$root/include" -c "$root/examples/$1.bpf.c" -o "$tmp/gcc.o"
}
c_programs="xdp_firewall xdp_lb pkt_hist sock_filter"

why=
[ "$(id -u)" -eq 0 ] && [ -d /sys/fs/bpf ] || why="loading programs into the kernel needs root and /sys/fs/bpf"
command -v bpftool >/dev/null || why="bpftool is missing"
[ -n "$why" ] || bpftool prog list >/dev/null 2>&1 || why="the kernel refuses bpf(2) here"
for name in $c_programs sock_ipv6; do
	if [ -n "$why" ]; then
		skip "kernel_verifies_$name" "$why"
	else
		claim "kernel_verifies_$name" kernel_loads "$build/examples/$name.o"
	fi
done
for name in $c_programs; do
	if ! command -v bpf-gcc >/dev/null; then
		skip "gcc_compiles_$name" "bpf-gcc is missing"
		continue
	fi
	claim "gcc_compiles_$name" gcc_compiles "$name"
	if [ -n "$why" ]; then
		skip "kernel_verifies_${name}_of_gcc" "$why"
	else
		claim "kernel_verifies_${name}_of_gcc" kernel_loads "$tmp/gcc.o"
	fi
done

# ---- the headers beside the kernel's ----

# The same sizeof and offsetof in both, through the compiler.
fields='xdp_md.data_meta xdp_md.egress_ifindex __sk_buff.cb __sk_buff.hash __sk_buff.data
	__sk_buff.data_end __sk_buff.remote_ip6 __sk_buff.local_port __sk_buff.data_meta
	__sk_buff.flow_keys __sk_buff.tstamp __sk_buff.wire_len __sk_buff.sk __sk_buff.gso_size
	__sk_buff.hwtstamp bpf_flow_keys.is_frag bpf_flow_keys.n_proto bpf_flow_keys.ipv6_dst
	bpf_flow_keys.flow_label bpf_sock.src_port bpf_sock.dst_port bpf_sock.dst_ip6 bpf_sock.state'
numbers=$(sed -n 's/^\t\(\(BPF\|XDP\|TC_ACT\)_[A-Z0-9_]*\)[ ,=].*/\1/p' "$root/include/skep/bpf.h")
table() {
	echo 'const unsigned long long sizes[] = {'
	for f in $fields; do
		echo "__builtin_offsetof(struct ${f%.*}, ${f#*.}),"
	done
	for s in xdp_md __sk_buff bpf_flow_keys bpf_sock bpf_spin_lock bpf_timer bpf_dynptr; do
		echo "sizeof(struct $s),"
	done
	for n in $numbers; do
		grep -q -w "$n" /usr/include/linux/bpf.h /usr/include/linux/pkt_cls.h && echo "(unsigned long long)$n,"
	done
	echo '};'
}
layouts_are_the_kernels() {
	table >"$tmp/table"
	{ printf '#include <linux/bpf.h>\n#include <linux/pkt_cls.h>\n' && cat "$tmp/table"; } >"$tmp/kernel.c"
	{ printf '#include <skep/bpf.h>\n' && cat "$tmp/table"; } >"$tmp/ours.c"
	"$clang" -O2 -S -o "$tmp/kernel.s" "$tmp/kernel.c" && "$clang" -O2 -S -I"$root/include" -o "$tmp/ours.s" "$tmp/ours.c" &&
		sed '/\.file\|\.ident/d' "$tmp/kernel.s" >"$tmp/k" && sed '/\.file\|\.ident/d' "$tmp/ours.s" >"$tmp/o" &&
		[ "$(grep -c '\.quad' "$tmp/k")" -gt 80 ] && diff "$tmp/k" "$tmp/o"
}
# Number and name of each helper, and how many arguments: the kernel's header against ours.
helpers_are_the_kernels() {
	python3 - "$root/include/skep/bpf_helpers.h" <<-'END'
		import re, sys
		kernel, ours = open("/usr/include/linux/bpf.h").read(), open(sys.argv[1]).read()
		names = re.findall(r"\bFN\((\w+)\)", kernel) or re.findall(r"\bFN\((\w+), \d+", kernel)
		args = {m[1]: m[2] for m in re.finditer(r"^ \* \w[\w *]*?[ *]bpf_(\w+)\(([^\n]*)\)$", kernel, re.M)}
		rows = {m[1]: (int(m[2]), m[3]) for m in re.finditer(
		    r"^SKEP_HELPER\([^,]*, (\w+), (\d+),([^;]*)\);", ours, re.M)}
		names = [n for n in names if n not in ("unspec", "x")]
		wrong = [n for i, n in enumerate(names, 1) if rows.get(n, (0,))[0] != i]
		wrong += [n for n in names if n in args and len(args[n].split(",")) != len(rows[n][1].split(","))]
		print(len(names), "helpers; wrong:", wrong)
		sys.exit(bool(wrong) or len(names) < 200)
	END
}
if [ -e /usr/include/linux/bpf.h ] && [ -n "$clang" ]; then
	claim layouts_and_numbers_are_the_kernels layouts_are_the_kernels
	claim helper_numbers_are_the_kernels helpers_are_the_kernels
else
	skip headers_beside_the_kernels "clang or linux/bpf.h is missing"
fi
finish
