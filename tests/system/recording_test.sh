#!/usr/bin/env bash
# A live run that Ctrl-C ends early leaves a whole recording and a report; an independent reader (@mcap/core) lists
# every channel and decodes every message of it; and however the file is cut, it opens with what it had.
set -euo pipefail
work=$(mktemp -d "${TMPDIR:-/tmp}/ocelli-recording.XXXXXX")
trap 'rm -rf "$work"' EXIT
here=$OCELLI_SOURCE_DIR/tests/conformance/mcap

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# Ctrl-C: what a terminal does, SIGINT to the whole group.
# An asynchronous command of a script ignores SIGINT, so that setsid and a fresh shell set it back.
setsid bash -c 'trap - INT; exec "$@"' - env --default-signal=INT "$OCELLI" run demo --duration 60s --out "$work/run" \
  >"$work/log" 2>&1 &
run=$!
for ((i = 0; i < 600; i++)); do
  if [[ $(stat -c %s "$work/run/recording.mcap" 2>/dev/null || echo 0) -gt 20000000 ]]; then break; fi
  sleep 0.1
done
kill -INT -- "-$run"
status=0
wait "$run" || status=$?
[[ $status == 0 || $status == 1 ]] || fail "Ctrl-C ended the run with status $status: $(cat "$work/log")"
for file in recording.mcap run.json report.json report.html; do
  [[ -s $work/run/$file ]] || fail "no $file after Ctrl-C: $(cat "$work/log")"
done
[[ $(tail -c 8 "$work/run/recording.mcap" | head -c 5 | tail -c 4) == MCAP ]] || fail "the recording has no proper end"

# Cuts. The head, odd places, inside a chunk, inside the summary; what opens is replayed.
size=$(stat -c %s "$work/run/recording.mcap")
previous=0
for percent in 3 11 29 47 71 89 99; do
  head -c $((size * percent / 100 - percent)) "$work/run/recording.mcap" >"$work/cut.mcap"
  said=$("$OCELLI" replay "$work/cut.mcap" --out "$work/cut" 2>&1) || true
  count=$(awk '$1 == "vehicle/state" { print $2 }' <<<"$said")
  [[ ${count:-0} -ge $previous ]] || fail "cut at $percent %: ${count:-0} messages, fewer than the $previous of a shorter cut: $said"
  previous=${count:-0}
  echo "cut at $percent %: $previous messages of vehicle/state"
done
[[ $previous -gt 0 ]] || fail "nothing was read of the cut recordings"
for bytes in 0 1 7 8 9 40; do
  head -c "$bytes" "$work/run/recording.mcap" >"$work/cut.mcap"
  status=0
  said=$("$OCELLI" replay "$work/cut.mcap" --out "$work/none" 2>&1) || status=$?
  [[ $status == 2 && $said == *cut.mcap* ]] || fail "cut after $bytes bytes: status $status, $said"
done

# The independent reader.
command -v npm >/dev/null || { echo "skipped the independent reader: no npm" && exit 0; }
reader=$(dirname "$(dirname "$OCELLI")")/npm/mcap
mkdir -p "$reader"
cp "$here/package.json" "$here/package-lock.json" "$here/read_recording.js" "$reader"
if [[ ! -d $reader/node_modules ]]; then
  (cd "$reader" && npm ci --ignore-scripts --no-audit --no-fund >"$work/npm.log" 2>&1) ||
    { echo "skipped the independent reader: npm could not fetch the packages: $(tail -n 3 "$work/npm.log")" && exit 0; }
fi
node "$reader/read_recording.js" "$work/run/recording.mcap" | tee "$work/channels"
for topic in camera/front lidar/top imu gnss/fix vehicle/state ego_motion lidar/objects tracks truth/tracks ocelli/observations; do
  grep -qE "^$topic .* [1-9][0-9]* messages" "$work/channels" || fail "the independent reader found no message of $topic"
done
# It notices damage: a flipped byte in the middle of the data.
cp "$work/run/recording.mcap" "$work/flipped.mcap"
printf '\xff\x00\xff\x00\xff' | dd of="$work/flipped.mcap" bs=1 seek=$((size / 2)) conv=notrunc status=none
if node "$reader/read_recording.js" "$work/flipped.mcap" >/dev/null 2>&1; then fail "damage was not noticed"; fi
