# shellcheck shell=bash disable=SC2154 # variables shared with the scripts that source this file
# The step of the bindings. Sourced beside steps.sh.

# The wheel is made in a folder that is gone when it is used, as a clone may be.
step_bindings() {
  local made=$root/build/test-bindings label home path status=0
  test_command tests/bindings/test_go.py "TANDEM_BUILD_DIR=$ci_build" "TANDEM_TEST_EXTENT=$extent" || status=1
  rm -rf -- "$made"
  mkdir -p -- "$made"
  while IFS=$'\t' read -r label home path; do
    python_binding "$made/$label" "$home" "$path" || status=1
    java_binding "$made/java-$label" "$home" "$path" || status=1
  done < <(pairs)
  return "$status"
}

# python_binding FOLDER JDK CPYTHON
python_binding() {
  local venv=$root/build/test-venvs/bindings-${1##*/} report=$results/$step/python-${1##*/}.xml
  virtual_environment "$venv" "$3" "$root/tests/lib/requirements-bindings.txt" --only-binary :all: >&2
  mkdir -- "$1"
  cp -R -- "$root/bindings/python" "$1/clone"
  cmake --install "$ci_build" --prefix "$1/prefix" >/dev/null
  TANDEM_PREFIX=$1/prefix "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --root-user-action ignore \
    --force-reinstall --no-deps "$1/clone" || return
  rm -rf -- "$1/clone" "$1/prefix"
  (
    cd -- "$1" || exit
    TANDEM_TEST_LIMIT=1200 limited env "TANDEM_TEST_PACKAGES=$ci_build/tests/c-api/packages" "TANDEM_TEST_JAVA_HOME=$2" \
      "TANDEM_TEST_EXAMPLES=$ci_build/examples" "TANDEM_TEST_PYTHONS=$(tested python | cut -f3 | tr '\n' ' ')" \
      "TANDEM_TEST_EXTENT=$extent" "$venv/bin/python" -B -m pytest -p no:cacheprovider -p no:faulthandler -q -ra \
      "--confcutdir=$root/tests" "--junitxml=$report" "$root/tests/bindings/python"
  )
}

# java_binding FOLDER JDK CPYTHON: the binding's own tests, then the example with the jar alone.
java_binding() {
  local status=0
  local -a settings=("TANDEM_CACHE_DIR=$1/cache" "JAVA_HOME=$2" "TANDEM_TEST_PYTHON=$3"
    "TANDEM_TEST_PACKAGES=$ci_build/tests/c-api/packages" "TANDEM_TEST_CASES=$root/tests/bindings/cases.json"
    "TANDEM_TEST_EXTENT=$extent")
  mkdir -- "$1"
  cmake --install "$ci_build" --prefix "$1/prefix" >/dev/null
  TANDEM_TEST_LIMIT=1200 limited env "${settings[@]}" "TANDEM_PREFIX=$1/prefix" mvn --batch-mode --no-transfer-progress \
    --quiet --file "$root/bindings/java/pom.xml" "-DbuildDirectory=$1/target" package </dev/null || status=1
  find "$1/target/surefire-reports" -name '*.xml' -exec sh -c 'cp -- "$1" "$2-${1##*/}"' sh {} \
    "$results/$step/${1##*/}" \;
  rm -rf -- "$1/prefix" "$1/cache"
  ((status == 0)) || return "$status"
  env "${settings[@]}" python3 "$root/tests/bindings/java_example.py" "$1/target/tandem.jar" "$2" "$ci_build/examples"
}
