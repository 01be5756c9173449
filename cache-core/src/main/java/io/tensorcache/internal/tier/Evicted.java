package io.tensorcache.internal.tier;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What Ehcache drops from a pool while a thread changes it: it reads the key of each entry that it
 * is about to drop, and no other key then. So no listener is registered, for which Ehcache would
 * prepare an event at each look-up too. Between changes a thread keeps an empty array of the JDK,
 * as in {@link EntryReads}. Safe for use by several threads.
 */
final class Evicted {
  private final ThreadLocal<@Nullable Object[]> open = ThreadLocal.withInitial(() -> new Object[1]);
  private final Consumer<EntryKey> told;

  /** {@code told} is called on the thread that changed the pool, after the change. */
  Evicted(Consumer<EntryKey> told) {
    this.told = told;
  }

  /** This thread begins a change. */
  void open() {
    open.get()[0] = new ArrayDeque<EntryKey>(1);
  }

  /** Ehcache read a key. */
  void read(EntryKey key) {
    Deque<EntryKey> keys = current();
    if (keys != null) {
      keys.add(key);
    }
  }

  /** The change is made: tells what was dropped. */
  void close() {
    tell(take());
  }

  /** Something was thrown: what Ehcache was about to drop last may still be there. */
  void closeAfterFailure(Predicate<EntryKey> isThere) {
    Deque<EntryKey> keys = take();
    EntryKey last = keys == null ? null : keys.pollLast();
    tell(keys);
    if (last != null && !isThere.test(last)) {
      told.accept(last);
    }
  }

  private void tell(@Nullable Deque<EntryKey> keys) {
    for (EntryKey key; keys != null && (key = keys.poll()) != null; ) {
      told.accept(key);
    }
  }

  private @Nullable Deque<EntryKey> take() {
    Deque<EntryKey> keys = current();
    open.get()[0] = null;
    return keys;
  }

  @SuppressWarnings("unchecked")
  private @Nullable Deque<EntryKey> current() {
    return (Deque<EntryKey>) open.get()[0];
  }
}
