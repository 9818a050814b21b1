#!/usr/bin/env bash
# A live run keeps its faults; kill -9 of the fault store's process loses none that it had, and a new one goes on.
set -euo pipefail
# shellcheck source=tests/system/night/live_run.sh
source "$OCELLI_SOURCE_DIR/tests/system/night/live_run.sh"

count() { "$OCELLI" faults "$@" --json 2>/dev/null | grep -c '"fault":' || true; }

# Its verdict does not matter here: a busy machine may be late.
"$OCELLI" demo --duration 14s --inject freeze:camera/front@2s+3s --inject freeze:camera/front@9s+3s --out "$work/run" \
  >"$work/log" 2>&1 &
run_pid=$!
for ((i = 0; i < 400; ++i)); do
  [[ $(count "$work/run" --fault 'camera/front.frozen' --state confirmed) -ge 1 ]] && break
  if ! kill -0 "$run_pid" 2>/dev/null; then
    fail "the run ended without the camera's fault in the store (lost, or a machine too busy for it)"
  fi
  sleep 0.1
done
before=$(count "$work/run")
[[ $before -ge 1 ]] || fail "no fault in the store"
store_pid=$(pgrep -f "ocelli host --process fault_store .*$work/run" | head -1)
[[ -n $store_pid ]] || fail "no process of the fault store"
kill -9 "$store_pid"
[[ $(count "$work/run") -ge $before ]] || fail "entries were lost by kill -9"
wait "$run_pid" || true
run_pid=""
after=$(count "$work/run" --fault 'camera/front.frozen' --state confirmed)
[[ $after -ge 2 ]] || fail "the second process stored nothing: camera/front.frozen was confirmed $after times of 2"
[[ $("$OCELLI" faults "$work/run" --json | grep -c '"launch":') == 1 ]] || fail "one run, not two"
modes=$("$OCELLI" faults "$work/run" --modes)
grep -Eq 'mode +starting$' <<<"$modes" || fail "the first mode came from none: $modes"
grep -Eq 'mode +nominal \(from starting\)$' <<<"$modes" || fail "the start-up did not end: $modes"
grep -Eq 'mode +[a-z_]+ \(from nominal\)$' <<<"$modes" || fail "no change of mode: $modes"
if grep -q 'nominal (from nominal)' <<<"$modes"; then fail "a mode is not its own cause: $modes"; fi
