#!/bin/sh
# Made by `npm run codegen` from open-queries/enterprise-360-district.graphql.
set -eu
: "${CITYGRAPH_URL:=http://localhost:4000}" "${CITYGRAPH_AUTH:?x-api-key: KEY, or authorization: Bearer TOKEN}"

# A company of the district 本区一家公司
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/enterprise-360-district?uscc=91310199MA1K0T2A0A' \
  -H "$CITYGRAPH_AUTH"

# An individual business of the district 本区一家个体工商户
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/enterprise-360-district?uscc=92310199MA1K0T4CXE' \
  -H "$CITYGRAPH_AUTH"
