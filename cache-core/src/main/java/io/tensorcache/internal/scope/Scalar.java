package io.tensorcache.internal.scope;

import io.tensorcache.internal.codec.CanonicalText;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** Primitives, strings and enums as the bytes of 0-d or 1-d tensors, little-endian. */
final class Scalar {
  static final String SUPPORTED = "a primitive, a String, an enum or a tensor of the scope's type";

  private Scalar() {}

  /** The dtype of a primitive's bytes; text is UINT8; null for other types. */
  static @Nullable DType dtype(Class<?> type) {
    if (type == String.class || type.isEnum()) {
      return DType.UINT8;
    } else if (type == boolean.class) {
      return DType.BOOL;
    } else if (type == byte.class) {
      return DType.INT8;
    } else if (type == short.class) {
      return DType.INT16;
    } else if (type == char.class) {
      return DType.UINT16;
    } else if (type == int.class) {
      return DType.INT32;
    } else if (type == long.class) {
      return DType.INT64;
    } else if (type == float.class) {
      return DType.FLOAT32;
    } else if (type == double.class) {
      return DType.FLOAT64;
    }
    return null;
  }

  static TensorView view(Class<?> type, DType dtype, Object value) {
    if (type == String.class || type.isEnum()) {
      String text = value instanceof Enum<?> constant ? constant.name() : value.toString();
      byte[] bytes = CanonicalText.bytesOf(text);
      return TensorView.of(
          TensorSpec.of(DType.UINT8, bytes.length), HostMemory.of(ByteBuffer.wrap(bytes)));
    }
    ByteBuffer bytes = ByteBuffer.allocate(dtype.byteSize()).order(ByteOrder.LITTLE_ENDIAN);
    switch (dtype) {
      case BOOL -> bytes.put(0, (byte) ((boolean) value ? 1 : 0));
      case INT8 -> bytes.put(0, (byte) value);
      case INT16 -> bytes.putShort(0, (short) value);
      case UINT16 -> bytes.putChar(0, (char) value);
      case INT32 -> bytes.putInt(0, (int) value);
      case INT64 -> bytes.putLong(0, (long) value);
      case FLOAT32 -> bytes.putFloat(0, (float) value);
      case FLOAT64 -> bytes.putDouble(0, (double) value);
      default -> throw new AssertionError(dtype);
    }
    return TensorView.of(TensorSpec.of(dtype), HostMemory.of(bytes));
  }

  /** Of these bytes, from index 0 to the capacity. */
  static Object read(Class<?> type, ByteBuffer source) {
    ByteBuffer bytes = source.duplicate().clear().order(ByteOrder.LITTLE_ENDIAN);
    if (type == boolean.class) {
      return bytes.get(0) != 0;
    } else if (type == byte.class) {
      return bytes.get(0);
    } else if (type == short.class) {
      return bytes.getShort(0);
    } else if (type == char.class) {
      return bytes.getChar(0);
    } else if (type == int.class) {
      return bytes.getInt(0);
    } else if (type == long.class) {
      return bytes.getLong(0);
    } else if (type == float.class) {
      return bytes.getFloat(0);
    } else if (type == double.class) {
      return bytes.getDouble(0);
    }
    String text = CanonicalText.read(bytes);
    return type == String.class ? text : constant(type, text);
  }

  private static Object constant(Class<?> type, String name) {
    for (Object constant : type.getEnumConstants()) {
      if (((Enum<?>) constant).name().equals(name)) {
        return constant;
      }
    }
    throw new IllegalStateException(
        "a stored value is "
            + name
            + ", which "
            + type.getName()
            + " has not any more; remove the entry, or give the scope another fingerprint");
  }
}
