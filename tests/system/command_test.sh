#!/usr/bin/env bash
# The command says what is wrong, where, and what was expected; ends with 2; and leaves nothing half-written.
set -euo pipefail
# shellcheck source=tests/system/expect.sh
source "$OCELLI_SOURCE_DIR/tests/system/expect.sh"

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
expect 2 "there are ego_motion, lidar_objects, radar_objects, camera_objects, lanes, tracks" demo --inject stop:nobody@1s+1s --out new
expect 2 "did you mean 'camera_objects'" demo --inject slow:camera_object@1s+1s=300ms --out new
expect 2 "expected KIND:TARGET@AT" demo --inject slow:camera_objects@1s+1s --out new

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
printf '{"vectors": [\n  {"kind": }]}' >cut.json
expect 2 "cut.json:2:12: " vectors state cut.json
printf '{"vectors": [1e999]}' >large.json
expect 2 "large.json: " vectors fit large.json
: >empty.json
expect 2 "empty.json:1:1: " vectors fit empty.json
printf '{"vectors": {}}' >other.json
expect 2 "other.json: 'vectors': expected a list" vectors fit other.json
expect 2 "suite 'fti'" vectors fti other.json
printf '{"vectors": [{"kind": "tea_leaves", "expected": {}}]}' >unknown.json
expect 1 "0 passed, 1 failed" vectors fit unknown.json
for command in "vectors fit" "e2e protect --in" "fmeda"; do
  # shellcheck disable=SC2086
  expect 2 "nowhere: no such file" $command nowhere
  # shellcheck disable=SC2086
  expect 2 ".: is a folder, expected a file" $command .
  # shellcheck disable=SC2086
  expect 2 "/dev/null: is a device or pipe, expected a file" $command /dev/null
done
expect 2 "--failures: '': expected a whole number" fit --failures "" --hours 1 --target-fit 10
expect 2 "--hours: '': expected a number" fit --failures 0 --hours "" --target-fit 10
expect 2 "--counter: '': expected a whole number" e2e protect --counter "" 00
expect 2 "confidence: 0.4: expected at least 0.5" fit --failures 0 --hours 1 --target-fit 10 --confidence 0.4
expect 2 "k and h at most 1000000 of its steps" fit --failures 0 --hours 1 --target-fit 10 --drift 1,1e9,8
expect 2 "--profile P02: needs --id-list" e2e protect --profile P02 0001020304050607
expect 0 "6101020304050607" e2e protect --profile P02 --counter 1 --id-list 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15 \
  0001020304050607
expect 2 "shortest_bytes: 0 is too short" e2e check --in empty.yaml
expect 2 "expected 0 to 65535" e2e protect --profile P04 --counter 65536 000000000000000000000000
expect 2 "'P03': expected one of P01" e2e check --profile P03 00
expect 2 "'nan': expected a number" fit --failures 0 --hours nan --target-fit 10
expect 2 "hours: -1 h" fit --failures 0 --hours -1 --target-fit 10
expect 2 "target_fit: -10 FIT" fit --failures 0 --hours 1 --target-fit -10
for confidence in 0 1 1.5; do
  expect 2 "confidence: $confidence: expected" fit --failures 0 --hours 1 --target-fit 10 --confidence "$confidence"
done
expect 2 "'nan': expected a number" e2e advise --rate-hz nan
expect 2 "corrupt_probability: 2 is out of range" e2e advise --p-corrupt 2
expect 2 "--topic: messages of 'tracks' have no size of their own: give --bytes" e2e advise --topic tracks
expect 0 "<- advised" e2e advise --topic lidar/points
expect 2 "--type: profile P04 does not use it" e2e protect --profile P04 --type 1 000000000000000000000000
expect 2 "--data-id: profile P02 does not use it" e2e protect --profile P02 --data-id 1 0001020304050607
expect 2 "--alpha requires --good-fit" fit --failures 0 --hours 1 --target-fit 10 --alpha 0.1
expect 2 "--prior-hours requires --prior-failures" fit --failures 0 --hours 1 --target-fit 10 --prior-hours 5
expect 2 "begins after 5 s, the run ends after 2 s" run demo --duration 2s --inject lose:lidar/top@5s+1s
expect 2 "ends after 6 s, the demonstration after 5 s" demo --duration 5s --inject lose:lidar/top@4s+2s
touch file
expect 2 "is a file, expected a folder" run demo --duration 1s --out file
head -c 1000 /dev/urandom >noise.mcap
expect 2 "noise.mcap" replay noise.mcap --out new
[[ ! -e new && ! -e out ]] || fail "a run that could not start left a folder: $(find new out)"

# Topics of a live run: in its own partition, or in that of ROS 2 nodes, under its own name and that on the wire.
"$OCELLI" run demo --duration 8s --domain 91 --partition '' --out live >live.txt 2>&1 &
run=$!
for _ in $(seq 60); do
  "$OCELLI" topic --domain 91 list >topics.txt 2>&1 && grep -q "^tracks " topics.txt && break
done
grep -qE "^tracks +ocelli::msg::dds_::Tracks_ +1 +[1-9]" topics.txt || fail "the run is not in partition '': $(head -n 5 topics.txt)"
expect 0 "Hz: " topic --domain 91 hz rt/tracks --seconds 1
expect 2 "'nan': expected a number" topic --domain 91 hz tracks --seconds nan
# Under a sanitizer a run is as late as its verdict says.
wait $run || [[ -n ${ASAN_OPTIONS:-}${TSAN_OPTIONS:-} ]] || fail "the run: $(tail -n 3 live.txt)"
exit $((failures > 0))
