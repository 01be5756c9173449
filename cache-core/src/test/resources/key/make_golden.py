"""Writes golden-keys.txt from KEY.md alone, with hashlib and the reference of TCH1: python3 make_golden.py

A second program for what KEY.md says of the canonical encoding, fingerprints and the domain of a key.
"""
import hashlib
import os
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../../../../native/spec"))
import tch1_reference as tch1  # noqa: E402

LEAF = 65536


# ---------------------------------------------------------------- the canonical encoding
class Bytes(bytes):
    """Raw bytes, where a str is text."""


def encode(value):
    if value is None:
        return b"0"
    if isinstance(value, bool):
        return b"z" + (b"\1" if value else b"\0")
    if isinstance(value, int):
        return b"i" + struct.pack(">q", value)
    if isinstance(value, float):
        return b"d" + struct.pack(">d", value)
    if isinstance(value, str):
        raw = value.encode("utf-8", "surrogatepass")
        return b"s" + struct.pack(">i", len(raw)) + raw
    if isinstance(value, Bytes):
        return b"b" + struct.pack(">i", len(value)) + value
    if isinstance(value, list):
        return b"l" + struct.pack(">i", len(value)) + b"".join(map(encode, value))
    if isinstance(value, dict):
        items = b"".join(encode(k) + encode(v) for k, v in value.items())
        return b"m" + struct.pack(">i", len(value)) + items
    raise TypeError(type(value))


def sha256(data):
    return hashlib.sha256(data).digest()


# ---------------------------------------------------------------- fingerprints
def content(data):
    leaves = [sha256(b"\0" + data[i:i + LEAF]) for i in range(0, len(data), LEAF)]
    return sha256(b"\1" + struct.pack("<Q", len(data)) + b"".join(leaves))


def fingerprint(*values):
    hi, lo = struct.unpack(">qq", sha256(b"".join(map(encode, ("TCF2",) + values)))[:16])
    return hi, lo


def version(text):
    return fingerprint("version", text)


def file(data):
    return fingerprint("file", Bytes(content(data)))


def weights(tensors):
    values = ["weights", len(tensors)]
    for name, (dtype, shape, data) in tensors.items():
        values += [name, tch1.DTYPES[dtype][0], shape, Bytes(content(data))]
    return fingerprint(*values)


def also(base, detail):
    return fingerprint("and", base[0], base[1], detail)


# ---------------------------------------------------------------- keys
def domain(function, base, granularity, names, arguments):
    return sha256(b"".join(map(encode, (
        "TCD2", "TCH1", function, base[0], base[1], granularity, names,
        Bytes(encode(arguments))))))


def row_key(rows, key, granularity, function, base, arguments):
    """rows: name -> (dtype, shape of the row or, with WHOLE, of the tensor, bytes)"""
    d = domain(function, base, granularity, list(rows), arguments)
    digests = [tch1.row_key(data, dtype, shape, key, slot=i, domain=d)
               for i, (dtype, shape, data) in enumerate(rows.values())]
    return digests[0] if len(digests) == 1 else tch1.combine(digests, key)


# ---------------------------------------------------------------- the vectors
def inc(n):
    return bytes(i % 251 for i in range(n))


def floats(*values):
    return struct.pack("<%df" % len(values), *values)


def show(name, digest):
    print(name + " = " + "%016x%016x" % (digest[0] % 2**64, digest[1] % 2**64))


def main():
    for n in (0, 1, 65535, 65536, 65537, 131072, 2000000):
        show("file.%d" % n, file(inc(n)))
    for name, text in (("1", "1"), ("empty", ""), ("umlaut", "\u00e4"), ("face", "\U0001f600"),
                       ("half", "\ud83d")):
        show("version." + name, version(text))
    show("and", also(also(version("1"), "training"), "k = 3"))
    show("weights.none", weights({}))
    show("weights.three", weights({
        "conv.weight": ("float32", [2, 3], floats(1, 2, 3, 4, 5, 6)),
        "empty": ("float64", [0, 7], b""),
        "steps": ("int64", [], struct.pack("<q", 42))}))
    show("weights.big", weights({"a": ("uint8", [1000, 200], inc(200000)),
                                 "b": ("uint8", [65536], inc(65536))}))
    public = tch1.Key()
    salted = tch1.Key(bytes(range(32)))
    one = {"0": ("float32", [2], floats(3, 4))}
    show("row.public", row_key(one, public, "ROWS", "squares", version("1"), {}))
    show("row.salted", row_key(one, salted, "ROWS", "squares", version("1"), {}))
    two = {"image": ("float32", [2], floats(3, 4)), "mask": ("uint8", [3], b"\1\0\1")}
    arguments = {"k": 3, "scale": 0.5, "mode": "h\u00e4lf", "flags": [True, None], "raw": Bytes(b"\0\xff")}
    show("row.arguments", row_key(two, public, "ROWS", "pair", version("1"), arguments))
    show("whole", row_key({"0": ("float32", [1, 2], floats(3, 4))}, public, "WHOLE", "squares", version("1"), {}))
    show("scope.entry", also(version("1"), "tensorcache scope 1:2:4:kpca:5:inner:K"))


if __name__ == "__main__":
    sys.stdout = open(os.path.join(HERE, "golden-keys.txt"), "w", encoding="ascii", newline="\n")
    main()
