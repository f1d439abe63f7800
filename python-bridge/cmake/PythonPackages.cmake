# The pinned packages from PyPI: pybind11 for the build, simplejson for the run. Both are kept in the build tree, so that a
# second configuration asks nobody.

set(tandem_python_venv "${PROJECT_BINARY_DIR}/python-venv")

# tandem_python_run(<what> <command...>): runs, or ends the configuration with the command's last words.
function(tandem_python_run what)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE output ERROR_VARIABLE output RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    string(STRIP "${output}" output)
    string(REGEX REPLACE ".*\n" "" last "${output}")
    message(FATAL_ERROR "${what} failed: ${last}")
  endif()
endfunction()

# Remembers in <stamp> what was installed, by the requirements' own text.
function(tandem_python_stale stamp requirements out)
  file(READ "${requirements}" wanted)
  set(have "")
  if(EXISTS "${stamp}")
    file(READ "${stamp}" have)
  endif()
  string(COMPARE NOTEQUAL "${wanted}" "${have}" stale)
  set(${out} ${stale} PARENT_SCOPE)
endfunction()

function(tandem_python_install stamp requirements)
  list(GET tandem_python_versions 0 first)
  if(NOT EXISTS "${tandem_python_venv}/bin/pip")
    tandem_python_run("Making the build's virtual environment (package python3-venv)"
      "${tandem_python_${first}_executable}" -m venv "${tandem_python_venv}")
  endif()
  tandem_python_run("Installing ${requirements} from the Python package index"
    "${tandem_python_venv}/bin/python" -m pip --disable-pip-version-check --quiet install -r "${requirements}" ${ARGN})
  file(READ "${requirements}" wanted)
  file(WRITE "${stamp}" "${wanted}")
endfunction()

set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
  "${CMAKE_CURRENT_SOURCE_DIR}/requirements.txt" "${CMAKE_CURRENT_SOURCE_DIR}/requirements-runtime.txt")

set(build_requirements "${CMAKE_CURRENT_SOURCE_DIR}/requirements.txt")
set(build_packages "${PROJECT_BINARY_DIR}/python-build-packages")
tandem_python_stale("${build_packages}.txt" "${build_requirements}" stale)
if(stale)
  file(REMOVE_RECURSE "${build_packages}")
  tandem_python_install("${build_packages}.txt" "${build_requirements}" --target "${build_packages}")
endif()
set(tandem_pybind11_include "${build_packages}/pybind11/include")

# tandem_python_vendor(<X.Y> <folder>): our simplejson for one version, with its C part.
function(tandem_python_vendor version folder)
  set(requirements "${CMAKE_CURRENT_SOURCE_DIR}/requirements-runtime.txt")
  set(stamp "${PROJECT_BINARY_DIR}/python-vendor-${version}.txt")
  tandem_python_stale("${stamp}" "${requirements}" stale)
  if(stale OR NOT EXISTS "${folder}/simplejson/__init__.py")
    file(REMOVE_RECURSE "${folder}")
    tandem_python_install("${stamp}" "${requirements}" --target "${folder}" --python-version ${version}
      --only-binary :all: --no-deps --no-compile)
    file(REMOVE_RECURSE "${folder}/simplejson/tests")
    tandem_python_run("Compiling simplejson for ${version}" "${tandem_python_${version}_executable}" -I -m compileall -q -f
      --invalidation-mode unchecked-hash "${folder}")
  endif()
endfunction()
