package io.tensorcache.internal.scope;

import io.tensorcache.scope.RemovalCause;
import org.jspecify.annotations.Nullable;

/** Told of each entry that left a table. */
public interface Leaving {
  /** With the table locked: notes what the store is to do. */
  void leaves(Entry entry, RemovalCause cause);

  /** Without a lock. {@code held} is what the entry held last. */
  void left(Entry entry, @Nullable Object held, RemovalCause cause);

  /** What a call gets that changes a closed table. */
  IllegalStateException whenClosed();
}
