#!/bin/sh
# Made by `npm run codegen` from open-queries/enterprises-by-name.graphql.
set -eu
: "${CITYGRAPH_URL:=http://localhost:4000}"

# Names beginning with 上海示例 名称以“上海示例”开头
curl -sS --fail-with-body "$CITYGRAPH_URL"'/open/v1/enterprises-by-name?name=%E4%B8%8A%E6%B5%B7%E7%A4%BA%E4%BE%8B&limit=5'
