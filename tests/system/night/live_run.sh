# shellcheck shell=bash
# For tests of live runs: sourced, it makes a folder $work that vanishes and ends the run $run_pid with the script.
work=$(mktemp -d "${TMPDIR:-/tmp}/ocelli-live.XXXXXX")
run_pid=""
cleanup() {
  if [[ -n $run_pid ]]; then kill "$run_pid" 2>/dev/null || true; fi
  wait
  rm -rf "$work"
}
trap cleanup EXIT

# The run writes $work/log.
fail() {
  echo "FAILED: $*; log: $(tail -5 "$work/log")" >&2
  exit 1
}
