package io.tensorcache.internal.durable;

/** What becomes of a row that a store is given. */
public enum Storing {
  /** It is here, or on its way. */
  QUEUED,
  /** The store is full of rows that are asked for as often. */
  REFUSED,
  /** It cannot be kept: too large, too many at once, or nothing can be written. */
  DECLINED
}
