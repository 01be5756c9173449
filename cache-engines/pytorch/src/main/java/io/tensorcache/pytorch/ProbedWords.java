package io.tensorcache.pytorch;

import io.tensorcache.internal.key.MemoryPieces;
import java.util.List;

/**
 * The probed words of all large tensors of a module, of which each look compares a part. Confined
 * to one thread at a time.
 */
final class ProbedWords implements AutoCloseable {
  private static final int PARTS = WatchedMemory.PARTS;

  private final MemoryPieces words = new MemoryPieces();
  private final int wordsInPart; // of all memories
  private int next;

  /** Reads the words. */
  ProbedWords(List<WatchedMemory> memories) {
    for (int part = 0; part < PARTS; part++) {
      for (WatchedMemory memory : memories) {
        memory.addProbes(part, words);
      }
    }
    wordsInPart = words.count() / PARTS;
    words.remember();
  }

  /** Compares the next part; the number of the first memory that is not as it was, or -1. */
  int next() {
    int part = next;
    next = (part + 1) % PARTS;
    return firstChanged(part);
  }

  /** The number of the first memory of which a word of a part is not as it was, or -1. */
  int firstChanged(int part) {
    int from = part * wordsInPart;
    int word = words.firstChanged(from, from + wordsInPart);
    return word < 0 ? -1 : (word - from) / WatchedMemory.PROBES_IN_PART;
  }

  @Override
  public void close() {
    words.close();
  }
}
