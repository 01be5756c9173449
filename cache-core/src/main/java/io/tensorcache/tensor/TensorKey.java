package io.tensorcache.tensor;

/**
 * The 128-bit key of a row. Two rows with the same key hold the same bytes, dtype, shape, slot and
 * domain, except with a probability below 2^-111 for rows chosen without knowledge of the seed.
 *
 * @param hi the first 64 bits
 * @param lo the last 64 bits
 */
public record TensorKey(long hi, long lo) {
  /** Already uniformly distributed: no further mixing. */
  @Override
  public int hashCode() {
    return (int) lo;
  }

  /** 32 hexadecimal digits, {@code hi} first. */
  @Override
  public String toString() {
    return String.format("%016x%016x", hi, lo);
  }
}
