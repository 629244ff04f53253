#!/bin/sh
# Made by `npm run codegen` from open-queries/license-types.graphql.
set -eu
: "${CITYGRAPH_URL:=http://localhost:4000}"

# All of them 全部
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/license-types?limit=20'
