# shellcheck shell=bash
# For tests of the command by shell scripts: sourced, it makes a folder of its own that vanishes, and counts failures.
work=$(mktemp -d "${TMPDIR:-/tmp}/ocelli-test.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work" || exit
failures=0

fail() {
  echo "FAILED: $*" >&2
  failures=$((failures + 1))
}

# expect STATUS TEXT ARGUMENTS…: `ocelli ARGUMENTS` ends with STATUS and says TEXT.
expect() {
  local status=$1 text=$2 got=0
  shift 2
  timeout -k 10 120 "$OCELLI" "$@" >"$work/said" 2>&1 </dev/null || got=$?
  [[ $got == "$status" ]] || fail "ocelli $*: exit status $got, expected $status: $(head -n 5 "$work/said")"
  grep -qF -- "$text" "$work/said" || fail "ocelli $*: expected '$text' in: $(head -n 5 "$work/said")"
}
