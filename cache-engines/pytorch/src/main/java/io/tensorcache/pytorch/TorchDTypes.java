package io.tensorcache.pytorch;

import io.tensorcache.tensor.DType;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** Which scalar type of PyTorch is which dtype. */
final class TorchDTypes {
  private static final @Nullable DType[] OF_SCALAR =
      new @Nullable DType[ScalarType.NumOptions.value];

  static {
    for (DType dtype : DType.values()) {
      OF_SCALAR[scalarType(dtype).value] = dtype;
    }
  }

  private TorchDTypes() {}

  /**
   * The dtype of a scalar type as the presets return it, or null when there is none: quantised and
   * sub-byte types, for example. Needs no {@code intern()}, which costs 200 ns.
   */
  static @Nullable DType dtype(ScalarType scalar) {
    int value = scalar.value;
    return value >= 0 && value < OF_SCALAR.length ? OF_SCALAR[value] : null;
  }

  /** The scalar type with the same bits. */
  static ScalarType scalarType(DType dtype) {
    return switch (dtype) {
      case BOOL -> ScalarType.Bool;
      case UINT8 -> ScalarType.Byte;
      case INT8 -> ScalarType.Char;
      case INT16 -> ScalarType.Short;
      case UINT16 -> ScalarType.UInt16;
      case INT32 -> ScalarType.Int;
      case UINT32 -> ScalarType.UInt32;
      case INT64 -> ScalarType.Long;
      case UINT64 -> ScalarType.UInt64;
      case FLOAT16 -> ScalarType.Half;
      case BFLOAT16 -> ScalarType.BFloat16;
      case FLOAT32 -> ScalarType.Float;
      case FLOAT64 -> ScalarType.Double;
      case COMPLEX64 -> ScalarType.ComplexFloat;
      case COMPLEX128 -> ScalarType.ComplexDouble;
      case FLOAT8_E4M3 -> ScalarType.Float8_e4m3fn;
      case FLOAT8_E5M2 -> ScalarType.Float8_e5m2;
    };
  }
}
