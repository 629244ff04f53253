#!/bin/sh
# Made by `npm run codegen` from open-queries/credit-records.graphql.
set -eu
: "${CITYGRAPH_URL:=http://localhost:4000}"

# Permits and penalties 行政许可和行政处罚
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/credit-records?kinds=ADMIN_LICENSING&kinds=ADMIN_PENALTY&limit=10'
