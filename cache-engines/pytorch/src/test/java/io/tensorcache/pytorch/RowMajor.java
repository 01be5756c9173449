package io.tensorcache.pytorch;

import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.TensorView;

/** Reads and writes the elements of a view in row-major order, one element at a time. */
final class RowMajor {
  private RowMajor() {}

  static byte[] read(TensorView view) {
    HostMemory memory = (HostMemory) view.memory();
    int size = view.spec().dtype().byteSize();
    int count = (int) view.spec().elementCount();
    byte[] bytes = new byte[count * size];
    for (int i = 0; i < count; i++) {
      memory.slice(offset(view, i), size).get(bytes, i * size, size);
    }
    return bytes;
  }

  static void write(TensorView view, byte[] bytes) {
    HostMemory memory = (HostMemory) view.memory();
    int size = view.spec().dtype().byteSize();
    for (int i = 0; i < bytes.length / size; i++) {
      memory.slice(offset(view, i), size).put(bytes, i * size, size);
    }
  }

  private static long offset(TensorView view, long element) {
    long offset = view.byteOffset();
    for (int axis = view.spec().rank() - 1; axis >= 0; axis--) {
      long dim = view.spec().dim(axis);
      offset += element % dim * view.byteStride(axis);
      element /= dim;
    }
    return offset;
  }
}
