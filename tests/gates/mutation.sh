#!/usr/bin/env bash
# Mutation run of the safety core: tests/gates/mutation.sh BUILD_FOLDER [FILE…]. One operator or constant of a source
# file is changed at a time; the module's tests must notice. Fails when fewer than 90 % of the mutants are killed.
#   OCELLI_MUTANTS  how many, drawn at random (200; 0: all)
#   OCELLI_SEED     of the draw (1)
# The tree is never touched: the mutant is compiled on its own and linked in front of the module's library. A header is
# compiled with all its inline functions, and so is every source of the module that includes it (templates); the tests
# were built without inlining (preset mutation), so the first definition that the linker meets is the one they call.
# A mutant that does not compile is none; one that runs into the time limit is killed.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
folder=${1:?"tests/gates/mutation.sh BUILD_FOLDER [FILE…]"}
shift
most=${OCELLI_MUTANTS:-200} seed=${OCELLI_SEED:-1} least=90 time_limit_s=60
export OCELLI_MUTATION_WORK
OCELLI_MUTATION_WORK=$(mktemp -d)
trap 'rm -rf "$OCELLI_MUTATION_WORK"' EXIT

module_of() {
  case $1 in
    middleware/e2e/*) echo middleware_e2e ;;
    safety/monitor/*) echo safety_monitor ;;
    safety/analysis/*) echo safety_analysis ;;
    *) echo "$1: not of the safety core" >&2 && return 1 ;;
  esac
}

# link_command MODULE: how its test program is linked, without the output and with a place for the mutant in front of all.
# shellcheck disable=SC2016 # the variable is for the shell that runs the command
link_command() {
  ninja -C "$folder" -t commands "ocelli_$1_test" | grep -F " -o bin/ocelli_$1_test " | tail -n 1 |
    sed -e 's/^.*&& \(env [^&]*c++ \|[^&]*c++ \)/c++ $MUTANT /' -e 's/ && .*$//' -e "s# -o bin/ocelli_$1_test # -o \$PROGRAM #"
}

# compile_command MODULE: as its sources are compiled.
# shellcheck disable=SC2016 # the variables are for the shell that runs the command
compile_command() {
  jq -r --arg begin "$PWD/$(folder_of "$1")/" 'first(.[] | select(.file | startswith($begin))) | .command' \
    "$folder/compile_commands.json" |
    sed -e 's/^.*ccache //' -e 's#^\([^ ]*\) #\1 $EXTRA #' -e "s# -o [^ ]*##" -e 's# -c [^ ]*# -c $SOURCE -o $OBJECT#' \
      -e 's/ -O[0-9]/ -O0/' -e 's/ -g[01]//' -e 's/ -Werror//' -e 's/ -MD -MT [^ ]* -MF [^ ]*//'
}

folder_of() {
  case $1 in
    middleware_e2e) echo middleware/e2e ;;
    safety_monitor) echo safety/monitor ;;
    safety_analysis) echo safety/analysis ;;
  esac
}

# objects_of FILE SOURCE: what must be compiled instead of FILE: "source options", one a line.
objects_of() {
  local file=$1 source=$2 work
  work=$(dirname "$source")
  if [[ $file != *.hpp ]]; then
    echo "$source"
    return
  fi
  mkdir -p "$work/include/ocelli/$(dirname "$file")"
  cp "$source" "$work/include/ocelli/$file"
  echo "#include \"ocelli/$file\"" >"$work/carrier.cpp"
  echo "$work/carrier.cpp -I$work/include -fkeep-inline-functions"
  { grep -rlF "#include \"ocelli/$file\"" --include='*.cpp' "$(folder_of "$(module_of "$file")")" || true; } |
    sed "s#.*#$PWD/& -I$work/include#"
}

# build_and_test FILE SOURCE: 0 passed, 1 noticed, 2 does not compile.
build_and_test() {
  local file=$1 module work status=0 number=0 SOURCE EXTRA OBJECT MUTANT='' PROGRAM
  module=$(module_of "$file")
  work=$(dirname "$2")
  export SOURCE EXTRA OBJECT MUTANT PROGRAM
  while read -r SOURCE EXTRA; do
    OBJECT=$work/$((++number)).o
    MUTANT+=" $OBJECT"
    (cd "$folder" && bash -c "$(cat "$OCELLI_MUTATION_WORK/compile/$module")") >/dev/null 2>&1 </dev/null || return 2
  done < <(objects_of "$file" "$2")
  PROGRAM=$work/test
  (cd "$folder" && bash -c "$(cat "$OCELLI_MUTATION_WORK/link/$module")") >/dev/null 2>&1 || return 2
  (cd "$work" && timeout -k 5 "$time_limit_s" "$PROGRAM" --gtest_brief=1 --gtest_fail_fast) >/dev/null 2>&1 </dev/null ||
    status=1
  return "$status"
}

# try FILE NUMBER LINE CHANGE TEXT: prints one verdict: killed, SURVIVED or none.
try() {
  local file=$1 number=$2 line=$3 change=$4 text=$5 work status=0 verdicts=(SURVIVED killed none)
  work=$(mktemp -d -p "$OCELLI_MUTATION_WORK")
  tests/gates/mutate.pl make "$file" "$number" >"$work/$(basename "$file")"
  build_and_test "$file" "$work/$(basename "$file")" 2>/dev/null || status=$?
  echo "${verdicts[$status]} $file:$line: $change: $text"
  rm -rf "$work"
}

# A file that was not changed must pass, or every verdict would be worth nothing.
control() {
  local work status=0
  work=$(mktemp -d -p "$OCELLI_MUTATION_WORK")
  cp "$1" "$work/"
  build_and_test "$1" "$work/$(basename "$1")" || status=$?
  rm -rf "$work"
  if ((status != 0)); then
    echo "$1: fails without any mutation (status $status): see the commands in $folder" >&2
    exit 1
  fi
}

files=("$@")
if [[ ${#files[@]} == 0 ]]; then
  mapfile -t files < <(git ls-files 'middleware/e2e/*.?pp' 'safety/monitor/*.?pp' 'safety/analysis/*.?pp')
fi
mkdir -p "$OCELLI_MUTATION_WORK/link" "$OCELLI_MUTATION_WORK/compile"
controls=()
for file in "${files[@]}"; do
  module=$(module_of "$file")
  if [[ ! -f $OCELLI_MUTATION_WORK/link/$module ]]; then
    ninja -C "$folder" "ocelli_${module}_test" >/dev/null
    link_command "$module" >"$OCELLI_MUTATION_WORK/link/$module"
    compile_command "$module" >"$OCELLI_MUTATION_WORK/compile/$module"
    controls+=("$file")
  fi
  tests/gates/mutate.pl list "$file" | sed "s#^#$file\t#"
done >"$OCELLI_MUTATION_WORK/all"
all=$(wc -l <"$OCELLI_MUTATION_WORK/all")
((most > 0)) || most=$all
# A draw that depends on the seed and on nothing else.
shuf -n "$most" --random-source=<(yes "$seed") "$OCELLI_MUTATION_WORK/all" >"$OCELLI_MUTATION_WORK/drawn"

export -f try module_of folder_of objects_of build_and_test
export folder time_limit_s
for file in "${controls[@]}"; do control "$file"; done
tr '\t' '\n' <"$OCELLI_MUTATION_WORK/drawn" | tr '\n' '\0' |
  xargs -0 -n 5 -P "$(nproc)" bash -c 'try "$@"' - >"$OCELLI_MUTATION_WORK/verdicts"
grep '^SURVIVED' "$OCELLI_MUTATION_WORK/verdicts" | sort || true
killed=$(grep -c '^killed' "$OCELLI_MUTATION_WORK/verdicts" || true)
survived=$(grep -c '^SURVIVED' "$OCELLI_MUTATION_WORK/verdicts" || true)
none=$(grep -c '^none' "$OCELLI_MUTATION_WORK/verdicts" || true)
if ((killed + survived == 0)); then
  echo "no mutant could be built" >&2
  exit 1
fi
share=$((100 * killed / (killed + survived)))
echo "mutants: $all possible, $((killed + survived)) tried, $killed killed ($share %), $none did not compile (seed $seed)"
((100 * killed >= least * (killed + survived))) || {
  echo "killed $share %: expected at least $least %"
  exit 1
}
