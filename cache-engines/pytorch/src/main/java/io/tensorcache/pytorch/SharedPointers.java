package io.tensorcache.pytorch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.SharedModuleVector;

/**
 * The addresses in a {@code std::vector<std::shared_ptr<Module>>}, read in one go.
 *
 * <p>{@link SharedModuleVector#get} makes a counted reference, 2.5 to 5 µs each: 126 µs for the 50
 * modules of a small network, at every call. The C++ libraries in use lay a vector out as its begin
 * and end, a shared pointer as object and counter; {@link #isLaidOutAsExpected} proves it on a
 * vector before anything relies on it.
 */
final class SharedPointers {
  private static final int BYTES_EACH = 2 * Long.BYTES;

  private SharedPointers() {}

  /** Whether {@link #addresses} gives what {@code get} gives. */
  static boolean isLaidOutAsExpected(SharedModuleVector vector) {
    if (Loader.sizeof(Pointer.class) != Long.BYTES) {
      return false;
    }
    LongPointer header = new LongPointer(vector);
    if (header.get(1) - header.get(0) != vector.size() * BYTES_EACH) {
      return false;
    }
    return Arrays.equals(slowly(vector), addresses(vector));
  }

  /** The addresses of the modules, without a reference to any of them. */
  static long[] addresses(SharedModuleVector vector) {
    long[] addresses = new long[Math.toIntExact(vector.size())];
    if (addresses.length == 0) {
      return addresses;
    }
    Pointer begin = new PointerPointer<Pointer>(vector).get(0);
    ByteBuffer pairs =
        new BytePointer(begin)
            .capacity((long) addresses.length * BYTES_EACH)
            .asByteBuffer()
            .order(ByteOrder.nativeOrder());
    for (int i = 0; i < addresses.length; i++) {
      addresses[i] = pairs.getLong(i * BYTES_EACH);
    }
    return addresses;
  }

  /** The addresses of the modules, by counted references: right with every C++ library. */
  static long[] slowly(SharedModuleVector vector) {
    long[] addresses = new long[Math.toIntExact(vector.size())];
    for (int i = 0; i < addresses.length; i++) {
      try (Module module = vector.get(i)) {
        addresses[i] = module.address();
      }
    }
    return addresses;
  }
}
