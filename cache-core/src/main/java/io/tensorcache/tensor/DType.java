package io.tensorcache.tensor;

/**
 * The element types of a tensor. The {@link #code()} is part of every key and of every stored entry
 * and therefore never changes.
 * <!-- region: tensor-spec, from TensorExamplesTest.java -->
 *
 * <pre>{@code
 * TensorSpec images = TensorSpec.of(DType.UINT8, 32, 3, 224, 224);
 * TensorSpec image = images.row(); // uint8[3, 224, 224]
 * long bytes = image.byteCount(); // 150528
 * TensorSpec floats = image.withDtype(DType.FLOAT32).batch(8); // float32[8, 3, 224, 224]
 * }</pre>
 */
public enum DType {
  BOOL(1, 1),
  UINT8(2, 1),
  INT8(3, 1),
  INT16(4, 2),
  UINT16(5, 2),
  INT32(6, 4),
  UINT32(7, 4),
  INT64(8, 8),
  UINT64(9, 8),
  FLOAT16(10, 2),
  BFLOAT16(11, 2),
  FLOAT32(12, 4),
  FLOAT64(13, 8),
  COMPLEX64(14, 8),
  COMPLEX128(15, 16),
  FLOAT8_E4M3(16, 1),
  FLOAT8_E5M2(17, 1);

  private static final DType[] BY_CODE = new DType[18];

  static {
    for (DType type : values()) {
      BY_CODE[type.code] = type;
    }
  }

  private final int code;
  private final int byteSize;

  DType(int code, int byteSize) {
    this.code = code;
    this.byteSize = byteSize;
  }

  /** Returns the number that stands for this type in keys and stored entries, 1 to 17. */
  public int code() {
    return code;
  }

  /** Returns how many bytes an element has. */
  public int byteSize() {
    return byteSize;
  }

  /** Says whether it has a fractional part, complex numbers included. */
  public boolean isFloatingPoint() {
    return code >= FLOAT16.code;
  }

  /**
   * Returns the type with this code.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static DType ofCode(int code) {
    if (code < 1 || code >= BY_CODE.length) {
      throw new IllegalArgumentException(
          "dtype code " + code + " is not in 1.." + (BY_CODE.length - 1));
    }
    return BY_CODE[code];
  }
}
