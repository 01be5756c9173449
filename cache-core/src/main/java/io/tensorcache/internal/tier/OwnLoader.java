package io.tensorcache.internal.tier;

import java.util.function.Supplier;
import org.ehcache.CacheManager;

/**
 * Calls Ehcache where it looks for its own parts: it asks the thread's context class loader first,
 * which in a server or a plugin may know another Ehcache, or none.
 */
final class OwnLoader {
  private OwnLoader() {}

  /** Calls with Ehcache's class loader as the thread's, and puts that one back. */
  static <T> T call(Supplier<T> action) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(CacheManager.class.getClassLoader());
    try {
      return action.get();
    } finally {
      thread.setContextClassLoader(before);
    }
  }
}
