#!/bin/sh
# skep's commands: help, exit status, and one line of what, where and what to do for bad input.
. "$(dirname "$0")/tap.sh"
here=$(cd "$(dirname "$0")" && pwd)
fw=$build/examples/xdp_firewall.o
"$build/gen-pcap" -o "$tmp/in.pcap" -n 200 -s 3 >/dev/null || exit 99

# ---- help and usage ----
claim help_lists_commands prints '^  run ' "$skep" --help
claim version_is_printed prints '^skep [0-9]+\.[0-9]+\.[0-9]+$' "$skep" --version
for c in run load verify exec disasm dump filter asm btf gen object; do
	claim "${c}_has_help" prints "^Usage: skep $c" "$skep" $c --help
done
claim no_command_is_wrong_usage refuses 2 '^skep: ' "$skep"
claim unknown_command_is_wrong_usage refuses 2 "'frobnicate'" "$skep" frobnicate
for c in run verify disasm asm btf object; do
	claim "${c}_without_operand_is_wrong_usage" refuses 2 "^skep $c" "$skep" $c
	claim "${c}_with_unknown_option_is_wrong_usage" refuses 2 "'--nope'" "$skep" $c --nope
done

manual_has_every_option() {
	for c in run verify exec disasm dump filter asm btf object; do
		for o in $("$skep" $c --help | grep -o -e '^ .*--[a-z0-9-]*' | grep -o -e '--[a-z0-9-]*'); do
			tr -d '\\' <"$here/../../docs/skep.1" | grep -q -F -e "$o" ||
				{ echo "docs/skep.1 lacks $c $o"; return 1; }
		done
	done
}
claim manual_has_every_option manual_has_every_option
documents_have_every_command() {
	for c in $(sed -n 's/^COMMAND(\(.*\))$/\1/p' "$here/../../tools/commands.def"); do
		for file in README.md CHANGELOG.md docs/skep.1; do
			grep -q -E -e "^\| .*(skep |\`)$c[ \`]|\`$c\`|^\.SS $c " "$here/../../$file" ||
				{ echo "$file lacks $c"; return 1; }
		done
	done
}
claim documents_have_every_command documents_have_every_command
readme_sample_runs() {
	sed -n '/^```c$/,/^```$/p' "$here/../../README.md" | grep -v '^```' >"$tmp/sample.c"
	cc -Wall -Wextra -Werror -I"$here/../../include" "$tmp/sample.c" -o "$tmp/sample" -L"$build" -lskep \
		-Wl,-rpath,"$build" && prints '^2 XDP_PASS$' "$tmp/sample" "$fw" &&
		prints '^0 *$' "$tmp/sample" "$build/examples/sock_filter.o"
}
# An archive of our own object files would define these twice.
links_beside_names_of_its_own() {
	echo 'int diag_error, buf_put, json_string, map_new, types_open;' >"$tmp/names.c"
	cc "$tmp/sample.c" "$tmp/names.c" -I"$here/../../include" "$build/libskep.a" \
		$(pkg-config --libs --static "$build/meson-private/skep.pc" | sed 's/-lskep //') -o "$tmp/static" &&
		prints '^2 XDP_PASS$' "$tmp/static" "$fw" && nm -g --defined-only "$build/libskep.a" >"$tmp/names" &&
		grep -q ' skep_open$' "$tmp/names" && ! grep -E ' [A-Z] ' "$tmp/names" | grep -v ' skep_'
}
if nm "$build/libskep.a" | grep -q -E ' U __(asan|tsan|gcov|ubsan)_'; then
	skip embedding "the library is built with a sanitizer or coverage"
else
	claim readme_sample_runs readme_sample_runs
	claim static_library_leaves_names_free links_beside_names_of_its_own
fi

# ---- bad objects ----
: >"$tmp/empty.o"
head -c 700 "$fw" >"$tmp/cut.o"
head -c 20 "$fw" >"$tmp/short.o"
{ head -c 18 "$fw" && printf '\076\000' && tail -c +21 "$fw"; } >"$tmp/machine.o" # EM_X86_64
{ head -c 5 "$fw" && printf '\002' && tail -c +7 "$fw"; } >"$tmp/big.o"           # big-endian
{ head -c 4 "$fw" && printf '\001' && tail -c +6 "$fw"; } >"$tmp/class.o"         # 32-bit
for c in run disasm 'object show'; do
	n=$(echo "$c" | tr ' ' _)
	claim "${n}_of_a_missing_file" refuses 1 'missing.o.*No such file' "$skep" $c "$tmp/missing.o"
	claim "${n}_of_an_empty_file" refuses 1 'empty.o.*empty' "$skep" $c "$tmp/empty.o"
	claim "${n}_of_a_cut_object" refuses 1 'cut.o.*error: ' "$skep" $c "$tmp/cut.o"
	claim "${n}_of_twenty_bytes" refuses 1 'short.o.*error: ' "$skep" $c "$tmp/short.o"
	claim "${n}_of_another_machine" refuses 1 'machine.o.*x86-64' "$skep" $c "$tmp/machine.o"
	claim "${n}_of_a_big_endian_object" refuses 1 'big.o.*big.endian' "$skep" $c "$tmp/big.o"
	claim "${n}_of_a_32_bit_object" refuses 1 'class.o.*error: ' "$skep" $c "$tmp/class.o"
	claim "${n}_of_a_directory" refuses 1 'directory' "$skep" $c "$tmp"
done
every_cut_is_one_error() {
	size=$(wc -c <"$fw") at=64
	while [ $at -lt "$size" ]; do
		head -c $at "$fw" >"$tmp/cut.o"
		"$skep" object show "$tmp/cut.o" >"$tmp/out" 2>"$tmp/err"
		status=$?
		[ $status -le 1 ] || { echo "cut at $at: status $status"; return 1; }
		[ $status -eq 0 ] || grep -q 'error: ' "$tmp/err" || { echo "cut at $at: silent"; return 1; }
		at=$((at + 211))
	done
}
claim every_cut_of_an_object_is_an_error_or_an_object every_cut_is_one_error

# ---- run ----
claim run_counts_packets prints '^firewall \(xdp\): 200 packets' "$skep" run "$fw" --pcap "$tmp/in.pcap"
cut_capture() {
	head -c "$(($(wc -c <"$tmp/in.pcap") - 7))" "$tmp/in.pcap" >"$tmp/cut.pcap"
	"$skep" run "$fw" --pcap "$tmp/cut.pcap" --out "$tmp/cut-passed.pcap" >"$tmp/out" 2>"$tmp/err"
	[ $? = 1 ] && grep -q '^firewall (xdp): 199 packets' "$tmp/out" && grep -q 'is cut' "$tmp/err" &&
		[ "$(tcpdump -nn -r "$tmp/cut-passed.pcap" 2>/dev/null | wc -l)" -eq 199 ]
}
claim packets_before_a_cut_count cut_capture
one_packet() {
	"$build/gen-pcap" -o "$tmp/one.pcap" -n 1 -s 3 >/dev/null &&
		prints '^firewall \(xdp\): 1 packet, ' "$skep" run "$fw" --pcap "$tmp/one.pcap"
}
claim one_packet_is_no_packets one_packet
claim a_wrong_target_is_refused_though_unneeded refuses 1 nosuch "$skep" run "$fw" --pcap "$tmp/in.pcap" --btf nosuch
no_line_zero() {
	"$skep" run "$fw" --pcap "$tmp/in.pcap" --profile >"$tmp/out" && grep -q 'xdp_firewall.bpf.c:' "$tmp/out" &&
		! grep -q '\.c:0 ' "$tmp/out"
}
claim profiles_name_no_line_zero no_line_zero
# contradicts WORDS OPTION…: options that would be ignored are refused
contradicts() {
	words=$1
	shift
	claim "refuses_$(echo "$*" | tr -c 'a-z\n' _)" refuses 2 "$words" "$skep" "$@"
}
contradicts 'of objects' run --filter tcp --pcap x --prog y
contradicts 'wants packets' run x.o --ctx 00 --out y
contradicts 'of machine code' run x.o --data 00 --exec interp --jitdump y
contradicts 'are not tested' run x.o --data 00 --exec checked --trusted
contradicts 'are of --attach' load x.o --seconds 3
contradicts 'ends at once' load x.o --attach --pin y --events 3
contradicts '--attach and --maps' load x.o --json
contradicts "skep's own verdict" verify x.o --explain-log y --linux 6.1
contradicts 'leave out --all' verify x.o --all --cost
contradicts 'gets the bytes' prog dump xlated id 1 file x opcodes
claim run_prints_json prints '^\{' "$skep" run "$fw" --pcap "$tmp/in.pcap" --json
json_is_json() {
	"$skep" run "$fw" --pcap "$tmp/in.pcap" --map deny=10.0.0.0/8:7 --event-type drop_event --json |
		python3 -m json.tool >"$tmp/out"
}
claim json_of_run_is_json json_is_json
deny_drops_what_tcpdump_counts() {
	"$skep" run "$fw" --pcap "$tmp/in.pcap" --map deny=10.0.0.0/16:7 --out "$tmp/passed.pcap" >"$tmp/out" &&
		[ "$(tcpdump -nn -r "$tmp/in.pcap" 2>/dev/null | wc -l)" -eq 200 ] || return 1
	f='src net 10.0.0.0/16 and ip'
	f="($f) or (vlan and $f) or (vlan and $f)"
	dropped=$(tcpdump -nn -r "$tmp/in.pcap" "$f" 2>/dev/null | wc -l)
	passed=$(tcpdump -nn -r "$tmp/passed.pcap" 2>/dev/null | wc -l)
	echo "$dropped dropped, $passed passed"
	[ "$dropped" -gt 0 ] && [ "$passed" -eq $((200 - dropped)) ] &&
		[ "$(tcpdump -nn -r "$tmp/passed.pcap" "$f" 2>/dev/null | wc -l)" -eq 0 ]
}
if command -v tcpdump >/dev/null; then
	claim deny_drops_what_tcpdump_counts deny_drops_what_tcpdump_counts
else
	skip deny_drops_what_tcpdump_counts "tcpdump is missing"
fi
histogram_is_tcpdumps() {
	"$skep" run "$build/examples/pkt_hist.o" --pcap "$tmp/in.pcap" >"$tmp/out" || return 1
	for slot in 5 6 7 8 9 10; do
		want=$(tcpdump -nn -r "$tmp/in.pcap" "len >= $((1 << slot)) and len < $((2 << slot))" 2>/dev/null | wc -l)
		got=$(sed -n "s/^ *$slot: //p" "$tmp/out")
		[ "${got:-0}" -eq "$want" ] || { echo "slot $slot: $got, tcpdump says $want"; return 1; }
	done
}
ipv6_filter_is_tcpdumps() {
	want=$(tcpdump -nn -r "$tmp/in.pcap" 'ether[12:2] = 0x86dd' 2>/dev/null | wc -l)
	for o in sock_filter sock_ipv6; do
		got=$("$skep" run "$build/examples/$o.o" --pcap "$tmp/in.pcap" | awk '$1 == 262144 { print $2 }')
		[ "$want" -gt 0 ] && [ "${got:-0}" -eq "$want" ] || { echo "$o: $got, not $want"; return 1; }
	done
}
balancer_rewrites_with_right_checksums() {
	"$build/gen-pcap" -o "$tmp/lb.pcap" -n 5000 -s 4 --kinds tcp >/dev/null &&
		"$skep" run "$build/examples/xdp_lb.o" --pcap "$tmp/lb.pcap" --dev "lan=$tmp/tx.pcap" \
			--map 'services={192.0.2.1,80,6}:{0,3}' --map 'backends=0:{10.9.0.1,02:00:00:00:09:01,0}' \
			--map 'backends=1:{10.9.0.2,02:00:00:00:09:02,0}' --map 'backends=2:{10.9.0.3,02:00:00:00:09:03,1}' ||
		return 1
	tcpdump -nn -vvv -r "$tmp/tx.pcap" >"$tmp/text" 2>/dev/null
	[ "$(tcpdump -nn -r "$tmp/tx.pcap" 'dst 10.9.0.1' 2>/dev/null | wc -l)" -gt 10 ] &&
		[ "$(tcpdump -nn -r "$tmp/tx.pcap" 'dst 10.9.0.2' 2>/dev/null | wc -l)" -gt 10 ] &&
		[ "$(tcpdump -nn -r "$tmp/tx.pcap" 'not (dst 10.9.0.1 or dst 10.9.0.2)' 2>/dev/null | wc -l)" -eq 0 ] &&
		! grep -E 'bad cksum|incorrect' "$tmp/text" &&
		[ "$(tcpdump -nn -r "$tmp/tx.pcap" 2>/dev/null | awk '{ print $3, $5 }' | sort -u | awk '{ print $1 }' | uniq -d | wc -l)" -eq 0 ]
}
if command -v tcpdump >/dev/null; then
	claim histogram_counts_what_tcpdump_counts histogram_is_tcpdumps
	claim socket_filter_keeps_what_tcpdump_keeps ipv6_filter_is_tcpdumps
	claim balancer_rewrites_with_right_checksums balancer_rewrites_with_right_checksums
else
	skip examples_beside_tcpdump "tcpdump is missing"
fi
head -c 10 "$tmp/in.pcap" >"$tmp/cut.pcap"
head -c 200 "$tmp/in.pcap" >"$tmp/middle.pcap"
: >"$tmp/empty.pcap"
claim run_over_a_missing_capture refuses 1 'no.pcap' "$skep" run "$fw" --pcap "$tmp/no.pcap"
claim run_over_what_is_no_capture refuses 1 'cli.sh.*not a capture' "$skep" run "$fw" --pcap "$here/cli.sh"
claim run_over_ten_bytes_of_a_capture refuses 1 'cut.pcap.*error' "$skep" run "$fw" --pcap "$tmp/cut.pcap"
claim run_over_an_empty_capture refuses 1 'empty.pcap.*error' "$skep" run "$fw" --pcap "$tmp/empty.pcap"
cut_in_the_middle() {
	"$skep" run "$fw" --pcap "$tmp/middle.pcap" >"$tmp/out" 2>"$tmp/err"
	[ $? -eq 1 ] && grep 'middle.pcap.*error' "$tmp/err"
}
claim a_capture_cut_in_the_middle_is_an_error cut_in_the_middle
claim run_with_an_unknown_map refuses 1 'no such map' "$skep" run "$fw" --pcap "$tmp/in.pcap" --map nope=1:2
claim run_with_a_bad_key refuses 1 'error: ' "$skep" run "$fw" --pcap "$tmp/in.pcap" --map deny=ten:1
claim run_with_a_bad_prefix refuses 1 'error: ' "$skep" run "$fw" --pcap "$tmp/in.pcap" --map deny=1.2.3.4/99:1
claim run_with_a_map_and_no_value refuses '[12]' 'deny' "$skep" run "$fw" --pcap "$tmp/in.pcap" --map deny
claim run_of_an_unknown_program refuses 1 "nope" "$skep" run "$fw" --prog nope --pcap "$tmp/in.pcap"
claim run_with_bad_hex refuses 1 'hex' "$skep" run "$fw" --data 'zz'
claim run_out_to_nowhere refuses 1 'no/out.pcap' "$skep" run "$fw" --pcap "$tmp/in.pcap" --out "$tmp/no/out.pcap"
"$skep" run "$tmp/machine.o" --pcap "$tmp/in.pcap" --out "$tmp/x.pcap" >/dev/null 2>&1
claim a_failed_run_writes_nothing absent "$tmp/x.pcap"

# ---- asm and disasm ----
printf 'r0 = 1\nr9 += \nexit\n' >"$tmp/bad.s"
claim asm_error_has_its_place refuses 1 'bad.s:2:' "$skep" asm "$tmp/bad.s" -o "$tmp/bad.o"
claim failed_asm_writes_nothing absent "$tmp/bad.o"
claim asm_of_a_missing_file refuses 1 'No such file' "$skep" asm "$tmp/none.s" -o "$tmp/bad.o"
claim asm_to_nowhere refuses 1 'no/x.o' "$skep" asm "$here/../../examples/sock_ipv6.s" -o "$tmp/no/x.o"
claim disasm_of_part_of_an_instruction refuses 1 '8 bytes' "$skep" disasm --hex 'b7 00'
claim disasm_of_bad_hex refuses 1 'hex' "$skep" disasm --hex 'b7 0g'
claim disasm_of_hex prints '^ *r0 = 2$' "$skep" disasm --hex 'b700000002000000 9500000000000000'
disasm_assembles_to_the_same_text() {
	for o in xdp_firewall xdp_lb pkt_hist sock_filter sock_ipv6; do
		"$skep" disasm "$build/examples/$o.o" >"$tmp/$o.s" &&
			"$skep" asm "$tmp/$o.s" -o "$tmp/again.o" &&
			"$skep" disasm "$tmp/again.o" >"$tmp/again.s" || { echo "$o"; return 1; }
		grep -q exit "$tmp/$o.s" && diff "$tmp/$o.s" "$tmp/again.s" || return 1
	done
}
claim disasm_assembles_to_the_same_text disasm_assembles_to_the_same_text

# ---- exec ----
exec_gives() {
	[ "$(printf '%s\n' "$2" | "$skep" exec ${3-} 2>&1)" = "$1" ]
}
claim exec_returns_r0 exec_gives 2 'b7 00 00 00 02 00 00 00 95 00 00 00 00 00 00 00'
claim exec_allows_doubled_spaces exec_gives 2 'b7  00 00 00  02 00 00 00   95 00 00 00 00 00 00 00'
claim exec_prints_64_bits exec_gives ffffffffffffffff 'b7 00 00 00 ff ff ff ff 95 00 00 00 00 00 00 00'
claim exec_reads_memory exec_gives 2211 '69 10 00 00 00 00 00 00 95 00 00 00 00 00 00 00' '11223344'
exec_fails() {
	printf '%s\n' "$1" | "$skep" exec ${2-} >"$tmp/out" 2>"$tmp/err"
	[ $? -eq 1 ] && [ ! -s "$tmp/out" ] && [ -s "$tmp/err" ]
}
claim exec_of_nothing_fails exec_fails ''
claim exec_of_text_fails exec_fails 'hello'
claim exec_of_part_of_an_instruction_fails exec_fails 'b7 00 00'
claim exec_of_an_unknown_opcode_fails exec_fails 'ff 00 00 00 00 00 00 00 95 00 00 00 00 00 00 00'
claim exec_without_exit_fails exec_fails 'b7 00 00 00 02 00 00 00'
claim exec_past_its_memory_fails exec_fails '79 10 00 00 00 00 00 00 95 00 00 00 00 00 00 00' '11223344'
claim exec_of_an_endless_loop_ends exec_fails '05 00 ff ff 00 00 00 00 95 00 00 00 00 00 00 00'

claim exec_of_bytes_fails refuses 1 'not a hex digit' sh -c "head -c 64 /dev/zero | $skep exec"
claim asm_of_an_object_is_one_error refuses 1 'firewall.o. is not text' "$skep" asm "$fw" -o "$tmp/not.o"
claim run_of_no_input_says_what_to_give refuses 1 'no input.*--pcap' "$skep" run "$fw"
for m in deny=10.0.0.0/33:1 deny=10.0.0:1; do
	claim "bad_key_names_its_map_$m" refuses 1 'key of deny>:1:1: error: this is not' "$skep" run "$fw" \
		--pcap "$tmp/in.pcap" --map "$m"
done

for d in x:99999999999 x= =f :3; do
	claim "bad_device_$d" refuses 1 '^skep run: --dev' "$skep" run "$fw" --pcap "$tmp/in.pcap" --dev "$d"
done
claim devices_of_one_name refuses 1 'not two' "$skep" run "$fw" --pcap "$tmp/in.pcap" --dev x --dev x
claim devices_of_one_file refuses 1 'both write' "$skep" run "$fw" --pcap "$tmp/in.pcap" --dev x="$tmp/x" --dev y="$tmp/x"
claim device_of_the_out_file refuses 1 'both write' "$skep" run "$fw" --pcap "$tmp/in.pcap" --dev x="$tmp/x" --out "$tmp/x"
cat >"$tmp/tail.s" <<'END'
.map jt type=prog_array key=4 value=4 entries=2
.prog first type=xdp
	r2 = map[jt]
	r3 = 1
	call bpf_tail_call
	r0 = 1
	exit
.prog second type=xdp
	r0 = 3
	exit
.prog wrong type=xdp
	call 9999
	exit
END
claim a_slot_without_program_falls_through prints XDP_DROP "$skep" run "$tmp/tail.s" -p first --pcap "$tmp/in.pcap"
claim map_fills_a_slot_with_a_program prints XDP_TX "$skep" run "$tmp/tail.s" -p first --pcap "$tmp/in.pcap" --map jt=1:second
claim map_names_a_program_that_did_not_load refuses 1 'not loaded' "$skep" run "$tmp/tail.s" -p first --pcap "$tmp/in.pcap" --map jt=1:wrong

# ---- btf and object ----
claim btf_dump_c prints '^struct drop_event \{' "$skep" btf dump "$fw" format c
claim btf_dump_raw prints "^\[[0-9]+\] STRUCT 'drop_event'" "$skep" btf dump "$fw"
claim btf_dump_json prints '^\{' "$skep" btf dump "$fw" format json
claim btf_dump_of_an_unknown_format refuses '[12]' 'format' "$skep" btf dump "$fw" format yaml
claim btf_dump_of_text refuses 1 'cli.sh.*error' "$skep" btf dump "$here/cli.sh"
claim btf_dump_of_an_empty_file refuses 1 'empty.o.*error' "$skep" btf dump "$tmp/empty.o"
claim object_show_says_since_when prints '^needs Linux 5\.8' "$skep" object show "$fw"

# ---- output that nobody takes ----
full_disk_is_an_error() {
	for c in --help "object show $fw" "btf dump $fw" "run $fw --pcap $tmp/in.pcap"; do
		"$skep" $c >/dev/full 2>"$tmp/err"
		[ $? -eq 1 ] && grep -q -E '^skep: cannot write the output(: No space left.*)?$' "$tmp/err" || { cat "$tmp/err"; return 1; }
	done
}
if [ -c /dev/full ]; then
	claim a_full_disk_is_an_error full_disk_is_an_error
else
	skip a_full_disk_is_an_error "no /dev/full"
fi
finish
