# shellcheck shell=bash disable=SC2154 # `root` is of tools/common.sh
# A copy of the tree as a checkout has it, and what the quickstart prints there. Sourced after tools/common.sh.

# git in the tree, whoever owns it.
tree_git() { git -C "$root" -c "safe.directory=$root" "$@"; }

# copy_checkout FOLDER: what a checkout of the tree as it is now would have.
copy_checkout() {
  mkdir -p -- "$1"
  tree_git ls-files -z --cached --others --exclude-standard |
    (cd -- "$root" && while IFS= read -r -d '' file; do [[ ! -e $file ]] || printf '%s\0' "$file"; done) |
    tar -C "$root" --null --files-from=- -cf - | tar -C "$1" -xf -
  git -C "$1" init -q
}

# check_quickstart LOG: both handlers have answered.
check_quickstart() {
  local line
  for line in '  response  "123"' '  response  {"message": "Hello Ada Lovelace"}' 'Try next:'; do
    grep -q -x -F -- "$line" "$1" || die "the quickstart does not print: $line"
  done
}
