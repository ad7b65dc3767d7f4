# Sourced by the scripts here: claims as TAP. Each script gets the binaries' folder as $1 and works
# in a folder of its own, $tmp.
set -u
build=$1
build=$(cd "$build" && pwd) || exit 99
skep=$build/skep
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
count=0 bad=0

# claim NAME COMMAND…: holds when the command succeeds
claim() {
	count=$((count + 1)) claim_name=$1
	shift
	if "$@" >"$tmp/claim.log" 2>&1; then
		echo "ok $count - $claim_name"
	else
		bad=1
		echo "not ok $count - $claim_name"
		sed 's/^/# /' "$tmp/claim.log"
	fi
}

# skip NAME REASON
skip() {
	count=$((count + 1))
	echo "# skip-reason: $2"
	echo "ok $count - $1 # SKIP $2"
}

finish() {
	echo "1..$count"
	exit $bad
}

# prints PATTERN COMMAND…: exit status 0, and a line of standard output matches
prints() {
	prints_pattern=$1
	shift
	"$@" >"$tmp/out" 2>"$tmp/err" </dev/null || { echo "status $?"; cat "$tmp/err"; return 1; }
	grep -E -e "$prints_pattern" "$tmp/out" || { cat "$tmp/out"; return 1; }
}

# refuses STATUS PATTERN COMMAND…: that exit status, nothing on standard output, and the first line
# of standard error says PATTERN
refuses() {
	want=$1 pattern=$2 status=0
	shift 2
	"$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
	cat "$tmp/out" "$tmp/err"
	echo "$status" | grep -q -x -e "$want" || { echo "status $status"; return 1; }
	[ ! -s "$tmp/out" ] || { echo "printed output"; return 1; }
	head -n 1 "$tmp/err" | grep -q -E -e "$pattern" || { echo "no word of: $pattern"; return 1; }
}

absent() {
	[ ! -e "$1" ]
}
