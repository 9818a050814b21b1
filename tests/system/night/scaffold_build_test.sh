#!/usr/bin/env bash
# One new part of each kind, as `./dev new` writes it, compiles and passes its test. A new topic kind changes what
# everything includes, so this builds most of the tree.
set -euo pipefail
# shellcheck source=tests/system/scaffold_copy.sh
source "$OCELLI_SOURCE_DIR/tests/system/scaffold_copy.sh"

create_one_of_each
cmake --preset dev >"$work/configure.log" 2>&1 || { cat "$work/configure.log" && exit 1; }
targets=(ocelli_middleware_topics_test ocelli_hal_drivers_test ocelli_safety_monitor_test ocelli_perception_test ocelli)
cmake --build build --target "${targets[@]}" >"$work/build.log" 2>&1 || { tail -n 60 "$work/build.log" && exit 1; }
for test in "${targets[@]::4}"; do
  ran=$("build/bin/$test" --gtest_filter='*Scaffold*' --gtest_brief=1)
  echo "$test: $ran"
  [[ $ran == *PASSED* && $ran != *"0 tests"* ]]
done
# The command lists them.
build/bin/ocelli nodes | grep -q scaffold_near
build/bin/ocelli drivers | grep -q scaffold_rest_imu
build/bin/ocelli detectors | grep -q scaffold_bursts
build/bin/ocelli topics | grep -q scaffold/range
