#!/bin/sh
# Made by `npm run codegen` from open-queries/metro-stations-nearby.graphql.
set -eu
: "${CITYGRAPH_URL:=http://localhost:4000}"

# Around the centre 市中心附近
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/metro-stations-nearby?lat=31.2319&lng=121.4846&radiusM=2000'
