package io.tensorcache.internal.tier;

import io.tensorcache.error.StorageException;
import io.tensorcache.internal.lock.LockCheck;
import io.tensorcache.internal.lock.Rank;
import io.tensorcache.tensor.TensorKey;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.ehcache.Cache;
import org.jspecify.annotations.Nullable;

/**
 * A cache of Ehcache that holds entries. One on a disk is turned off for good by the first failure
 * of the disk: Ehcache cannot know afterwards what its file holds, and takes whatever lies there
 * for lengths. Safe for use by several threads.
 */
final class Pool {
  private final PoolKind kind;
  private final Cache<EntryKey, EntryValue> cache;
  private final @Nullable Evicted evicted;
  private final @Nullable DiskSpace space;
  private final @Nullable FileThread thread;
  private final Notices notices;
  private volatile boolean isOff;

  private Pool(
      Cache<EntryKey, EntryValue> cache,
      @Nullable Evicted evicted,
      @Nullable DiskSpace space,
      @Nullable FileThread thread,
      Notices notices) {
    this.kind = thread == null ? PoolKind.OFF_HEAP : PoolKind.DISK;
    this.cache = cache;
    this.evicted = evicted;
    this.space = space;
    this.thread = thread;
    this.notices = notices;
  }

  /** What is dropped is told by {@code evicted}. */
  static Pool inMemory(Cache<EntryKey, EntryValue> cache, Evicted evicted, Notices notices) {
    return new Pool(cache, evicted, null, null, notices);
  }

  /** What may make the file grow is done on the thread. */
  static Pool inFile(
      Cache<EntryKey, EntryValue> cache, DiskSpace space, FileThread thread, Notices notices) {
    return new Pool(cache, null, space, thread, notices);
  }

  PoolKind kind() {
    return kind;
  }

  boolean isOff() {
    return isOff;
  }

  /** Nothing is kept from here on. */
  void turnOff() {
    isOff = true;
  }

  /** False if the file system below is full. */
  boolean hasRoomFor(long byteCount) {
    return !isOff && (space == null || space.hasRoomFor(byteCount));
  }

  @Nullable EntryValue get(EntryKey key) {
    if (isOff) {
      return null;
    }
    enter();
    try {
      return cache.get(key);
    } catch (RuntimeException | Error e) {
      fail("read", e);
      return null;
    } finally {
      leave();
    }
  }

  boolean contains(EntryKey key) {
    enter();
    try {
      return !isOff && cache.containsKey(key);
    } catch (RuntimeException | Error e) {
      fail("look for", e);
      return false;
    } finally {
      leave();
    }
  }

  /** Null if it is there now, {@link EntryValue#REFUSED}, or what was there before. */
  @Nullable EntryValue putIfAbsent(EntryKey key, EntryValue value) {
    if (isOff) {
      return EntryValue.REFUSED;
    }
    try {
      return change(() -> cache.putIfAbsent(key, value));
    } catch (RuntimeException | Error e) {
      fail("store", e);
      return EntryValue.REFUSED;
    }
  }

  boolean remove(EntryKey key, EntryValue value) {
    try {
      return !isOff && change(() -> cache.remove(key, value));
    } catch (RuntimeException | Error e) {
      fail("remove", e);
      return false;
    }
  }

  void clear() {
    if (isOff) {
      return;
    }
    try {
      change(
          () -> {
            cache.clear();
            return true;
          });
    } catch (RuntimeException | Error e) {
      fail("clear", e);
    }
  }

  private <T extends @Nullable Object> T change(Supplier<T> action) {
    if (thread != null) {
      return thread.call(() -> locked(action));
    }
    return evicted == null ? locked(action) : telling(evicted, action);
  }

  private <T extends @Nullable Object> T telling(Evicted dropped, Supplier<T> action) {
    T result;
    boolean hasEnded = false;
    try {
      dropped.open();
      result = locked(action);
      hasEnded = true;
    } finally {
      if (!hasEnded) {
        dropped.closeAfterFailure(this::mayBeThere);
      }
    }
    dropped.close();
    return result;
  }

  /** Where the heap is full, not even that can always be told. */
  private boolean mayBeThere(EntryKey key) {
    try {
      return locked(() -> cache.containsKey(key));
    } catch (RuntimeException | Error e) {
      return true;
    }
  }

  private <T extends @Nullable Object> T locked(Supplier<T> action) {
    enter();
    try {
      return action.get();
    } finally {
      leave();
    }
  }

  Iterable<Cache.Entry<EntryKey, EntryValue>> all() {
    return cache;
  }

  List<TensorKey> keys() {
    List<TensorKey> keys = new ArrayList<>();
    for (Cache.Entry<EntryKey, EntryValue> each : cache) {
      keys.add(each.getKey().key());
    }
    return keys;
  }

  /** What Ehcache calls of ours from here on, it calls under its own locks. */
  private void enter() {
    LockCheck.taking(Rank.EHCACHE_SEGMENT, this);
  }

  private void leave() {
    LockCheck.left(this);
  }

  /**
   * A file under Ehcache's feet shows itself in many ways: an {@code InternalError} where a mapped
   * page cannot be had, {@code OutOfMemoryError} for a length that is none, assertions.
   */
  private void fail(String operation, Throwable e) {
    if (kind == PoolKind.DISK) {
      isOff = true;
      notices.failed(
          new StorageException(
              "the disk tier failed to "
                  + operation
                  + " a row ("
                  + e
                  + ") and is not used any more",
              e));
    } else if (e instanceof Error error) {
      throw error;
    } else {
      throw (RuntimeException) e;
    }
  }
}
