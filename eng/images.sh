#!/usr/bin/env bash
# Builds the container images with Docker: eng/images.sh [REGISTRY/PATH] [TAG]. With a registry, pushes them too.
set -euo pipefail
cd "$(dirname "$0")/.."
registry=${1:-} tag=${2:-$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)}
while read -r name file; do
  image=${registry:+$registry/}$name:$tag
  docker build -f "$file" -t "$image" .
  [[ -z $registry ]] || docker push "$image"
done <<'IMAGES'
rerank-operator src/Operator/Dockerfile
rerank-router src/Router/Dockerfile
reranker-host src/RerankerHost/Dockerfile
reranker-host-cuda src/RerankerHost/Dockerfile.cuda
IMAGES
