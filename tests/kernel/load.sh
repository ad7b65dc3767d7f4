#!/bin/sh
# skep load: attached while it runs, and not after. TAP. $1: the build folder.
. "$(dirname "$0")/../cli/tap.sh"

if [ "$(id -u)" != 0 ]; then
	skip 'objects are attached' 'it needs root'
	finish
fi
if [ -z "${SKEP_OWN_NET:-}" ]; then
	SKEP_OWN_NET=1 exec unshare -n -- "$0" "$1"
fi
ip link set lo up || exit 99
here=$build/tests/kernel

udp() {
	python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(5): s.sendto(b"hello", ("127.0.0.1", 9))'
}
has_xdp() {
	ip -o link show lo | grep -q 'xdp'
}
# The kernel lets go of links a little after their last descriptor.
no_xdp() {
	for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		has_xdp || return 0
		sleep 0.1
	done
	return 1
}
# starts OPTION…: run it in the background until it is attached
starts() {
	: >"$tmp/told" # what the one before told is gone before it is looked at
	"$skep" load "$@" >"$tmp/events" 2>"$tmp/told" &
	pid=$!
	for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
		grep -q -E 'link|priority' "$tmp/told" && return 0
		sleep 0.1
	done
	cat "$tmp/told"
	return 1
}
ends() {
	kill -"$1" "$pid"
	wait "$pid"
	[ $? = "$2" ] || { echo "status $?"; cat "$tmp/told"; return 1; }
	sleep 0.1
}

claim 'it tells which programs load' prints '^firewall +loads' "$skep" load "$build/examples/xdp_firewall.o"
claim 'nothing is attached by that' no_xdp
claim 'a program is attached' starts "$here/engine.bpf.o" --attach --to count=lo --maps
claim 'the kernel shows it' has_xdp
udp
sleep 0.4
claim 'Ctrl-C ends it well' ends INT 0
claim 'events were shown' grep -E '^ring: \{ \.length = 47, \.number = 7 \}' "$tmp/events"
claim 'perf events, too' grep -E '^perf: 2f 00 00 00 03' "$tmp/events"
claim 'and maps at the end' grep -E 'bytes = 610' "$tmp/events" # each datagram and its ICMP answer
claim 'nothing stays attached' no_xdp
claim 'a program is attached again' starts "$here/engine.bpf.o" -a --to count=lo --json
udp
sleep 0.4
claim 'killed, it leaves nothing' ends KILL 137
claim 'nothing stays attached then, too' no_xdp
claim 'JSON events are one a line' grep -E '^\{"map":"ring".*"length":47.*\}$' "$tmp/events"

mkdir -p "/sys/fs/bpf/skep-load-$$" 2>/dev/null
if [ -d "/sys/fs/bpf/skep-load-$$" ]; then
	pins=/sys/fs/bpf/skep-load-$$
	claim 'pinned links are made' "$skep" load "$build/examples/xdp_firewall.o" -a --to lo --pin "$pins"
	claim 'they stay when the command ends' has_xdp
	claim 'what is there is not replaced' refuses 1 'program .count. cannot be attached|loaded; --to' \
		"$skep" load "$here/engine.bpf.o" -a --to count=lo
	rm -f "$pins/firewall"
	sleep 0.2
	claim 'they end with their file' no_xdp
	rmdir "$pins"
	claim 'the folder of pins is made' "$skep" load "$build/examples/xdp_firewall.o" -a --to lo --pin "$pins"
	claim 'and holds the link' test -e "$pins/firewall"
	claim 'a second one does not come in between' refuses 1 'lo|cannot be attached' \
		"$skep" load "$build/examples/xdp_lb.o" -a --to lo --pin "$pins-2"
	claim 'nor does it leave a folder' absent "$pins-2"
	rm -f "$pins/firewall"
	rmdir "$pins"

	mkdir "$pins-maps"
	claim 'a program and its maps are pinned' "$skep" prog load "$build/examples/xdp_firewall.o" "$pins-fw" \
		pinmaps "$pins-maps"
	claim 'names that are taken are refused' refuses 1 'cannot be pinned' "$skep" prog load \
		"$build/examples/xdp_firewall.o" "$pins-fw2" pinmaps "$pins-maps"
	claim 'the pins of others stay then' test -e "$pins-maps/deny" -a -e "$pins-maps/events"
	claim 'and the program of the failure goes' absent "$pins-fw2"
	mkdir "$tmp/mine" && touch "$tmp/mine/events"
	claim 'maps are not pinned among files' refuses 1 'cannot be pinned' "$skep" prog load \
		"$build/examples/xdp_firewall.o" "$pins-fw2" pinmaps "$tmp/mine"
	claim 'which stay' test -e "$tmp/mine/events"
	claim 'an unknown type is refused' refuses 1 "unknown program type 'foo'" "$skep" prog load \
		"$build/examples/xdp_firewall.o" "$pins-fw2" type foo
	claim 'a map without that operation says so' refuses 1 'pop: maps of type lpm_trie do not have that' \
		"$skep" map pop pinned "$pins-maps/deny"
	claim 'nor can a ring buffer be listed' refuses 1 'maps of type ringbuf do not have that' \
		"$skep" map dump pinned "$pins-maps/events"
	rm -rf "$pins-maps" "$pins-fw" "$pins-fw2"
	claim 'maps of global data are pinned without their dot' "$skep" prog loadall "$here/engine.bpf.o" \
		"$pins-all" pinmaps "$pins-maps"
	claim 'beside the others' test -e "$pins-maps/_rodata" -a -e "$pins-all/count"
	rm -rf "$pins-maps" "$pins-all"
fi
claim 'a tc filter is attached' starts "$build/examples/pkt_hist.o" -a --to lo/ingress
claim 'it is there' sh -c 'tc filter show dev lo ingress | grep -q packet_sizes'
claim 'a hang-up ends it well' ends HUP 0
claim 'the filter is gone, and its discipline' sh -c '! tc qdisc show dev lo | grep -q clsact'
"$skep" load "$here/engine.bpf.o" -a --to count=lo 2>/dev/null | head -n 1 >/dev/null &
pid=$!
for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do # it may take a while to attach
	sleep 0.3
	udp
	kill -0 "$pid" 2>/dev/null || has_xdp || break
done
claim 'a reader that goes away ends it' no_xdp
maps_named() {
	"$skep" load "$build/examples/xdp_firewall.o" -a --to lo -s 1 --maps --json >"$tmp/maps" 2>/dev/null &&
		python3 -c 'import json, sys
names = [json.loads(line)["map"] for line in sys.stdin if "elements" in json.loads(line)]
assert names == ["deny", "proto_stats", "events"], names' <"$tmp/maps"
}
claim 'JSON of maps says their names' maps_named
claim 'nothing attached is a failure' refuses 1 'loaded; --to firewall' "$skep" load \
	"$build/examples/xdp_firewall.o" -a
claim 'an interface that is not there' refuses 1 "no interface 'nowhere0'" "$skep" load \
	"$build/examples/xdp_firewall.o" -a --to nowhere0
claim 'it ends after so many events' prints '^ring: ' timeout 20 sh -c \
	'"$0" load "$1" -a --to count=lo --events 1 & sleep 1; python3 -c "import socket; socket.socket(2, 2).sendto(b\"x\", (\"127.0.0.1\", 9))"; wait $!' \
	"$skep" "$here/engine.bpf.o"
claim 'no heading stands before an error of cgroups' refuses 1 'no directory of a cgroup|cannot be listed' \
	"$skep" cgroup show /tmp
claim 'nor before one of machine code' refuses 1 'no program with id' "$skep" prog dump jited id 4000000000
target=/sys/fs/bpf/skep-target-$$
if [ -d /sys/fs/bpf ] && "$skep" prog load "$here/replaced.bpf.o" "$target"; then
	# A kernel that is locked down loads no extension, and the error says so.
	extends() {
		if "$skep" load "$here/extension.bpf.o" --target "$1" >"$tmp/out" 2>"$tmp/err"; then
			grep -q '^instead *loads' "$tmp/out"
		else
			cat "$tmp/err"
			grep -q -i -E 'lockdown|locked down|trampoline' "$tmp/err"
		fi
	}
	claim 'an extension finds its target by a pin' extends "$target"
	claim 'and by its name' extends whole
	claim 'an unknown target' refuses 1 'no pinned object' "$skep" load "$here/extension.bpf.o" --target /nowhere
	rm -f "$target"
fi
claim 'without a target it says what to do' refuses 1 'no loaded program is given' "$skep" load "$here/extension.bpf.o"
claim '--to without --attach is wrong usage' refuses 2 'of --attach' "$skep" load x.o --to lo
finish
