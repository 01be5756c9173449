package io.tensorcache.internal.rows;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Tier;
import io.tensorcache.error.DeviceException;
import io.tensorcache.error.TensorCacheException;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.device.Devices;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import io.tensorcache.internal.resident.ResidentRows;
import io.tensorcache.internal.tier.MoveTickets;
import io.tensorcache.internal.tier.TierEvents;
import io.tensorcache.stats.DeviceStats;
import io.tensorcache.stats.TierStats;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The device tier of a cache, on two devices with room for three rows each. */
@RequiresStandin
class DeviceTierTest {
  private static final int ROW_BYTES = 256;
  private static final long LIMIT = 3 * ROW_BYTES;

  private final List<String> told = new ArrayList<>();
  private final MoveTickets tickets = new MoveTickets();
  private boolean isAdmitted = true;
  private OpenRows open = OpenRows.onDevice(LIMIT, 10);
  private DeviceTier tier = tier();

  /** Writes down what the tier tells. */
  private final class Events implements TierEvents {
    @Override
    public void evicted(TensorKey key, int group) {
      told.add("evicted " + key.lo() + " of " + group);
    }

    @Override
    public void refused(TensorKey key) {
      told.add("refused " + key.lo());
    }

    @Override
    public void failed(TensorCacheException failure) {
      throw new AssertionError(failure);
    }

    @Override
    public double savedPerByte(int group) {
      return 0;
    }

    @Override
    public boolean isKeptElsewhere(TensorKey key) {
      return false;
    }
  }

  private boolean store(TensorKey key, Row row, BooleanSupplier isHeld) {
    told.add("store " + key.lo() + " of " + row.group() + " held " + isHeld.getAsBoolean());
    assertArrayEquals(row((int) key.lo()).payload(0), row.payload(0));
    return isAdmitted;
  }

  private DeviceTier tier() {
    return new DeviceTier(open.state, null, new Events(), open.rows.groups(), this::store);
  }

  @BeforeEach
  void twoDevices() {
    Standin.set("devices", 2);
  }

  @AfterEach
  void close() {
    tier.close();
    open.close();
  }

  private void reopen(OpenRows rows) {
    close();
    open = rows;
    tier = tier();
  }

  private static TensorKey key(int number) {
    return new TensorKey(7, number);
  }

  private Row row(int number) {
    Row row = open.row(number);
    byte[] bytes = new byte[ROW_BYTES];
    System.arraycopy(row.payload(0), 0, bytes, 0, ROW_BYTES);
    return Row.of(schema(), open.group.number(), new byte[][] {bytes});
  }

  private static RowSchema schema() {
    return RowSchema.of(TensorSpec.of(DType.UINT8, ROW_BYTES));
  }

  private ResidentRows<TensorKey, DeviceTier.Resident> rows(int device) {
    ResidentRows<TensorKey, DeviceTier.Resident> rows = tier.of(device);
    assertNotNull(rows);
    return rows;
  }

  /** Puts rows on a device, as a call does. */
  private void put(int device, int... numbers) {
    for (int number : numbers) {
      Row row = row(number);
      var about = new DeviceTier.Resident(row.schema(), row.group());
      assertTrue(rows(device).addFromHost(key(number), about, new byte[][] {row.payload(0)}));
      open.group.add(1);
    }
  }

  private List<Long> entries() {
    return tier.devices().stream().map(DeviceStats::entries).toList();
  }

  @Test
  void aDeviceIsOpenedAtItsFirstUse() {
    assertEquals(List.of(), tier.devices());
    put(1, 1);
    put(0, 2, 3);
    assertEquals(List.of(2L, 1L), entries());
    assertEquals(List.of(0, 1), tier.devices().stream().map(DeviceStats::device).toList());
    assertSame(tier.of(0), tier.of(0));
    assertSame(tier.of(1), tier.required(1));
    assertEquals(0, rows(0).device().ordinal());
    assertEquals(1, rows(1).device().ordinal());
  }

  @Test
  void findsRowsOnAnyDevice() {
    put(0, 1);
    put(1, 2);
    for (int number = 1; number <= 2; number++) {
      Row found = tier.row(key(number));
      assertNotNull(found);
      assertArrayEquals(row(number).payload(0), found.payload(0));
      assertEquals(open.group.number(), found.group());
      assertEquals(schema(), found.schema());
      assertEquals(schema(), tier.schema(key(number)));
      assertTrue(tier.contains(key(number)));
    }
    assertNull(tier.row(key(3)));
    assertNull(tier.schema(key(3)));
    assertFalse(tier.contains(key(3)));
    tier.remove(key(2));
    assertFalse(tier.contains(key(2)));
    assertTrue(tier.contains(key(1)));
    assertEquals(List.of(), told, "nobody is told of what is removed by call");
  }

  @Test
  void trimsAndClearsAllDevices() {
    put(0, 1, 2, 3);
    put(1, 4, 5);
    tier.trim(ROW_BYTES);
    assertEquals(List.of(1L, 1L), entries());
    int group = open.group.number();
    List<String> stored = new ArrayList<>();
    for (int number : new int[] {1, 2, 4}) {
      stored.add("store " + number + " of " + group + " held true");
    }
    assertEquals(stored, told.stream().sorted().toList());
    tier.clear();
    assertEquals(List.of(0L, 0L), entries());
    assertEquals(3, told.size());
  }

  @Test
  void countsAllDevicesTogether() {
    assertEquals(stats(0, 0, 1, 0), tier.stats(5));
    put(0, 1, 2, 3);
    assertEquals(stats(3, 3, 1, 0), tier.stats(5));
    put(1, 4, 5);
    isAdmitted = false;
    tier.trim(2 * ROW_BYTES);
    assertEquals(stats(4, 4, 2, 1), tier.stats(5));
    assertTrue(told.contains("evicted 1 of " + open.group.number()), told.toString());
  }

  private static TierStats stats(long entries, long rowsOfBytes, long devices, long evictions) {
    ByteSize bytes = ByteSize.ofBytes(rowsOfBytes * ROW_BYTES);
    ByteSize limit = ByteSize.ofBytes(devices * LIMIT);
    return new TierStats(Tier.DEVICE, entries, bytes, limit, 5, evictions);
  }

  @Test
  void rowsLeaveForTheHostOnlyIfItHasATier() {
    var about = new DeviceTier.Resident(schema(), 1);
    assertTrue(tier.wants(about));
    tier.close();
    assertFalse(tier.wants(about));
    reopen(OpenRows.onDevice(LIMIT, 0));
    assertFalse(tier.wants(about));
    put(0, 1, 2);
    told.clear();
    tier.trim(ROW_BYTES);
    assertEquals(List.of("evicted 1 of " + open.group.number()), told);
  }

  @Test
  void tellsWhetherTheHostTookARow() {
    var about = new DeviceTier.Resident(schema(), open.group.number());
    byte[][] parts = {row(4).payload(0)};
    assertTrue(tier.take(key(4), about, parts, () -> true));
    isAdmitted = false;
    assertFalse(tier.take(key(4), about, parts, () -> false));
    assertEquals("store 4 of " + open.group.number() + " held false", told.get(1));
  }

  @Test
  void aDeviceThatIsTooSmallIsToldOnce() {
    Standin.set("memory", LIMIT - 1);
    assertNull(tier.of(0));
    assertNull(tier.of(0));
    assertEquals(1, open.failures.size());
    assertEquals("device 0 keeps no rows", open.failures.get(0).getMessage());
    DeviceException e = assertThrows(DeviceException.class, () -> tier.required(0));
    assertTrue(message(e).startsWith("device 0 keeps no rows: a device tier of 768 bytes"));
    assertTrue(message(e).contains("767 bytes in all"), e.getMessage());
    assertEquals(List.of(), tier.devices());
  }

  private static String message(@Nullable Throwable e) {
    return String.valueOf(e == null ? null : e.getMessage());
  }

  @Test
  void aFullDeviceIsTold() {
    tier.noMemory(3);
    assertEquals(1, open.failures.size());
    assertTrue(message(open.failures.get(0)).startsWith("device 3 has no memory left"));
  }

  @Test
  void aLostDeviceIsOpenedAnewAndItsRowsAreCounted() {
    put(0, 1, 2);
    put(1, 3);
    ResidentRows<TensorKey, DeviceTier.Resident> before = rows(0);
    Standin.destroyContext(0);
    assertThrows(DeviceException.class, () -> Devices.get().device(0).await(0));
    assertNotSame(before, rows(0));
    assertFalse(tier.contains(key(1)));
    assertTrue(tier.contains(key(3)));
    assertEquals(1, open.group.rows());
    assertEquals(List.of(), told);
    put(0, 1);
    assertEquals(List.of(1L, 1L), entries());
  }

  @Test
  void movesRowsOfOtherDevicesUntilItIsFull() {
    put(0, 1, 2, 3);
    put(1, 4);
    assertEquals(2, tier.moveTo(rows(1), tickets));
    assertEquals(List.of(1L, 3L), entries());
    assertTrue(rows(0).contains(key(3)), "the oldest went first");
    assertEquals(0, tier.moveTo(rows(1), tickets));
    assertEquals(List.of(), told);
    Row moved = tier.row(key(1));
    assertNotNull(moved);
    assertArrayEquals(row(1).payload(0), moved.payload(0));
    assertEquals(open.group.number(), moved.group());
    rows(1).clear();
    assertEquals(1, tier.moveTo(rows(1), tickets));
    assertEquals(List.of(0L, 1L), entries());
    tier.trim(0);
    assertEquals(List.of("store 3 of " + open.group.number() + " held true"), told);
    assertEquals(0, tier.stats(0).bytes().bytes(), "nothing is in use any more");
  }

  @Test
  void doesNotMoveARowUnderRemoval() {
    put(0, 1, 2);
    ResidentRows<TensorKey, DeviceTier.Resident> target = rows(1);
    tickets.whileRemoving(key(1), () -> assertEquals(1, tier.moveTo(target, tickets)));
    assertTrue(rows(0).contains(key(1)));
    assertTrue(target.contains(key(2)));
    tickets.whileRemovingAll(() -> assertEquals(0, tier.moveTo(target, tickets)));
    assertEquals(1, tier.moveTo(target, tickets));
  }

  @Test
  void closedItHasNothing() {
    put(0, 1);
    tier.close();
    assertNull(tier.of(0));
    assertNull(tier.of(1));
    assertFalse(tier.contains(key(1)));
    assertEquals(0, tier.stats(0).bytes().bytes());
    tier.close();
  }
}
