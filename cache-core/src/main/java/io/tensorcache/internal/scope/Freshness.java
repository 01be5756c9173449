package io.tensorcache.internal.scope;

/** Whether a value that is about to be kept is still of the inputs that its entry has now. */
@FunctionalInterface
public interface Freshness {
  /**
   * Asked once, when the entry is about to enter, under the lock of its name: what outdates the
   * entry later finds it in the table. Must not touch the table.
   */
  boolean claim();
}
