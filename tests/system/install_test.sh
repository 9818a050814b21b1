#!/usr/bin/env bash
# What `cmake --install` leaves is all that the command, its bench and programs of other DDS vendors need.
set -euo pipefail
# shellcheck source=tests/system/expect.sh
source "$OCELLI_SOURCE_DIR/tests/system/expect.sh"

prefix=$work/prefix
cmake --install "$(dirname "$OCELLI")/.." --prefix "$prefix" >log || fail "cmake --install: $(tail -n 3 log)"
OCELLI=$prefix/bin/ocelli
expect 0 "ocelli " --version
expect 0 "--rounds" bench bus --help
cmp "$OCELLI_SOURCE_DIR/middleware/idl/ros2_std.idl" "$prefix/share/ocelli/idl/ros2_std.idl" || fail "IDL"
if command -v idlc >/dev/null; then
  mkdir c
  for idl in "$prefix"/share/ocelli/idl/*.idl; do
    idlc -f case-sensitive -l c -I "$prefix/share/ocelli/idl" -o c "$idl" || fail "idlc does not take $idl"
  done
fi
exit "$((failures > 0))"
