#!/usr/bin/env bash
# The command says what is wrong, where, and what was expected; ends with 2; and leaves nothing half-written.
set -euo pipefail
work=$(mktemp -d "${TMPDIR:-/tmp}/ocelli-command.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
failures=0

fail() {
  echo "FAILED: $*" >&2
  failures=$((failures + 1))
}

# expect STATUS TEXT ARGUMENTS…: `ocelli ARGUMENTS` ends with STATUS and says TEXT.
expect() {
  local status=$1 text=$2 said got=0
  shift 2
  said=$(timeout 60 "$OCELLI" "$@" 2>&1 </dev/null) || got=$?
  [[ $got == "$status" ]] || fail "ocelli $*: exit status $got, expected $status: $said"
  [[ $said == *"$text"* ]] || fail "ocelli $*: expected '$text' in: $said"
}

for command in "" demo run replay report eval topics nodes drivers detectors; do
  # shellcheck disable=SC2086
  expect 0 "Usage: ocelli" $command --help
done
expect 0 "ocelli 0." --version
expect 0 "sensor_msgs::msg::PointCloud2" topics
expect 0 "lidar_objects" nodes
expect 0 "kitti_raw" drivers
expect 0 "frozen" detectors

expect 2 "subcommand is required"
expect 2 "did you mean 'replay'" replya
expect 2 "--bogus" demo --bogus
expect 2 "drive is required" replay
expect 2 "no such drive" replay nowhere --out new
expect 2 "is no KITTI raw drive: expected image_02" replay . --out new
expect 2 "expected max or a number" replay . --rate 0 --out new
expect 2 "--threads" replay . --threads 0
expect 2 "no such folder" report nowhere
expect 2 "run.json" report .
expect 2 "no such launch file" run nowhere.yaml --out new
expect 2 "expected a duration with a unit" demo --duration 5 --out new
expect 2 "expected KIND:TARGET@AT" demo --inject nothing --out new
expect 2 "did you mean 'camera/front'" demo --inject freeze:camera/frnt@1s+1s --out new
expect 2 "there are ego_motion, lidar_objects, tracks" demo --inject stop:nobody@1s+1s --out new

cat >mistakes.yaml <<'YAML'
sources:
  - source: simm
nodes:
  - node: lidar_objets
  - node: tracks
    inputs: {object: lidar/objects}
chains:
  - {name: c, from: lidar/top, to: tracks, reaction_budget: 0 ms, age_budget: 250}
monitr: {}
YAML
for text in "mistakes.yaml:9:1: unknown key 'monitr': did you mean 'monitor'?" \
  "mistakes.yaml:2:13: unknown driver or recording 'simm': did you mean 'sim'?" \
  "mistakes.yaml:4:11: unknown node 'lidar_objets': did you mean 'lidar_objects'?" \
  "node 'tracks' has no input 'object'" \
  "mistakes.yaml:8:61: 'reaction_budget': 0 s is out of range" \
  "mistakes.yaml:8:79: 'age_budget': expected a duration with a unit"; do
  expect 2 "$text" run mistakes.yaml --out new
done

cat >writers.yaml <<'YAML'
sources:
  - {source: sim, config: {scenario: tiny}}
nodes:
  - node: tracks
  - {node: tracks, name: second}
YAML
expect 2 "writers.yaml:5:5: topic 'tracks' has two writers" run writers.yaml --out new
printf 'nodes: [\n' >cut.yaml
expect 2 "cut.yaml:2:1" run cut.yaml --out new
: >empty.yaml
expect 2 "expected a mapping" run empty.yaml --out new
cat >mode.yaml <<'YAML'
sources:
  - {source: sim, config: {scenario: tiny}}
nodes:
  - {node: lidar_objects, inputs: {cloud: lidar/top}}
monitor:
  faults:
    - {id: x, detector: frozen, target: camera/front, assumed_ftti: 1 s, ftti_source: test, mode: degradd}
YAML
expect 2 "no mode 'degradd'" run mode.yaml --out new
touch file
expect 2 "is a file, expected a folder" run demo --duration 1s --out file
head -c 1000 /dev/urandom >noise.mcap
expect 2 "noise.mcap" replay noise.mcap --out new
[[ ! -e new && ! -e out ]] || fail "a run that could not start left a folder: $(find new out)"
exit $((failures > 0))
