package io.tensorcache.internal.codec;

import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorSpec;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one row consists of: its output tensors, in order; one for most functions. Immutable; safe
 * for use by several threads.
 *
 * @param parts 1 to 1024 parts with different names
 */
public record RowSchema(List<Part> parts) {
  static final int MAX_PARTS = 1024;
  static final int MAX_NAME_BYTES = 0xFFFF;
  static final int MAX_RANK = 255;

  /** Copies the list and refuses what an entry could not hold. */
  public RowSchema {
    parts = List.copyOf(parts);
    if (parts.isEmpty() || parts.size() > MAX_PARTS) {
      throw new IllegalArgumentException(
          parts.size() + " parts in a row: 1.." + MAX_PARTS + " are possible");
    }
    if (parts.size() > 1) {
      refuseEqualNames(parts);
    }
  }

  private static void refuseEqualNames(List<Part> parts) {
    Set<String> names = new HashSet<>();
    for (Part part : parts) {
      if (!names.add(part.name())) {
        throw new IllegalArgumentException("two outputs are named \"" + part.name() + "\"");
      }
    }
  }

  /** A row of one unnamed output that is stored as it is. */
  public static RowSchema of(TensorSpec spec) {
    return of(spec, spec.dtype());
  }

  /** A row of one unnamed output. */
  public static RowSchema of(TensorSpec spec, DType storedDtype) {
    return new RowSchema(List.of(new Part("", spec, storedDtype)));
  }

  /** Bytes of the row as the function returned it. */
  public long byteCount() {
    long sum = 0;
    for (Part part : parts) {
      sum = Math.addExact(sum, part.spec().byteCount());
    }
    return sum;
  }

  /** Bytes of the row in its stored dtypes, before compression. */
  public long storedByteCount() {
    long sum = 0;
    for (Part part : parts) {
      sum = Math.addExact(sum, part.storedByteCount());
    }
    return sum;
  }

  // Generated, it would keep the class loader: "Class loaders" in docs/design.md says why.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RowSchema that && parts.equals(that.parts);
  }

  /**
   * One output of a row.
   *
   * @param name may be empty; at most 65,535 bytes of UTF-8
   * @param spec the row of this output as the function returned it; at most 255 dimensions
   * @param storedDtype the dtype it is stored in, {@code spec.dtype()} unless asked otherwise
   */
  public record Part(String name, TensorSpec spec, DType storedDtype) {
    /** Refuses what an entry could not hold. */
    public Part {
      if (spec.rank() > MAX_RANK) {
        throw new IllegalArgumentException(
            spec.rank() + " dimensions in output \"" + name + "\": 0.." + MAX_RANK);
      }
      if (name.length() > MAX_NAME_BYTES / 3
          && name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
        throw new IllegalArgumentException(
            "an output name of " + name.length() + " characters: at most 65,535 bytes of UTF-8");
      }
      CanonicalText.requireWhole("an output", name);
      StoredDtype.check(spec.dtype(), storedDtype);
    }

    /** Bytes of this part in its stored dtype, before compression. */
    public long storedByteCount() {
      return Math.multiplyExact(spec.elementCount(), (long) storedDtype.byteSize());
    }

    // Generated, it would keep the class loader: "Class loaders" in docs/design.md says why.
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Part that
          && storedDtype == that.storedDtype
          && name.equals(that.name)
          && spec.equals(that.spec);
    }
  }
}
