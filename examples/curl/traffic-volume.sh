#!/bin/sh
# Made by `npm run codegen` from open-queries/traffic-volume.graphql.
set -eu
: "${CITYGRAPH_URL:=http://localhost:4000}" "${CITYGRAPH_AUTH:?x-api-key: KEY, or authorization: Bearer TOKEN}"

# The morning peak 早高峰
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/traffic-volume?section=SH-0001&from=2026-03-01T07%3A00%3A00%2B08%3A00&to=2026-03-01T09%3A00%3A00%2B08%3A00' \
  -H "$CITYGRAPH_AUTH"
