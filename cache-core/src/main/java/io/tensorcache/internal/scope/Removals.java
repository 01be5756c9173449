package io.tensorcache.internal.scope;

import io.tensorcache.scope.Removal;
import io.tensorcache.scope.ScopeListener;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removals of all scopes of a cache that are to be told. They wait until the call that caused them
 * holds nothing that a listener could ask for. Safe for use by several threads.
 */
public final class Removals {
  private static final Logger log = LoggerFactory.getLogger(Removals.class);

  private final Queue<Untold> untold = new ConcurrentLinkedQueue<>();

  /** The threads that are telling. */
  private final Set<Thread> telling = ConcurrentHashMap.newKeySet();

  private record Untold(Removal removal, ScopeListener listener, LongAdder failures) {}

  /**
   * Adds a removal.
   *
   * @param failures counts what the listener throws
   */
  public void add(Removal removal, ScopeListener listener, LongAdder failures) {
    untold.add(new Untold(removal, listener, failures));
  }

  /** True if {@link #tell} has something to do. */
  public boolean isPending() {
    return !untold.isEmpty();
  }

  /**
   * Tells what waits, on this thread; without a lock. What a listener removes waits until it has
   * returned.
   */
  public void tell() {
    Thread me = Thread.currentThread();
    if (telling.add(me)) {
      try {
        tellAll();
      } finally {
        telling.remove(me);
      }
    }
  }

  private void tellAll() {
    for (Untold next; (next = untold.poll()) != null; ) {
      Removal removal = next.removal;
      try {
        next.listener.onRemoval(removal);
      } catch (Throwable e) { // Kotlin throws what Java would have to declare, and its TODO()
        next.failures.increment();
        log.debug("the listener of scope {} threw for {}", removal.scope(), removal.name(), e);
      }
    }
  }
}
