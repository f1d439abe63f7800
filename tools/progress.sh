# shellcheck shell=bash
# Signs of life of a script whose work takes minutes. Sourced.

# going_on SECONDS COMMAND...: its status; where no terminal is, a line each so many seconds until it has ended.
going_on() {
  local interval=$1 ticker status=0
  shift
  if [[ -t 1 ]]; then
    "$@"
    return
  fi
  # `read` waits by itself: there is no child of this one that could stay behind.
  (
    start=$SECONDS
    exec 3<> <(:)
    while true; do
      read -r -t "$interval" -u 3 || true
      kill -0 $$ 2>/dev/null || exit 0
      printf '  going on for %d s\n' $((SECONDS - start))
    done
  ) &
  ticker=$!
  "$@" || status=$?
  kill "$ticker" 2>/dev/null || true
  wait "$ticker" 2>/dev/null || true
  return "$status"
}

# show_progress SECONDS: of a build's output, lets through what says how far it is: each step on one line of a terminal;
# elsewhere every tenth, and at least each so many seconds what was the last.
show_progress() {
  if [[ -t 1 ]]; then
    show_steps_in_one_line
  else
    show_some_steps "$1"
  fi
}

show_steps_in_one_line() {
  awk -v width="$(($(tput cols 2>/dev/null || echo 80) - 1))" '
    /^ninja: no work to do/ { print "  nothing to do" }
    !/^  \[[1-9]/ { next }
    { printf "\r\033[K%s", substr($0, 1, width); fflush(); shown = 1 }
    END { if (shown) print "" }'
}

show_some_steps() {
  local interval=$1 line='' part='' last='  no step is done yet' printed='' status
  local -i steps=0 said=SECONDS began=SECONDS
  while true; do
    status=0
    IFS= read -r -t "$interval" part || status=$?
    line+=$part
    if ((status == 0)); then
      if [[ $line == 'ninja: no work to do'* ]]; then printf '  nothing to do\n'; fi
      if [[ $line =~ ^'  ['[1-9] ]]; then
        last=$line began=SECONDS
        if ((steps++ % 10 == 0)); then
          printf '%s\n' "$line"
          said=SECONDS printed=$line
        fi
      fi
      line=''
    elif ((status <= 128)); then
      return 0
    fi
    if ((SECONDS - said >= interval)); then
      if [[ $last == "$printed" ]]; then
        printf '%s; going on for %d s\n' "$last" $((SECONDS - began))
      else
        printf '%s\n' "$last"
      fi
      said=SECONDS printed=$last
    fi
  done
}
