#!/bin/sh
# Made by `npm run codegen` from open-queries/person-lookup.graphql.
set -eu
: "${CITYGRAPH_URL:=http://localhost:4000}" "${CITYGRAPH_AUTH:?x-api-key: KEY, or authorization: Bearer TOKEN}"

# A citizen 一名公民
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/person-lookup' \
  -H "$CITYGRAPH_AUTH" \
  -H 'x-case-no: SH-2026-0001' \
  -H 'content-type: application/json' \
  -d '{"idNo":"310199198503070112"}'
