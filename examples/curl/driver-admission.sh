#!/bin/sh
# Made by `npm run codegen` from open-queries/driver-admission.graphql.
set -eu
: "${CITYGRAPH_URL:=http://localhost:4000}" "${CITYGRAPH_AUTH:?x-api-key: KEY, or authorization: Bearer TOKEN}"

# A driver of hailed cars 一名网约车驾驶员
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/driver-admission' \
  -H "$CITYGRAPH_AUTH" \
  -H 'x-case-no: TR-2026-0001' \
  -H 'content-type: application/json' \
  -d '{"idNo":"310199197901300556"}'
