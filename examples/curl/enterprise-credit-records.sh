#!/bin/sh
# Made by `npm run codegen` from open-queries/enterprise-credit-records.graphql.
set -eu
: "${CITYGRAPH_URL:=http://localhost:4000}"

# A company with penalties 一家有行政处罚的公司
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/enterprise-credit-records?uscc=91310199MA1K0T2A0A'
