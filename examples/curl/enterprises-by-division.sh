#!/bin/sh
# Made by `npm run codegen` from open-queries/enterprises-by-division.graphql.
set -eu
: "${CITYGRAPH_URL:=http://localhost:4000}"

# Market entities of Huangpu in business 黄浦区存续的市场主体
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/enterprises-by-division?division=310101&limit=10'
