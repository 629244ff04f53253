#!/bin/sh
# Made by `npm run codegen` from open-queries/district-enterprises.graphql.
set -eu
: "${CITYGRAPH_URL:=http://localhost:4000}" "${CITYGRAPH_AUTH:?x-api-key: KEY, or authorization: Bearer TOKEN}"

# Huangpu 黄浦区
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/district-enterprises?division=310101&limit=10' \
  -H "$CITYGRAPH_AUTH"
