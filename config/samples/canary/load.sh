#!/usr/bin/env bash
# Asks questions about passages.txt until Ctrl-C: load.sh [URL]. Prints the status and the revision of each answer.
url=${1:-http://127.0.0.1:8080/v2/rerank}
cd "$(dirname "$0")" || exit
while :; do
  query=$(shuf -n 1 queries.txt)
  documents=$(shuf -n 24 passages.txt | sed 's/.*/"&"/' | paste -sd,)
  curl -s -o /dev/null -w '%{http_code} %header{x-rerank-revision}\n' -H "X-Session-Id: $RANDOM" \
    -d "{\"model\": \"canary\", \"query\": \"$query\", \"documents\": [$documents]}" "$url"
done
