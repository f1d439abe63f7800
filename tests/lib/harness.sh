# shellcheck shell=bash disable=SC2154,SC2034 # variables shared with the scripts that source this file
# How tests/run runs a step, keeps its output and counts its results. Sourced after tools/common.sh.

readonly results=${results:-$root/build/test-results}
readonly tail_lines=60

# How many tests run at a time, where they can: one for each processor, of few.
lanes=$(nproc)
((lanes <= 4)) || lanes=4
readonly lanes

# The step that runs, and how many have failed.
step=''
failed_steps=0

prepare_results() {
  rm -rf -- "$results"
  mkdir -p -- "$results"
}

# run_step NAME KIND: runs step_NAME with its output in a log; prints its line, and when it failed which tests did and the
# log's end.
# KIND `cases`: its programs write JUnit files into $results/NAME. `check`: it counts as one test. Never called where
# bash ignores `set -e` (in a condition), because a step ends at its first failed command.
run_step() {
  step=$1
  local kind=$2 started=$SECONDS status=0 passed failed skipped
  local log=$results/$step/output.log
  mkdir -p -- "$results/$step"
  in_group "step_${step//-/_}" >"$log" 2>&1
  wait "${groups[-1]}" || status=$?
  unset 'groups[-1]'
  local seconds=$((SECONDS - started))
  read -r passed failed skipped < <(
    python3 "$root/tests/lib/junit.py" settle "$results" "$step" "$status" "$seconds" "$kind"
  )
  printf '%-14s %4d passed %3d failed %3d skipped   %s\n' "$step" "$passed" "$failed" "$skipped" "$(duration "$seconds")"
  if ((failed)); then
    failed_steps=$((failed_steps + 1))
    python3 "$root/tests/lib/junit.py" failed "$results" "$step"
    printf -- '---- the last %d lines of %s\n' "$tail_lines" "${log#"$root"/}"
    tail -n "$tail_lines" -- "$log"
    printf -- '----\n'
  fi
}

# The process groups that end with this script, however it ends.
groups=()
end_groups() {
  local group
  for group in "${groups[@]}"; do kill -- "-$group" 2>/dev/null || true; done
}
trap end_groups EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# in_group FUNCTION [ARGUMENT...]: starts it under `set -e`, in a process group of its own, the last of `groups`.
in_group() {
  set -m
  (
    trap - EXIT INT TERM HUP
    set +m -e
    "$@"
  ) </dev/null &
  set +m
  groups+=("$!")
}

# in_background FUNCTION: runs it until it or this script ends, on processors that nothing else wants.
in_background() {
  in_group idly "$@" >"$results/$1.log" 2>&1
}

idly() {
  renice -n 19 -p "$BASHPID"
  chrt --idle --pid 0 "$BASHPID"
  "$@"
}

# With the default actions for signals, whatever started us. The limit, in seconds, only ends what hangs for ever: before
# that each test has a bound of its own, for GoogleTest in hang_guard.h, for pytest in tests/conftest.py. It is ended with
# the shell that waits for it.
limited() {
  setpriv --pdeathsig TERM timeout --kill-after=20 "${TANDEM_TEST_LIMIT:-900}" env --default-signal "$@" </dev/null
}

# run_gtest LABEL PROGRAM [NAME=VALUE ...] [WRAPPER ...] [-- ARGUMENTS]: one GoogleTest program, its results as
# LABEL.xml, its output also as LABEL.output.
run_gtest() {
  local label=$1 program=$2 status=0
  local output=$results/$step/$label.output
  shift 2
  local -a variables=()
  while (($#)) && [[ $1 != -- ]]; do
    variables+=("$1")
    shift
  done
  (($# == 0)) || shift
  printf '\n==== %s: %s %s\n' "$label" "${variables[*]}" "${program##*/}"
  if [[ ! -x $program ]]; then
    printf 'there is no %s\n' "$program"
    return 1
  fi
  limited env "${variables[@]}" "$program" --gtest_color=no "--gtest_output=xml:$results/$step/$label.xml" "$@" \
    >"$output" 2>&1 || status=$?
  cat -- "$output"
  if ((status)) && [[ ! -e $results/$step/$label.xml ]]; then
    python3 "$root/tests/lib/junit.py" ended "$results" "$step" "$label" "$status" "$output"
  fi
  return "$status"
}

# in_lanes FUNCTION [ARGUMENT...]: calls it with these and the fields of each line of standard input, some at a time, and
# prints what they print in the order of the lines. Fails where one has failed, or where there was no line. As a step, it
# must not be called where bash ignores `set -e`.
in_lanes() {
  local status=0 count=0 k
  local -a fields
  local folder
  folder=$(mktemp -d "$results/$step/lanes-XXXXXX")
  while IFS=$'\t' read -r -a fields; do
    while (($(jobs -pr | wc -l) >= lanes)); do wait -n || true; done
    (
      "$@" "${fields[@]}"
      touch -- "$folder/$count.passed" # not reached by what fails, under `set -e`
    ) >"$folder/$count.log" 2>&1 &
    count=$((count + 1))
  done
  wait
  for ((k = 0; k < count; ++k)); do
    cat -- "$folder/$k.log"
    [[ -e $folder/$k.passed ]] || status=1
  done
  ((count)) || status=1
  rm -rf -- "$folder"
  return "$status"
}

# run_pytest PATHS [NAME=VALUE ...]: the files and folders of PATHS, with spaces between them.
run_pytest() {
  local -a paths=() options=()
  local path report
  read -r -a paths <<<"$1"
  report=$results/$step/${paths[0]//\//-}
  shift
  while [[ -e $report.xml ]]; do report+=-again; done
  # Tests that each start processes of their own.
  case ${paths[0]} in
    tests/cli* | tests/dependencies | tests/server | tests/workers) options=(-n "$lanes" --dist worksteal) ;;
  esac
  printf '\n==== pytest %s\n' "${paths[*]}"
  TANDEM_TEST_LIMIT=2400 limited env "$@" "$test_python" -B -m pytest -p no:cacheprovider -p no:faulthandler -q -ra \
    "--confcutdir=$root/tests" "--junitxml=$report.xml" "${options[@]}" "${paths[@]/#/$root/}"
}
