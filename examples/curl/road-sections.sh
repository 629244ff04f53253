#!/bin/sh
# Made by `npm run codegen` from open-queries/road-sections.graphql.
set -eu
: "${CITYGRAPH_URL:=http://localhost:4000}"

# The whole city 全市
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/road-sections?division=310&limit=5'
