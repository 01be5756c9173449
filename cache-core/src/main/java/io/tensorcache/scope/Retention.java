package io.tensorcache.scope;

import io.tensorcache.config.CacheLevel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a scope holds its values: as copies, or by reference. A value held by reference is the same
 * object at every access, the program's own, and never freed by the scope; a program that closes it
 * makes the scope compute it again. Immutable.
 * <!-- region: retention, from ScopeExamplesTest.java -->
 *
 * <pre>{@code
 * Scope<HostTensor> scope =
 *     cache
 *         .scopeBuilder("shown", HostTensor.adapter())
 *         .retention(Retention.hybrid(8)) // the 8 used last; others while the program holds them
 *         .open();
 * scope.put("image", x);
 * HostTensor same = scope.getIfPresent("image"); // x itself, not a copy
 * }</pre>
 */
public final class Retention {
  /**
   * Values are copied, as bytes, into the tiers of the cache; each access returns a fresh tensor,
   * so that nobody can change what is cached.
   */
  public static final Retention COPY = new Retention("COPY", 0, null);

  /** Values are held by reference, until the entry leaves. */
  public static final Retention STRONG =
      new Retention("STRONG", Integer.MAX_VALUE, CacheLevel.TOTAL);

  /**
   * Values are held by weak reference: they are served while the program still holds the value
   * itself (the tensor, list or record), and gone after.
   */
  public static final Retention WEAK = new Retention("WEAK", 0, CacheLevel.TOTAL);

  private final String name;
  private final int strongEntries;
  private final @Nullable CacheLevel strongUpTo; // null: copies

  private Retention(String name, int strongEntries, @Nullable CacheLevel strongUpTo) {
    this.name = name;
    this.strongEntries = strongEntries;
    this.strongUpTo = strongUpTo;
  }

  /**
   * Holds values by reference: the {@code strongEntries} used last strongly, the rest weakly.
   *
   * @throws IllegalArgumentException if it is not at least 1
   */
  public static Retention hybrid(int strongEntries) {
    if (strongEntries < 1) {
      throw new IllegalArgumentException(
          "hybrid(" + strongEntries + "): at least 1; WEAK holds none strongly");
    }
    return new Retention("hybrid(" + strongEntries + ")", strongEntries, CacheLevel.TOTAL);
  }

  /** Holds values by reference: entries of at most this level strongly, those above weakly. */
  public static Retention byLevel(CacheLevel strongUpTo) {
    return new Retention("byLevel(" + strongUpTo + ")", Integer.MAX_VALUE, strongUpTo);
  }

  /** Says whether values are copied; else they are held by reference. */
  public boolean isCopy() {
    return strongUpTo == null;
  }

  /** Says whether a new entry of this level is held strongly. */
  public boolean isStrong(CacheLevel level) {
    return strongUpTo != null && strongEntries > 0 && level.isStoredAt(strongUpTo);
  }

  /** Returns how many entries are held strongly at most. */
  public int strongEntries() {
    return strongEntries;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Retention that && name.equals(that.name);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name);
  }

  /** Writes it as a program does. */
  @Override
  public String toString() {
    return name;
  }
}
