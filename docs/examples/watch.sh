#!/usr/bin/env bash
# Says the load of this machine, then prints what others say. Needs jq.
exec 3<>/dev/tcp/127.0.0.1/8080
echo '{"type":"hello","protocol":1,"name":"watch","take":"suggestion"}' >&3
jq -nc --arg text "load $(cut -d' ' -f1 /proc/loadavg)" '{type: "say", $text}' >&3
jq -Rr --unbuffered 'fromjson? | select(.type == "events").events[] | "\(.from.name): \(.text | gsub("\n"; "\n  | "))"' <&3
