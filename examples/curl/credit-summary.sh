#!/bin/sh
# Made by `npm run codegen` from open-queries/credit-summary.graphql.
set -eu
: "${CITYGRAPH_URL:=http://localhost:4000}"

# A company with penalties 一家有行政处罚的公司
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/credit-summary?uscc=91310199MA1K0T2A0A'
