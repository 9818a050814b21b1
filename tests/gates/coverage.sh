#!/usr/bin/env bash
# Coverage of the safety core: tests/gates/coverage.sh BUILD_FOLDER. Prints every module, fails when a line of safety/ or
# middleware/e2e is not run and not justified, or when fewer than 95 % of their branches are taken.
# A justification is a row of tests/gates/coverage_justified.txt: FILE|text of the line|why. Rows that excuse nothing
# fail too. Branches that are not counted:
# - those that only the unwinding of exceptions takes: nothing of ours throws;
# - inside OCELLI_EXPECT: the branch that ends the process is run by death tests, whose children leave no counts;
# - inside OCELLI_TRY and OCELLI_ASSIGN: they pass an error on; what makes the error is counted where it is made.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
folder=${1:?"tests/gates/coverage.sh BUILD_FOLDER"}
justified=tests/gates/coverage_justified.txt
least_branches=95

report=$(mktemp)
trap 'rm -f "$report" "$report.csv"' EXIT
# Headers are found through the link in the build folder.
gcovr --root . --filter 'safety/' --filter 'middleware/e2e/' --filter "$folder/include/ocelli/(safety|middleware/e2e)/" \
  --exclude-throw-branches --exclude-unreachable-branches \
  --exclude-branches-by-pattern '.*\bOCELLI_(EXPECT|TRY|ASSIGN)\(.*' --json "$report" --csv "$report.csv" "$folder" >/dev/null

# missed FILE…: "file:line:text" of every line that was never run.
missed() {
  jq -r '.files[] | .file as $f | .lines[] | select(.count == 0 and (."gcovr/noncode" | not)) | "\($f):\(.line_number)"' \
    "$report" | sort -u | while IFS=: read -r file line; do
    printf '%s:%s:%s\n' "$file" "$line" "$(sed -n "${line}p" "$file" | sed 's/^ *//')"
  done
}

failures=0
used=()
while IFS=: read -r file line text; do
  [[ -n $file ]] || continue
  excused=
  while IFS='|' read -r for_file for_text why; do
    if [[ $for_file == "$file" && $for_text == "$text" && -n $why ]]; then excused="$for_file|$for_text"; fi
  done < <(grep -v '^#' "$justified")
  if [[ -n $excused ]]; then
    used+=("$excused")
  else
    printf 'never run: %s:%s: %s\n' "$file" "$line" "$text"
    failures=$((failures + 1))
  fi
done < <(missed)

while IFS='|' read -r for_file for_text _; do
  [[ -n $for_file ]] || continue
  if [[ " ${used[*]-} " != *"$for_file|$for_text"* ]]; then
    printf 'excuses nothing: %s: %s|%s\n' "$justified" "$for_file" "$for_text"
    failures=$((failures + 1))
  fi
done < <(grep -v '^#' "$justified" || true)

sed -i "s#^$folder/include/ocelli/##" "$report.csv"
awk -F, 'NR > 1 { split($1, p, "/"); m = p[1] "/" p[2]; l[m] += $2; lc[m] += $3; b[m] += $5; bc[m] += $6 }
  END { for (m in l) printf "%-18s lines %5d of %5d  branches %5d of %5d (%.2f %%)\n", m, lc[m], l[m], bc[m], b[m],
        (b[m] ? 100 * bc[m] / b[m] : 100) }' "$report.csv" | sort
share=$(awk -F, 'NR > 1 { b += $5; bc += $6 } END { printf "%.2f", (b ? 100 * bc / b : 100) }' "$report.csv")
printf 'lines not run: %d unjustified, %d justified; branches taken: %s %%\n' "$failures" "${#used[@]}" "$share"
if ((failures > 0)); then exit 1; fi
if awk -v s="$share" -v l="$least_branches" 'BEGIN { exit !(s < l) }'; then
  printf 'branch coverage %s %%: expected at least %d %%\n' "$share" "$least_branches"
  exit 1
fi
