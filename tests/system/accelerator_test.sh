#!/usr/bin/env bash
# Accelerators that hang: in the load, in a logical run and in a live one, where only a new process helps.
set -euo pipefail
# shellcheck source=tests/system/expect.sh
source "$OCELLI_SOURCE_DIR/tests/system/expect.sh"

export OCELLI_MODELS=$work/store
mkdir -p store
cat >store/eyes.yaml <<YAML
licence: none
decoder: fastestdet
files: [{name: abc, role: onnx, sha256: ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad}]
input: {width_px: 64, height_px: 64}
classes: [person, dog]
YAML
printf 'abc' >store/abc

# launch_file FILE MODEL ACCELERATOR: the simulated vehicle and one node with that accelerator.
launch_file() {
  cat >"$1" <<YAML
name: eyes
sources: [{source: sim, name: vehicle, process: sensors, config: {scenario: urban}}]
nodes:
  - node: camera_objects
    inputs: {picture: camera/front}
    config: {model: $2, deadline: 50 ms, accelerator: {$3}}
YAML
}

# ended PID TENTHS: whether the process ends within so many tenths of a second; if not, it is killed.
ended() {
  for _ in $(seq "$2"); do
    kill -0 "$1" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -KILL "$1"
  return 1
}

# A name that is none, for a model that brings its own accelerator along.
launch_file unknown.yaml pedestrians "backend: opencvv"
expect 2 "unknown accelerator 'opencvv': did you mean 'opencv'? (known: auto, opencv, onnxruntime, hog, markings, fault" \
  run "$work/unknown.yaml" --logical --duration 1s --out "$work/unknown"

# A load that never ends, in either of its parts, ends with its bound.
for fault in deaf_load deaf_rehearsal; do
  launch_file load.yaml eyes "backend: fault, options: 'outputs=1x7x4x4;fault=$fault', load_within: 300 ms"
  expect 2 "model 'eyes' on 'fault': not loaded and run once within 0.3 s: given up" \
    run "$work/load.yaml" --logical --duration 1s --out "$work/load"
done

# Neither do a library that hangs when it is opened and static objects that wait for it at the end.
plugin=$(dirname "$OCELLI")/libaccel_plugin.so
launch_file stuck.yaml eyes "backend: '$plugin', load_within: 300 ms"
ACCEL_PLUGIN_STUCK=$work/opened expect 2 "libaccel_plugin.so': not loaded and run once within 0.3 s: given up" \
  run "$work/stuck.yaml" --logical --duration 1s --out "$work/stuck"

# Before its bound a stop request ends it, logical and live.
launch_file load.yaml eyes "backend: '$plugin', load_within: 600 s"
for kind in --logical --no-realtime; do
  rm -f opened
  ACCEL_PLUGIN_STUCK=$work/opened "$OCELLI" run "$work/load.yaml" $kind --duration 20s --out "$work/stopped" >said 2>&1 &
  run=$!
  for _ in $(seq 300); do [[ -e opened ]] || sleep 0.1; done
  [[ -e opened ]] || fail "$kind: the accelerator was not opened: $(head -n 5 said)"
  kill -TERM "$run"
  ended "$run" 30 || fail "$kind: a load that hangs held up a stop request for 3 s"
  wait "$run" || true
  grep -qF "loading given up, the run ends" said || fail "$kind: expected 'loading given up' in: $(head -n 5 said)"
done

# A computation that never ends in logical time holds up no stop request.
launch_file hung.yaml eyes "backend: fault, options: 'outputs=1x7x4x4;fault=hang', hang_after: 600 s"
"$OCELLI" run "$work/hung.yaml" --logical --duration 20s --out "$work/hung" >said 2>&1 &
run=$!
for _ in $(seq 100); do [[ -s hung/recording.mcap ]] || sleep 0.2; done
sleep 1
kill -0 "$run" || fail "the run ended before it was asked to: $(head -n 5 said)"
kill -TERM "$run"
ended "$run" 20 || fail "a hanging accelerator held up a stop request for 2 s"
wait "$run" || true

# A device that does not let go. In logical time: a failed step that says so, then the run goes on without it.
deaf="backend: fault, options: 'outputs=1x7x4x4;fault=deaf;after=3', hang_after: 300 ms, reset_after: 100 ms"
launch_file deaf.yaml eyes "$deaf"
expect 1 "device hangs, given up: no result within 0.3 s" \
  run "$work/deaf.yaml" --logical --duration 2s --out "$work/logical"

# Live: late, busy, reset in vain; the process ends and is started again, as long as that does not happen too often.
expect 1 "process 'camera_objects' ended by itself and was started again" \
  run "$work/deaf.yaml" --duration 9s --out "$work/live"
for text in "no result within 50.0 ms: dropped" "device hangs, given up: busy for" "a reset did not help" \
  "node 'camera_objects' cannot go on in this process"; do
  grep -qF -- "$text" said || fail "the live run did not say '$text': $(head -n 20 said)"
done
[[ $(grep -c "no result within 50.0 ms" said) -ge 2 ]] || fail "the new process did not compute: $(head -n 40 said)"
exit $((failures > 0))
