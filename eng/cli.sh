#!/usr/bin/env bash
# Publishes kubectl-rerank as one self-contained binary: eng/cli.sh [RUNTIME] [FOLDER], such as eng/cli.sh osx-arm64. It needs no .NET where it runs.
# On the search path, kubectl finds it as `kubectl rerank`.
set -euo pipefail
cd "$(dirname "$0")/.."
runtime=${1:-linux-x64} folder=${2:-artifacts/cli/$runtime}
# The lock files are of the runtimes that images are made for. This one is told for this build alone, and leaves them as they are.
dotnet publish src/Cli -c Release -r "$runtime" --self-contained -o "$folder" \
  -p:RuntimeIdentifiers="$runtime" -p:RestorePackagesWithLockFile=false -p:RestoreLockedMode=false \
  -p:PublishSingleFile=true -p:EnableCompressionInSingleFile=true -p:IncludeNativeLibrariesForSelfExtract=true \
  -p:DebugType=none -p:GenerateDocumentationFile=false
echo "$folder/kubectl-rerank"
