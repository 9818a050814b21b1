#!/usr/bin/env bash
# The pages that follow from the tables are current, the pages name only files and pages that are there, and every
# `ocelli` command line in them is one that the command knows.
# shellcheck disable=SC2016 # backticks in patterns are those of Markdown
set -euo pipefail
cd "$OCELLI_SOURCE_DIR"
failures=0

fail() {
  echo "FAILED: $*" >&2
  failures=$((failures + 1))
}

for page in topics faults launch_keys; do
  diff -u "docs/$page.md" <("$OCELLI" docs "$page") || fail "docs/$page.md is not current: run ./dev docs"
done

# Links, and paths written as code that look like files of the tree.
while IFS=: read -r page link; do
  target=${link#*](}
  target=${target%)}
  if [[ $target != http* && $target != \#* && ! -e $(dirname "$page")/${target%%#*} ]]; then fail "$page: no $target"; fi
done < <(grep -oE '\]\([^)]+\)' -r README.md docs --include='*.md' -H)
while IFS=: read -r page path; do
  path=${path//\`/}
  if [[ ! -e $path ]]; then fail "$page: no file $path"; fi
done < <(grep -oE '`(middleware|hal|perception|safety|launch|tests|docs|scaffold|cmake)/[a-z0-9_/]+\.[a-z]+`' -r README.md docs --include='*.md' -H |
  grep -v 'near_objects')

# Options and commands.
while read -r line; do
  read -ra words <<<"$line"
  help=$("$OCELLI" "${words[1]}" --help 2>/dev/null) || { fail "docs: no command: $line" && continue; }
  if [[ ${words[2]:-} =~ ^[a-z]+$ ]]; then help+=$("$OCELLI" "${words[1]}" "${words[2]}" --help 2>/dev/null || true); fi
  for word in "${words[@]:2}"; do
    if [[ $word == --* && $help != *"${word%%=*}"* ]]; then fail "docs: ocelli ${words[1]} has no ${word}: $line"; fi
  done
done < <(grep -hoE '^build/bin/ocelli [a-z].*' -r README.md docs --include='*.md' | sed 's/ #.*//; s/[|>&].*//; s/--help//')
exit $((failures > 0))
