#!/bin/sh
# Made by `npm run codegen` from open-queries/enterprises-near-metro.graphql.
set -eu
: "${CITYGRAPH_URL:=http://localhost:4000}"

# Huangpu 黄浦区
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/enterprises-near-metro?division=310101&limit=5'
