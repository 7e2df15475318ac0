#!/usr/bin/env bash
# Keeps a copy of an app's customers in a file, whatever happens on the way: follow.sh customers.ndjson
# It needs bash 5 and curl, and that the keys of the entity are UUIDs. See docs/partners.md.
set -uo pipefail; LC_ALL=C
url=${ROCKET_URL:-http://localhost:4000} app=${ROCKET_APP:-crm} file=${1:-customers.ndjson}
query='subscription { change: customerChanged(snapshot: true) { operation id node { name email status } } }'
# Answers have their fields in the order of the query.
change='^data: \{"data":\{"change":\{"operation":"([A-Z]+)","id":"([0-9a-f-]+)","node":(.*)\}\}\}$'
row='^\{"id":"([0-9a-f-]+)","node":(.*)\}$'
declare -A rows=()
cursor='' id='' token='' pause=2 is_new=0 saved_at=0

# Rows and cursor are one file, replaced as a whole: whenever this script dies, they fit together.
save() {
  ((is_new)) || return 0
  {
    printf '{"cursor":"%s"}\n' "$cursor"
    for key in "${!rows[@]}"; do printf '{"id":"%s","node":%s}\n' "$key" "${rows[$key]}"; done
  } >"$file.new" && sync "$file.new" && mv "$file.new" "$file" && is_new=0 saved_at=$SECONDS
}
give_up() { save; echo "follow: $1" >&2; exit 1; }
quoted() { local text=${1//\\/\\\\}; printf '"%s"' "${text//\"/\\\"}"; }

sign_in() {
  local answer user=${ROCKET_USER_APP:+"\"app\":$(quoted "$ROCKET_USER_APP"),"}
  user="{$user\"email\":$(quoted "${ROCKET_EMAIL:-admin@localhost}"),\"password\":$(quoted "${ROCKET_PASSWORD:-}")}"
  answer=$(curl -s --max-time 10 "$url/auth/login" -H 'content-type: application/json' -d @- <<<"$user")
  case $answer in *'"code":"UNAUTHENTICATED"'*) give_up 'the user or the password is wrong' ;; esac
  [[ $answer =~ \"accessToken\":\"([^\"]+)\" ]] && token=${BASH_REMATCH[1]}
}

# The fold. What comes again does no harm, so it may be lost before it is saved: it comes again. False ends the stream.
take() {
  case $1 in
    'id: '*) id=${1#id: } ;;
    'retry: '*) pause=$(((${1#retry: } + 999) / 1000)) ;;
    'data: {"errors":'* | '{"errors":'*) recover "$1"; return 1 ;;
  esac
  [[ $1 =~ $change ]] || return 0
  rows[${BASH_REMATCH[2]}]=${BASH_REMATCH[3]} cursor=$id is_new=1
  if [ "${BASH_REMATCH[1]}" = REMOVED ]; then unset "rows[${BASH_REMATCH[2]}]"; fi
}

# Makes ready for the next try, or ends where there is no use in one.
recover() {
  [[ $1 =~ \"code\":\"([A-Z_]+)\" ]]
  case ${BASH_REMATCH[1]:-}:$1 in
    UNAUTHENTICATED:*) token='' ;;
    *'"retryable":true'*) ;;
    RESYNC_REQUIRED:* | BAD_CURSOR:* | FORBIDDEN:*)
      # The copy cannot be brought up to date any more: begin anew.
      if [ -n "$cursor" ]; then cursor='' rows=() is_new=1; else give_up "$1"; fi ;;
    *) give_up "$1" ;;
  esac
}

# One stream, to its end. The gateway sends something every 10 s at least: after 30 s of silence the connection is dead.
follow() {
  local part='' line='' silent=0 stream
  exec {stream}< <(exec curl -sN --connect-timeout 10 "$url/apps/$app/graphql" -H "last-event-id: $cursor" \
    -H 'accept: text/event-stream' -H 'content-type: application/json' -d "{\"query\":\"$query\"}" \
    -H @<(printf 'authorization: Bearer %s' "$token"))
  while ((silent < 30)); do
    if IFS= read -r -t 1 -u "$stream" part; then take "$line$part" || break; line='' silent=0
    elif (($? > 128)); then line+=$part silent=$((silent + 1))
    else take "$line$part"; break; fi
    if ((saved_at < SECONDS)); then save; fi
  done
  kill "$!" 2>/dev/null; exec {stream}<&-
}

if [ -e "$file" ]; then
  IFS='"' read -r _ _ _ cursor _ <"$file"
  while read -r line; do if [[ $line =~ $row ]]; then rows[${BASH_REMATCH[1]}]=${BASH_REMATCH[2]}; fi; done <"$file"
fi
while :; do
  if [ -n "$token" ] || sign_in; then follow; fi
  sleep "$((RANDOM % (pause + 1))).$((RANDOM % 10))"
done
