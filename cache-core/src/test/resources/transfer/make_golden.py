"""Makes the golden files beside it, with numpy 2.4.6 and safetensors 0.8.0: python3 make_golden.py"""
import ctypes
import io

import numpy as np
from safetensors import TensorSpec, serialize

ROWS = 3
KEYS = np.arange(ROWS * 16, dtype=np.uint8).reshape(ROWS, 16)


def npy(array):
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def safetensors(tensors):
    keep, specs = [], {}
    for name, (dtype, shape, data) in tensors.items():
        buffer = ctypes.create_string_buffer(data, len(data))
        keep.append(buffer)
        specs[name] = TensorSpec(
            dtype=dtype, shape=shape, data_ptr=ctypes.addressof(buffer), data_len=len(data))
    return serialize(specs)


rows = (np.arange(ROWS * 8, dtype=np.float32) + 0.5).reshape(ROWS, 2, 4)
open("keys.npy", "wb").write(npy(KEYS))
open("rows.npy", "wb").write(npy(rows))
open("one.safetensors", "wb").write(safetensors({
    "output": ("float32", [ROWS, 2, 4], rows.tobytes()),
    "keys": ("uint8", [ROWS, 16], KEYS.tobytes()),
}))

longs = np.arange(ROWS, dtype=np.int64) - 1
halves = (np.arange(ROWS * 5, dtype=np.uint16) + 16256).reshape(ROWS, 5)
open("several.safetensors", "wb").write(safetensors({
    "output.label": ("int64", [ROWS], longs.tobytes()),
    "output.vector": ("bfloat16", [ROWS, 5], halves.tobytes()),
    "keys": ("uint8", [ROWS, 16], KEYS.tobytes()),
}))

with open("npy-headers.txt", "w") as out:
    for descr in "|b1 |u1 |i1 <i2 <u2 <i4 <u4 <i8 <u8 <f2 <f4 <f8 <c8 <c16".split():
        for shape in [(), (0,), (7,), (3, 4), (123456789, 1), (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)]:
            head = io.BytesIO()
            np.lib.format.write_array_header_1_0(
                head, {"descr": descr, "fortran_order": False, "shape": shape})
            out.write(f"{descr} {','.join(map(str, shape))} {head.getvalue().hex()}\n")
