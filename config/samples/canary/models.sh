#!/usr/bin/env bash
# Fills the claim of this sample, which in local mode is the folder claims/models: the tiny model in both precisions, and a worse one made of it.
set -euo pipefail
cd "$(dirname "$0")/../../.."
claim=config/samples/canary/claims/models
mkdir -p "$claim/tiny"
cp models/tiny/{model.onnx,model.int8.onnx,tokenizer.json} "$claim/tiny"
# Noise in the embeddings of words: rankings stay plausible, but of the best ten passages about one is another one.
dotnet run -c Release --project eng/DisturbModel -- noise models/tiny "$claim/worse" --tensor m.bert.embeddings.word_embeddings.weight --permille 140
