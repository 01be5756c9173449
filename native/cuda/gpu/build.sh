#!/usr/bin/env bash
# Builds the programs that need a GPU, for the card of this machine. usage: build.sh <folder for them> [architecture, e.g. sm_90]
#   gpu_check VECTORS LAUNCHES [SEED]   every vector and random launches, compared with the CPU
#   gpu_measure                         kernel times as JSON lines
#   gpu_check_race_12, gpu_check_race_13   gpu_check with a planted race between blocks (../README.md), which must fail
set -euo pipefail
out=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$(dirname "$0")"
root=../..
flags=(-std=c++17 -O2 "-arch=${2:-native}" -lineinfo -I. -I.. -I"$root/emulator" -I"$root/include" -I"$root/src" -I"$root/test")
cpu=()
for name in tensorcache backends key_table sha256 row_reader torchcache tch1_scalar; do cpu+=("$root/src/$name.cpp"); done
check=("$root/emulator/cases.cpp" "$root/emulator/emulator_test.cpp" device_under_test.cu)
nvcc "${flags[@]}" -o "$out/gpu_check" "${check[@]}" "${cpu[@]}"
nvcc "${flags[@]}" -o "$out/gpu_measure" measure.cu device_under_test.cu "${cpu[@]}"
for fault in 12 13; do
  nvcc "${flags[@]}" -DTC_PLANTED_FAULT=$fault -o "$out/gpu_check_race_$fault" "${check[@]}" "${cpu[@]}"
done
