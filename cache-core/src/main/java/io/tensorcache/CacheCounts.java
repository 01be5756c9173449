package io.tensorcache;

import java.util.concurrent.atomic.LongAdder;

/** What happened to the rows of one cache, whoever asked. Safe for use by several threads. */
final class CacheCounts {
  final LongAdder rowsNotAdmitted = new LongAdder();
  final LongAdder evictions = new LongAdder();
  final LongAdder failures = new LongAdder();
}
