package io.tensorcache.cli;

import io.tensorcache.tensor.DType;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The short names of dtypes on the command line: f32, bf16, u8, and so on. */
final class DTypeNames {
  private static final Map<String, DType> SHORT = new LinkedHashMap<>();

  static {
    SHORT.put("bool", DType.BOOL);
    SHORT.put("u8", DType.UINT8);
    SHORT.put("i8", DType.INT8);
    SHORT.put("i16", DType.INT16);
    SHORT.put("u16", DType.UINT16);
    SHORT.put("i32", DType.INT32);
    SHORT.put("u32", DType.UINT32);
    SHORT.put("i64", DType.INT64);
    SHORT.put("u64", DType.UINT64);
    SHORT.put("f16", DType.FLOAT16);
    SHORT.put("bf16", DType.BFLOAT16);
    SHORT.put("f32", DType.FLOAT32);
    SHORT.put("f64", DType.FLOAT64);
    SHORT.put("c64", DType.COMPLEX64);
    SHORT.put("c128", DType.COMPLEX128);
    SHORT.put("f8e4m3", DType.FLOAT8_E4M3);
    SHORT.put("f8e5m2", DType.FLOAT8_E5M2);
  }

  private DTypeNames() {}

  /** The dtype of a short or long name, in either case. */
  static DType parse(String name) {
    DType dtype = SHORT.get(name.toLowerCase(Locale.ROOT));
    if (dtype != null) {
      return dtype;
    }
    try {
      return DType.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("dtype \"" + name + "\": one of " + SHORT.keySet(), e);
    }
  }
}
