#!/bin/sh
# skep filter: forms of output that read back, objects, explanations; skep run with filters. tcpdump
# is the oracle of what matches.
. "$(dirname "$0")/tap.sh"
tcpdump=$(command -v tcpdump)

"$build/gen-pcap" -n 3000 -o "$tmp/in.pcap" >"$tmp/gen.log" 2>&1

# The listing of what was printed in another form is the listing.
reads_back() {
	"$skep" filter -d "$2" >"$tmp/direct" || return 1
	"$skep" filter "$1" "$2" | "$skep" filter --classic - -d >"$tmp/again" || return 1
	diff "$tmp/direct" "$tmp/again"
}
for form in -dd -ddd --bpf-asm --binary; do
	claim "filter_${form}_reads_back" reads_back $form 'tcp port 80 or udp[4:2] > 100 and not net 10.0.0.0/8'
done
claim filter_lists_without_an_option prints '^\(000\) ret +#262144$' "$skep" filter
claim filter_joins_its_operands prints 'jeq      #0x50' "$skep" filter tcp port 80
claim filter_returns_the_snaplen prints '^\(000\) ret +#96$' "$skep" filter -s 96
claim filter_knows_link_types prints '^\(000\) ldh +\[14\]$' "$skep" filter -y LINUX_SLL ip
claim filter_lists_link_types prints '^ +1  EN10MB' "$skep" filter -L
echo 'arp or rarp' >"$tmp/expr"
claim filter_reads_a_file prints '#0x806' "$skep" filter -F "$tmp/expr"
claim filter_shows_ebpf prints 'section="socket"' "$skep" filter --ebpf arp

claim filter_error_has_a_place refuses 1 '^<filter>:1:5: error:' "$skep" filter 'tcp prt 80'
claim filter_error_of_a_file_names_it refuses 1 'nowhere' "$skep" filter -F "$tmp/nowhere"
claim filter_refuses_unknown_link_types refuses 2 'link type' "$skep" filter -y NOPE ip
claim filter_wants_one_form refuses 2 'one form' "$skep" filter -d --svg ip
claim filter_wants_one_source refuses 2 'give one of' "$skep" filter -F "$tmp/expr" ip
printf 'ld M[2]\nret a\n' >"$tmp/bad.asm"
claim filter_checks_classic_programs refuses 1 'M\[2\]' "$skep" filter --classic "$tmp/bad.asm"
claim filter_literal_looks_nothing_up refuses 1 'error' "$skep" filter -n port http

claim explanation_is_in_words prints 'otherwise: no match' "$skep" filter --explain ip
claim explanation_as_a_graph prints '^digraph' "$skep" filter --dot ip
is_xml() {
	"$skep" filter --svg "$1" >"$tmp/svg" || return 1
	python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' "$tmp/svg"
}
claim explanation_as_a_picture is_xml 'tcp[0:2] & 7 != 3 or (ip6 and not port 22)'
claim explanation_of_a_filter_that_accepts_all is_xml ''
hosts=$(python3 -c 'print(" or ".join(f"host 10.1.{n // 250}.{n % 250 + 1}" for n in range(300)))')
claim explanation_of_300_hosts is_xml "$hosts"

object_is_accepted() {
	"$skep" filter --emit "$tmp/f.o" "$1" && "$skep" verify "$tmp/f.o"
}
claim emitted_object_is_accepted object_is_accepted 'tcp port 80 and host 10.0.0.1'
classic_object_is_accepted() {
	"$skep" filter -ddd "$1" | "$skep" filter --classic - --direct --emit "$tmp/c.o" &&
		"$skep" verify "$tmp/c.o"
}
claim classic_program_as_an_object_is_accepted classic_object_is_accepted 'tcp[2:2] = 80'

# The packets that tcpdump keeps are those that the object passes.
same_packets() {
	"$tcpdump" -r "$tmp/in.pcap" -w "$tmp/want.pcap" "$1" 2>/dev/null || return 1
	"$skep" filter --emit "$tmp/f.o" "$1" || return 1
	"$skep" run "$tmp/f.o" --pcap "$tmp/in.pcap" --out "$tmp/got.pcap" || return 1
	"$tcpdump" -n -t -xx -r "$tmp/want.pcap" >"$tmp/want" 2>/dev/null
	"$tcpdump" -n -t -xx -r "$tmp/got.pcap" >"$tmp/got" 2>/dev/null
	cmp "$tmp/want" "$tmp/got"
}
for expr in 'tcp port 80' 'ip6' 'udp or arp' 'not ip'; do
	name="object_of_'$expr'_keeps_what_tcpdump_keeps"
	if [ -n "$tcpdump" ]; then
		claim "$name" same_packets "$expr"
	else
		skip "$name" 'there is no tcpdump here'
	fi
done

# The same, with the filter as the program and before one.
printf '.prog pass section="xdp"\n\tr0 = 2\n\texit\n' >"$tmp/pass.s"
keeps_the_same() {
	expr=$1
	shift
	"$tcpdump" -r "$tmp/in.pcap" -w "$tmp/want.pcap" "$expr" 2>/dev/null || return 1
	"$skep" run "$@" --filter "$expr" --pcap "$tmp/in.pcap" --out "$tmp/got.pcap" || return 1
	"$tcpdump" -n -t -xx -r "$tmp/want.pcap" >"$tmp/want" 2>/dev/null
	"$tcpdump" -n -t -xx -r "$tmp/got.pcap" >"$tmp/got" 2>/dev/null
	cmp "$tmp/want" "$tmp/got"
}
if [ -n "$tcpdump" ]; then
	claim run_takes_a_filter_as_the_program keeps_the_same 'tcp port 80 or arp'
	claim run_takes_a_filter_before_a_program keeps_the_same 'udp' "$tmp/pass.s"
	"$tcpdump" -ddd ip6 >"$tmp/ip6.ddd" 2>/dev/null
	claim run_takes_what_tcpdump_compiled prints '^ +0 ' "$skep" run "$tmp/ip6.ddd" --pcap "$tmp/in.pcap"
else
	skip run_takes_a_filter_as_the_program 'there is no tcpdump here'
	skip run_takes_a_filter_before_a_program 'there is no tcpdump here'
	skip run_takes_what_tcpdump_compiled 'there is no tcpdump here'
fi
claim run_counts_what_the_filter_left_out prints 'not by the filter\) +[0-9]' \
	"$skep" run "$tmp/pass.s" -F arp --pcap "$tmp/in.pcap"
claim run_filter_errors_have_a_place refuses 1 '^<filter>:1:1: error' "$skep" run -F 'foo bar' --pcap "$tmp/in.pcap"
claim run_filter_before_a_program_wants_packets refuses 2 'pcap' "$skep" run "$tmp/pass.s" -F arp --data 00
# Frames shorter than their headers are frames, too.
claim filters_see_short_frames prints 'R0 = 262144' "$skep" run -F 'len < 5' --data 'aa bb cc dd'
claim filters_end_at_the_end_of_short_frames prints 'R0 = 0' "$skep" run -F 'ip' --data 'aa bb cc dd'
finish
