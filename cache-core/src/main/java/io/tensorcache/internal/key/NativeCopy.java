package io.tensorcache.internal.key;

import io.tensorcache.error.NativeLibraryException;
import io.tensorcache.internal.codec.SummingCopy;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Copies and sums in C++, by one pass over the memory. Stateless; safe for several threads. */
final class NativeCopy implements SummingCopy {
  private static final Logger log = LoggerFactory.getLogger(NativeCopy.class);
  private static final int TESTED_BYTES = 3000;
  private static final int MEASURED_BYTES = 64 << 10;
  private static final int MEASUREMENTS = 20;

  /** Holds what was found out once. */
  private static final class Offer {
    static final boolean WORKS = works();
    static final boolean IS_FASTER = WORKS && beatsSum(new NativeCopy());

    private static boolean works() {
      try {
        return NativeBinding.copyPays() == 1 && isRight(new NativeCopy());
      } catch (LinkageError | RuntimeException e) {
        log.warn("Rows are copied by Java: the native library cannot", e);
        return false;
      }
    }
  }

  /** After the library was loaded: rows are copied by it where that is faster, and right. */
  static void offer() {
    if (Offer.WORKS) {
      SummingCopy.use(new NativeCopy());
    }
  }

  static boolean isRight(SummingCopy copy) {
    ByteBuffer from = ByteBuffer.allocateDirect(TESTED_BYTES);
    ByteBuffer to = ByteBuffer.allocateDirect(TESTED_BYTES);
    new Random(1).ints(TESTED_BYTES).forEach(value -> from.put((byte) value));
    CRC32C expected = new CRC32C();
    int sum = 0;
    int end = 0;
    for (int bytes = 0; end + bytes <= TESTED_BYTES; bytes = bytes * 2 + 1) {
      int start = end;
      end += bytes;
      sum = copy.copy(sum, from.limit(end).position(start), to.position(start));
      expected.update(from);
      if (sum != (int) expected.getValue()) {
        return false;
      }
    }
    return from.position(0).equals(to.position(0).limit(end));
  }

  /** By measuring both: what the JDK makes of a sum differs from processor to processor. */
  static boolean beatsSum(SummingCopy copy) {
    ByteBuffer from = ByteBuffer.allocateDirect(MEASURED_BYTES);
    ByteBuffer to = ByteBuffer.allocateDirect(MEASURED_BYTES);
    CRC32C sum = new CRC32C();
    long copyNanos = Long.MAX_VALUE;
    long sumNanos = Long.MAX_VALUE;
    for (int i = 0; i < MEASUREMENTS; i++) {
      long start = System.nanoTime();
      copy.copy(0, from, to);
      long copied = System.nanoTime();
      sum.update(from.clear());
      sumNanos = Math.min(sumNanos, System.nanoTime() - copied);
      copyNanos = Math.min(copyNanos, copied - start);
      from.clear();
    }
    return 5 * copyNanos < 4 * sumNanos; // less would not make up for the way around
  }

  @Override
  public boolean isFasterThanSum() {
    return Offer.IS_FASTER;
  }

  @Override
  public int copy(int sum, ByteBuffer from, ByteBuffer to) {
    return checked(NativeBinding.copy(sum, to, from, from.remaining()));
  }

  static int checked(long result) {
    if (result < 0) {
      throw new NativeLibraryException("native code " + -result + ": " + NativeBinding.lastError());
    }
    return (int) result;
  }
}
