package io.tensorcache.internal.key;

import io.tensorcache.tensor.TensorKey;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * What identifies a computation: the first half of the SHA-256 of a text (KEY.md, "Fingerprints"),
 * and where it came from in words. Equal if the digests are. Immutable.
 */
public final class ComputationDigest {
  private final TensorKey digest;
  private final String description;

  private ComputationDigest(TensorKey digest, String description) {
    this.digest = digest;
    this.description = description;
  }

  /** The beginning of the text of a kind of digest. */
  public static DomainEncoder start(String kind) {
    return new DomainEncoder().put("TCF2").put(kind);
  }

  /** That of a text which {@link #start} began. */
  public static ComputationDigest of(DomainEncoder text, String description) {
    ByteBuffer half = ByteBuffer.wrap(ContentDigest.of(text.toBytes()));
    return new ComputationDigest(new TensorKey(half.getLong(), half.getLong()), description);
  }

  /** One that is known. */
  public static ComputationDigest of(TensorKey digest) {
    return new ComputationDigest(Objects.requireNonNull(digest, "digest is null"), "digest");
  }

  /** This one with one more thing that counts. */
  public ComputationDigest and(String detail) {
    Objects.requireNonNull(detail, "detail is null");
    return of(
        start("and").put(digest.hi()).put(digest.lo()).put(detail), description + ", " + detail);
  }

  /** 128 bits. */
  public TensorKey digest() {
    return digest;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ComputationDigest that && digest.equals(that.digest);
  }

  @Override
  public int hashCode() {
    return digest.hashCode();
  }

  /** Where it came from and the first digits. */
  @Override
  public String toString() {
    return description + " (" + digest.toString().substring(0, 12) + ")";
  }
}
