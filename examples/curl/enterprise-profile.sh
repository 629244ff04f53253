#!/bin/sh
# Made by `npm run codegen` from open-queries/enterprise-profile.graphql.
set -eu
: "${CITYGRAPH_URL:=http://localhost:4000}"

# A company 一家公司
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/enterprise-profile?uscc=91310199MA1K0T2A0A'
