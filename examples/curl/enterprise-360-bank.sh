#!/bin/sh
# Made by `npm run codegen` from open-queries/enterprise-360-bank.graphql.
set -eu
: "${CITYGRAPH_URL:=http://localhost:4000}" "${CITYGRAPH_AUTH:?x-api-key: KEY, or authorization: Bearer TOKEN}"

# Without the authorisation of the enterprise 未经企业授权
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/enterprise-360-bank?uscc=91310199MA1K0T2A0A' \
  -H "$CITYGRAPH_AUTH"

# With the authorisation of the enterprise 凭企业授权
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/enterprise-360-bank?uscc=91310199MA1K0T2A0A' \
  -H "$CITYGRAPH_AUTH" \
  -H 'x-authorization-ref: AUTH-2026-0007'
