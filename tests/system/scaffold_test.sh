#!/usr/bin/env bash
# `./dev new` writes files, tests and rows that pass lint and format, and says clearly what it cannot do.
# (tests/system/night/scaffold_build_test.sh builds and runs them.)
set -euo pipefail
# shellcheck source=tests/system/scaffold_copy.sh
source "$OCELLI_SOURCE_DIR/tests/system/scaffold_copy.sh"

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# refuses TEXT ARGUMENTS…: `./dev new ARGUMENTS` fails, names TEXT and changes nothing.
refuses() {
  local text=$1 before after said
  shift
  before=$(find . -type f -not -path './build/*' -exec sha256sum {} + | sort | sha256sum)
  if said=$(./dev new "$@" 2>&1); then fail "./dev new $* was accepted"; fi
  after=$(find . -type f -not -path './build/*' -exec sha256sum {} + | sort | sha256sum)
  [[ $said == *"$text"* ]] || fail "./dev new $*: expected '$text' in: $said"
  [[ $before == "$after" ]] || fail "./dev new $* left something behind"
}

refuses "did you mean 'node'" nod thing
refuses "did you mean 'detector'" dector thing
refuses "there are node driver detector topic" sensor thing
refuses "which kind" ""
refuses "NAME is missing" node
refuses "snake_case" node NearObjects
refuses "snake_case" driver 3d
refuses "snake_case" detector 'a;b'
refuses "snake_case" topic /points
refuses "nodes.cpp has it already" node tracks
refuses "drivers.cpp has it already" driver sim
refuses "detectors.cpp has it already" detector frozen
refuses "topics.hpp has it already" topic lidar/points
refuses "defines Fault already" topic fault
refuses "at most 32" node a_name_that_nobody_wants_to_read_twice
[[ $(./dev new --help) == usage:* ]] || fail "./dev new --help"

create_one_of_each >/dev/null
refuses "has it already" node scaffold_near
refuses "has it already" topic scaffold/range
while read -r file text; do
  grep -qF "$text" "$file" || fail "$file: no $text"
done <<'ROWS'
launch/nodes.cpp node_row<perception::ScaffoldNearNode>
hal/drivers/drivers.cpp {"scaffold_rest_imu",
safety/monitor/detectors/detectors.cpp {"scaffold_bursts",
middleware/topics/topics.hpp row<ScaffoldRange>
tests/perception/scaffold_near/scaffold_near_node_test.cpp ScaffoldNearNode
tests/hal/drivers/scaffold_rest_imu_test.cpp scaffold_rest_imu
tests/safety/monitor/detectors/scaffold_bursts_test.cpp scaffold_bursts
tests/middleware/topics/scaffold_range_test.cpp scaffold/range
middleware/idl/ocelli_scaffold_range.idl ScaffoldRange
ROWS
if grep -rn '@[A-Za-z]*@' middleware/idl perception hal safety tests/perception tests/hal; then fail "a placeholder was left"; fi
"$(dirname "$OCELLI")/ocelli_lint" .
find hal launch middleware perception safety tests -name '*.[ch]pp' -print0 | xargs -0 clang-format --dry-run -Werror
