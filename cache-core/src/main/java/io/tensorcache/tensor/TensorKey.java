package io.tensorcache.tensor;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The 128-bit key of a row. Two rows with the same key hold the same bytes, dtype, shape, slot and
 * domain, except with a probability below 2^-111 for rows chosen without knowledge of the seed.
 * <!-- region: keys, from FingerprintExamplesTest.java -->
 *
 * <pre>{@code
 * KeyBuilder keys =
 *     new KeyBuilder().function("squares", Fingerprint.version("1"), Granularity.ROWS);
 * List<TensorKey> ofRows = keys.rowKeys(HostTensor.adapter().view(batch));
 * String digits = ofRows.get(1).toString(); // 273b5de48bce492aff41fdc5127a8e71
 * TensorKey parsed = TensorKey.parse(digits);
 * }</pre>
 *
 * @param hi the first 64 bits
 * @param lo the last 64 bits
 */
public record TensorKey(long hi, long lo) {
  /**
   * Returns the key of 32 hexadecimal digits, as {@link #toString} writes them.
   *
   * @throws IllegalArgumentException if the text is none
   */
  public static TensorKey parse(String hex) {
    if (!hex.matches("[0-9a-fA-F]{32}")) {
      throw new IllegalArgumentException("key \"" + hex + "\": 32 hexadecimal digits are needed");
    }
    return new TensorKey(
        Long.parseUnsignedLong(hex, 0, 16, 16), Long.parseUnsignedLong(hex, 16, 32, 16));
  }

  // Generated, it would keep the class loader: "Class loaders" in docs/design.md says why.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TensorKey that && hi == that.hi && lo == that.lo;
  }

  /** Returns some of its bits, which are distributed uniformly and need no mixing. */
  @Override
  public int hashCode() {
    return (int) lo;
  }

  /** Writes 32 hexadecimal digits, {@code hi} first. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%016x%016x", hi, lo);
  }
}
