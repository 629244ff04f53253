#!/bin/sh
# Made by `npm run codegen` from open-queries/school-enrolment.graphql.
set -eu
: "${CITYGRAPH_URL:=http://localhost:4000}" "${CITYGRAPH_AUTH:?x-api-key: KEY, or authorization: Bearer TOKEN}"

# A child 一名儿童
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/school-enrolment' \
  -H "$CITYGRAPH_AUTH" \
  -H 'x-case-no: EDU-2026-0001' \
  -H 'content-type: application/json' \
  -d '{"idNo":"310199201605200138"}'

# A child who turns fourteen today 当日满十四周岁的儿童
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/school-enrolment' \
  -H "$CITYGRAPH_AUTH" \
  -H 'x-case-no: EDU-2026-0001' \
  -H 'content-type: application/json' \
  -d '{"idNo":"310199201203010171"}'
