package io.tensorcache.internal.call;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.config.Granularity;
import io.tensorcache.config.PartialMiss;
import io.tensorcache.tensor.DType;
import org.jspecify.annotations.Nullable;

/** How one function is cached; two wraps of one name must agree on it. */
public record FunctionSettings(
    Class<?> tensorType,
    CacheLevel level,
    Granularity granularity,
    PartialMiss partialMiss,
    @Nullable DType storeAs,
    boolean persisting,
    RowChecks checks) {

  /**
   * The dtype in which an output of this dtype is stored: {@link #storeAs} for wider floats, else
   * its own.
   */
  DType storedDType(DType dtype) {
    boolean wideFloat = dtype == DType.FLOAT32 || dtype == DType.FLOAT64;
    return storeAs != null && wideFloat ? storeAs : dtype;
  }

  // Generated, it would keep the class loader: "Class loaders" in docs/design.md says why.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof FunctionSettings that
        && tensorType == that.tensorType
        && level == that.level
        && granularity == that.granularity
        && partialMiss == that.partialMiss
        && storeAs == that.storeAs
        && persisting == that.persisting
        && checks.equals(that.checks);
  }
}
