#!/bin/sh
# Made by `npm run codegen` from open-queries/licenses-by-type.graphql.
set -eu
: "${CITYGRAPH_URL:=http://localhost:4000}" "${CITYGRAPH_AUTH:?x-api-key: KEY, or authorization: Bearer TOKEN}"

# Business licences 营业执照
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/licenses-by-type?typeCode=113101990024700A8N002&limit=10' \
  -H "$CITYGRAPH_AUTH" \
  -H 'x-case-no: BDC-2026-0001'
