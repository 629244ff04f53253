#!/bin/sh
# Made by `npm run codegen` from open-queries/residents-of-a-division.graphql.
set -eu
: "${CITYGRAPH_URL:=http://localhost:4000}" "${CITYGRAPH_AUTH:?x-api-key: KEY, or authorization: Bearer TOKEN}"

# Huangpu 黄浦区
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/residents-of-a-division?division=310101&limit=10' \
  -H "$CITYGRAPH_AUTH" \
  -H 'x-case-no: PSB-2026-0001'
