package io.tensorcache.pytorch;

import io.tensorcache.internal.key.MemoryPieces;
import java.util.List;

/** The probed words of all large tensors of a module. Confined to one thread at a time. */
final class ProbedWords implements AutoCloseable {
  private final MemoryPieces words = new MemoryPieces();

  /** Reads the words. */
  ProbedWords(List<WatchedMemory> memories) {
    memories.forEach(memory -> memory.addProbes(words));
    words.remember();
  }

  /** The number of the first memory of which a word is not as it was, or -1. */
  int firstChanged() {
    int word = words.firstChanged();
    return word < 0 ? -1 : word / WatchedMemory.PROBES;
  }

  @Override
  public void close() {
    words.close();
  }
}
