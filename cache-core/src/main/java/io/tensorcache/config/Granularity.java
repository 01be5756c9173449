package io.tensorcache.config;

/** What one entry of a function stands for. */
public enum Granularity {
  /**
   * One row of the batch: the function maps row i of its inputs to row i of its outputs,
   * independently of other rows.
   */
  ROWS,
  /** All inputs together: one key, outputs of any shape. For kernel matrices and statistics. */
  WHOLE
}
