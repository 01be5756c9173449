package io.tensorcache.internal.key;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;

/**
 * The hashes of the leaves of one content, and the root over them:
 *
 * <pre>
 * leaf i = SHA-256(0x00 | bytes 65536 i up to 65536 (i + 1))     the last one may be shorter
 * root   = SHA-256(0x01 | u64 bytes of the content, little-endian | leaf 0 | leaf 1 | ...)
 * </pre>
 *
 * <p>Leaves may be written by several threads, each its own.
 */
final class LeafTree {
  private static final byte ROOT = 1;

  private final long byteCount;
  private final byte[] hashes;

  LeafTree(long byteCount) {
    this.byteCount = byteCount;
    long leaves = leavesOf(byteCount);
    if (leaves > Integer.MAX_VALUE / Sha256.BYTES) {
      throw new IllegalArgumentException(byteCount + " bytes to digest: at most 4 TiB");
    }
    this.hashes = new byte[(int) leaves * Sha256.BYTES];
  }

  private static long leavesOf(long byteCount) {
    return (byteCount + LeafHasher.LEAF_BYTES - 1) / LeafHasher.LEAF_BYTES;
  }

  long byteCount() {
    return byteCount;
  }

  int leafCount() {
    return hashes.length / Sha256.BYTES;
  }

  static long start(int leaf) {
    return (long) leaf * LeafHasher.LEAF_BYTES;
  }

  int byteCountOf(int leaf) {
    return (int) Math.min(LeafHasher.LEAF_BYTES, byteCount - start(leaf));
  }

  /** Hashes the leaf that lies in the buffer of the hasher. */
  void hash(int leaf, LeafHasher hasher) {
    hasher.hash(byteCountOf(leaf), hashes, leaf * Sha256.BYTES);
  }

  /** 32 bytes, when all leaves are there. */
  byte[] root() {
    MessageDigest sha256 = Sha256.start();
    sha256.update(ROOT);
    sha256.update(
        ByteBuffer.allocate(Long.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(0, byteCount)
            .array());
    return sha256.digest(hashes);
  }
}
