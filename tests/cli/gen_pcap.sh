#!/bin/sh
# gen-pcap: what it writes is what it says, as tcpdump reads it.
. "$(dirname "$0")/tap.sh"
gen=$build/gen-pcap

same_bytes_for_a_seed() {
	"$gen" -o "$tmp/a" -n 3000 -s 5 && "$gen" -o "$tmp/b" -n 3000 -s 5 && cmp "$tmp/a" "$tmp/b"
}
other_bytes_for_another_seed() {
	"$gen" -o "$tmp/b" -n 3000 -s 6 && ! cmp -s "$tmp/a" "$tmp/b"
}
# tcpdump names checksums "(correct)", "[udp sum ok]", "bad cksum", "incorrect", "wrong icmp cksum".
no_bad_checksum() {
	"$gen" -o "$tmp/c" -n 20000 -s 1 && tcpdump -nn -vvv -r "$tmp/c" >"$tmp/text" 2>"$tmp/err" &&
		! grep -E 'bad (udp |icmp )?cksum|incorrect|wrong|\[\||truncated|malformed' "$tmp/text" &&
		[ "$(grep -c 'cksum 0x.* (correct)' "$tmp/text")" -gt 1000 ] &&
		[ "$(grep -c 'udp sum ok' "$tmp/text")" -gt 1000 ]
}
as_many_as_asked() {
	for n in 0 1 777; do
		"$gen" -o "$tmp/n" -n $n && [ "$(tcpdump -nn -r "$tmp/n" 2>/dev/null | wc -l)" -eq $n ] ||
			return 1
	done
}
# has FILTER: a capture of 20,000 packets holds such
has() {
	[ "$(tcpdump -nn -r "$tmp/c" "$1" 2>/dev/null | wc -l)" -gt 10 ]
}
whole_handshakes() {
	"$gen" -o "$tmp/tcp" -n 5000 --kinds tcp && tcpdump -nn -r "$tmp/tcp" 2>/dev/null >"$tmp/text" &&
		python3 - "$tmp/text" <<-'END'
			import re, sys
			seen = {}
			for line in open(sys.argv[1]):
			    a, b, flags = re.search(r"IP6? (\S+) > (\S+): Flags \[(\S+)\]", line).groups()
			    seen.setdefault(frozenset((a, b)), []).append(flags)
			whole = [s for s in seen.values() if s[:3] == ["S", "S.", "."]]
			ended = [s for s in whole if s[-3:] == ["F.", "F.", "."]]
			started = [s for s in seen.values() if len(s) > 2]
			print(len(seen), len(whole), len(ended))
			sys.exit(not (len(whole) == len(started) and len(ended) > 50))
		END
}
odd_ones_are_cut() {
	"$gen" -o "$tmp/odd" -n 500 --kinds runt,odd &&
		tcpdump -nn -r "$tmp/odd" 2>/dev/null | grep -q '\[|'
}

claim same_bytes_for_a_seed same_bytes_for_a_seed
claim other_bytes_for_another_seed other_bytes_for_another_seed
if command -v tcpdump >/dev/null; then
	claim checksums_are_right no_bad_checksum
	claim makes_as_many_packets_as_asked as_many_as_asked
	claim has_vlan_tags has 'vlan'
	claim has_double_vlan_tags has 'ether proto 0x88a8'
	claim has_arp has arp
	claim has_ip6 has ip6
	claim has_dns has 'udp port 53'
	claim has_icmp has icmp
	claim has_icmp6 has icmp6
	claim has_fragments has 'ip[6:2] & 0x3fff != 0'
	claim has_a_flood_and_a_scan has 'net 10.66.0.0/16 and tcp[13] = 2'
	claim tcp_begins_with_a_handshake_and_ends_with_fins whole_handshakes
	claim odd_kinds_are_cut odd_ones_are_cut
else
	skip what_tcpdump_reads "tcpdump is missing"
fi
claim refuses_an_unknown_kind refuses 2 "no kind 'x'" "$gen" -o "$tmp/x" --kinds x
claim refuses_a_list_without_packets refuses 2 'no kind that sends' "$gen" -o "$tmp/x" --kinds vlan
claim refuses_a_bad_number refuses 2 "'many' is not a number" "$gen" -o "$tmp/x" -n many
claim leaves_nothing_behind absent "$tmp/x"
claim reports_an_unwritable_place refuses 1 'No such file' "$gen" -o "$tmp/no/where"
claim reports_a_full_disk refuses 1 'No space left' "$gen" -o /dev/full -n 9
finish
