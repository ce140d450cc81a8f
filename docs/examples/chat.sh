#!/usr/bin/env bash
# Chats over TCP with bash alone: cat prints what comes, in the background, while read waits for you.
set -euo pipefail
exec 3<>/dev/tcp/127.0.0.1/8080
{ cat <&3; kill $$; } & # the server has closed, so read need not wait any more
trap 'exit 0' TERM
while IFS= read -r line; do
  printf '%s\n' "$line" >&3
done
printf 'bye\n' >&3 # bash cannot end its side alone
wait
