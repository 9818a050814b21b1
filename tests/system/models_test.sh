#!/usr/bin/env bash
# `ocelli models`: cards, hashes, fetching from a URL, and a launch file whose model is missing. Runs without any model.
set -euo pipefail
# shellcheck source=tests/system/expect.sh
source "$OCELLI_SOURCE_DIR/tests/system/expect.sh"

export OCELLI_MODELS=$work/store
expect 0 "missing" models list
expect 0 "models folder: $work/elsewhere" models list --models "$work/elsewhere"
expect 0 "models folder: $work/elsewhere" models --models "$work/elsewhere" list
expect 0 "nanodet_m.onnx is not there: ocelli models fetch nanodet_m --from URL (origin: hpc203/" models check
expect 0 "pedestrians: nothing to fetch" models fetch pedestrians
expect 0 "opencv" models backends
expect 0 "decoder: nanodet" models show nanodet_m
expect 1 "nanodet_m.onnx: not there" models check nanodet_m
expect 2 "did you mean 'nanodet_m'" models fetch nanodet
expect 2 "its card has no url" models fetch nanodet_m
expect 2 "expected a URL" models fetch nanodet_m --from ftp://x
expect 2 "No such file" models fetch nanodet_m --from "file://$work/nowhere"

# A file that is another than its card says, and outputs that the card's decoder does not read.
mkdir -p store
printf 'abc' >store/nanodet_m.onnx
expect 1 "nanodet_m.onnx: SHA-256 is ba7816bf" models list
expect 1 "nanodet_m              FAILED: model 'nanodet_m': $work/store/nanodet_m.onnx: SHA-256 is ba7816bf" models check
rm store/nanodet_m.onnx
printf 'abc' >store/yolo-fastest-1.1.weights
expect 1 "yolo-fastest-1.1.weights: SHA-256 is ba7816bf" models list
expect 1 "yolo_fastest           FAILED: model 'yolo_fastest': $work/store/yolo-fastest-1.1.weights: SHA-256" models check
rm store/yolo-fastest-1.1.weights
cat >store/people.yaml <<YAML
licence: none
decoder: fastestdet
backend: hog
files: []
input: {width_px: 128, height_px: 160}
classes: [person]
YAML
expect 1 "outputs 1x100x5: its decoder expects 1x6xROWSxCOLUMNS" models check people
rm store/people.yaml
expect 0 "right, runs on hog" models check pedestrians --backend auto

# A card of one's own with a url; its file is another one first.
mkdir -p store there
printf 'abc' >there/own.onnx
cat >store/own.yaml <<YAML
licence: MIT
decoder: twinlitenet
files:
  - {name: own.onnx, role: onnx, url: "file://$work/there/own.onnx",
     sha256: ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad}
input: {width_px: 64, height_px: 32}
YAML
expect 0 "own.onnx: fetched" models fetch own
expect 0 "own.onnx: there already" models fetch own
expect 1 "model 'own' on 'opencv'" models check own
printf 'abd' >there/own.onnx
rm store/own.onnx
expect 0 "own.onnx is not there: ocelli models fetch own" models check
if grep -qF "fetch own --from" said; then fail "a card with urls needs no --from"; fi
expect 2 "not the model that the card describes" models fetch own
[[ ! -e store/own.onnx && ! -e store/own.onnx.part ]] || fail "a wrong file was left behind"
sed -i 's/licence/license/' store/own.yaml
expect 2 "did you mean 'licence'" models fetch own

# A library in the folder where the program is started is none of ours.
if command -v cc >/dev/null; then
  planted=node_modules/onnxruntime-node/bin/napi-v6/linux/x64
  mkdir -p "$planted"
  printf '#include <stdio.h>\n__attribute__((constructor)) static void planted(void) { fclose(fopen("%s/loaded", "w")); }\n' \
    "$work" >planted.c
  cc -shared -fPIC -o "$planted/libonnxruntime.so.1" planted.c
  expect 0 "onnxruntime" models backends
  [[ ! -e loaded ]] || fail "a library of the working directory was loaded"
fi

# A model that is missing stops a replay before it begins, and says so.
if [[ -d ${OCELLI_DATA:-$OCELLI_SOURCE_DIR/../shared/data}/kitti_raw ]]; then
  printf 'nodes:\n  - {node: camera_objects, inputs: {picture: camera/front}, config: {model: fastestdet}}\n' >launch.yaml
  expect 2 "FastestDet.onnx: not there" replay "${OCELLI_DATA:-$OCELLI_SOURCE_DIR/../shared/data}/kitti_raw" \
    --launch launch.yaml --out out
fi
exit $((failures > 0))
