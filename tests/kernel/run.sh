#!/bin/sh
# skep run --engine kernel: TAP. $1: the build folder.
. "$(dirname "$0")/../cli/tap.sh"

if [ "$(id -u)" != 0 ]; then
	skip 'programs run in the kernel' 'it needs root'
	finish
fi
traffic=$build/tests/progs/diff.pcap

# What run prints, without how it ran and how long it took; bytes sorted: tables have no order.
printed() {
	"$skep" run "$2" --pcap "$traffic" --engine "$1" $3 --json |
		sed -E 's/"(exec|ns_per_packet)":[^,]*,//g' | fold -w1 | sort | uniq -c
}

same() {
	printed user "$1" "${2:-}" >"$tmp/user" && printed kernel "$1" "${2:-}" >"$tmp/kernel" && [ -s "$tmp/user" ] &&
		diff "$tmp/user" "$tmp/kernel"
}

for name in xdp_firewall pkt_hist sock_filter xdp_lb; do
	claim "$name prints the same with both engines" same "$build/examples/$name.o" --l3
done
claim 'a socket filter sees link headers in the kernel, too' same "$build/examples/sock_filter.o"
claim 'so does one with direct loads' same "$build/examples/sock_ipv6.o"
for filter in 'tcp port 80' 'ip6 and udp' 'ether[0] & 1 = 0' 'vlan'; do
	"$skep" filter --emit "$tmp/filter.o" "$filter" || exit 99
	claim "$filter accepts the same packets in the kernel" same "$tmp/filter.o"
done
claim 'it says where it ran' prints '3,000 packets.*\(kernel\)' "$skep" run \
	"$build/examples/xdp_firewall.o" --pcap "$traffic" -E kernel
claim 'a single packet runs in the kernel' prints 'R0 = 2 .*XDP_PASS' "$skep" run \
	"$build/examples/xdp_firewall.o" --data ffffffffffff0000000000010800450000 -E kernel
claim 'a short packet is refused' refuses 1 'shorter than an Ethernet header' "$skep" run \
	"$build/examples/xdp_firewall.o" --data 0102 -E kernel
claim 'modes of the user engine are refused' refuses 2 'kernel engine has no' "$skep" run \
	"$build/examples/xdp_firewall.o" --data 0102 -E kernel --exec jit
for engine in user kernel; do
	claim "globals and maps are preset, $engine" prints 'R0 = 1501 ' "$skep" run -E $engine \
		"$build/tests/kernel/preset.bpf.o" --prog count --data ffffffffffff0000000000010800 --set limit=9 \
		--set counter=1000 --map flows.max_entries=5
	claim "a map is preset and filled, $engine" prints 'R0 = 141 ' "$skep" run -E $engine \
		"$build/tests/kernel/preset.bpf.o" --prog count --data ffffffffffff0000000000010800 \
		--map flows.max_entries=2 --map flows=7:7
done
claim 'an unknown variable is told' refuses 1 "no global variable" "$skep" run \
	"$build/tests/kernel/preset.bpf.o" --prog count --data 00 --set limti=9
claim 'the user engine pins maps by name, too' prints 'R0 = 2 ' "$skep" run \
	"$build/tests/kernel/pinned.bpf.o" --prog keep --data ffffffffffff0000000000010800 --pin-path "$tmp/pins"
claim 'and the pin outlives it' prints '"value": 9' "$skep" map dump pinned "$tmp/pins/skep_test_pin"
claim 'skep load presets, too' refuses 1 'map_value_or_null|NULL' "$skep" load \
	"$build/tests/kernel/preset.bpf.o" --set fussy=true
claim 'programs can be left out' prints 'strict +not loaded' "$skep" load \
	"$build/tests/kernel/preset.bpf.o" --set fussy=true --prog-set strict.autoload=false
claim 'skep load fills no maps' refuses 1 'write MAP.ATTRIBUTE=VALUE' "$skep" load \
	"$build/tests/kernel/preset.bpf.o" --map flows=1:1
claim 'skep verify presets, too' prints 'strict .xdp.: refused' sh -c '"$@" 2>/dev/null; [ $? = 1 ]' verify "$skep" \
	verify "$build/tests/kernel/preset.bpf.o" --set fussy=true
claim 'an unknown engine is refused' refuses 2 'user or kernel' "$skep" run \
	"$build/examples/xdp_firewall.o" --data 0102 -E qemu
finish
