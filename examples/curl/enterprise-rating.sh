#!/bin/sh
# Made by `npm run codegen` from open-queries/enterprise-rating.graphql.
set -eu
: "${CITYGRAPH_URL:=http://localhost:4000}" "${CITYGRAPH_AUTH:?x-api-key: KEY, or authorization: Bearer TOKEN}"

# A company 一家公司
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/enterprise-rating?uscc=91310199MA1K0T2A0A' \
  -H "$CITYGRAPH_AUTH"
