#!/usr/bin/env bash
# Publishes kubectl-rerank as one self-contained binary: eng/cli.sh [RUNTIME] [FOLDER], such as eng/cli.sh osx-arm64. It needs no .NET where it runs.
# On the search path, kubectl finds it as `kubectl rerank`.
set -euo pipefail
cd "$(dirname "$0")/.."
runtime=${1:-linux-x64} folder=${2:-$PWD/artifacts/cli/${1:-linux-x64}}
options=(-p:PublishSingleFile=true -p:EnableCompressionInSingleFile=true -p:DebugType=none -p:PublishDocumentationFile=false -p:PublishReferencesDocumentationFiles=false)
# The committed lock files are of the runtime that images are made for. Another one gets its own, which nobody keeps.
[[ $runtime == linux-x64 ]] || options+=(-p:RuntimeIdentifiers="$runtime" -p:NuGetLockFilePath="obj/$runtime.lock.json" -p:RestoreLockedMode=false)
dotnet publish src/Cli -c Release -r "$runtime" --self-contained -o "$folder" "${options[@]}"
echo "$folder/kubectl-rerank"
