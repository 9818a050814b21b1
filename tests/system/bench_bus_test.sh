#!/usr/bin/env bash
# `ocelli bench bus`: bad use ends at once; a short run of our own lanes delivers, and its JSON says what was measured.
set -euo pipefail
# shellcheck source=tests/system/expect.sh
source "$OCELLI_SOURCE_DIR/tests/system/expect.sh"

expect 0 "--peers" bench bus --help
expect 2 "--sizes" bench bus --sizes 3
expect 2 "--readers" bench bus --readers 17
expect 2 "no transport has that in its name" bench bus --only nobody
expect 2 "No such file" bench bus --json "$work/nowhere/numbers.json"

# The ways through two lanes and a floor, one round, three readers: all that the writer sent has come, and nobody failed.
expect 0 "ocelli lane 2, 8 rings" bench bus --rounds 1 --sizes 1024 --readers 3 --messages 60 --json numbers.json \
  --only "lane 2,lane 1,queue"
for part in '"kernel": "Linux' '"date": "20' '"messages": 60' '"readers": 3' '"size": 1024' '"keeps_processors_awake": false' \
  '"transport": "ocelli lane 2, one ring"'; do
  grep -qF -- "$part" numbers.json || fail "expected $part in $(cat numbers.json)"
done
for none in lost rounds_that_failed rounds_without_a_message; do
  [[ $(grep -c "\"$none\": 0" numbers.json) == 6 ]] || fail "expected no $none in $(cat numbers.json)"
done
exit $((failures > 0))
