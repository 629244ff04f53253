#!/bin/sh
# Made by `npm run codegen` from open-queries/metro-lines.graphql.
set -eu
: "${CITYGRAPH_URL:=http://localhost:4000}"

# The first page 第一页
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/metro-lines?limit=5'
