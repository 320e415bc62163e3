#!/usr/bin/env bash
# What a change must pass, in the order of what fails fastest: eng/build.sh [restore] [format] [build] [test]. Bare: all of them.
set -euo pipefail
cd "$(dirname "$0")/.."
steps=("$@")
((${#steps[@]})) || steps=(restore format build test)
for step in "${steps[@]}"; do
  echo "== $step"
  case $step in
    restore) dotnet restore --locked-mode ;;
    format) dotnet format --no-restore --verify-no-changes ;;
    build) dotnet build -c Release --no-restore ;;
    test) dotnet test -c Release --no-build ;;
    *) echo "build.sh: no step '$step'" >&2; exit 2 ;;
  esac
done
