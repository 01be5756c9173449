package io.tensorcache.internal.transfer;

import io.tensorcache.tensor.DType;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What dtypes are called in .npy and safetensors files. Stateless. */
final class FileTypes {
  private static final Map<DType, String> NPY = new EnumMap<>(DType.class);
  private static final Map<DType, String> SAFETENSORS = new EnumMap<>(DType.class);

  static {
    put(DType.BOOL, "|b1", "BOOL");
    put(DType.UINT8, "|u1", "U8");
    put(DType.INT8, "|i1", "I8");
    put(DType.INT16, "<i2", "I16");
    put(DType.UINT16, "<u2", "U16");
    put(DType.INT32, "<i4", "I32");
    put(DType.UINT32, "<u4", "U32");
    put(DType.INT64, "<i8", "I64");
    put(DType.UINT64, "<u8", "U64");
    put(DType.FLOAT16, "<f2", "F16");
    put(DType.FLOAT32, "<f4", "F32");
    put(DType.FLOAT64, "<f8", "F64");
    put(DType.COMPLEX64, "<c8", "C64");
    NPY.put(DType.COMPLEX128, "<c16");
    SAFETENSORS.put(DType.BFLOAT16, "BF16");
    SAFETENSORS.put(DType.FLOAT8_E4M3, "F8_E4M3");
    SAFETENSORS.put(DType.FLOAT8_E5M2, "F8_E5M2");
  }

  private static void put(DType dtype, String npy, String safetensors) {
    NPY.put(dtype, npy);
    SAFETENSORS.put(dtype, safetensors);
  }

  private FileTypes() {}

  /** True for a dtype that numpy does not have: its bits are written as unsigned integers. */
  static boolean isBitsInNpy(DType dtype) {
    return !NPY.containsKey(dtype);
  }

  /** What numpy calls it. */
  static String npy(DType dtype) {
    String name = NPY.get(dtype);
    return name != null ? name : dtype.byteSize() == 1 ? "|u1" : "<u2";
  }

  /** The dtype of numpy's name; null if there is none. */
  static @Nullable DType ofNpy(String descr) {
    for (Map.Entry<DType, String> each : NPY.entrySet()) {
      if (each.getValue().equals(descr)) {
        return each.getKey();
      }
    }
    return null;
  }

  /**
   * The bytes of an element of which numpy knows no more than that, as it writes of types that
   * another library made ({@code <V2} for bfloat16); 0 for other names.
   */
  static int bytesOfUnknown(String descr) {
    return descr.equals("|V1") ? 1 : descr.equals("<V2") ? 2 : 0;
  }

  /** What safetensors calls it; null if it has no such type. */
  static @Nullable String safetensors(DType dtype) {
    return SAFETENSORS.get(dtype);
  }
}
