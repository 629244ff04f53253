#!/bin/sh
# Made by `npm run codegen` from open-queries/start-business.graphql.
set -eu
: "${CITYGRAPH_URL:=http://localhost:4000}" "${CITYGRAPH_AUTH:?x-api-key: KEY, or authorization: Bearer TOKEN}"

# The legal representative is verified 核验法定代表人
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/start-business' \
  -H "$CITYGRAPH_AUTH" \
  -H 'x-case-no: SH-2026-0001' \
  -H 'content-type: application/json' \
  -d '{"name":"张伟","idNo":"310199198503070112","uscc":"91310199MA1K0T2A0A"}'
