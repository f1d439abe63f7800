# shellcheck shell=bash disable=SC2154,SC2034 # variables shared with the scripts that source this file
# How tests/run runs a step, keeps its output and counts its results. Sourced after tools/common.sh.

readonly results=${results:-$root/build/test-results}
readonly tail_lines=60

# The step that runs, and how many have failed.
step=''
failed_steps=0

prepare_results() {
  rm -rf -- "$results"
  mkdir -p -- "$results"
}

# run_step NAME KIND: runs step_NAME with its output in a log; prints its line, and the log's end when it failed.
# KIND `cases`: its programs write JUnit files into $results/NAME. `check`: it counts as one test. Never called where
# bash ignores `set -e` (in a condition), because a step ends at its first failed command.
run_step() {
  step=$1
  local kind=$2 started=$SECONDS status=0 passed failed skipped
  local log=$results/$step/output.log
  mkdir -p -- "$results/$step"
  set +e
  (
    set -e
    "step_${step//-/_}"
  ) >"$log" 2>&1 </dev/null
  status=$?
  set -e
  local seconds=$((SECONDS - started))
  read -r passed failed skipped < <(
    python3 "$root/tests/lib/junit.py" settle "$results" "$step" "$status" "$seconds" "$kind"
  )
  printf '%-14s %4d passed %3d failed %3d skipped   %s\n' "$step" "$passed" "$failed" "$skipped" "$(duration "$seconds")"
  if ((failed)); then
    failed_steps=$((failed_steps + 1))
    printf -- '---- the last %d lines of %s\n' "$tail_lines" "${log#"$root"/}"
    tail -n "$tail_lines" -- "$log"
    printf -- '----\n'
  fi
}

# in_background FUNCTION: runs it until it or this script ends, on processors that nothing else wants.
in_background() {
  set -m # a process group of its own, which can be ended as a whole
  (
    renice -n 19 -p "$BASHPID"
    chrt --idle --pid 0 "$BASHPID"
    "$@"
  ) >"$results/$1.log" 2>&1 </dev/null &
  set +m
  # shellcheck disable=SC2064 # the group of now
  trap "kill -- -$! 2>/dev/null || true" EXIT
}

# With the default actions for signals, whatever started us. The limit, in seconds, only ends what hangs for ever: before
# that each test has a bound of its own, for GoogleTest in hang_guard.h, for pytest in tests/conftest.py.
limited() { timeout --kill-after=20 "${TANDEM_TEST_LIMIT:-900}" env --default-signal "$@" </dev/null; }

# run_gtest LABEL PROGRAM [NAME=VALUE ...] [WRAPPER ...] [-- ARGUMENTS]: one GoogleTest program, its results as
# LABEL.xml.
run_gtest() {
  local label=$1 program=$2
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
  limited env "${variables[@]}" "$program" --gtest_color=no "--gtest_output=xml:$results/$step/$label.xml" "$@"
}

# run_pytest FOLDER [NAME=VALUE ...]
run_pytest() {
  local folder=$1 report=$results/$step/${1//\//-}
  shift
  while [[ -e $report.xml ]]; do report+=-again; done
  printf '\n==== pytest %s\n' "$folder"
  TANDEM_TEST_LIMIT=2400 limited env "$@" "$test_python" -B -m pytest -p no:cacheprovider -p no:faulthandler -q -ra \
    "--confcutdir=$root/tests" "--junitxml=$report.xml" "$root/$folder"
}
