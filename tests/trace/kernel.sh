#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Scripts over functions of the kernel: what they print is what a command did. Of suite vm: most
# small machines have no kprobes.
#
#     kernel.sh SKEP
skep=$1 count=0 bad=0 out=$(mktemp)
gone=/tmp/skep-no-such-file

# prints NAME PATTERN SCRIPT COMMAND: the script, while the command runs, prints such a line
prints() {
	count=$((count + 1))
	"$skep" trace -e "$3" -c "$4" >"$out" 2>&1 </dev/null
	if grep -q -E -e "$2" "$out"; then
		echo "ok $count - $1"
	else
		echo "not ok $count - $1"
		sed 's/^/# /' "$out"
		bad=1
	fi
}

if [ "$(id -u)" != 0 ]; then
	echo "1..0 # SKIP tracing needs root"
	exit 0
fi
if grep -q '\[\(integrity\|confidentiality\)\]' /sys/kernel/security/lockdown 2>/dev/null ||
	! [ -e /sys/bus/event_source/devices/kprobe ]; then
	echo "1..0 # SKIP this kernel has no kprobes, or is locked down"
	exit 0
fi

unlink="/bin/unlink $gone"
prints kprobe_sees_the_call 'in unlink -100$' \
	'kprobe:do_unlinkat /comm == "unlink"/ { printf("in %s %d\n", comm, (int32)arg0); }' "$unlink"
prints kretprobe_sees_the_result 'got -2$' \
	'kretprobe:do_unlinkat /comm == "unlink"/ { printf("got %d\n", (int32)retval); }' "$unlink"
prints kprobe_reads_structures "name $gone\$" \
	'kprobe:do_unlinkat /comm == "unlink"/ { printf("name %s\n", str(((struct filename *)arg1)->name)); }' \
	"$unlink"
prints fentry_has_named_arguments "name $gone\$" \
	'fentry:do_unlinkat /comm == "unlink"/ { printf("name %s\n", str(args.name->name)); }' "$unlink"
prints fexit_sees_the_result 'got -2$' \
	'fexit:do_unlinkat /comm == "unlink"/ { printf("got %d\n", retval); }' "$unlink"
prints maps_count_calls '@\[unlink\]: [1-9]' 'kprobe:do_unlinkat /comm == "unlink"/ { @[comm] = count(); }' "$unlink"
prints stacks_name_functions 'do_unlinkat' \
	'kprobe:do_unlinkat /comm == "unlink"/ { print(kstack); }' "$unlink"
prints tracepoints_have_fields "name $gone\$" \
	'tracepoint:syscalls:sys_enter_unlink* /comm == "unlink"/ { printf("name %s\n", str(args.pathname)); }' \
	"$unlink"
rm -f "$out"
echo "1..$count"
exit $bad
