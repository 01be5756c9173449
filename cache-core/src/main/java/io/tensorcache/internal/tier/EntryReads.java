package io.tensorcache.internal.tier;

import org.jspecify.annotations.Nullable;

/**
 * The look-up that each thread has open in one pool: by it Ehcache's serializer finds what the
 * thread wants. Between look-ups a thread keeps an empty array of the JDK and nothing of this
 * library, whose class loader could not go before the thread otherwise. Safe for use by several
 * threads.
 */
final class EntryReads {
  private final ThreadLocal<@Nullable Object[]> open = ThreadLocal.withInitial(() -> new Object[1]);

  /** From now on, until {@link #close}, what this thread reads is delivered there. */
  void open(EntryRead read) {
    open.get()[0] = read;
  }

  void close() {
    open.get()[0] = null;
  }

  /** Null if this thread looks nothing up. */
  @Nullable EntryRead current() {
    return (EntryRead) open.get()[0];
  }
}
