#!/bin/sh
# Made by `npm run codegen` from open-queries/credit-register.graphql.
set -eu
: "${CITYGRAPH_URL:=http://localhost:4000}" "${CITYGRAPH_AUTH:?x-api-key: KEY, or authorization: Bearer TOKEN}"

# Penalties 行政处罚
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/credit-register?kind=ADMIN_PENALTY&limit=10' \
  -H "$CITYGRAPH_AUTH"
