package io.tensorcache.internal.lock;

/**
 * Every lock of the library, in the order in which a thread may take them: under a lock only those
 * further down, and no two of one rank. No user code runs under any of them: not functions,
 * listeners, loaders nor what an adapter does to a tensor. Tests check all of it ({@link
 * LockCheck}).
 *
 * <p>Not in the list, because they are held around nothing that takes a lock: the monitor of a
 * scope's entry, that of a file while a digest reads it, and the bins of concurrent maps whose
 * functions only construct. Nor is the one of the whole JVM under which Ehcache makes an off-heap
 * pool: nobody else knows that pool yet, and all that is taken under it is Ehcache's own.
 */
public enum Rank {
  /** The scopes of a cache by name. A scope is constructed under it. */
  SCOPES,

  /** The children of one scope by name. A child is constructed under it. */
  SCOPE_CHILDREN,

  /** What is in one scope, and what goes with it: what is under way, and what came from what. */
  SCOPE_TABLE,

  /** Which thread waits for which entry to be computed. */
  SCOPE_FLIGHTS,

  /** Which entries of a scope were used longest ago. */
  SCOPE_RECENCY,

  /**
   * Which late change of a function's weights was seen. The rows that it makes doubtful are dropped
   * under it, and what fails at that is told without it.
   */
  LATE_CHANGE,

  /** The keys of rows that a change of weights would drop that is noticed late. */
  RECENT_ROWS,

  /** The fingerprints under which one function has rows. */
  GROUPS,

  /** The batches that are to be read ahead. They are dropped under it. */
  READ_AHEAD,

  /** Whether one batch is begun, and whether it is still wanted. */
  AHEAD_BATCH,

  /** Buffers for what is read ahead. */
  AHEAD_MEMORY,

  /** Whether reading ahead pays. */
  AHEAD_POLICY,

  /** Makes the table of evicted keys. */
  EVICTED_KEYS,

  /** Opens the rows of a device, and closes them. */
  DEVICE_TIER,

  /** The rows on one device, with its context current. Their memory is had and freed under it. */
  RESIDENT_ROWS,

  /** Opens and tests the hasher of a device. */
  DEVICE_HASHERS,

  /** Loads JCuda's library and opens the driver, once. */
  DRIVER,

  /** Opens a device, once. */
  DEVICES,

  /** Tests a device, once. It hashes under it. */
  DEVICE_TEST,

  /** Loads a device's kernels and makes its own stream, once. */
  DEVICE,

  /** Which workspace a stream has. */
  DEVICE_WORKSPACES,

  /** One launch at a time in a workspace; waited for under it. */
  DEVICE_WORKSPACE,

  /** Pinned blocks that lie idle. */
  PINNED_POOL,

  /** The rows on the heap and their order. Ehcache's map of them is changed under it. */
  HEAP_TIER,

  /**
   * Shared by what adds or removes one entry of the off-heap tier; exclusive for clearing and
   * closing. Rows move to the disk tier under it, and it is asked whether the store has them.
   */
  OFF_HEAP_TIER,

  /** What the one before is, of the disk tier. Closing takes both, in this order. */
  DISK_TIER,

  /** In which order rows leave one of Ehcache's segments for the next tier. */
  MOVE_ORDER,

  /** Whether the tiers let all rows in, and the look-ups by which that is decided. Tried only. */
  GATE,

  /**
   * Not ours: the lock of one of Ehcache's segments, off-heap or disk, which Ehcache holds while it
   * calls serialisers and equality of ours. They copy bytes and take no lock. Eviction notices and
   * failures are told after it is free, and then only noted ({@code Notices} has no lock).
   */
  EHCACHE_SEGMENT,

  /** What waits to be written, and how much. */
  WRITE_QUEUE,

  /** Whether one waiting row is taken back. It enters the index under it. */
  PENDING_ROW,

  /** Bytes of the store's files, of all processes: this JVM's share of the lock of a file. */
  LEDGER,

  /** Keeps the index in step with the directory. Segments enter and leave under it. */
  CATALOG,

  /** The segments that are known. */
  SEGMENTS,

  /** Which segments have a descriptor. They are opened and closed under it. */
  OPEN_FILES,

  /** One part of the index. */
  INDEX_SHARD,

  /** The records of a segment that are removed. Asked while a part of the index is gone through. */
  DEAD_RANGES,

  /** Whether the store writes. What failed is noted under it and told without it. */
  HEALTH
}
