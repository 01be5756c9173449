package io.tensorcache.pytorch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WatchedMemoryTest {
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @ParameterizedTest
  @ValueSource(ints = {65_537, 131_072, 200_001, 1_000_003})
  void aChangedByteIsSeenInItsWindowAndNoOther(int byteCount) {
    try (BytePointer bytes = new BytePointer(byteCount)) {
      byte[] content = new byte[byteCount];
      random.nextBytes(content);
      bytes.put(content);
      WatchedMemory memory = new WatchedMemory(bytes.address(), byteCount);
      assertEquals((byteCount + WatchedMemory.WINDOW - 1) / WatchedMemory.WINDOW, memory.windows());
      assertTrue(memory.isUnchanged());
      for (int i = 0; i < 100; i++) {
        int at = i == 0 ? 0 : i == 1 ? byteCount - 1 : random.nextInt(byteCount);
        bytes.put(at, (byte) (content[at] ^ 1 << random.nextInt(8)));
        assertFalse(memory.isUnchanged(), "seed " + seed);
        for (int window = 0; window < memory.windows(); window++) {
          boolean isOther = window != at / WatchedMemory.WINDOW;
          assertEquals(
              isOther,
              memory.firstChanged(window, window + 1) < 0,
              "byte " + at + ", seed " + seed);
        }
        bytes.put(at, content[at]);
      }
      assertTrue(memory.isUnchanged());
    }
  }

  /** As much as lies between three words in a row has one of them in it. */
  @ParameterizedTest
  @ValueSource(ints = {65_537, 1_000_003})
  void aThirtySecondThatIsReplacedIsSeen(int byteCount) {
    try (BytePointer bytes = new BytePointer(byteCount)) {
      byte[] content = new byte[byteCount];
      bytes.put(content);
      WatchedMemory memory = new WatchedMemory(bytes.address(), byteCount);
      ProbedWords words = new ProbedWords(List.of(memory));
      int replaced = byteCount / 32 + 2 * Long.BYTES;
      for (int i = 0; i < 100; i++) {
        int from = random.nextInt(byteCount - replaced);
        bytes.position(from);
        for (int at = 0; at < replaced; at++) {
          bytes.put(at, (byte) 1);
        }
        assertEquals(0, words.firstChanged(), "from " + from + ", seed " + seed);
        bytes.position(0).put(content);
        assertEquals(-1, words.firstChanged());
      }
    }
  }
}
