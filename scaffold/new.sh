# shellcheck shell=bash
# `./dev new KIND NAME`: writes the files of a new part from the templates beside this script, and its row into the
# table. Sourced by ./dev, runs in the root of the tree.

readonly scaffold_kinds="node driver detector topic"

scaffold_usage() {
  cat <<'TEXT'
usage: ./dev new node|driver|detector|topic NAME
  node NAME      perception/NAME/NAME_node.hpp, its test, its row in launch/nodes.cpp
  driver NAME    hal/drivers/NAME.cpp, its test, its row in hal/drivers/drivers.cpp
  detector NAME  safety/monitor/detectors/NAME.cpp, its test, its row in safety/monitor/detectors/detectors.cpp
  topic NAME     middleware/idl/ocelli_NAME.idl, its test, its row in middleware/topics/topics.hpp
NAME is snake_case: near_objects; of a topic also with parts: radar/points
TEXT
}

# edit_distance A B: insertions, deletions and replacements that turn A into B (Wagner and Fischer 1974).
edit_distance() {
  local a=$1 b=$2 i j above diagonal best row=()
  for ((j = 0; j <= ${#b}; j++)); do row[j]=$j; done
  for ((i = 1; i <= ${#a}; i++)); do
    diagonal=${row[0]} row[0]=$i
    for ((j = 1; j <= ${#b}; j++)); do
      above=${row[j]} best=$diagonal
      if [[ ${a:i-1:1} != "${b:j-1:1}" ]]; then best=$((diagonal + 1)); fi
      if ((above + 1 < best)); then best=$((above + 1)); fi
      if ((row[j - 1] + 1 < best)); then best=$((row[j - 1] + 1)); fi
      diagonal=$above row[j]=$best
    done
  done
  echo "${row[${#b}]}"
}

# The kind that a mistyped one was meant to be; nothing when none is near.
nearest_kind() {
  local kind distance least=4
  for kind in $scaffold_kinds; do
    distance=$(edit_distance "$1" "$kind")
    if ((distance < least)); then least=$distance near=$kind; fi
  done
}

# insert_row ANCHOR FROM TEXT: into the table the line TEXT before the first line that matches ANCHOR after one that matches FROM.
insert_row() {
  local anchor=$1 from=$2 text=$3
  TEXT=$text awk -v anchor="$anchor" -v from="$from" '
    $0 ~ from { armed = 1 }
    armed && !done && $0 ~ anchor { print ENVIRON["TEXT"]; done = 1 }
    { print }
    END { if (!done) exit 1 }' "$table" >"$table.new" || { rm -f "$table.new" && die "$table: no place for the row found"; }
  cat "$table.new" >"$table"
  rm "$table.new"
}

# fill TEMPLATE FILE: writes FILE from scaffold/TEMPLATE.in.
fill() {
  mkdir -p "$(dirname "$2")"
  sed -e "s|@name@|$name|g; s|@topic@|$topic|g; s|@Type@|$type|g" "scaffold/$1.in" >"$2"
  written+=("$2")
}

check_name() {
  local pattern='^[a-z][a-z0-9]*(_[a-z0-9]+)*$' example=near_objects
  if [[ $kind == topic ]]; then pattern='^[a-z][a-z0-9]*([_/][a-z0-9]+)*$' example=radar/points; fi
  [[ $topic =~ $pattern ]] || die "new $kind '$topic': NAME is snake_case, such as $example"
  local keywords=" auto bool break case catch char class concept const continue default delete do double else enum explicit \
export extern false float for friend goto if inline int long mutable namespace new operator private protected public \
register requires return short signed sizeof static struct switch template this throw true try typedef typename union \
unsigned using virtual void volatile while "
  [[ $keywords != *" $name "* ]] || die "new $kind '$topic': $name is a word of C++; choose another name"
  ((${#name} <= 32)) || die "new $kind '$topic': NAME has ${#name} letters, at most 32 are good to read"
}

# refuse_if_taken PATTERN FILE…: PATTERN is a row of the table, FILE what would be written.
refuse_if_taken() {
  local pattern=$1 file
  shift
  if grep -qE "$pattern" "$table"; then die "new $kind '$topic': $table has it already; choose another name"; fi
  for file in "$@"; do
    if [[ -e $file ]]; then die "new $kind '$topic': $file exists already; choose another name"; fi
  done
}

new_node() {
  table=launch/nodes.cpp
  local header=perception/$name/${name}_node.hpp test=tests/perception/$name/${name}_node_test.cpp
  refuse_if_taken "[:<]${type}Node>|/${name}_node.hpp" "$header" "$test"
  insert_row '^$' '^#include "ocelli/perception' "#include \"ocelli/$header\""
  insert_row '^[}][)];' 'kNodes' "    node_row<perception::${type}Node>(\"boxes within a range\", 2ms, 40),"
  fill node.hpp "$header"
  fill node_test.cpp "$test"
  edit="$header (the step) and $table (what it means, its exec_time and priority); a launch file then names it"
  target=ocelli_perception_test
}

new_driver() {
  table=hal/drivers/drivers.cpp
  local file=hal/drivers/$name.cpp test=tests/hal/drivers/${name}_test.cpp
  refuse_if_taken "\"$name\"|open_$name\\(" "$file" "$test"
  insert_row '^$' '^Result<OpenedSource> open_' \
    "Result<OpenedSource> open_$name(const YAML::Node& config, const SourceContext& context);"
  insert_row '^[}][)];' 'kDrivers' "    {\"$name\", \"inertial sensor at rest\", &open_$name},"
  fill driver.cpp "$file"
  fill driver_test.cpp "$test"
  edit="$file (read the device) and $table (what it is)"
  target=ocelli_hal_drivers_test
}

new_detector() {
  local folder=safety/monitor/detectors constant=k${type}Parameters
  table=$folder/detectors.cpp
  refuse_if_taken "\"$name\"|make_$name\\(" "$folder/$name.cpp" "tests/$folder/${name}_test.cpp"
  insert_row '^$' '^DetectorResult make_' "DetectorResult make_$name(const DetectorSetup& setup);"
  insert_row '^$' '^constexpr Spec kWrongRate' \
    "constexpr Spec ${constant}[] = {{\"min_gap_ms\", 0, kMaxMs, \"closest two messages may come (half the period)\"}};"
  insert_row '^[}][)];' 'kTable' \
    "  {\"$name\", \"burst of messages\", \"two messages close together\", \"ms\", kTopic, $constant, &make_$name},"
  fill detector.cpp "$folder/$name.cpp"
  fill detector_test.cpp "tests/$folder/${name}_test.cpp"
  edit="$folder/$name.cpp (what it judges) and $table (what it watches, its unit, targets and parameters)"
  target=ocelli_safety_monitor_test
}

new_topic() {
  table=middleware/topics/topics.hpp
  local idl=middleware/idl/ocelli_$name.idl test=tests/middleware/topics/${name}_test.cpp
  refuse_if_taken "\"$topic\"|struct $type " "$idl" "$test"
  if grep -qE "struct $type\b" middleware/idl/*.idl; then die "new topic '$topic': an IDL file defines $type already"; fi
  insert_row '^#include "ros2_sensor.h"' '^#include "ocelli_' "#include \"ocelli_$name.h\""
  insert_row '^$' '^struct Injections' \
    "struct $type { using Type = ocelli::msg::$type; static constexpr std::string_view kName = \"$topic\"; };"
  insert_row '^[}][)];' 'kTable' \
    "  row<$type>(\"distance to what lies ahead\", false, Qos::kSensor, E2e::kP04, Quality::kNone, 10.0, 50ms, true, 8),"
  fill topic.idl "$idl"
  fill topic_test.cpp "$test"
  edit="$idl (its members) and $table (what it means, its class, rate and budget)"
  target=ocelli_middleware_topics_test
}

new_part() {
  local kind=${1:-} topic=${2:-} name type table='' target='' edit='' written=() near=''
  if [[ $kind == -h || $kind == --help || $kind == help ]]; then scaffold_usage && return; fi
  if [[ -z $kind ]]; then scaffold_usage >&2 && die "new: which kind? $scaffold_kinds"; fi
  if [[ " $scaffold_kinds " != *" $kind "* ]]; then
    nearest_kind "$kind"
    if [[ -n $near ]]; then die "new: no kind '$kind': did you mean '$near'?"; fi
    die "new: no kind '$kind'; there are $scaffold_kinds"
  fi
  [[ -n $topic ]] || die "new $kind: the NAME is missing: ./dev new $kind NAME"
  [[ $# -le 2 ]] || die "new $kind $topic: one NAME at a time, '$3' is too much"
  name=${topic//\//_}
  check_name
  type=$(sed -E 's/(^|_)([a-z0-9])/\U\2/g' <<<"$name")
  install_packages lint
  "new_$kind"
  printf '%s\n' "$table" "${written[@]}" | grep -E '[.][ch]pp$' | xargs clang-format -i
  printf 'wrote %s\n' "${written[@]}"
  printf 'edit next: %s\n' "$edit"
  printf 'then: ./dev build %s && build/bin/%s\n' "$target" "$target"
}
