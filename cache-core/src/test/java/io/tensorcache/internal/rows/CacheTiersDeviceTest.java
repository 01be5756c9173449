package io.tensorcache.internal.rows;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Tier;
import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.internal.codec.SampleRows;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import io.tensorcache.internal.resident.ResidentRows;
import io.tensorcache.stats.TierStats;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A device with room for three rows, above a heap. */
@RequiresStandin
class CacheTiersDeviceTest {
  private static final int ROW_BYTES = 1024; // of a device, for each
  private static final ByteSize NONE = ByteSize.ofBytes(0);

  private final OpenRows open = OpenRows.onDevice(3 * ROW_BYTES, 10);
  private final CacheTiers tiers = open.rows.tiers();

  @BeforeEach
  void twoDevices() {
    Standin.set("devices", 2);
  }

  @AfterEach
  void close() {
    open.close();
  }

  private static TensorKey key(int number) {
    return OpenRows.key(number);
  }

  private ResidentRows<TensorKey, DeviceTier.Resident> device(int ordinal) {
    DeviceTier tier = tiers.deviceTier();
    assertNotNull(tier);
    return tier.required(ordinal);
  }

  private void putOnDevice(int ordinal, int... numbers) {
    for (int number : numbers) {
      Row row = open.row(number);
      var about = new DeviceTier.Resident(row.schema(), row.group());
      byte[][] parts = {row.payload(0)};
      assertTrue(device(ordinal).addFromHost(key(number), about, parts));
    }
  }

  private void putOnHost(int... numbers) {
    for (int number : numbers) {
      assertTrue(tiers.store(key(number), open.row(number)));
    }
  }

  private void assertRow(int number, Row found) {
    assertNotNull(found);
    assertArrayEquals(open.row(number).payload(0), found.payload(0));
    assertEquals(open.group.number(), found.group());
  }

  @Test
  void aRowOnADeviceIsFoundAsOneOfTheHost() {
    putOnDevice(1, 1);
    RowSchema schema = open.row(1).schema();
    assertTrue(tiers.contains(key(1)));
    assertNull(tiers.tierOf(key(1)), "it is in no tier of the host");
    assertEquals(schema, tiers.schema(key(1)));
    assertRow(1, tiers.row(key(1)));
    ByteBuffer[] buffers = SampleRows.buffers(schema, 1, false);
    assertEquals(Lookup.DEVICE_HIT, tiers.read(key(1), new RowTarget(schema, buffers)));
    assertArrayEquals(open.row(1).payload(0), buffers[0].array());
    RowSchema other = RowSchema.of(TensorSpec.of(DType.UINT8, 5));
    RowTarget wrong = new RowTarget(other, SampleRows.buffers(other, 1, false));
    assertEquals(Lookup.OTHER_SCHEMA, tiers.read(key(1), wrong));
    assertEquals(Lookup.MISS, tiers.read(key(2), wrong));
    assertFalse(tiers.contains(key(2)));
    assertNull(tiers.schema(key(2)));
    assertNull(tiers.row(key(2)));
  }

  @Test
  void aRowOfTheHostNeedsNoDevice() {
    putOnHost(1);
    long calls = Standin.count("cuMemcpyDtoHAsync");
    assertRow(1, tiers.row(key(1)));
    RowSchema schema = open.row(1).schema();
    RowTarget target = new RowTarget(schema, SampleRows.buffers(schema, 1, false));
    assertEquals(Lookup.HEAP_HIT, tiers.read(key(1), target));
    assertEquals(calls, Standin.count("cuMemcpyDtoHAsync"));
    assertEquals(List.of(), tiers.devices());
  }

  @Test
  void aRowIsRemovedFromWhereverItIs() {
    putOnDevice(0, 1, 2);
    putOnHost(3);
    tiers.remove(key(1));
    assertTrue(tiers.contains(key(1)), "that is for the host");
    tiers.removeEverywhere(key(1));
    tiers.removeEverywhere(key(3));
    assertFalse(tiers.contains(key(1)) || tiers.contains(key(3)));
    putOnHost(3);
    tiers.clear();
    assertFalse(tiers.contains(key(2)) || tiers.contains(key(3)));
    assertEquals(List.of(), open.evicted);
  }

  @Test
  void whatLeavesADeviceGoesToTheHost() {
    putOnDevice(0, 1, 2, 3);
    tiers.trimDevice(ByteSize.ofBytes(ROW_BYTES));
    assertEquals(Tier.HEAP, tiers.tierOf(key(1)));
    assertEquals(Tier.HEAP, tiers.tierOf(key(2)));
    assertNull(tiers.tierOf(key(3)));
    assertRow(1, tiers.row(key(1)));
    assertEquals(1, tiers.devices().get(0).entries());
    assertEquals(List.of(), open.evicted);
  }

  @Test
  void aRowUnderRemovalDoesNotGoToTheHost() {
    putOnDevice(0, 1, 2);
    tiers.tickets().whileRemoving(key(1), () -> tiers.trimDevice(NONE));
    assertFalse(tiers.contains(key(1)));
    assertEquals(Tier.HEAP, tiers.tierOf(key(2)));
    assertEquals(List.of(key(1) + " " + open.group.number()), open.evicted);
  }

  @Test
  void rowsMoveToADeviceUntilItIsFull() {
    putOnHost(1, 2);
    putOnDevice(1, 3, 4);
    assertEquals(3, tiers.moveTo(0));
    assertEquals(3, device(0).keys().size());
    assertTrue(device(0).contains(key(3)) && device(0).contains(key(4)), "of devices first");
    assertEquals(0, device(1).keys().size());
    int onHost = tiers.tierOf(key(1)) == null ? 2 : 1;
    assertNull(tiers.tierOf(key(3 - onHost)));
    assertEquals(Tier.HEAP, tiers.tierOf(key(onHost)));
    for (int number = 1; number <= 4; number++) {
      assertRow(number, tiers.row(key(number)));
    }
    assertEquals(0, tiers.moveTo(0));
    device(0).clear();
    assertEquals(1, tiers.moveTo(0));
    assertNull(tiers.tierOf(key(onHost)));
  }

  @Test
  void rowsThatBelongOnTheHostStayThere() {
    RowSchema narrow = RowSchema.of(TensorSpec.of(DType.FLOAT32, 2), DType.BFLOAT16);
    tiers.store(key(1), Row.of(narrow, open.group.number(), new byte[][] {new byte[4]}));
    Row row = open.row(2);
    tiers.store(key(2), row.from(row.schema(), -1)); // of a scope
    assertEquals(0, tiers.moveTo(0));
    tiers.store(key(3), row.from(row.schema(), 0));
    assertEquals(1, tiers.moveTo(0));
    assertEquals(Tier.HEAP, tiers.tierOf(key(1)));
    assertEquals(Tier.HEAP, tiers.tierOf(key(2)));
    assertTrue(device(0).contains(key(3)));
  }

  @Test
  void aRowUnderRemovalDoesNotMove() {
    putOnHost(1, 2);
    device(0);
    tiers.tickets().whileRemoving(key(1), () -> assertEquals(1, tiers.moveTo(0)));
    assertEquals(Tier.HEAP, tiers.tierOf(key(1)));
    assertTrue(device(0).contains(key(2)));
  }

  @Test
  void theDeviceComesFirstInTheStats() {
    putOnDevice(0, 1);
    putOnHost(2, 3);
    List<TierStats> stats = tiers.stats(Map.of(Tier.DEVICE, 7L, Tier.HEAP, 9L));
    assertEquals(Tier.DEVICE, stats.get(0).tier());
    assertEquals(7, stats.get(0).hits());
    assertEquals(1, stats.get(0).entries());
    assertEquals(Tier.HEAP, stats.get(1).tier());
    assertEquals(9, stats.get(1).hits());
    assertEquals(2, stats.get(1).entries());
    assertEquals(0, tiers.stats(Map.of()).get(0).hits());
  }

  @Test
  void aDeviceThatFailsHasNothingAndIsTold() {
    putOnDevice(0, 1);
    Standin.fail("cuMemcpyDtoHAsync", 719, 1);
    assertNull(tiers.row(key(1)));
    assertEquals(1, open.failures.size());
    assertEquals(719, ((DeviceException) open.failures.get(0)).code());
  }

  @Test
  void aClosedCacheHasNothing() {
    putOnDevice(0, 1);
    RowSchema schema = open.row(1).schema();
    RowTarget target = new RowTarget(schema, SampleRows.buffers(schema, 1, false));
    open.state.close();
    assertFalse(tiers.contains(key(1)));
    assertNull(tiers.row(key(1)));
    assertNull(tiers.schema(key(1)));
    assertEquals(Lookup.MISS, tiers.read(key(1), target));
    assertFalse(tiers.store(key(2), open.row(2)));
    assertThrows(IllegalStateException.class, () -> tiers.trimDevice(NONE));
    assertThrows(IllegalStateException.class, () -> tiers.moveTo(0));
    open.close();
    assertEquals(NONE, tiers.devices().get(0).bytes());
  }

  @Test
  void withoutADeviceTierNothingMoves() {
    try (OpenRows host = OpenRows.inMemory(3)) {
      CacheTiers without = host.rows.tiers();
      assertNull(without.deviceTier());
      assertEquals(List.of(), without.devices());
      assertEquals(Tier.HEAP, without.stats(Map.of()).get(0).tier());
      without.trimDevice(NONE);
      IllegalStateException e = assertThrows(IllegalStateException.class, () -> without.moveTo(0));
      assertEquals(
          "cache \"c\" has no device tier: add device(...) to its builder", e.getMessage());
    }
  }
}
