#!/bin/sh
# Made by `npm run codegen` from open-queries/credit-check.graphql.
set -eu
: "${CITYGRAPH_URL:=http://localhost:4000}" "${CITYGRAPH_AUTH:?x-api-key: KEY, or authorization: Bearer TOKEN}"

# A permit for road transport 道路运输许可
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/credit-check' \
  -H "$CITYGRAPH_AUTH" \
  -H 'content-type: application/json' \
  -d '{"uscc":"91310199MA1K0T2A0A","enterprise":"91310199MA1K0T2A0A","matter":"3101990102"}'

# A permit for a public place 公共场所卫生许可
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/credit-check' \
  -H "$CITYGRAPH_AUTH" \
  -H 'content-type: application/json' \
  -d '{"uscc":"91310199MA1K0T2A0A","enterprise":"91310199MA1K0T2A0A","matter":"3101990305"}'
