package io.tensorcache.internal.rows;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.codec.RowTarget;
import io.tensorcache.internal.codec.SampleRows;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try") // closed by hand
class AheadBatchTest {
  private static final RowSchema TWO_PARTS = new RowSchema(List.of(part("a", 3), part("b", 5)));
  private static final List<TensorKey> KEYS =
      List.of(new TensorKey(1, 1), new TensorKey(1, 2), new TensorKey(1, 3));

  private final AheadMemory memory = new AheadMemory(24);
  private final AheadBatch batch = new AheadBatch(KEYS);

  private static RowSchema.Part part(String name, int byteCount) {
    return new RowSchema.Part(name, TensorSpec.of(DType.UINT8, byteCount), DType.UINT8);
  }

  private static Row row(byte value) {
    byte[] a = {value, value, value};
    byte[] b = {1, 2, 3, 4, value};
    return Row.of(TWO_PARTS, 0, new byte[][] {a, b});
  }

  private boolean allocate() {
    return batch.allocate(memory, TWO_PARTS, 3, () -> false);
  }

  private boolean memoryIsFree() {
    var buffer = memory.allocate(24, () -> false);
    if (buffer == null) {
      return false;
    }
    memory.release(buffer);
    return true;
  }

  @Test
  void holdsEachPartOfAllRowsOneAfterAnother() {
    assertSame(KEYS, batch.keys());
    assertNull(batch.schema());
    assertThrows(IllegalStateException.class, batch::newTarget);
    assertTrue(allocate());
    assertSame(TWO_PARTS, batch.schema());
    RowTarget target = batch.newTarget();
    for (int i = 0; i < 3; i++) {
      row((byte) (10 + i)).copyTo(batch.at(target, i));
    }
    assertEquals(2, batch.parts().length);
    assertArrayEquals(
        new byte[] {10, 10, 10, 11, 11, 11, 12, 12, 12},
        SampleRows.bytesAt(batch.parts()[0], 0, 9));
    assertArrayEquals(
        new byte[] {1, 2, 3, 4, 10, 1, 2, 3, 4, 11, 1, 2, 3, 4, 12},
        SampleRows.bytesAt(batch.parts()[1], 0, 15));
  }

  @Test
  void knowsWhatCameOfEachRow() {
    assertEquals(Lookup.MISS, batch.found(0), "nothing is allocated");
    assertTrue(allocate());
    batch.found(1, Lookup.DISK_HIT);
    assertEquals(Lookup.MISS, batch.found(0));
    assertEquals(Lookup.DISK_HIT, batch.found(1));
    assertEquals(Lookup.MISS, batch.found(3), "more keys than there was room for");
  }

  @Test
  void isTakenOnce() {
    assertTrue(batch.begin());
    assertFalse(batch.begin());
    assertFalse(batch.cancel());
    AheadBatch unwanted = new AheadBatch(KEYS);
    assertTrue(unwanted.cancel());
    assertFalse(unwanted.begin());
  }

  @Test
  void isNothingWhereThereIsNoMemory() {
    assertTrue(allocate());
    AheadBatch second = new AheadBatch(KEYS);
    assertFalse(second.allocate(memory, TWO_PARTS, 1, () -> false));
    assertNull(second.schema());
    second.end();
    second.close();
    assertFalse(memoryIsFree());
  }

  @Test
  void closedAfterItWasReadItGivesItsMemoryBackOnce() {
    assertTrue(allocate());
    assertFalse(batch.isRead());
    batch.end();
    assertTrue(batch.isRead());
    assertFalse(memoryIsFree());
    batch.close();
    assertTrue(memoryIsFree());
    batch.close();
    assertTrue(memory.allocate(24, () -> false) != null);
    assertNull(memory.allocate(24, () -> false), "given back twice");
  }

  @Test
  void closedBeforeItWasReadItGivesItsMemoryBackAtTheEnd() {
    assertTrue(allocate());
    batch.close();
    assertFalse(memoryIsFree(), "another thread writes there");
    batch.end();
    assertTrue(memoryIsFree());
  }

  @Test
  void addsUpWhatItCosts() {
    batch.costs(5);
    batch.costs(7);
    assertEquals(12, batch.costNanos());
  }

  @Test
  void waitsForWhoReadsItThoughItIsInterrupted() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    boolean[] wasRead = new boolean[1];
    boolean[] wasInterrupted = new boolean[1];
    Thread waiting =
        new Thread(
            () -> {
              begun.countDown();
              batch.await();
              wasRead[0] = batch.isRead();
              wasInterrupted[0] = Thread.currentThread().isInterrupted();
            });
    waiting.start();
    begun.await();
    waiting.interrupt();
    while (waiting.isInterrupted()) {
      Thread.onSpinWait(); // until it has noticed
    }
    batch.end();
    waiting.join();
    assertTrue(wasRead[0]);
    assertTrue(wasInterrupted[0]);
    batch.await();
    assertFalse(Thread.currentThread().isInterrupted());
  }
}
