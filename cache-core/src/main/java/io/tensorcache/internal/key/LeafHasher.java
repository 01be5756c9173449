package io.tensorcache.internal.key;

import java.security.MessageDigest;

/** Hashes leaves one after another, with one buffer for all. Confined to one thread. */
final class LeafHasher {
  static final int LEAF_BYTES = 64 << 10;
  private static final byte LEAF = 0;

  /** The bytes of the leaf that is hashed next. */
  final byte[] leaf = new byte[LEAF_BYTES];

  private final MessageDigest sha256 = Sha256.start();

  /** Writes SHA-256(0x00, leaf) of the first bytes of {@link #leaf}. */
  void hash(int byteCount, byte[] out, int at) {
    sha256.update(LEAF);
    sha256.update(leaf, 0, byteCount);
    Sha256.finish(sha256, out, at);
  }
}
