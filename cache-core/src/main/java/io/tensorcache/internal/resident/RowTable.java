package io.tensorcache.internal.resident;

import io.tensorcache.internal.gate.Worth;
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
  private final RowGate<K, A> gate;

  /** Taken, or promised to rows that are about to enter. */
  private long heldBytes;

  RowTable(long limitBytes, RowGate<K, A> gate) {
    this.limitBytes = limitBytes;
    this.gate = gate;
  }

  /**
   * What has to happen so that new rows have room.
   *
   * @param refused keys of rows for which no others may go
   */
  record Plan<K, A>(
      List<NewRow<K, A>> entering,
      List<ResidentRow<K, A>> leaving,
      List<K> refused,
      long promisedBytes) {}

  /**
   * Makes a plan for rows that are not here. The rows that must leave are pinned; the bytes of the
   * others are promised. A row that is larger than the limit does not enter.
   *
   * @param mostBytes what may be held now, if less than the limit
   */
  Plan<K, A> plan(List<NewRow<K, A>> wanted, long mostBytes) {
    long most = Math.min(limitBytes, mostBytes);
    List<NewRow<K, A>> entering = new ArrayList<>();
    List<K> refused = new ArrayList<>();
    List<ResidentRow<K, A>> leaving = takeOldest(heldBytes - most);
    long leavingBytes = byteCount(leaving);
    long need = 0;
    for (NewRow<K, A> row : wanted) {
      long bytes = ResidentRow.bytesOf(row.byteCounts());
      if (need + bytes > most) {
        continue;
      }
      long tooMuch = heldBytes + need + bytes - leavingBytes - most;
      List<ResidentRow<K, A>> beaten = tooMuch <= 0 ? List.of() : beaten(tooMuch, row);
      if (byteCount(beaten) < tooMuch) {
        refused.add(row.key());
        continue;
      }
      beaten.forEach(each -> each.pins++);
      leaving.addAll(beaten);
      leavingBytes += byteCount(beaten);
      entering.add(row);
      need += bytes;
    }
    long promised = Math.max(0, need - leavingBytes);
    heldBytes += promised;
    return new Plan<>(entering, leaving, refused, promised);
  }

  private static long byteCount(List<? extends ResidentRow<?, ?>> rows) {
    return rows.stream().mapToLong(row -> row.byteCount).sum();
  }

  /** Rows that may go for a new one; fewer bytes than wanted if not all may. */
  private List<ResidentRow<K, A>> beaten(long wantedBytes, NewRow<K, A> by) {
    gate.foundNoRoom();
    Worth claim = gate.claim(by.key(), by.about());
    if (!claim.mayBeat(Worth.MARGIN)) {
      return List.of();
    }
    int age = gate.age();
    List<ResidentRow<K, A>> oldest = oldest(wantedBytes);
    for (ResidentRow<K, A> row : oldest) {
      if (!claim.beats(gate.worth(row.frequency(age), row.about), Worth.MARGIN)) {
        use(row.key); // the next look is at another one
        return List.of();
      }
    }
    return oldest;
  }

  /** Rows used longest ago that nobody is about to read, of so many bytes if there are; pinned. */
  List<ResidentRow<K, A>> takeOldest(long byteCount) {
    List<ResidentRow<K, A>> taken = oldest(byteCount);
    taken.forEach(row -> row.pins++);
    return taken;
  }

  private List<ResidentRow<K, A>> oldest(long byteCount) {
    List<ResidentRow<K, A>> oldest = new ArrayList<>();
    long left = byteCount;
    for (ResidentRow<K, A> row : rows.values()) {
      if (left <= 0) {
        break;
      }
      if (row.pins == 0) {
        oldest.add(row);
        left -= row.byteCount;
      }
    }
    return oldest;
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
    gate.left(row.key, row.byteCount, row.frequency(gate.age()));
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
    gate.cleared();
  }

  List<K> keys() {
    return new ArrayList<>(rows.keySet());
  }

  void put(ResidentRow<K, A> row) {
    row.isHeld = true;
    rows.put(row.key, row);
    row.setFrequency(gate.entered(row.key, row.byteCount), gate.age());
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

  /** How often all frequencies of rows were halved. */
  int age() {
    return gate.age();
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
