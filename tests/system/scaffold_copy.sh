# shellcheck shell=bash
# A copy of the tree in $tree, with one new part of each kind in it. Sourced by the tests of `./dev new`.

command -v clang-format >/dev/null || { echo "skipped: no clang-format" && exit 77; }
git -C "$OCELLI_SOURCE_DIR" rev-parse 2>/dev/null || { echo "skipped: the tree is no git clone" && exit 77; }

work=$(mktemp -d "${TMPDIR:-/tmp}/ocelli-scaffold.XXXXXX")
trap 'rm -rf "$work"' EXIT
tree=$work/tree
mkdir "$tree"
(cd "$OCELLI_SOURCE_DIR" && git ls-files -z -co --exclude-standard | xargs -0 cp --parents -t "$tree")
cd "$tree" || exit 1

create_one_of_each() {
  ./dev new node scaffold_near
  ./dev new driver scaffold_rest_imu
  ./dev new detector scaffold_bursts
  ./dev new topic scaffold/range
}
