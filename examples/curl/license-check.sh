#!/bin/sh
# Made by `npm run codegen` from open-queries/license-check.graphql.
set -eu
: "${CITYGRAPH_URL:=http://localhost:4000}" "${CITYGRAPH_AUTH:?x-api-key: KEY, or authorization: Bearer TOKEN}"

# An identity card 居民身份证
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/license-check' \
  -H "$CITYGRAPH_AUTH" \
  -H 'x-case-no: SH-2026-0001' \
  -H 'content-type: application/json' \
  -d '{"certNo":"310199198503070112","typeCode":"113101990024700A8N006"}'
