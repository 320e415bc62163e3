#!/usr/bin/env bash
# Checks the host's models on this machine's GPU, in less than four minutes: doctor, parity with golden files, the batch plan, pairs a second beside the CPU.
#   eng/device-check.sh [--program FILE] [--provider CUDA|CPU] [--seconds N] [--shape minilm-l6|tinybert-l2]
# Builds the Gpu flavour, unless a program is given that was published elsewhere, for machines without .NET or packages:
#   eng/device-check.sh --publish FOLDER      then there: eng/device-check.sh --program FOLDER/DeviceCheck
# Prints tables; the exit code is 0 when everything is as it should be.
set -euo pipefail
cd "$(dirname "$0")/.."

project=eng/DeviceCheck flavour=-p:OnnxRuntimeFlavor=Gpu
case ${1-} in
  --publish)
    dotnet publish "$project" -c Release -r linux-x64 --self-contained "$flavour" -p:RunAnalyzers=false -o "$2"
    exit
    ;;
  --program)
    program=$2
    shift 2
    ;;
  *)
    dotnet build "$project" -c Release -v q "$flavour" -p:RunAnalyzers=false
    program=artifacts/gpu/bin/DeviceCheck/release/DeviceCheck
    ;;
esac
# A GPU that hangs is a finding too, and not a reason to wait.
exec timeout --kill-after=10 230 "$program" "$@"
