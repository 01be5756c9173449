package io.tensorcache.internal.scope;

/**
 * What the durable store is to do about an entry that changes. Given while the table is locked, so
 * that orders are given as entries change; it only notes them.
 */
@FunctionalInterface
public interface StoreOrder {
  /** Nothing. */
  StoreOrder NONE = isKept -> {};

  /** {@code isKept} is false if the entry is not there any more. */
  void give(boolean isKept);
}
