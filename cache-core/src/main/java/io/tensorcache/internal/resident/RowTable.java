package io.tensorcache.internal.resident;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which rows are on a device, in the order of their last use, and how many bytes they take. Guarded
 * by the lock of the {@link ResidentRows}.
 */
final class RowTable<K, A> {
  private final Map<K, ResidentRow<K, A>> rows = new LinkedHashMap<>(16, 0.75f, true);
  private final long limitBytes;
  private final boolean keepFirst;

  /** Taken, or promised to rows that are about to enter. */
  private long heldBytes;

  RowTable(long limitBytes, boolean keepFirst) {
    this.limitBytes = limitBytes;
    this.keepFirst = keepFirst;
  }

  /** What has to happen so that new rows have room. */
  record Plan<K, A>(
      List<NewRow<K, A>> entering, List<ResidentRow<K, A>> leaving, long promisedBytes) {}

  /**
   * Makes a plan for rows that are not here and not larger than the limit. The rows that must leave
   * are pinned; the bytes of the others are promised.
   *
   * @param mostBytes what may be held now, if less than the limit
   */
  Plan<K, A> plan(List<NewRow<K, A>> wanted, long mostBytes) {
    long most = Math.min(limitBytes, mostBytes);
    List<NewRow<K, A>> entering = new ArrayList<>();
    long need = 0;
    for (NewRow<K, A> row : wanted) {
      long bytes = ResidentRow.bytesOf(row.byteCounts());
      if (need + bytes <= most && (!keepFirst || heldBytes + need + bytes <= most)) {
        entering.add(row);
        need += bytes;
      }
    }
    long tooMuch = heldBytes + (keepFirst ? 0 : need) - most;
    List<ResidentRow<K, A>> leaving = takeOldest(tooMuch);
    long leavingBytes = leaving.stream().mapToLong(row -> row.byteCount).sum();
    while (!entering.isEmpty() && heldBytes + need - leavingBytes > most) {
      need -= ResidentRow.bytesOf(entering.remove(entering.size() - 1).byteCounts());
    }
    long promised = Math.max(0, need - leavingBytes);
    heldBytes += promised;
    return new Plan<>(entering, leaving, promised);
  }

  /** Rows used longest ago that nobody is about to read, of so many bytes if there are; pinned. */
  List<ResidentRow<K, A>> takeOldest(long byteCount) {
    List<ResidentRow<K, A>> taken = new ArrayList<>();
    long left = byteCount;
    for (ResidentRow<K, A> row : rows.values()) {
      if (left <= 0) {
        break;
      }
      if (row.pins == 0) {
        row.pins++;
        taken.add(row);
        left -= row.byteCount;
      }
    }
    return taken;
  }

  @Nullable ResidentRow<K, A> use(K key) {
    return rows.get(key);
  }

  boolean contains(K key) {
    return rows.containsKey(key);
  }

  /** Takes a row out; false if it is not here any more. */
  boolean remove(ResidentRow<K, A> row) {
    if (!row.isHeld) {
      return false;
    }
    row.isHeld = false;
    rows.remove(row.key);
    return true;
  }

  List<ResidentRow<K, A>> all() {
    return new ArrayList<>(rows.values());
  }

  /** Forgets everything: there is nothing to free. */
  void forget() {
    rows.values().forEach(row -> row.isHeld = false);
    rows.clear();
    heldBytes = 0;
  }

  List<K> keys() {
    return new ArrayList<>(rows.keySet());
  }

  void put(ResidentRow<K, A> row) {
    row.isHeld = true;
    rows.put(row.key, row);
  }

  /** Takes a promise back. */
  void keepPromise(long promisedBytes) {
    heldBytes -= promisedBytes;
  }

  /** Counts bytes that are taken from the device; false if they are too many. */
  boolean take(long byteCount) {
    if (heldBytes + byteCount > limitBytes) {
      return false;
    }
    heldBytes += byteCount;
    return true;
  }

  void giveBack(long byteCount) {
    heldBytes -= byteCount;
  }

  int size() {
    return rows.size();
  }

  long heldBytes() {
    return heldBytes;
  }

  long limitBytes() {
    return limitBytes;
  }
}
