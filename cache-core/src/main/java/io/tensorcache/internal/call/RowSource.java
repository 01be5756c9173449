package io.tensorcache.internal.call;

/** A place that rows of one call may come from. Confined to one thread. */
interface RowSource {
  /**
   * Copies what is here of some rows to the result, or plans it, and counts what it found.
   *
   * @param wanted distinct rows that no source before had
   * @return those of them that are not here, in order
   */
  RowList lookUp(RowList wanted, ResultBatch<?> result, LookupCount found);
}
