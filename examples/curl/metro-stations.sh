#!/bin/sh
# Made by `npm run codegen` from open-queries/metro-stations.graphql.
set -eu
: "${CITYGRAPH_URL:=http://localhost:4000}"

# The first two stations 前两站
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/metro-stations?limit=2'
