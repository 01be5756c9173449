package io.tensorcache.pytorch;

import java.util.StringJoiner;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** How a tensor is called in messages. */
final class TensorText {
  private TensorText() {}

  /** For example {@code tensor Float[64, 3, 32, 32] on cpu}; never its values. */
  @SuppressWarnings("try") // the scope frees what is made inside
  static String of(Tensor tensor) {
    try (PointerScope scope = new PointerScope()) {
      return "tensor "
          + tensor.scalar_type().intern()
          + shape(tensor)
          + " on "
          + tensor.device().str().getString();
    }
  }

  private static String shape(Tensor tensor) {
    if (tensor.is_nested()) {
      return "[nested]";
    }
    StringJoiner shape = new StringJoiner(", ", "[", "]");
    for (int axis = 0; axis < tensor.dim(); axis++) {
      shape.add(Long.toString(tensor.size(axis)));
    }
    return shape.toString();
  }
}
