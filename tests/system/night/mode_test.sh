#!/usr/bin/env bash
# A mode that ends on request only: it outlives kill -9 of the monitor's process, and `ocelli mode recover` ends it.
set -euo pipefail
# shellcheck source=tests/system/night/live_run.sh
source "$OCELLI_SOURCE_DIR/tests/system/night/live_run.sh"

modes() { "$OCELLI" faults "$work/run" --modes 2>/dev/null | grep ' mode ' || true; }

# Its verdict does not matter here: a monitor that dies is an incident.
"$OCELLI" demo --duration 60s --inject lose:lidar/top@3s+8s --partition mode_test --out "$work/run" >"$work/log" 2>&1 &
run_pid=$!
for ((i = 0; i < 400; ++i)); do
  grep -q 'minimal_risk' <<<"$(modes)" && break
  kill -0 "$run_pid" 2>/dev/null || fail "the run ended without minimal_risk: $(modes)"
  sleep 0.1
done
grep -q 'minimal_risk' <<<"$(modes)" || fail "5 s without lidar did not lead to minimal_risk: $(modes)"
grep -Eq 'mode +starting$' <<<"$(modes)" || fail "it began in another mode: $(modes)"

shown=$("$OCELLI" mode --partition mode_test)
grep -Eq '^mode +minimal_risk' <<<"$shown" || fail "ocelli mode: $shown"
grep -Eq '^recovery +on_request$' <<<"$shown" || fail "ocelli mode: $shown"

monitor_pid=$(pgrep -f "ocelli host --process monitor .*$work/run" | head -1)
[[ -n $monitor_pid ]] || fail "no process of the monitor"
kill -9 "$monitor_pid"
for ((i = 0; i < 100; ++i)); do
  again=$(pgrep -f "ocelli host --process monitor .*$work/run" | head -1 || true)
  [[ -n $again && $again != "$monitor_pid" ]] && break
  sleep 0.1
done
sleep 5 # more than a recovery takes: the lidar is back by now, or comes back
shown=$("$OCELLI" mode --partition mode_test)
grep -Eq '^mode +minimal_risk' <<<"$shown" || fail "the restarted monitor forgot the mode: $shown"

"$OCELLI" mode --partition mode_test recover --seconds 20 >"$work/recovered" || fail "recover: $(cat "$work/recovered")"
grep -Eq '^minimal_risk → (nominal|degraded)$' "$work/recovered" || fail "recover: $(cat "$work/recovered")"
status=0
"$OCELLI" mode --partition mode_test recover >"$work/again" 2>&1 || status=$?
[[ $status == 2 ]] || fail "a mode that ends by itself cannot be asked to end: $status, $(cat "$work/again")"
grep -q "is not left on request: its recovery is automatic" "$work/again" || fail "$(cat "$work/again")"
kill -INT "$run_pid"
wait "$run_pid" || true
run_pid=""
status=0
"$OCELLI" mode --partition mode_test >"$work/none" 2>&1 || status=$?
[[ $status == 2 ]] || fail "no run, but: $(cat "$work/none")"
