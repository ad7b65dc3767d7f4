#!/bin/sh
# skep verify: verdicts, exit status, JSON, logs of Linux explained.
. "$(dirname "$0")/tap.sh"
here=$(cd "$(dirname "$0")" && pwd)
cat >"$tmp/good.s" <<'END'
.prog good section="xdp"
	r0 = 2
	exit
END
cat >"$tmp/null.s" <<'END'
.map counts type=hash key=4 value=8 entries=16
.prog null section="xdp"
	*(u32 *)(r10 - 4) = 0
	r2 = r10
	r2 += -4
	r1 = map[counts]
	call map_lookup_elem
	r0 = *(u64 *)(r0 + 0)
	exit
END

# exits STATUS COMMAND…
exits() {
	want=$1 got=0
	shift
	"$@" >"$tmp/out" 2>"$tmp/err" </dev/null || got=$?
	[ "$got" = "$want" ] || { echo "status $got"; cat "$tmp/out" "$tmp/err"; return 1; }
}
# says PATTERN COMMAND…: on either output
says() {
	says_pattern=$1
	shift
	"$@" >"$tmp/out" 2>&1 </dev/null
	grep -E -e "$says_pattern" "$tmp/out" || { cat "$tmp/out"; return 1; }
}
is_json() {
	python3 -c 'import json,sys; json.load(open(sys.argv[1]))' "$1"
}
# json STATUS COMMAND…: valid JSON on standard output whatever happens
json() {
	exits "$@" && is_json "$tmp/out"
}

claim accepted_is_0 exits 0 "$skep" verify "$tmp/good.s"
claim refused_is_1 exits 1 "$skep" verify "$tmp/null.s"
claim one_refused_of_two_is_1 exits 1 "$skep" verify "$tmp/good.s" "$tmp/null.s"
claim bad_input_is_2 exits 2 "$skep" verify "$here/tap.sh"
claim missing_file_is_2 exits 2 "$skep" verify "$tmp/missing.o"
claim bad_input_outweighs_refused exits 2 "$skep" verify "$tmp/null.s" "$tmp/missing.o"
claim unknown_program_is_2 exits 2 "$skep" verify --prog nope "$tmp/good.s"
claim unknown_release_is_2 exits 2 "$skep" verify --linux nope "$tmp/good.s"
claim old_release_is_2 exits 2 "$skep" verify --linux 3.18 "$tmp/good.s"
claim wrong_usage_is_2 exits 2 "$skep" verify
claim summary_counts_instructions says '2 instructions followed' "$skep" verify "$tmp/good.s"
claim refusal_names_its_category says '^null \(xdp\): refused: null pointer$' "$skep" verify "$tmp/null.s"
claim refusal_without_source_names_instructions says "instruction 6 of 'null'" "$skep" verify "$tmp/null.s"
claim hint_without_source says 'hint: .*map_lookup_elem' "$skep" verify "$tmp/null.s"
claim log_has_the_kernels_shape says '^0: R1=ctx\(\) R10=fp0$' "$skep" verify --log=2 "$tmp/good.s"
claim log_shows_registers says '^0: \(b7\) r0 = 2 +; R0=2$' "$skep" verify --log "$tmp/good.s"
claim log_ends_with_figures says '^processed 2 insns \(limit 1000000\)' "$skep" verify --log "$tmp/good.s"
claim stats_are_figures says 'states: ' "$skep" verify --stats "$tmp/good.s"
claim cost_names_functions says 'instructions in good' "$skep" verify --cost "$tmp/good.s"
claim all_has_every_release says '4.14 .* 6.18$' "$skep" verify --all "$tmp/good.s"
claim all_refused_is_1 exits 1 "$skep" verify --all "$tmp/null.s"
claim all_gives_reasons says 'null, 4.14 to 6.18: null pointer' "$skep" verify --all "$tmp/null.s"
claim json_of_a_verdict json 0 "$skep" verify --json --cost --log=2 --stats "$tmp/good.s"
claim json_of_a_refusal json 1 "$skep" verify --json "$tmp/null.s" "$tmp/good.s"
claim json_of_bad_input json 2 "$skep" verify --json "$tmp/missing.o" "$tmp/good.s"
claim json_of_a_bad_release json 2 "$skep" verify --json --linux nope "$tmp/good.s"
claim json_of_all json 1 "$skep" verify --json --all "$tmp/null.s" "$tmp/good.s"

cat >"$tmp/log" <<'END'
libbpf: prog 'null': BPF program load failed: Permission denied
libbpf: prog 'null': -- BEGIN PROG LOAD LOG --
0: R1=ctx() R10=fp0
0: (62) *(u32 *)(r10 -4) = 0          ; R10=fp0 fp-8=0000????
1: (bf) r2 = r10                      ; R2_w=fp0 R10=fp0
2: (07) r2 += -4                      ; R2_w=fp-4
3: (18) r1 = 0xffff888103ab2000       ; R1_w=map_ptr(map=counts,ks=4,vs=8)
5: (85) call bpf_map_lookup_elem#1    ; R0_w=map_value_or_null(id=1,map=counts,ks=4,vs=8)
6: (79) r0 = *(u64 *)(r0 +0)
R0 invalid mem access 'map_value_or_null'
processed 6 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
-- END PROG LOAD LOG --
END
claim explains_a_log_of_linux says 'error: null pointer: ' "$skep" verify --explain-log "$tmp/log" "$tmp/null.s"
claim explained_log_tells_the_register says "value \(8 bytes\) of map 'counts', or NULL" \
	"$skep" verify --explain-log "$tmp/log" "$tmp/null.s"
claim log_of_another_object_is_2 exits 2 "$skep" verify --explain-log "$tmp/good.s" "$tmp/null.s"
echo "processed 2 insns" >"$tmp/fine"
claim log_without_refusal_is_2 exits 2 "$skep" verify --explain-log "$tmp/fine" "$tmp/null.s"
finish
