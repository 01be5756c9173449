package io.tensorcache.internal.scope;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.internal.lock.LockCheck;
import io.tensorcache.tensor.TensorKey;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * One named value of a scope. It is its own weak reference, so that a weak look-up makes no step
 * more than a map of weak references does, and a million entries stay small.
 *
 * <pre>
 * held              strong     referent
 * by reference      value      null, or the value if it may become weak
 * weakly            null       value
 * as a copy         its key    null
 * in the store only null       null
 * </pre>
 */
public final class Entry extends WeakReference<Object> {
  private final String name;
  private final CacheLevel level;
  private final boolean persisting;
  private final boolean forced;
  private final long byteCount;
  private final @Nullable Special special;
  private final @Nullable ValueType<?> kind;
  private volatile @Nullable Object strong;

  /** When it was used last, in ticks of its table; only where that matters. */
  volatile long used;

  /** Its places in the queues of its table, where there are such. */
  final UsePlace amongAll;

  final UsePlace amongStrong;

  /** It left its table. */
  volatile boolean gone;

  /** Its value was read from the store. Set before it enters its table. */
  boolean isRead;

  /**
   * Its places in the queues of its table.
   *
   * @param collected where it goes when its value was collected
   */
  record Places(UsePlace all, UsePlace strong, ReferenceQueue<Object> collected) {}

  /** What few entries have. */
  static final class Special {
    private final long expiresMillis;
    private final @Nullable String group;
    private final @Nullable Ticket origin;

    /**
     * When it left and what was computed from it stayed, in changes of its table; 0 before. Guarded
     * by the lock of the table.
     */
    long leftAt;

    /**
     * @param expiresMillis when it ends, or {@code Long.MAX_VALUE}
     * @param origin what knows what it was computed from; null if from nothing that has a name
     */
    Special(long expiresMillis, @Nullable String group, @Nullable Ticket origin) {
      this.expiresMillis = expiresMillis;
      this.group = group;
      this.origin = origin;
    }
  }

  Entry(String name, Terms terms, Holding holding, @Nullable Special special, Places places) {
    super(holding.weak(), places.collected());
    this.name = name;
    this.level = terms.level();
    this.persisting = terms.persisting();
    this.forced = terms.forced();
    this.byteCount = holding.byteCount();
    this.special = special;
    this.amongAll = places.all();
    this.amongStrong = places.strong();
    this.kind = holding.kind();
    this.strong = holding.strong();
  }

  /**
   * What an entry starts with.
   *
   * @param strong held strongly: the value, or what stands for its copy
   * @param weak held weakly
   * @param byteCount bytes of the value
   * @param kind of a value held by reference; null where a copy is kept
   */
  public record Holding(
      @Nullable Object strong,
      @Nullable Object weak,
      long byteCount,
      @Nullable ValueType<?> kind) {}

  public String name() {
    return name;
  }

  public CacheLevel level() {
    return level;
  }

  public boolean isPersisting() {
    return persisting;
  }

  public boolean isForced() {
    return forced;
  }

  /** Bytes of the value, wherever it lies. */
  public long byteCount() {
    return byteCount;
  }

  /** The value, or what stands for its copy; null if it was let go of or lies in the store only. */
  public @Nullable Object held() {
    Object value = strong;
    return value == null ? get() : value;
  }

  /** False if its value is gone, and not in the store either: the entry counts as absent. */
  boolean holdsSomething() {
    return persisting || held() != null;
  }

  /**
   * What it held as a value of a kind; null if it is of another, or a copy. A value of the kind it
   * was kept as is not looked at, so that a hit does not wait for its memory.
   */
  @SuppressWarnings("unchecked") // the kind is that of the value
  public <V> @Nullable V as(ValueType<V> type, Object held) {
    return kind == type ? (V) held : type.accept(held);
  }

  boolean isByReference() {
    return kind != null;
  }

  /** True if it holds by reference a value that the program closed. Calls the adapter. */
  boolean isClosed() {
    Object value = kind == null ? null : held();
    return value != null && kind != null && !isUsable(kind, value);
  }

  private static <V> boolean isUsable(ValueType<V> kind, Object held) {
    LockCheck.entersUserCode("an adapter");
    V value = kind.accept(held);
    return value == null || kind.isUsable(value);
  }

  /** True if what it held stands for a copy in memory. */
  public boolean isCopy(@Nullable Object held) {
    return held instanceof TensorKey;
  }

  /** True if it is held now, and only by a weak reference. */
  public boolean isWeak() {
    return strong == null && get() != null;
  }

  /** The time it ends and the group, which another holding of its value has too. */
  @Nullable Special special() {
    return special;
  }

  @Nullable String group() {
    return special == null ? null : special.group;
  }

  long expiresMillis() {
    return special == null ? Long.MAX_VALUE : special.expiresMillis;
  }

  @Nullable Ticket origin() {
    return special == null ? null : special.origin;
  }

  /** When it left, and something that was computed from it stayed; 0 else. */
  long leftAt() {
    return special == null ? 0 : special.leftAt;
  }

  void leftAt(long change) {
    if (special != null) {
      special.leftAt = change;
    }
  }

  /** True if it may end by time: its own, or that of what it was computed from. */
  boolean mayEndByTime() {
    return special != null && (special.origin != null || mayExpire());
  }

  boolean mayExpire() {
    return special != null && special.expiresMillis != Long.MAX_VALUE;
  }

  /** True if it is named as private: hidden unless asked for. */
  boolean isPrivate() {
    return name.startsWith("_");
  }

  boolean isStrong() {
    return strong != null;
  }

  /** Lets the program decide how long the value stays. */
  void weaken() {
    strong = null;
  }

  /** Holds the value itself, unless the entry left meanwhile. */
  void strengthen(Object value) {
    strong = value;
    if (gone) {
      strong = null;
    }
  }

  /** Holds a value that came from another place, such as another device or the store. */
  public boolean replaceHeld(@Nullable Object expected, @Nullable Object value) {
    synchronized (this) {
      if (gone || strong != expected) {
        return false;
      }
      strong = value;
      return true;
    }
  }

  /** Marks it as gone and lets go of the value, which it returns. */
  @Nullable Object letGo() {
    synchronized (this) {
      gone = true;
      Object value = held();
      strong = null;
      clear();
      return value;
    }
  }
}
