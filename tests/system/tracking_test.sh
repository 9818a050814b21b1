#!/usr/bin/env bash
# `ocelli track kitti` and `ocelli eval tracks` on bad input: a clear error with file and line, or a counted skip where
# the format allows it; what is only unusual (frames without rows, rows in any order, very many rows) works.
set -euo pipefail
# shellcheck source=tests/system/expect.sh
source "$OCELLI_SOURCE_DIR/tests/system/expect.sh"

# One car that is passed in 12 frames, and the same rows as labels and results.
fresh() {
  rm -rf det calib ego out truth results
  mkdir -p det/Car calib ego truth results
  echo "P2: 700 0 600 0 0 700 180 0 0 0 1 0" >calib/0000.txt
  local f
  for f in {0..11}; do
    echo "1 0 0 0 0 1 0 0 0 0 1 0" >>ego/0000.txt
    echo "$f,2,500,150,600,250,8.0,1.5,1.8,4.0,1.0,1.7,$((20 + f)).0,-1.57,0" >>det/Car/0000.txt
    echo "$f 7 Car 0 0 0 500 150 600 250 1.5 1.8 4.0 1.0 1.7 $((20 + f)).0 -1.57" >>truth/0000.txt
    echo "$f 1 Car 0 0 0 500 150 600 250 1.5 1.8 4.0 1.0 1.7 $((20 + f)).0 -1.57 8.0" >>results/0000.txt
  done
}
track=(track kitti --detections det --calib calib --ego ego --classes Car --out out)
eval=(eval tracks --results results --truth truth --classes Car --iou 0.25)

fresh
expect 0 "12 frames" "${track[@]}" --truth truth
expect 0 "| 3D 0.25 | Car |" "${track[@]}" --truth truth
cp out/0000.txt sorted.txt
[[ $(wc -l <sorted.txt) == 12 ]] || fail "a result line per frame expected"
shuf --random-source=<(yes) det/Car/0000.txt >shuffled && mv shuffled det/Car/0000.txt
expect 0 "12 frames" "${track[@]}"
cmp -s out/0000.txt sorted.txt || fail "track: the order of rows changed the tracks"
sed -i '/^[3-5],/d' det/Car/0000.txt
expect 0 "12 frames" "${track[@]}"
grep -q "^11 1 Car" out/0000.txt || fail "track: the object lost its id over frames without rows"

fresh
sed -i '4s/8.0/nan/; 6s/4.0,/inf,/; 7s/4.0,/0,/; 8s/,2,/,9,/' det/Car/0000.txt
expect 0 "sequence 0000: 4 rows skipped, the first: det/Car/0000.txt:4: not finite" "${track[@]}"
fresh
sed -i '5s/500/left/' det/Car/0000.txt
expect 2 "det/Car/0000.txt:5" "${track[@]}"
fresh
sed -i '5s/,8.0.*//' det/Car/0000.txt
expect 2 "det/Car/0000.txt:5: 6 columns, 15 expected" "${track[@]}"
fresh
sed -i '11,12d' ego/0000.txt
expect 2 "det/Car/0000.txt:11: frame 10, but the drive has only 10 ego poses" "${track[@]}"
sed -i '3s/1 0 0 0/2 0 0 0/' ego/0000.txt
expect 2 "ego/0000.txt:3: the pose is not a rigid motion" "${track[@]}"
rm ego/0000.txt
expect 2 "ego/0000.txt" "${track[@]}"
fresh
sed -i 's/P2/P0/' calib/0000.txt
expect 2 "calib/0000.txt: matrix P2 is missing" "${track[@]}"
echo "P2: 1 2 3" >calib/0000.txt
expect 2 "calib/0000.txt:1: P2 has 3 numbers, 12 expected" "${track[@]}"
fresh
expect 2 "--classes: unknown class 'Bus', known: Car, Pedestrian, Cyclist" "${track[@]}" --classes Bus
expect 0 "det/Cyclist: no such folder, no Cyclist is tracked" "${track[@]}" --classes Car,Cyclist
expect 2 "no folder of any class" track kitti --detections det --calib calib --ego ego --classes Cyclist --out out
awk 'BEGIN { for (i = 0; i < 100000; ++i) printf "5,2,500,150,600,250,%g,1.5,1.8,4.0,%g,1.7,%g,-1.57,0\n", i % 9, i % 317 - 158, 5 + i % 71 }' >>det/Car/0000.txt
expect 0 "12 frames" "${track[@]}"
grep -q "^11 " out/0000.txt || fail "track: nothing after the frame with 100,000 detections"

fresh
sed -i '4s/8.0/1e308/' det/Car/0000.txt
expect 2 "det/Car/0000.txt:4: score 1e+308" "${track[@]}"
fresh
echo "P2: 0 0 0 0 0 0 0 0 0 0 0 0" >calib/0000.txt
expect 2 "calib/0000.txt:1: P2 is no camera" "${track[@]}"
fresh
expect 0 "12 frames" "${track[@]}" --score detection
awk '$18 < 7.999 || $18 > 8.001 { exit 1 }' out/0000.txt || fail "track: --score detection wrote another score"
expect 2 "--score: none not in {track,detection}" "${track[@]}" --score none

# The camera: nowhere, elsewhere, for one sequence only, empty.
fresh
expect 2 "--camera nowhere: no camera boxes of any sequence" "${track[@]}" --camera nowhere
mkdir -p cam/Car
expect 2 "--camera cam: no camera boxes of any sequence" "${track[@]}" --camera cam
: >cam/Car/0000.txt
expect 0 "note: sequence 0000: cam/Car/0000.txt: empty, the camera looked and saw nothing" "${track[@]}" --camera cam

# Given twice counts once.
expect 0 "tracker only, one thread: 12 frames" "${track[@]}" --classes Car,car --seqs 0000,0000
[[ $(wc -l <out/0000.txt) == 12 ]] || fail "track: a class given twice was tracked twice"
expect 0 "| 3D 0.25 | Car | 27.50 | 27.50 | 27.50 | 100.00 |" "${eval[@]}" --classes Car,Car --seqs 0000,0000
[[ $(grep -c "^| 3D 0.25 | Car" said) == 1 ]] || fail "eval: a class given twice was scored twice"
expect 0 "12 frames" "${track[@]}" --classes car
expect 0 "| 3D 0.25 | Car | 27.50 | 27.50 | 27.50 | 100.00 |" "${eval[@]}" --classes car

# A sequence that cannot be tracked leaves the others alone, and no result of an earlier run in its place.
fresh
for n in 0001 0002; do cp det/Car/0000.txt det/Car/$n.txt && cp calib/0000.txt calib/$n.txt; done
cp ego/0000.txt ego/0002.txt && cp truth/0000.txt truth/0002.txt
echo text >det/Car/.notes.txt
mkdir out && echo old >out/0001.txt && echo old >out/0007.txt
expect 2 "sequence 0001 is not tracked: ego/0001.txt: no such file" "${track[@]}" --truth truth
grep -q "1 of 3 sequences could not be tracked" said || fail "track: the failure is not summed up: $(cat said)"
grep -q "note: out/0007.txt: of an earlier run, left alone" said || fail "track: no word about results of before"
[[ -s out/0000.txt && -s out/0002.txt && ! -e out/0001.txt ]] || fail "track: wrong files in $(ls out)"

fresh
expect 0 "| 3D 0.25 | Car |" "${eval[@]}"
cp said sorted.txt
shuf --random-source=<(yes) results/0000.txt >shuffled && mv shuffled results/0000.txt
shuf --random-source=<(yes) truth/0000.txt >shuffled && mv shuffled truth/0000.txt
expect 0 "| 3D 0.25 | Car |" "${eval[@]}"
cmp -s said sorted.txt || fail "eval: the order of rows changed the scores"
sed -i '/^[3-5] /d' results/0000.txt
expect 0 "| 0 | 1 | 0 | 3 |" "${eval[@]}"
fresh
cp truth/0000.txt truth/0001.txt
expect 0 "sequence 0001 has no result file, it counts as empty" "${eval[@]}"
cp results/0000.txt results/0009.txt
expect 0 "note: sequence 0009 has no label file, its results are not scored" "${eval[@]}"
rm results/000?.txt
expect 2 "no result file for any of the 2 sequences" "${eval[@]}"
fresh
sed -i '4s/20/nan/; 4s/23.0/nan/' results/0000.txt
expect 2 "results/0000.txt:4" "${eval[@]}"
fresh
sed -i '9s/23.0/x/; 9s/28.0/x/' truth/0000.txt
expect 2 "truth/0000.txt:9" "${eval[@]}"
fresh
sed -i '6s/Car/Bus/' results/0000.txt
expect 0 "1 result rows skipped, the first: results/0000.txt:6: unknown type 'Bus'" "${eval[@]}"
expect 2 "unknown class 'Bus', known: Car, Pedestrian, Cyclist" "${eval[@]}" --classes Bus
fresh
second=$(sed -n 2p results/0000.txt)
echo "$second" >>results/0000.txt
expect 2 "results/0000.txt:13: track id 1 is already in frame 1 (line 2)" "${eval[@]}"
sed -i '13s/ 8.0$//' results/0000.txt
expect 2 "results/0000.txt:13: 17 columns, 18 expected" "${eval[@]}"
fresh
awk 'BEGIN { for (i = 0; i < 100000; ++i) printf "5 %d Car 0 0 0 500 150 600 250 1.5 1.8 4.0 %g 1.7 %g -1.57 %g\n", i + 2, i % 317 - 158, 5 + i % 71, i % 9 }' >>results/0000.txt
expect 0 "| 3D 0.25 | Car |" "${eval[@]}" --hota
expect 2 "nowhere: no detection; expected <Class>/<sequence>.txt" "${eval[@]}" --errors --detections nowhere
expect 0 "missed (FN): why | boxes | with a detection" "${eval[@]}" --errors --detections det --html page.html
grep -q "Worst frames from above" page.html || fail "eval: no pictures in the page"

((failures == 0)) || exit 1
