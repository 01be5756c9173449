package io.tensorcache.internal.key;

import io.tensorcache.error.NativeLibraryException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;

/**
 * Pieces of native memory that somebody else keeps allocated, compared with copies of what they
 * held. They are read in the order in which they were added, none after one that differs: what a
 * piece proves to be there may be the next. One native call for all; without the library they are
 * compared in Java, with the same result. Confined to one thread at a time.
 */
public final class MemoryPieces implements AutoCloseable {
  private static final int WORDS_EACH = 3; // address, address of the copy, bytes
  private static final int LINE = 64;

  private final boolean isNative;
  private long[] pieces = new long[16 * WORDS_EACH];
  private int count;
  private @Nullable Copies copies;

  /** Without pieces. */
  public MemoryPieces() {
    this(Library.IS_HERE);
  }

  MemoryPieces(boolean isNative) {
    this.isNative = isNative;
  }

  /**
   * Adds a piece, which is not read before {@link #remember}.
   *
   * @return its number, from 0
   * @throws IllegalArgumentException if {@code byteCount} is negative
   */
  public int add(long address, int byteCount) {
    if (byteCount < 0) {
      throw new IllegalArgumentException("byteCount is " + byteCount + ": must be >= 0");
    }
    int at = count * WORDS_EACH;
    if (at == pieces.length) {
      pieces = Arrays.copyOf(pieces, 2 * at);
    }
    pieces[at] = address;
    pieces[at + 2] = byteCount;
    return count++;
  }

  /** How many pieces there are. */
  public int count() {
    return count;
  }

  /** Copies what the pieces hold now. */
  public void remember() {
    Copies now = copies;
    if (now == null || now.count != count) {
      close();
      now = isNative ? new Copies(pieces, count) : new JavaCopies(pieces, count);
      copies = now;
    }
    now.copy();
  }

  /**
   * The first of some pieces that is not as it was remembered; -1 if all are.
   *
   * @param from the number of the first to compare
   * @param to the number after the last
   * @throws IndexOutOfBoundsException if there are no such pieces, or they are not remembered
   */
  public int firstChanged(int from, int to) {
    Copies then = copies;
    if (from < 0 || from > to || then == null || to > then.count) {
      throw new IndexOutOfBoundsException(
          "pieces " + from + " to " + to + " of " + (then == null ? 0 : then.count));
    }
    return from == to ? -1 : then.firstChanged(from, to);
  }

  /** The first of all remembered pieces that is not as it was; -1 if all are. */
  public int firstChanged() {
    return firstChanged(0, count);
  }

  /** Frees the copies. The pieces may be remembered anew afterwards. */
  @Override
  public void close() {
    Copies then = copies;
    copies = null;
    if (then != null) {
      then.close();
    }
  }

  /** The table that the library reads, and the copies, in one block. */
  private static class Copies {
    final int count;
    final long[] table;
    final BytePointer block;
    private final long tableAddress;
    private final ByteBuffer first; // the library's answer

    Copies(long[] pieces, int count) {
      this.count = count;
      this.table = Arrays.copyOf(pieces, count * WORDS_EACH);
      long tableBytes = (1L + table.length) * Long.BYTES;
      long size = tableBytes;
      for (int i = 0; i < table.length; i += WORDS_EACH) {
        size = aligned(size, table[i + 2]);
        table[i + 1] = size; // in the block
        size += table[i + 2];
      }
      this.block = allocate(size + LINE);
      long begin = aligned(block.address(), LINE);
      for (int i = 0; i < table.length; i += WORDS_EACH) {
        table[i + 1] += begin;
      }
      this.tableAddress = begin + Long.BYTES;
      new LongPointer(new Address(tableAddress)).put(table, 0, table.length);
      this.first = buffer(begin, Long.BYTES);
    }

    /** Held by no {@code PointerScope} of the caller. */
    private static BytePointer allocate(long bytes) {
      try (PointerScope scope = new PointerScope()) {
        BytePointer block = new BytePointer(bytes);
        block.retainReference(); // a scope is one reference, and detaching drops it
        scope.detach(block);
        return block;
      }
    }

    /** Pieces of a line or more begin at one, as the memory of tensors does. */
    private static long aligned(long at, long byteCount) {
      long to = byteCount >= LINE ? LINE : Long.BYTES;
      return (at + to - 1) / to * to;
    }

    void copy() {
      for (int i = 0; i < table.length; i += WORDS_EACH) {
        if (table[i + 2] > 0) {
          Pointer.memcpy(new Address(table[i + 1]), new Address(table[i]), table[i + 2]);
        }
      }
      Reference.reachabilityFence(block);
    }

    int firstChanged(int from, int to) {
      long begin = tableAddress + (long) from * WORDS_EACH * Long.BYTES;
      NativeRowHasher.check(NativeBinding.compare(begin, to - from, tableAddress - Long.BYTES));
      int at = from + (int) first.getLong(0);
      Reference.reachabilityFence(block);
      return at == to ? -1 : at;
    }

    void close() {
      block.close();
    }
  }

  /** Compared in Java, where there is no library. */
  private static final class JavaCopies extends Copies {
    private final ByteBuffer[] memory;
    private final ByteBuffer[] then;

    JavaCopies(long[] pieces, int count) {
      super(pieces, count);
      this.memory = new ByteBuffer[count];
      this.then = new ByteBuffer[count];
      for (int i = 0; i < count; i++) {
        int byteCount = (int) table[i * WORDS_EACH + 2];
        memory[i] = buffer(table[i * WORDS_EACH], byteCount);
        then[i] = buffer(table[i * WORDS_EACH + 1], byteCount);
      }
    }

    private static boolean areEqual(ByteBuffer memory, ByteBuffer then) {
      return memory.capacity() == Long.BYTES
          ? memory.getLong(0) == then.getLong(0)
          : memory.mismatch(then) < 0;
    }

    @Override
    int firstChanged(int from, int to) {
      int at = from;
      while (at < to && areEqual(memory[at], then[at])) {
        at++;
      }
      Reference.reachabilityFence(block);
      return at == to ? -1 : at;
    }
  }

  private static ByteBuffer buffer(long address, int byteCount) {
    return byteCount == 0
        ? ByteBuffer.allocate(0)
        : new BytePointer(new Address(address))
            .capacity(byteCount)
            .asByteBuffer()
            .order(ByteOrder.nativeOrder());
  }

  private static final class Address extends Pointer {
    Address(long address) {
      super((Pointer) null);
      this.address = address;
    }
  }

  private static final class Library {
    static final boolean IS_HERE = isHere();

    private static boolean isHere() {
      try {
        NativeRowHasher.load();
        return true;
      } catch (NativeLibraryException e) {
        return false; // who computes keys says so
      }
    }
  }
}
