#!/bin/sh
# skep map on maps of the user engine that are pinned in a run directory.
. "$(dirname "$0")/tap.sh"
run=$tmp/run
at() {
	"$skep" map --pin-path "$run" "$@"
}

claim a_map_is_made_in_the_run_directory \
	at create flows type hash key 4 value 8 entries 2 name flows
claim it_is_listed prints '^hash  name flows' at show
claim it_is_listed_in_json prints '"type":"hash","name":"flows".*"max_entries":2' at show -j
claim keys_are_typed_text at update pinned flows key 10.0.0.1 value 77
claim a_path_does_without_options prints '4d 00 00 00 00 00 00 00' \
	"$skep" map dump pinned "$run/flows"
claim one_is_looked_up prints '0a 00 00 01' at lookup pinned flows key 10.0.0.1
claim a_second_one_fits at update pinned flows key 10.0.0.2 value 1
claim a_full_map_says_so refuses 1 'update' at update pinned flows key 10.0.0.3 value 1
claim the_next_key_comes prints 'next key' at getnext pinned flows
claim one_is_deleted at delete pinned flows key 10.0.0.1
claim a_second_name_is_given at pin pinned flows again
claim names_are_taken refuses 1 'already' at pin pinned flows again
claim one_name_goes at unpin flows
claim the_other_stays prints '^key: 0a 00 00 02' at dump pinned again
claim a_queue_takes_values at create jobs type queue key 0 value 4 entries 4 name jobs
claim they_come_in at enqueue pinned jobs value 7
claim they_are_seen prints '07 00 00 00' at peek pinned jobs
claim they_go_out prints '07 00 00 00' at dequeue pinned jobs
claim frozen_maps_are_not_changed at freeze pinned again
claim not_even_by_root refuses 1 'Operation not permitted' at update pinned again key 1 value 1
head -c 3000 "$run/again" >"$run/short"
claim short_files_are_damaged refuses 1 "short' is damaged: it is too short" \
	"$skep" map dump pinned "$run/short"
claim other_files_are_no_pins refuses 1 'is no pinned map' "$skep" map dump pinned /etc/passwd
chmod 777 "$run"
claim others_folders_are_not_used refuses 1 'can be written to by others' at show
claim maps_of_maps_stay_where_they_are refuses 1 'hold what only this process has' \
	"$skep" map --pin-path "$tmp" create x type prog_array key 4 value 4 entries 1 name x
finish
