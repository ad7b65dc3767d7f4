#!/bin/sh
# skep dump over files: what it reads, writes and refuses, beside tcpdump.
. "$(dirname "$0")/tap.sh"
gen=$build/gen-pcap
export TZ=UTC
"$gen" -o "$tmp/in.pcap" -n 5000 -s 9 >/dev/null 2>&1 || exit 99
size=$(stat -c %s "$tmp/in.pcap")

dump() {
	"$skep" dump "$@"
}
count_is() {
	want=$1
	shift
	[ "$(dump --count "$@" 2>"$tmp/err")" = "$want packets" ] || { cat "$tmp/err"; return 1; }
}
piped() {
	dump --count -r - <"$tmp/in.pcap" 2>/dev/null | grep -x '5000 packets' &&
		mkfifo "$tmp/fifo" && { cat "$tmp/in.pcap" >"$tmp/fifo" & } && count_is 5000 -r "$tmp/fifo"
}
gzipped() {
	gzip -c "$tmp/in.pcap" >"$tmp/in.pcap.gz" && count_is 5000 -r "$tmp/in.pcap.gz" &&
		dump --count -r - <"$tmp/in.pcap.gz" 2>/dev/null | grep -x '5000 packets'
}
zstd_or_told() {
	zstd -q -f "$tmp/in.pcap" -o "$tmp/in.pcap.zst" && { count_is 5000 -r "$tmp/in.pcap.zst" ||
		dump -r "$tmp/in.pcap.zst" 2>&1 | grep 'without libzstd'; }
}
same_copy() {
	dump -r "$tmp/in.pcap" -w "$tmp/ours" 2>/dev/null && tcpdump -r "$tmp/in.pcap" -w "$tmp/theirs" 2>/dev/null &&
		cmp "$tmp/ours" "$tmp/theirs"
}
same_copy_with() {
	dump "$@" -r "$tmp/in.pcap" -w "$tmp/ours" 2>/dev/null && tcpdump "$@" -r "$tmp/in.pcap" -w "$tmp/theirs" 2>/dev/null &&
		tail -c +25 "$tmp/ours" >"$tmp/ours.body" && tail -c +25 "$tmp/theirs" >"$tmp/theirs.body" &&
		cmp "$tmp/ours.body" "$tmp/theirs.body"
}
# From a file of the same form: packets in a row, single ones, and all of them.
same_copies_of_records() {
	dump -r "$tmp/in.pcap" -w "$tmp/micro.pcap" 2>/dev/null || return 1
	for filter in '' tcp 'not tcp port 80' 'ip6 and udp' 'len > 1000' 'ether[0] > 300'; do
		dump -r "$tmp/micro.pcap" -w "$tmp/ours" "$filter" 2>/dev/null
		tcpdump -r "$tmp/micro.pcap" -w "$tmp/theirs" "$filter" 2>/dev/null
		cmp "$tmp/ours" "$tmp/theirs" || { echo "filter: $filter"; return 1; }
	done
}
same_copies_of_captures() {
	for file in "$SKEP_PCAPS"/*; do
		dump -r "$file" -w "$tmp/ours" 'len > 100' 2>/dev/null
		tcpdump -r "$file" -w "$tmp/theirs" 'len > 100' 2>/dev/null
		cmp "$tmp/ours" "$tmp/theirs" || { echo "$file"; return 1; }
	done
}
# tcpdump does that to live captures only.
cuts() {
	dump -s 60 -r "$tmp/in.pcap" -w "$tmp/ours" 2>/dev/null && python3 - "$tmp/in.pcap" "$tmp/ours" <<-'END'
		import struct, sys
		def packets(path):
		    data, at = open(path, "rb").read(), 24
		    nano = data[:4] == b"\x4d\x3c\xb2\xa1"
		    while at < len(data):
		        sec, frac, n, wire = struct.unpack_from("IIII", data, at)
		        yield sec, frac // 1000 if nano else frac, wire, data[at + 16:at + 16 + n][:60]
		        at += 16 + n
		sys.exit(list(packets(sys.argv[1])) != list(packets(sys.argv[2])))
	END
}
to_standard_output() {
	dump -r "$tmp/in.pcap" -w - 2>/dev/null | tcpdump --count -r - 2>/dev/null | grep -x '5000 packets'
}
# Cut at some places: the packets before, a word about it, and tcpdump's exit status.
truncated() {
	for cut in 24 30 40 60 1000 99999 $((size - 1)); do
		head -c "$cut" "$tmp/in.pcap" >"$tmp/cut.pcap"
		tcpdump -nt -r "$tmp/cut.pcap" --print -w "$tmp/theirs" >/dev/null 2>&1
		theirs=$?
		dump -r "$tmp/cut.pcap" -w "$tmp/ours" 2>"$tmp/err"
		ours=$?
		[ "$ours" -eq "$theirs" ] && cmp "$tmp/ours" "$tmp/theirs" || { echo "cut at $cut: $theirs, here $ours"; return 1; }
		[ "$ours" -eq 0 ] || grep 'capture file is cut' "$tmp/err" || return 1
	done
}
# Names and contents of the files of -C
rotates() {
	rm -rf "$tmp/a" "$tmp/b" && mkdir "$tmp/a" "$tmp/b" &&
		(cd "$tmp/a" && tcpdump -Z root -r ../in.pcap -w out "$@") 2>/dev/null &&
		(cd "$tmp/b" && dump -r ../in.pcap -w out "$@") 2>/dev/null &&
		ls "$tmp/b" && diff -r "$tmp/a" "$tmp/b"
}
rotates_by_time() {
	rm -rf "$tmp/a" && mkdir "$tmp/a" &&
		dump -r "$tmp/in.pcap" -w "$tmp/a/%H%M%S" -G 1 2>/dev/null || return 1
	first=$(tcpdump -tt -n -r "$tmp/in.pcap" -c 1 2>/dev/null | cut -d. -f1)
	sum=0
	for file in "$tmp"/a/*; do
		sum=$((sum + $(tcpdump --count -r "$file" 2>/dev/null | cut -d' ' -f1)))
	done
	[ "$sum" -eq 5000 ] && [ -e "$tmp/a/$(date -u -d "@$first" +%H%M%S)" ] || { ls "$tmp/a"; return 1; }
}
ends_after_files() {
	rm -rf "$tmp/a" && mkdir "$tmp/a" && dump --nano -r "$tmp/slow.pcap" -w "$tmp/a/%S" -G 2 -W 3 2>/dev/null &&
		[ "$(ls "$tmp/a" | wc -l)" -eq 3 ]
}
slow_capture() {
	python3 - "$tmp/slow.pcap" <<-'END'
		import struct, sys
		with open(sys.argv[1], "wb") as f:
		    f.write(struct.pack("IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
		    for i in range(40):
		        f.write(struct.pack("IIII", 1700000000 + i // 4, 0, 60, 60) + bytes(60))
	END
}
numbered() {
	dump -nr "$tmp/in.pcap" -c 3 '-#' 2>/dev/null | tail -n 1 | grep '^    3  '
}
limited() {
	[ "$(dump -nr "$tmp/in.pcap" -c 7 2>/dev/null | wc -l)" -eq 7 ]
}
keeps_the_input() {
	cp "$tmp/in.pcap" "$tmp/same.pcap"
	refuses 1 'read and written at once' "$skep" dump -r "$tmp/same.pcap" -w "$tmp/same.pcap" &&
		cmp "$tmp/in.pcap" "$tmp/same.pcap"
}

claim reads_pipes piped
claim reads_gzip gzipped
if command -v zstd >/dev/null; then
	claim reads_zstd_or_says_how zstd_or_told
else
	skip reads_zstd_or_says_how "zstd is missing"
fi
claim ends_after_a_limit limited
claim numbers_packets numbered
claim cuts_packets cuts
slow_capture
claim files_of_seconds_by_the_packets_clock rotates_by_time
claim ends_after_so_many_files ends_after_files
if command -v tcpdump >/dev/null; then
	claim writes_what_tcpdump_writes same_copy
		claim writes_so_many_packets same_copy_with -c 123
	claim writes_records_as_tcpdump_writes_them same_copies_of_records
	if [ -n "${SKEP_PCAPS-}" ]; then
		claim writes_captures_as_tcpdump_writes_them same_copies_of_captures
	else
		skip writes_captures_as_tcpdump_writes_them "SKEP_PCAPS is not set"
	fi
	claim writes_standard_output to_standard_output
	claim cut_captures_give_what_came_before truncated
	claim files_of_a_size rotates -C 1
	claim files_of_a_size_in_a_ring rotates -C 1 -W 2
	claim ring_numbers_are_padded rotates -C 1 -W 12
else
	skip beside_tcpdump "tcpdump is missing"
fi
claim input_is_not_overwritten keeps_the_input
claim refuses_two_sources refuses 2 'not both' "$skep" dump -i lo -r "$tmp/in.pcap"
claim refuses_rotation_without_a_file refuses 2 'are for -w' "$skep" dump -r "$tmp/in.pcap" -C 1
claim refuses_a_bad_size refuses 1 "not 'huge'" "$skep" dump -r "$tmp/in.pcap" -w "$tmp/x" -C huge
claim refuses_a_missing_file refuses 1 "cannot read '.*/none': No such file" "$skep" dump -r "$tmp/none"
claim refuses_a_file_of_another_kind refuses 1 'not a capture file' "$skep" dump -r "$skep"
claim refuses_an_unknown_interface refuses 1 "no interface 'loo'" "$skep" dump -i loo
claim says_the_nearest_interface sh -c "'$skep' dump -i loo 2>&1 | grep \"did you mean 'lo'\""
claim refuses_an_unknown_user refuses 1 "no user 'nobodyatall'" "$skep" dump -r "$tmp/in.pcap" -Z nobodyatall -c 1
claim reports_a_full_disk sh -c "! '$skep' dump -r '$tmp/in.pcap' -w /dev/full 2>'$tmp/err' && grep 'No space left' '$tmp/err'"
claim lists_interfaces prints '^[0-9]+\.any \[Up, Running\]' "$skep" dump -D
claim lists_link_types prints 'LINUX_SLL2 \(Linux cooked v2\)' "$skep" dump -i any -L
finish
