#!/usr/bin/env bash
# `ocelli models`: cards, hashes, fetching from a URL, and a launch file whose model is missing. Runs without any model.
set -euo pipefail
# shellcheck source=tests/system/expect.sh
source "$OCELLI_SOURCE_DIR/tests/system/expect.sh"

export OCELLI_MODELS=$work/store
expect 0 "missing" models list
expect 0 "opencv" models backends
expect 0 "decoder: nanodet" models show nanodet_m
expect 1 "nanodet_m.onnx: not there" models check nanodet_m
expect 2 "did you mean 'nanodet_m'" models fetch nanodet
expect 2 "its card has no url" models fetch nanodet_m
expect 2 "expected a URL" models fetch nanodet_m --from ftp://x
expect 2 "No such file" models fetch nanodet_m --from "file://$work/nowhere"

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
expect 2 "not the model that the card describes" models fetch own
[[ ! -e store/own.onnx && ! -e store/own.onnx.part ]] || fail "a wrong file was left behind"
sed -i 's/licence/license/' store/own.yaml
expect 2 "did you mean 'licence'" models fetch own

# A model that is missing stops a replay before it begins, and says so.
if [[ -d ${OCELLI_DATA:-$OCELLI_SOURCE_DIR/../shared/data}/kitti_raw ]]; then
  printf 'nodes:\n  - {node: camera_objects, inputs: {picture: camera/front}, config: {model: fastestdet}}\n' >launch.yaml
  expect 2 "FastestDet.onnx: not there" replay "${OCELLI_DATA:-$OCELLI_SOURCE_DIR/../shared/data}/kitti_raw" \
    --launch launch.yaml --out out
fi
exit $((failures > 0))
