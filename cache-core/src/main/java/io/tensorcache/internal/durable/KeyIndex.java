package io.tensorcache.internal.durable;

import io.tensorcache.tensor.TensorKey;
import java.util.function.LongPredicate;

/**
 * Where the record of each key lies, in primitive arrays: at most 37.5 bytes an entry from about a
 * thousand entries on. Of a key only 64 mixed bits are kept, as the record says it in full: a
 * reader that finds another key there has a miss. Safe for use by several threads.
 */
final class KeyIndex {
  private static final int SHARD_BITS = 6;

  private final IndexShard[] shards = new IndexShard[1 << SHARD_BITS];

  KeyIndex() {
    for (int i = 0; i < shards.length; i++) {
      shards[i] = new IndexShard(0);
    }
  }

  /** Mixes, as nothing here may rely on keys that were chosen by someone being uniform. */
  static long tag(TensorKey key) {
    return mix(mix(key.lo()) ^ key.hi());
  }

  /** The finaliser of MurmurHash3 (Appleby): a bijection. */
  private static long mix(long bits) {
    long z = (bits ^ bits >>> 33) * 0xff51afd7ed558ccdL;
    z = (z ^ z >>> 33) * 0xc4ceb9fe1a85ec53L;
    return z ^ z >>> 33;
  }

  private IndexShard shard(TensorKey key) {
    return shards[(int) (tag(key) >>> Long.SIZE - SHARD_BITS)];
  }

  /** Makes room for so many entries in all. */
  void expect(long entries) {
    for (IndexShard shard : shards) {
      shard.expect((int) Math.min(entries / shards.length * 21 / 20, Integer.MAX_VALUE / 4));
    }
  }

  /** Makes room for more, so that the index does not grow step by step. */
  void expectMore(int entries) {
    long size = size();
    if ((size + entries) * 4 / 3 > byteCount() / IndexShard.SLOT_BYTES) {
      expect(size + Math.max(entries, size / 4));
    }
  }

  /** False if this record was there already. */
  boolean add(TensorKey key, long place, int createdSeconds) {
    return shard(key).add(tag(key), place, createdSeconds);
  }

  /** A record of the key created at or after {@code oldest}, marked as used; 0 for none. */
  long use(TensorKey key, int oldest) {
    return shard(key).find(tag(key), oldest, true);
  }

  /** A record of the key created at or after {@code oldest}, without a mark; 0 for none. */
  long find(TensorKey key, int oldest) {
    return shard(key).find(tag(key), oldest, false);
  }

  boolean contains(TensorKey key, long place) {
    return shard(key).contains(tag(key), place);
  }

  boolean isUsed(TensorKey key, long place) {
    return shard(key).isUsed(tag(key), place);
  }

  boolean remove(TensorKey key, long place) {
    return shard(key).remove(tag(key), place);
  }

  /** Removes every record that the predicate is true for; returns their number. Looks at all. */
  long removeIf(LongPredicate predicate) {
    return removeIf((tag, place, created) -> predicate.test(place));
  }

  /** Removes every record that the look is true for, at which some may be looked at twice. */
  long removeIf(IndexShard.Look look) {
    long removed = 0;
    for (IndexShard shard : shards) {
      removed += shard.removeIf(look);
    }
    return removed;
  }

  long size() {
    long size = 0;
    for (IndexShard shard : shards) {
      size += shard.size();
    }
    return size;
  }

  long byteCount() {
    long bytes = 0;
    for (IndexShard shard : shards) {
      bytes += shard.byteCount();
    }
    return bytes;
  }
}
