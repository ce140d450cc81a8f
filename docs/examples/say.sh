#!/usr/bin/env bash
# Says something over HTTP without joining, then reads the latest messages. Needs curl.
set -euo pipefail
curl() { command curl --fail-with-body --silent --show-error --write-out '\n' "$@"; }
curl -d 'deployed' '127.0.0.1:3000/api/say?name=ci'
curl --json \
  '{"text": "deployed", "name": "ci", "id": "build-41"}' 127.0.0.1:3000/api/say
curl '127.0.0.1:3000/api/events?limit=5'
