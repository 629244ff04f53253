#!/bin/sh
# Made by `npm run codegen` from open-queries/identity-check.graphql.
set -eu
: "${CITYGRAPH_URL:=http://localhost:4000}" "${CITYGRAPH_AUTH:?x-api-key: KEY, or authorization: Bearer TOKEN}"

# They belong together 一致
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/identity-check' \
  -H "$CITYGRAPH_AUTH" \
  -H 'x-case-no: SH-2026-0001' \
  -H 'content-type: application/json' \
  -d '{"name":"张伟","idNo":"310199198503070112"}'

# They do not 不一致
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/identity-check' \
  -H "$CITYGRAPH_AUTH" \
  -H 'x-case-no: SH-2026-0001' \
  -H 'content-type: application/json' \
  -d '{"name":"李娜","idNo":"310199198503070112"}'
