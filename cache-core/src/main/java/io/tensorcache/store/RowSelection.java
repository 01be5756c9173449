package io.tensorcache.store;

import io.tensorcache.tensor.TensorKey;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of a durable store are meant: those that meet every condition. Immutable.
 * <!-- region: prune, from StoreExamplesTest.java -->
 *
 * <pre>{@code
 * try (RowStore store = RowStore.openForChanges(directory, "features", ByteSize.ofGiB(1))) {
 *   Instant lastMonth = Instant.now().minus(Duration.ofDays(30));
 *   RowSelection old = RowSelection.ofFunction("squares").storedBefore(lastMonth);
 *   RemovedRows would = store.wouldPrune(old); // counts, and changes nothing
 *   RemovedRows removed = store.prune(old);
 * }
 * }</pre>
 *
 * @param function of this function; null for any
 * @param fingerprint of this fingerprint, or of every other one; null for any
 * @param isOther true for every other fingerprint than {@code fingerprint}
 * @param before stored before this time; null for any
 */
public record RowSelection(
    @Nullable String function,
    @Nullable TensorKey fingerprint,
    boolean isOther,
    @Nullable Instant before) {
  private static final RowSelection ALL = new RowSelection(null, null, false, null);

  /** Refuses "every other" without a fingerprint. */
  public RowSelection {
    if (isOther && fingerprint == null) {
      throw new IllegalArgumentException("every other fingerprint than none: name one");
    }
  }

  /** Selects every row. */
  public static RowSelection all() {
    return ALL;
  }

  /** Selects the rows of one function. */
  public static RowSelection ofFunction(String name) {
    return new RowSelection(name, null, false, null);
  }

  /** Selects only those of this fingerprint, the digest of one. */
  public RowSelection withFingerprint(TensorKey digest) {
    return new RowSelection(function, digest, false, before);
  }

  /** Selects only those of every other fingerprint: what a retraining left behind. */
  public RowSelection withoutFingerprint(TensorKey digest) {
    return new RowSelection(function, digest, true, before);
  }

  /** Selects only those stored before a time. */
  public RowSelection storedBefore(Instant time) {
    return new RowSelection(function, fingerprint, isOther, time);
  }

  /** Says whether there is no condition. */
  public boolean isAll() {
    return equals(ALL);
  }
}
