package io.tensorcache.internal.rows;

import java.util.concurrent.atomic.LongAdder;

/** What happened to the rows of one cache, whoever asked. Safe for use by several threads. */
public final class CacheCounts {
  public final LongAdder rowsNotAdmitted = new LongAdder();
  public final LongAdder rowsRefused = new LongAdder();
  public final LongAdder evictions = new LongAdder();
  public final LongAdder failures = new LongAdder();
}
