#!/usr/bin/env bash
# What a change must pass, in the order of what fails fastest: eng/build.sh [restore] [format] [build] [gpu] [test]. Bare: all of them.
# gpu builds the host's other flavour, for CUDA, and runs the host's tests with it: whatever doesn't need a GPU is tested on machines without one.
set -euo pipefail
cd "$(dirname "$0")/.."

gpu() {
  local host=tests/RerankerHost.Tests flavour=-p:OnnxRuntimeFlavor=Gpu
  dotnet restore "$host" --locked-mode "$flavour"
  # Analyzers have seen nearly all of it in the other flavour, and take half of the time.
  dotnet build "$host" -c Release --no-restore "$flavour" -p:RunAnalyzers=false
  artifacts/gpu/bin/RerankerHost.Tests/release/RerankerHost.Tests ${CI:+-failSkips}
}

steps=("$@")
((${#steps[@]})) || steps=(restore format build gpu test)
for step in "${steps[@]}"; do
  echo "== $step"
  case $step in
    restore) dotnet restore --locked-mode ;;
    format) dotnet format --no-restore --verify-no-changes ;;
    build) dotnet build -c Release --no-restore ;;
    gpu) gpu ;;
    test) dotnet test -c Release --no-build ;;
    *) echo "build.sh: no step '$step'" >&2; exit 2 ;;
  esac
done
