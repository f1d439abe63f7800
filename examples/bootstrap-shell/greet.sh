# shellcheck shell=bash # sourced by the bootstrap
# Answers {"name": "Ada"} with {"message": "Hello Ada"}.
hello() {
  local event name
  event=$(cat)
  name=$(sed -n 's/.*"name" *: *"\([^"]*\)".*/\1/p' <<<"$event")
  if [[ -z $name ]]; then
    echo 'the event has no name' >&2
    return 1
  fi
  echo "greets $name" >&2
  printf '{"message": "Hello %s"}' "$name"
}
