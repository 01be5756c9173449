package io.tensorcache.internal.codec;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Copies direct memory and sums it in the same pass, where that is faster than a copy and then a
 * sum by the JDK. Safe for use by several threads.
 */
public interface SummingCopy {
  /**
   * Copies bytes and continues a CRC32C with them. Not from a file that is mapped: the JVM would
   * not survive that it becomes shorter.
   *
   * @param sum of what came before, as {@link java.util.zip.CRC32C} gives it
   * @param from a direct buffer, from its position to its limit; left as it was
   * @param to another one, writable, from its position; left as it was
   * @return the sum of both
   */
  int copy(int sum, ByteBuffer from, ByteBuffer to);

  /**
   * True if it takes less time than a sum by the JDK alone. Then bytes of a file are best read to a
   * place in the processor's caches and copied from there: while one is summed the next are stored.
   */
  default boolean isFasterThanSum() {
    return false;
  }

  /** Entries are copied by this one from now on; by Java if it is null. */
  static void use(@Nullable SummingCopy copy) {
    Used.COPY.set(copy);
  }

  /** What {@link #use} was told last. */
  static @Nullable SummingCopy used() {
    return Used.COPY.get();
  }

  /** What is to copy the bytes of a file; null if they are read to where they go. */
  static @Nullable SummingCopy forReading() {
    SummingCopy copy = used();
    return copy != null && copy.isFasterThanSum() ? copy : null;
  }

  /** For all entries of this class loader. */
  final class Used {
    private static final AtomicReference<@Nullable SummingCopy> COPY = new AtomicReference<>();

    private Used() {}
  }
}
