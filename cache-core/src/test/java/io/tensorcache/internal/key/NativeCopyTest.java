package io.tensorcache.internal.key;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tensorcache.error.NativeLibraryException;
import io.tensorcache.internal.codec.SummingCopy;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What copies and sums in C++, against Java. */
class NativeCopyTest {
  private final NativeCopy copy = new NativeCopy();

  @BeforeEach
  void load() {
    try {
      NativeRowHasher.open(KeyMaterial.of(null), NativeRowHasher.BEST);
    } catch (NativeLibraryException e) {
      assumeTrue(false, e.getMessage());
    }
    assumeTrue(NativeBinding.copyPays() == 1, "not on this processor");
  }

  @Test
  void everyLengthAndAlignment() {
    Random random = new Random(3);
    ByteBuffer from = ByteBuffer.allocateDirect(70_000);
    for (int i = 0; i < from.capacity(); i++) {
      from.put(i, (byte) random.nextInt());
    }
    for (int i = 0; i < 2000; i++) {
      int bytes = i < 600 ? i : random.nextInt(60_000);
      int start = random.nextInt(100);
      int at = 1 + random.nextInt(100);
      ByteBuffer to = ByteBuffer.allocateDirect(at + bytes + 1);
      CRC32C expected = new CRC32C();
      expected.update(from.clear().limit(start));
      int sum = (int) expected.getValue();
      from.limit(start + bytes).position(start);
      assertEquals(
          continued(expected, from), copy.copy(sum, from.asReadOnlyBuffer(), to.position(at)));
      assertEquals(from, to.limit(at + bytes), bytes + " bytes");
      assertEquals(0, to.clear().get(at - 1) | to.get(at + bytes), "around them");
    }
  }

  private static int continued(CRC32C sum, ByteBuffer bytes) {
    sum.update(bytes.duplicate());
    return (int) sum.getValue();
  }

  @Test
  void itIsUsedOnceTheLibraryIsLoaded() {
    assertTrue(NativeCopy.isRight(copy));
    assertTrue(SummingCopy.used() instanceof NativeCopy);
  }

  @Test
  void aWrongOneIsSeen() {
    assertFalse(NativeCopy.isRight((sum, from, to) -> copy.copy(sum, from, to) ^ 1), "the sum");
    assertFalse(
        NativeCopy.isRight(
            (sum, from, to) -> copy.copy(sum, from, ByteBuffer.allocateDirect(to.remaining()))),
        "the bytes");
  }

  @Test
  void whatTakesLessThanASumIsFaster() {
    assertTrue(NativeCopy.beatsSum((sum, from, to) -> sum));
    assertFalse(
        NativeCopy.beatsSum(
            (sum, from, to) -> {
              for (long end = System.nanoTime() + 1_000_000; System.nanoTime() < end; ) {
                Thread.onSpinWait();
              }
              return sum;
            }));
  }

  @Test
  void badArgumentsAreTold() {
    NativeLibraryException e =
        assertThrows(NativeLibraryException.class, () -> NativeCopy.checked(-1));
    assertTrue(e.getMessage().startsWith("native code 1: "), e.getMessage());
  }
}
