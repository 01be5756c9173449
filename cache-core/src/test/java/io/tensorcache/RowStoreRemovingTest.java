package io.tensorcache;

import static io.tensorcache.Counted.batch;
import static io.tensorcache.Counted.sameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.error.StoreBusyException;
import io.tensorcache.store.RemovedRows;
import io.tensorcache.store.RowSelection;
import io.tensorcache.tensor.HostTensor;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rows that are removed from a store, and who is in the way. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RowStoreRemovingTest extends RowStoreFixture {
  @Test
  void prunesWhatIsSelectedAndSaysBeforeWhatItWould() throws IOException {
    fill();
    List<RowSelection> selections =
        List.of(
            RowSelection.ofFunction("net").storedBefore(Instant.EPOCH),
            RowSelection.ofFunction("none"),
            RowSelection.ofFunction("net").withoutFingerprint(V2.digest()),
            RowSelection.ofFunction("head").withFingerprint(V1.digest()),
            RowSelection.all().storedBefore(Instant.now().plusSeconds(60)));
    long[] expected = {0, 0, 10, 5, 20};
    Map<String, Long> files = sizes();
    try (RowStore reader = open()) {
      assertEquals(35, reader.wouldPrune(RowSelection.all()).rows());
      assertEquals(35, reader.wouldPrune(RowSelection.all().storedBefore(Instant.MAX)).rows());
      String why =
          assertThrows(IllegalStateException.class, () -> reader.prune(RowSelection.all()))
              .getMessage();
      assertTrue(why.contains("use RowStore.openForChanges"), why);
      assertThrows(IllegalStateException.class, reader::clear);
    }
    assertEquals(files, sizes());
    try (RowStore store = openForChanges()) {
      for (int i = 0; i < expected.length; i++) {
        RemovedRows would = store.wouldPrune(selections.get(i));
        assertEquals(new RemovedRows(expected[i], ByteSize.ofBytes(expected[i] * RECORD)), would);
        assertEquals(would, store.prune(selections.get(i)), "the same as was said");
        assertEquals(0, store.wouldPrune(selections.get(i)).rows());
      }
      assertEquals(0, rows(store));
    }
    try (TensorCache cache = cache()) {
      Counted again = Counted.features(WIDTH);
      cache.function("net", V1, HOST).persisting(true).wrap(again).apply(batch(0, 10, 3));
      assertEquals(10, again.rows.get(), "pruned rows are computed again");
    }
    assertThrows(IllegalArgumentException.class, () -> new RowSelection("net", null, true, null));
  }

  @Test
  void clearsEverything() {
    fill();
    try (RowStore store = openForChanges()) {
      assertEquals(new RemovedRows(35, ByteSize.ofBytes(35 * RECORD)), store.clear());
      assertEquals(0, rows(store));
      assertEquals(0, store.size().segmentBytes().bytes());
      assertEquals(0, store.clear().rows());
    }
  }

  @Test
  void aCacheThatRunsMeanwhileGoesOn() {
    try (TensorCache cache = cache()) {
      CachedFunction<HostTensor> net = persisting(cache, "net", V1);
      HostTensor x = batch(0, 10, 3);
      HostTensor y = net.apply(x);
      cache.flush();
      try (RowStore store = openForChanges()) {
        assertEquals(10, store.prune(RowSelection.ofFunction("net")).rows());
        assertEquals(0, rows(store));
      }
      assertTrue(sameBits(y, net.apply(x)), "from memory");
      cache.reset();
      assertTrue(sameBits(y, net.apply(x)), "computed again or read, and right");
    }
  }

  @Test
  void saysWhichProcessIsInTheWay() throws IOException {
    fill();
    Path lock = directory.resolve("cache/rows/store.lock");
    try (FileChannel file = FileChannel.open(lock, StandardOpenOption.WRITE);
        FileLock held = file.lock()) {
      assertTrue(held.isValid());
      String why = assertThrows(StoreBusyException.class, this::openForChanges).getMessage();
      assertTrue(why.contains("store.lock locked for 5 seconds"), why);
      try (RowStore reader = open()) {
        assertEquals(35, rows(reader), "reading needs no lock");
      }
    }
    openForChanges().close();
  }
}
