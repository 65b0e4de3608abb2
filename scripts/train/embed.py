"""Writes a network file as a C table: embed.py NETWORK.lbcn small_targets > Sources/CHotspotKernels/small_targets.c"""
import sys

data, name = open(sys.argv[1], "rb").read(), sys.argv[2]
print(f"// Written by scripts/train/embed.py; scripts/train/{name.replace('_', '-')}.md says where the numbers come from.")
print('#include "hotspot_kernels.h"\n')
print("static const uint8_t network[] = {")
for at in range(0, len(data), 24):
    print("    " + ", ".join(str(byte) for byte in data[at:at + 24]) + ",")
print("};\n")
print(f"const uint8_t *hotspot_{name}(void) {{ return network; }}")
print(f"size_t hotspot_{name}_size(void) {{ return sizeof network; }}")
