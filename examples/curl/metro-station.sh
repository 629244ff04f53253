#!/bin/sh
# Made by `npm run codegen` from open-queries/metro-station.graphql.
set -eu
: "${CITYGRAPH_URL:=http://localhost:4000}"

# Names beginning with People 以“People”开头
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/metro-station?name=People&limit=3'
