#!/bin/sh
# native.sh FOLDER: what the jar carries: a Tandem, and the library between it and Java, into FOLDER/tandem/core.
# The Tandem is the installed one that TANDEM_PREFIX names. Without it the tree around this folder is built, by the release
# preset in build/java-jar of the tree.
set -eu
here=$(cd -- "$(dirname -- "$0")/../.." && pwd)
tree=$(cd -- "$here/../.." && pwd)
core=$1/tandem/core

if [ -z "${TANDEM_PREFIX:-}" ]; then
  if [ ! -f "$tree/CMakePresets.json" ]; then
    echo 'tandem: there is no source tree around bindings/java; name an installed Tandem by TANDEM_PREFIX' >&2
    exit 1
  fi
  TANDEM_PREFIX=$1/../tandem-prefix
  (cd -- "$tree" && cmake --preset release -B build/java-jar -DTANDEM_BUILD_EXAMPLES=OFF -DTANDEM_JAVA=ON)
  cmake --build "$tree/build/java-jar"
  cmake --install "$tree/build/java-jar" --prefix "$TANDEM_PREFIX" >/dev/null
fi

libraries=
for folder in "$TANDEM_PREFIX/lib" "$TANDEM_PREFIX"/lib/* "$TANDEM_PREFIX"/lib64; do
  if [ -e "$folder/libtandem.so" ]; then libraries=$folder; fi
done
if [ -z "$libraries" ]; then
  echo "tandem: there is no libtandem.so in $TANDEM_PREFIX" >&2
  exit 1
fi

rm -rf -- "$core"
mkdir -p -- "$core"
cp -RL -- "$libraries/tandem" "$core/tandem"
for name in "$libraries"/libtandem.so.*; do
  # Of its names, the one that programs look for.
  case ${name##*/} in libtandem.so.*.*.*) ;; *) cp -L -- "$name" "$core/" ;; esac
done
home=$(dirname -- "$(dirname -- "$(readlink -f -- "$(command -v javac)")")")
# shellcheck disable=SC2016 # $ORIGIN is the dynamic linker's
"${CXX:-c++}" -std=c++17 -O2 -shared -fPIC -fvisibility=hidden -Wall -Wextra \
  "-I${JAVA_HOME:-$home}/include" "-I${JAVA_HOME:-$home}/include/linux" "-I$TANDEM_PREFIX/include" \
  "$here/src/main/native/tandem_jni.cc" "$core"/libtandem.so.* '-Wl,-rpath,$ORIGIN' -Wl,-z,now \
  -o "$core/libtandem_jni.so"

cd -- "$core"
find . -type f ! -name index | LC_ALL=C sort | while read -r name; do
  if [ -x "$name" ]; then printf 'x %s\n' "${name#./}"; else printf -- '- %s\n' "${name#./}"; fi
done >../files
digest=$(cut -c3- ../files | while read -r name; do sha256sum "$name"; done | sha256sum | cut -d' ' -f1)
{
  echo "$digest"
  cat ../files
} >index
rm -- ../files
