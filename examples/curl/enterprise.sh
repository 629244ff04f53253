#!/bin/sh
# Made by `npm run codegen` from open-queries/enterprise.graphql.
set -eu
: "${CITYGRAPH_URL:=http://localhost:4000}"

# A company 一家公司
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/enterprise?uscc=91310199MA1K0T2A0A'

# An individual business 一家个体工商户
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/enterprise?uscc=92310199MA1K0T4CXE'
