package io.tensorcache.internal.call;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.Granularity;
import io.tensorcache.config.Tier;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import io.tensorcache.internal.rows.AheadBatch;
import io.tensorcache.internal.rows.OpenRows;
import io.tensorcache.internal.rows.ReadAhead;
import io.tensorcache.tensor.TensorKey;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls whose rows lie on a device and in the store. */
@RequiresStandin
class DeviceStoreCallsTest extends PlacedCalls {
  @TempDir Path directory;
  private WrappedFunction<PlacedTensor> function;

  @BeforeEach
  void store() {
    reopen(OpenRows.onDevice(100 * 256, directory));
    function = function("f", settings(Granularity.ROWS, null, true));
  }

  @Test
  void aRowIsKeptOnTheDeviceAndInTheStore() {
    assertCalled(function, 1, 2, 3);
    assertTrue(open.functions.flush());
    assertCalled(function, 3, 1);
    assertEquals(2, hits(Tier.DEVICE));
    function.places().tiers().trimDevice(NONE);
    long up = Standin.count("bytes to device");
    assertCalled(function, 3, 1, 3);
    assertEquals(2, hits(Tier.DURABLE));
    assertEquals(12, Standin.count("bytes to device") - up);
    assertEquals(List.of(3), asked);
  }

  @Test
  void rowsOfTheStoreAndTheDeviceMakeOneResult() {
    assertCalled(function, 1, 2);
    assertTrue(open.functions.flush());
    function.places().tiers().trimDevice(NONE);
    assertCalled(function, 5, 6);
    assertCalled(function, 6, 1, 5, 2, 1);
    assertEquals(2, hits(Tier.DEVICE));
    assertEquals(2, hits(Tier.DURABLE));
    assertEquals(List.of(2, 2), asked);
  }

  @Test
  void rowsThatWereReadAheadAreCopiedToTheDevice() {
    assertCalled(function, 1, 2, 9);
    assertTrue(open.functions.flush());
    function.places().tiers().trimDevice(NONE);
    new CachedCall<>(function, NamedTensors.of(batch(2, 1))).prefetch(System.nanoTime());
    awaitReading();
    assertArrayEquals(new float[] {4, 2}, call(function, 2, 1));
    assertEquals(2, hits(Tier.DURABLE));
    assertEquals(List.of(3), asked);
  }

  /** Returns when what was asked for is read: the thread reads one batch after another. */
  private void awaitReading() {
    SourceWatch.Look look = function.watch().look();
    InputBatch<PlacedTensor> last =
        InputBatch.of(function.state(), adapter, NamedTensors.of(batch(9)));
    List<TensorKey> marker = BatchKeys.of(function, function.group(look), last).distinctKeys();
    ReadAhead readAhead = open.rows.rows.readAhead();
    for (boolean isRead = false; !isRead; ) {
      readAhead.submit(marker, function.places().persisted(), System.nanoTime());
      try (AheadBatch batch = readAhead.take(marker)) {
        isRead = batch != null && batch.schema() != null;
      }
    }
  }
}
