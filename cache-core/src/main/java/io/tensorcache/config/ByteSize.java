package io.tensorcache.config;

import org.jspecify.annotations.Nullable;

/**
 * A number of bytes. KiB, MiB and GiB are powers of two.
 * <!-- region: byte-size, from OptionExamplesTest.java -->
 *
 * <pre>{@code
 * ByteSize quarter = ByteSize.ofMiB(256);
 * ByteSize parsed = ByteSize.parse("256MiB");
 * String text = ByteSize.ofBytes(1_610_612_736).toString(); // 1.5 GiB
 * }</pre>
 *
 * @param bytes the count, at least 0
 */
public record ByteSize(long bytes) implements Comparable<ByteSize> {
  private static final long KIB = 1L << 10;
  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;

  /** Refuses a negative count. */
  public ByteSize {
    if (bytes < 0) {
      throw new IllegalArgumentException("byte size " + bytes + ": must be >= 0");
    }
  }

  /** Returns {@code count} bytes. */
  public static ByteSize ofBytes(long count) {
    return new ByteSize(count);
  }

  /** Returns {@code count} times 2^10 bytes. */
  public static ByteSize ofKiB(long count) {
    return new ByteSize(Math.multiplyExact(count, KIB));
  }

  /** Returns {@code count} times 2^20 bytes. */
  public static ByteSize ofMiB(long count) {
    return new ByteSize(Math.multiplyExact(count, MIB));
  }

  /** Returns {@code count} times 2^30 bytes. */
  public static ByteSize ofGiB(long count) {
    return new ByteSize(Math.multiplyExact(count, GIB));
  }

  /**
   * Reads {@code "512MiB"}, {@code "4 GiB"}, {@code "100KiB"} or a plain number of bytes.
   *
   * @throws IllegalArgumentException if the text is none of these
   */
  public static ByteSize parse(String text) {
    String trimmed = text.trim();
    int digits = 0;
    while (digits < trimmed.length() && Character.isDigit(trimmed.charAt(digits))) {
      digits++;
    }
    try {
      long count = Long.parseLong(trimmed.substring(0, digits));
      return switch (trimmed.substring(digits).trim()) {
        case "", "B" -> ofBytes(count);
        case "KiB" -> ofKiB(count);
        case "MiB" -> ofMiB(count);
        case "GiB" -> ofGiB(count);
        default -> throw new NumberFormatException("unknown unit");
      };
    } catch (ArithmeticException | NumberFormatException e) {
      throw new IllegalArgumentException(
          "byte size \""
              + text
              + "\": expected a whole number and B, KiB, MiB or GiB, such as 512MiB",
          e);
    }
  }

  @Override
  public int compareTo(ByteSize other) {
    return Long.compare(bytes, other.bytes);
  }

  /**
   * Writes it in the largest unit that gives a number of at least 1, with up to one decimal: {@code
   * 1.5 GiB}.
   */
  @Override
  public String toString() {
    if (bytes < KIB) {
      return bytes + " B";
    }
    long unit = bytes < MIB ? KIB : bytes < GIB ? MIB : GIB;
    String name = unit == KIB ? " KiB" : unit == MIB ? " MiB" : " GiB";
    return bytes % unit == 0
        ? bytes / unit + name
        : String.format(java.util.Locale.ROOT, "%.1f%s", (double) bytes / unit, name);
  }

  // Generated, it would keep the class loader: "Class loaders" in docs/design.md says why.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ByteSize that && bytes == that.bytes;
  }
}
