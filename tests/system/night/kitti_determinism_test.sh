#!/usr/bin/env bash
# One recorded drive, many ways to run it: threads, schedules, one core, a loaded machine. All give the same tracks.mcap.
set -euo pipefail
drive=${OCELLI_DATA:-$OCELLI_SOURCE_DIR/../shared/data}/kitti_raw
if [[ ! -d $drive ]]; then
  echo "skipped: no data: $drive"
  exit 77
fi
out=$(mktemp -d)
load=
trap 'if [[ -n $load ]]; then kill "$load" 2>/dev/null || true; fi; rm -rf "$out"' EXIT

expected=
# check NAME COMMAND…: runs the replay behind COMMAND and compares.
check() {
  local name=$1 sum
  shift
  "$@" --out "$out/$name" >"$out/log" 2>&1 || { cat "$out/log"; echo "FAILED: $name"; exit 1; }
  sum=$(sha256sum <"$out/$name/tracks.mcap")
  rm -rf "${out:?}/$name"
  expected=${expected:-$sum}
  echo "$name ${sum%% *}"
  [[ $sum == "$expected" ]] || { echo "FAILED: $name differs"; exit 1; }
}

replay=("$OCELLI" replay "$drive" --rate max)
check threads_1 "${replay[@]}" --threads 1
check threads_2 "${replay[@]}" --threads 2
for seed in $(seq 1 20); do
  check "schedule_$seed" "${replay[@]}" --threads 2 --schedule-seed "$seed"
done
check one_core taskset 1 "${replay[@]}" --threads 2
command -v stress-ng >/dev/null || { echo "FAILED: stress-ng is not installed (./dev night installs it)"; exit 1; }
stress-ng --quiet --cpu "$(nproc)" --vm 1 --vm-bytes 256M --timeout 600s &
load=$!
check loaded_1 "${replay[@]}" --threads 1
check loaded_2 "${replay[@]}" --threads 2 --schedule-seed 42
