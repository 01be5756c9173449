#!/usr/bin/env bash
# Makes ptx/tensorcache.ptx, the image for machines where no nvcc built a fatbin. usage: make-ptx.sh [nvcc]
# nvcc stamps the newest PTX version that it knows, which older drivers refuse. The kernels keep to what PTX 6.3 has, so they are
# stamped 6.3: drivers from CUDA 10.0 on take them, for sm_75 and newer.
set -euo pipefail
cd "$(dirname "$0")"
nvcc=${1:-nvcc}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$nvcc" -std=c++17 -O3 -arch=compute_75 -I../include -ptx -o "$work/kernels.ptx" kernels.cu
mkdir -p ptx
{
  echo "// The kernels of tensorcache. Made by native/cuda/make-ptx.sh; do not edit."
  echo "// source-sha256: $(cmake -P source_hash.cmake)"
  echo "// made with $("$nvcc" --version | grep -o 'release.*')"
  sed -e 's/^\.version .*/.version 6.3/' -e '/^[[:space:]]*\/\//d' -e '/^[[:space:]]*$/d' "$work/kernels.ptx"
} > "$work/tensorcache.ptx"
cmake -DPTX="$work/tensorcache.ptx" -P source_hash.cmake
mv "$work/tensorcache.ptx" ptx/tensorcache.ptx
