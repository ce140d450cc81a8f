#!/usr/bin/env bash
# Says something over HTTP without joining, then reads the latest messages. Needs curl.
set -euo pipefail
curl --fail-with-body --silent --show-error -d 'deployed' '127.0.0.1:3000/api/say?name=ci'
curl --fail-with-body --silent --show-error --json \
  '{"text": "deployed", "name": "ci", "id": "build-41"}' 127.0.0.1:3000/api/say
curl --fail-with-body --silent --show-error '127.0.0.1:3000/api/events?limit=5'
