# shellcheck shell=bash disable=SC2154 # variables shared with the scripts that source this file
# The steps under sanitizers. Sourced beside steps.sh.

# Without address space randomisation, whose gaps the sanitizers' fixed maps do not know on newer kernels.
still=(setarch "$(uname -m)" --addr-no-randomize)
"${still[@]}" true 2>/dev/null || still=()

# sanitized PRESET NAME=VALUE...: the programs without a VM; a build without bridges has no others.
sanitized() {
  local preset=$1 program k
  shift
  {
    # The longest one, in parts.
    for ((k = 0; k < lanes; ++k)); do printf '%s\t%s\n' "$root/build/$preset/bin/tests/workers_test" "$k"; done
    for program in "$root/build/$preset/bin/tests"/*_test; do
      if [[ -e $root/build/$preset/lib/tandem/loaders/java.so ]] && needs_vm "${program##*/}"; then continue; fi
      [[ $program == */workers_test ]] || printf '%s\n' "$program"
    done
  } | in_lanes sanitized_program "$@" --
}

# sanitized_program NAME=VALUE... -- PROGRAM [PART]: of as many parts as there are lanes.
sanitized_program() {
  local -a variables=() arguments=()
  while [[ $1 != -- ]]; do
    variables+=("$1")
    shift
  done
  local label=${2##*/} limit=900
  [[ $extent != all ]] || limit=7200 arguments=(-- --gtest_repeat=20 --gtest_shuffle --gtest_break_on_failure)
  if [[ -n ${3:-} ]]; then
    label+=-$3
    variables+=("GTEST_TOTAL_SHARDS=$lanes" "GTEST_SHARD_INDEX=$3")
  fi
  TANDEM_TEST_LIMIT=$limit run_gtest "$label" "$2" "${variables[@]}" "${still[@]}" "${arguments[@]}"
}

readonly asan_checks=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1
# HotSpot's own faults are no errors: it finds null pointers and stops threads by them, on the stack that it knows.
readonly asan_signals=handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:allow_user_segv_handler=1:use_sigaltstack=0

# watched_by_asan LABEL PROGRAM SUPPRESSIONS [NAME=VALUE]... [-- ARGUMENT...]: a program with VMs. Every object of Python
# is in memory of its own; LeakSanitizer leaves the threads' own variables out, in which it stumbles over the JVM's.
# stacks: an option of how it finds who allocates.
watched_by_asan() {
  local label=$1 program=$root/build/asan/bin/tests/$2 known=$root/tests/lib/$3
  local -a variables=() arguments=()
  shift 3
  while (($#)) && [[ $1 != -- ]]; do
    variables+=("$1")
    shift
  done
  (($# == 0)) || arguments=("$@")
  run_gtest "$label" "$program" "${variables[@]}" PYTHONMALLOC=malloc "ASAN_OPTIONS=$asan_checks:$asan_signals:${stacks:-}" \
    "LSAN_OPTIONS=use_tls=0:suppressions='$known'" UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 "${still[@]}" \
    "${arguments[@]}"
}

step_asan() {
  sanitizer_build asan
  sanitized asan "ASAN_OPTIONS=$asan_checks" UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
}

step_asan_bridges() {
  {
    tested_once java | sed 's/^/asan_java\t/'
    tested_once python | sed 's/^/asan_python\t/'
    printf '%s\t' run_gtest claim "$root/build/asan/bin/tests/python_claim_test" "ASAN_OPTIONS=$asan_checks" "${still[@]}"
    printf '\n'
  } | in_lanes call
}

# asan_python IDENTIFIER VERSION CPYTHON
asan_python() {
  local label venv status=0
  label=$(label_of "$@")
  venv=$(handlers_environment "$label" "$3")
  watched_by_asan "$label" python_rules_test lsan-suppressions.txt "TANDEM_TEST_PYTHON=$3" "TANDEM_TEST_VENV=$venv" ||
    status=1
  # CPython's code has no frame pointers: who called it is only found slowly, in which making interpreters takes minutes.
  stacks=fast_unwind_on_malloc=0 watched_by_asan "$label-memory" python_memory_test lsan-scarce-suppressions.txt \
    "TANDEM_TEST_PYTHON=$3" -- '--gtest_filter=-*LeaveNoInterpreter' || status=1
  watched_by_asan "$label-interpreters" python_memory_test lsan-scarce-suppressions.txt "TANDEM_TEST_PYTHON=$3" -- \
    '--gtest_filter=*LeaveNoInterpreter' || status=1
  return "$status"
}

# asan_java IDENTIFIER VERSION JDK
asan_java() {
  local label python status=0
  label=$(label_of "$@")
  python=$(tested python | cut -f3 | sed -n 1p)
  watched_by_asan "$label" java_rules_test lsan-suppressions.txt "TANDEM_TEST_JAVA_HOME=$3" || status=1
  # Where a VM shall fail for want of memory, its process is given less than a sanitizer takes.
  watched_by_asan "$label-start" java_start_test lsan-suppressions.txt "TANDEM_TEST_JAVA_HOME=$3" -- \
    '--gtest_filter=-FailedStart.KeepsAReport*:*FailedStartReason.*' || status=1
  watched_by_asan "$label-loaders" loaders_test lsan-suppressions.txt "TANDEM_TEST_JAVA_HOME=$3" \
    "TANDEM_TEST_PYTHON=$python" || status=1
  watched_by_asan "$label-c-api" c_api_languages_test lsan-suppressions.txt "TANDEM_TEST_JAVA_HOME=$3" \
    "TANDEM_TEST_PYTHON=$python" || status=1
  return "$status"
}

step_tsan() {
  local known=$root/tests/lib/tsan-suppressions.txt
  sanitizer_build tsan
  sanitized tsan "TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:suppressions='$known'"
}
