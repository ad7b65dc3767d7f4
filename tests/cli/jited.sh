#!/bin/sh
# Machine code as skep shows it, against objdump; profiles against arithmetic; perf's files against
# a reader of their own.
. "$(dirname "$0")/tap.sh"
here=$(cd "$(dirname "$0")" && pwd)
fw=$build/examples/xdp_firewall.o
"$build/gen-pcap" -o "$tmp/in.pcap" -n 200 -s 3 >/dev/null || exit 99
if [ "$(uname -m)" != x86_64 ]; then
	skip machine_code "there is no compiler for this machine"
	finish
fi

# Two instructions, three 1,000 times, and two.
cat >"$tmp/loop.s" <<'END'
.section xdp
	r0 = 0
	r1 = 1000
again:
	r0 += r1
	r1 -= 1
	if r1 != 0 goto again
	r0 &= 0xff
	exit
END
printf '.section xdp\n\tr0 = r3\n\texit\n' >"$tmp/bad.s"
"$skep" asm -o "$tmp/loop.o" "$tmp/loop.s" && "$skep" asm -o "$tmp/bad.o" "$tmp/bad.s" || exit 99
packet=$(printf '00%.0s' $(seq 64))

# Every instruction starts where objdump finds one, too.
boundaries() {
	"$skep" disasm --jited "$@" >"$tmp/list" && python3 "$here/jited.py" boundaries "$tmp/list" "$tmp/code"
}
if "$skep" disasm --jited "$tmp/loop.o" | grep -q 'no Zydis'; then
	skip boundaries "skep was built without Zydis"
else
	claim boundaries_are_objdumps boundaries "$fw"
	claim boundaries_of_a_loop boundaries "$tmp/loop.o"
	claim boundaries_with_checks boundaries --exec checked-jit "$fw"
	claim boundaries_of_blinded_code boundaries --blind "$fw"
fi
claim every_instruction_is_listed prints '^ *[0-9]+: exit' "$skep" disasm --jited "$fw" firewall
claim source_lines_stand_beside prints '^; .*xdp_firewall.bpf.c:[0-9]+:[0-9]+ ' "$skep" disasm --jited "$fw"
claim jited_of_an_unknown_program refuses 1 "no program 'nobody'" "$skep" disasm --jited "$fw" nobody
claim jited_of_a_refused_program refuses 1 'R3 is read' "$skep" disasm --jited "$tmp/bad.o"

counts() {
	"$skep" run "$tmp/loop.o" --data "$packet" --profile --json "$@" >"$tmp/json" &&
		python3 "$here/jited.py" counts "$tmp/json"
}
claim counts_are_exact counts
claim counts_with_checks_are_exact counts --exec checked-jit
claim counts_of_the_interpreter_are_exact counts --exec checked
claim counts_of_blinded_code_are_exact counts --blind
claim profile_shows_lines prints '^ +[0-9,]+ +[0-9.]+ %  .*xdp_firewall.bpf.c:[0-9]+ ' \
	"$skep" run "$fw" --pcap "$tmp/in.pcap" --profile
samples() {
	"$skep" run "$tmp/loop.o" --data "$packet" -n 200000 --profile-time --json >"$tmp/json" &&
		python3 "$here/jited.py" samples "$tmp/json"
}
claim samples_fall_into_the_loop samples
claim counts_of_the_fast_interpreter_are_refused refuses 1 'does not count' \
	"$skep" run "$tmp/loop.o" --data "$packet" --exec interp --profile
claim profile_of_interpreted_time_is_refused refuses 2 'of machine code' \
	"$skep" run "$tmp/loop.o" --data "$packet" --exec interp --profile-time

# A program that nobody proved crashes; skep says where.
printf '.section xdp\n\tr0 = 0\n\tr1 = 64\n\tr0 = *(u64 *)(r1 +8)\n\texit\n' >"$tmp/crash.s"
"$skep" asm -o "$tmp/crash.o" "$tmp/crash.s"
claim crash_names_instruction_and_line refuses 1 'crash.s:4.*instruction 2, r0 = .*0x48$' \
	"$skep" run "$tmp/crash.o" --data "$packet" --trusted --exec jit
claim crash_of_an_interpreter_is_told refuses 139 'crash, while main runs without tests: bad memory at 0x48$' \
	"$skep" run "$tmp/crash.o" --data "$packet" --trusted --exec interp
claim checks_stop_the_same refuses 1 'instruction 2.*NULL pointer' \
	"$skep" run "$tmp/crash.o" --data "$packet" --exec checked-jit

perf_files() {
	"$skep" run "$fw" --pcap "$tmp/in.pcap" --perf-map --jitdump "$tmp" >"$tmp/out" &
	pid=$!
	wait $pid || return 1
	"$skep" disasm --jited "$fw" >"$tmp/list"
	python3 "$here/jited.py" perf "/tmp/perf-$pid.map" "$tmp/jit-$pid.dump" "$tmp/list"
	status=$?
	rm -f "/tmp/perf-$pid.map"
	return $status
}
claim perf_files_name_code_and_lines perf_files
if command -v perf >/dev/null 2>&1; then
	perf_sees() {
		perf record -q -k mono -o "$tmp/perf.data" sh -c 'echo $$ >"$0"; exec "$@"' "$tmp/pid" \
			"$skep" run "$tmp/loop.o" --data "$packet" -n 200000 --perf-map &&
			perf report -q -i "$tmp/perf.data" --stdio | grep -F bpf_prog_ && rm "/tmp/perf-$(cat "$tmp/pid").map"
	}
	claim perf_names_the_program perf_sees
else
	skip perf_names_the_program "there is no perf"
fi
claim options_of_machine_code_want_it refuses 2 'are for --jited' "$skep" disasm --blind "$fw"
claim bytes_have_no_machine_code refuses 2 'jited wants an object' "$skep" disasm --jited --hex 95
claim interpreters_have_no_machine_code refuses 2 'exec is jit or checked-jit' "$skep" disasm --jited --exec interp "$fw"
claim a_type_that_is_none refuses 1 "unknown program type 'foo'" "$skep" disasm --type foo "$fw"
finish
