# shellcheck shell=bash
# What the scripts share: where the tree is, how they speak, and who does the work. Sourced; sets `root`.

root=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
readonly root
script=$(readlink -f -- "$0") # before anyone changes the directory
readonly script
script_name=$(basename -- "$(dirname -- "$script")")/${script##*/}

say() { printf '%s\n' "$*"; }

# One clear line, and the end.
die() {
  printf '%s: %s\n' "$script_name" "$*" >&2
  exit 1
}

duration() {
  if (($1 >= 60)); then printf '%dm %02ds' $(($1 / 60)) $(($1 % 60)); else printf '%ds' "$1"; fi
}

# Started by root in another user's tree (as with sudo), the rest runs as that user, so that no file of root's is left.
become_owner() {
  local uid gid home
  uid=$(stat -c %u -- "$root")
  [[ $EUID -eq 0 && $uid -ne 0 ]] || return 0
  gid=$(stat -c %g -- "$root")
  home=$(getent passwd "$uid" | cut -d: -f6)
  [[ -n $home ]] || die "the tree belongs to user $uid, who has no account here; run this script as that user"
  exec setpriv --reuid="$uid" --regid="$gid" --clear-groups env HOME="$home" TANDEM_SETUP_DONE=1 "$script" "$@"
}

# virtual_environment DIR INTERPRETER REQUIREMENTS [PIP ARGUMENTS]: made anew only when the requirements change.
virtual_environment() {
  local dir=$1 interpreter=$2 requirements=$3 stamp
  shift 3
  stamp=$({ "$interpreter" -c 'import sys; print(sys.version, sys.prefix)'; cat -- "$requirements"; } | sha256sum)
  [[ -x $dir/bin/python && $(cat -- "$dir/stamp" 2>/dev/null) == "$stamp" ]] && return 0
  rm -rf -- "$dir"
  "$interpreter" -m venv "$dir" || die "$interpreter cannot make a virtual environment; Debian has python3-venv"
  "$dir/bin/python" -m pip install --quiet --disable-pip-version-check --root-user-action ignore \
    --requirement "$requirements" "$@" ||
    die "cannot install what $requirements lists; is the Python package index reachable?"
  printf '%s\n' "$stamp" >"$dir/stamp"
}
