#!/usr/bin/env bash
# Writes what is generated from the C# types: config/crds, config/rbac, and the chart's copies of both and of its own values. A test fails when they are stale.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet run --project src/Operator -p:LocalMode=false -- generate --crds "$PWD/config/crds" --rbac "$PWD/config/rbac"
mkdir -p charts/rerank-operator/files/crds
cp config/crds/*.yaml charts/rerank-operator/files/crds/
cp charts/rerank-operator/values.yaml charts/rerank-operator/files/
mv config/rbac/rules.yaml charts/rerank-operator/files/
