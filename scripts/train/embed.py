"""Writes a network file as a C table: embed.py NETWORK.lbcn > Sources/CHotspotKernels/small_targets.c"""
import sys

data = open(sys.argv[1], "rb").read()
print("// Written by scripts/train/embed.py; scripts/train/small-targets.md says where the numbers come from.")
print('#include "hotspot_kernels.h"\n')
print("static const uint8_t network[] = {")
for at in range(0, len(data), 24):
    print("    " + ", ".join(str(byte) for byte in data[at:at + 24]) + ",")
print("};\n")
print("const uint8_t *hotspot_small_targets(void) { return network; }")
print("size_t hotspot_small_targets_size(void) { return sizeof network; }")
