#!/bin/sh
# Made by `npm run codegen` from open-queries/penalties.graphql.
set -eu
: "${CITYGRAPH_URL:=http://localhost:4000}"

# Since 2020 2020年以来
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/penalties?from=2020-01-01&to=2026-12-31&limit=10'
