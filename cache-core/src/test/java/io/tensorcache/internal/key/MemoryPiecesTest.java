package io.tensorcache.internal.key;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tensorcache.RequiresNative;
import java.util.Random;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;

/** The same of both ways to compare. */
@RequiresNative
@SuppressWarnings("try") // closed before the block ends
class MemoryPiecesTest {
  private static final int[] SIZES = {0, 1, 7, 8, 9, 31, 63, 64, 65, 4096, 65_536};

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @Test
  void aChangedByteIsSeenInItsPieceInJava() {
    aChangedByteIsSeenInItsPiece(false);
  }

  @Test
  void aChangedByteIsSeenInItsPieceByTheLibrary() {
    aChangedByteIsSeenInItsPiece(true);
  }

  private void aChangedByteIsSeenInItsPiece(boolean isNative) {
    try (BytePointer bytes = new BytePointer(1 << 20);
        MemoryPieces pieces = new MemoryPieces(isNative)) {
      byte[] content = new byte[1 << 20];
      random.nextBytes(content);
      bytes.put(content);
      int[] begins = new int[60];
      int end = random.nextInt(64);
      for (int i = 0; i < begins.length; i++) {
        begins[i] = end;
        assertEquals(i, pieces.add(bytes.address() + end, SIZES[i % SIZES.length]));
        end += SIZES[i % SIZES.length];
      }
      pieces.remember();
      assertEquals(begins.length, pieces.count());
      assertEquals(-1, pieces.firstChanged());
      for (int i = 0; i < begins.length; i++) {
        int size = SIZES[i % SIZES.length];
        for (int at : size == 0 ? new int[0] : new int[] {0, size - 1, random.nextInt(size)}) {
          byte then = bytes.get(begins[i] + at);
          bytes.put(begins[i] + at, (byte) (then ^ 1 << random.nextInt(8)));
          String message = "byte " + at + " of piece " + i + ", seed " + seed;
          assertEquals(i, pieces.firstChanged(), message);
          assertEquals(i, pieces.firstChanged(i, i + 1), message);
          assertEquals(-1, pieces.firstChanged(0, i), message);
          assertEquals(-1, pieces.firstChanged(i + 1, begins.length), message);
          bytes.put(begins[i] + at, then);
        }
      }
      assertEquals(-1, pieces.firstChanged());
    }
  }

  @Test
  void whatIsRememberedAnewIsAsItWas() {
    for (boolean isNative : new boolean[] {false, true}) {
      try (BytePointer bytes = new BytePointer(100).fill(1);
          MemoryPieces pieces = new MemoryPieces(isNative)) {
        pieces.add(bytes.address(), 50);
        pieces.remember();
        bytes.put(49, (byte) 2);
        assertEquals(0, pieces.firstChanged());
        pieces.remember();
        assertEquals(-1, pieces.firstChanged());
        pieces.add(bytes.address() + 50, 50);
        pieces.remember(); // one more
        bytes.put(99, (byte) 2);
        assertEquals(1, pieces.firstChanged());
        pieces.close();
        pieces.remember();
        assertEquals(-1, pieces.firstChanged());
      }
    }
  }

  /** What comes after a difference need not be there any more. */
  @Test
  void nothingIsReadAfterAPieceThatDiffers() {
    for (boolean isNative : new boolean[] {false, true}) {
      try (MemoryPieces pieces = new MemoryPieces(isNative);
          BytePointer pointer = new BytePointer(8).fill(0)) {
        BytePointer large = new BytePointer(Pointer.malloc(256 << 20)).capacity(256 << 20);
        large.position((256 << 20) - 8).put((byte) 3).position(0);
        pieces.add(pointer.address(), 8);
        pieces.add(large.address() + (256 << 20) - 8, 8);
        pieces.remember();
        pointer.put((byte) 1);
        Pointer.free(large); // given back to the system: reading it would end the process
        assertEquals(0, pieces.firstChanged());
      }
    }
  }

  @Test
  void aScopeOfTheCallerFreesNoCopies() {
    for (boolean isNative : new boolean[] {false, true}) {
      try (BytePointer bytes = new BytePointer(1000).fill(1);
          MemoryPieces pieces = new MemoryPieces(isNative)) {
        pieces.add(bytes.address(), 1000);
        long objects = Pointer.totalCount();
        try (PointerScope scope = new PointerScope()) {
          pieces.remember();
          assertEquals(scope, PointerScope.getInnerScope());
        }
        assertEquals(-1, pieces.firstChanged());
        pieces.close();
        assertEquals(objects, Pointer.totalCount());
      }
    }
  }

  @Test
  void refusesPiecesThatAreNotThere() {
    for (boolean isNative : new boolean[] {false, true}) {
      try (BytePointer bytes = new BytePointer(8).fill(1);
          MemoryPieces pieces = new MemoryPieces(isNative)) {
        assertThrows(IllegalArgumentException.class, () -> pieces.add(bytes.address(), -1));
        assertThrows(IndexOutOfBoundsException.class, pieces::firstChanged);
        pieces.remember();
        assertEquals(-1, pieces.firstChanged());
        pieces.add(bytes.address(), 8);
        assertThrows(IndexOutOfBoundsException.class, pieces::firstChanged, "not remembered");
        pieces.remember();
        assertEquals(-1, pieces.firstChanged(1, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> pieces.firstChanged(0, 2));
        assertThrows(IndexOutOfBoundsException.class, () -> pieces.firstChanged(-1, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> pieces.firstChanged(1, 0));
        pieces.close();
        assertThrows(IndexOutOfBoundsException.class, pieces::firstChanged, "freed");
      }
    }
  }
}
