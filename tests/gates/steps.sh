# shellcheck shell=bash
# How ./dev runs things: a heading, the seconds, and at failure the command that reproduces it. Sourced by ./dev.

die() {
  echo "./dev: $*" >&2
  exit 1
}

heading() { printf -- '-- %s\n' "$*"; }

failed() {
  local name=$1
  shift
  printf '\nFAILED: %s. To see it again:\n  (cd %q && %s)\n' "$name" "$PWD" "$(printf '%q ' "$@")" >&2
  exit 1
}

# step NAME COMMAND…: output goes to build/logs/NAME.log; only at failure its end is shown.
step() {
  local name=$1 begin=$SECONDS log
  shift
  mkdir -p build/logs
  log=build/logs/${name//[ \/]/_}.log
  heading "$name"
  if ! "$@" >"$log" 2>&1 </dev/null; then
    tail -n 60 "$log" >&2
    echo "(all of it: $log)" >&2
    failed "$name" "$@"
  fi
  printf '   %d s\n' $((SECONDS - begin))
}

# gate NAME COMMAND…: the same with its output shown as it comes.
gate() {
  local name=$1 begin=$SECONDS
  shift
  heading "$name"
  "$@" </dev/null || failed "$name" "$@"
  if ((SECONDS - begin > 1)); then printf '   %d s (%s)\n' $((SECONDS - begin)) "$name"; fi
}
