package io.tensorcache.internal.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.WhenFull;
import io.tensorcache.tensor.TensorKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyIndexTest {
  @TempDir Path directory;

  @Tag("slow")
  @Test
  void agreesWithAMapOfSets() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    KeyIndex index = new KeyIndex();
    Map<TensorKey, Set<Long>> model = new HashMap<>();
    for (int step = 0; step < 200_000; step++) {
      TensorKey key = new TensorKey(0, random.nextInt(2000)); // badly distributed on purpose
      long place = Place.of(random.nextInt(5), 1 + random.nextInt(8), 64);
      Set<Long> places = model.computeIfAbsent(key, k -> new HashSet<>());
      int action = random.nextInt(100);
      if (action < 60) {
        assertEquals(places.add(place), index.add(key, place, 1), "seed " + seed);
      } else if (action < 99) {
        assertEquals(places.remove(place), index.remove(key, place), "seed " + seed);
      } else if (step % 7 == 0) {
        int segment = random.nextInt(5);
        long removed = 0;
        for (Set<Long> each : model.values()) {
          int before = each.size();
          each.removeIf(p -> Place.segment(p) == segment);
          removed += before - each.size();
        }
        assertEquals(removed, index.removeIf(p -> Place.segment(p) == segment), "seed " + seed);
      }
      long found = index.find(key, 0);
      assertTrue(places.isEmpty() ? found == 0 : places.contains(found), "seed " + seed);
      assertEquals(places.contains(place), index.contains(key, place), "seed " + seed);
    }
    assertEquals(model.values().stream().mapToInt(Set::size).sum(), index.size());
  }

  @Test
  void placesComeBack() {
    Random random = new Random(1);
    for (int i = 0; i < 10_000; i++) {
      int segment = random.nextInt(Place.MAX_SEGMENTS);
      int start = 1 + random.nextInt((1 << 24) - 1);
      long bytes = 64L * (1 + random.nextInt(1 << 21));
      long place = Place.of(segment, start, bytes);
      assertEquals(segment, Place.segment(place));
      assertEquals(start, Place.start(place));
      assertEquals(64L * start, Place.offset(place));
      assertEquals(bytes < 64L * ((1 << 20) - 1) ? bytes : -1, Place.recordBytes(place));
    }
  }

  @Tag("slow")
  @Test
  void anEntryTakesAtMostFortyBytesAtEverySize() {
    Random random = new Random(2);
    KeyIndex index = new KeyIndex();
    double worst = 0;
    for (int i = 1; i <= 1_000_000; i++) {
      index.add(new TensorKey(random.nextLong(), random.nextLong()), Place.of(1, i, 64), i);
      if (i > 2000 && i % 1000 == 0) {
        worst = Math.max(worst, (double) index.byteCount() / i);
      }
    }
    System.out.printf(Locale.ROOT, "KeyIndexTest: at most %.1f bytes an entry in arrays%n", worst);
    assertTrue(worst <= 40, worst + " bytes an entry");
  }

  @Tag("slow")
  @Test
  void heapGrowsByAtMostFortyBytesAnEntry() {
    int entries = 1_000_000;
    long before = usedHeap();
    KeyIndex index = new KeyIndex();
    Random random = new Random(2);
    for (int i = 1; i <= entries; i++) {
      index.add(new TensorKey(random.nextLong(), random.nextLong()), Place.of(1, i, 64), i);
    }
    double each = (double) (usedHeap() - before) / entries;
    System.out.printf(Locale.ROOT, "KeyIndexTest: %.1f bytes an entry on the heap%n", each);
    assertTrue(each <= 40 && index.size() == entries, each + " bytes an entry");
  }

  private static long usedHeap() {
    Runtime runtime = Runtime.getRuntime();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      System.gc();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }

  @Tag("slow")
  @Test
  void aMillionEntriesAreOpenedFromTheirIndexFiles() throws IOException {
    int entries = Integer.getInteger("durable.entries", 1_000_000);
    long bytes = writeSealedSegments(directory.resolve("rows"), entries, 100_000);
    FaultyFiles files = new FaultyFiles();
    DurableFixture.Events events = new DurableFixture.Events();
    long start = System.nanoTime();
    try (DurableStore store =
        DurableStore.open(
            directory,
            "rows",
            DurableFixture.config(1 << 30, WhenFull.EVICT, 1 << 18),
            events,
            files,
            System::currentTimeMillis)) {
      System.out.printf(
          Locale.ROOT,
          "KeyIndexTest: %d entries of %d MiB opened in %d ms, %.1f bytes an entry%n",
          entries,
          bytes >> 20,
          (System.nanoTime() - start) / 1_000_000,
          (double) store.use().indexBytes() / entries);
      assertEquals(entries, store.use().entries());
      assertTrue(store.contains(DurableFixture.key(entries - 1)));
      int segments = store.use().segments();
      assertEquals(segments * (long) SegmentFormatV1.HEADER_BYTES, files.segmentBytesRead.get());
      assertEquals(0, events.failures.size());
    }
  }

  /** Segments of 2 KB rows with a header and an index, and nothing else in them. */
  private static long writeSealedSegments(Path rows, int entries, int perSegment)
      throws IOException {
    Files.createDirectories(rows);
    StoreFiles files = new FaultyFiles().hold(rows);
    int record = 2176;
    long bytes = 0;
    for (int first = 0, number = 0; first < entries; first += perSegment, number++) {
      SegmentName name = new SegmentName(7, number);
      int count = Math.min(perSegment, entries - first);
      long size = SegmentFormatV1.HEADER_BYTES + (long) count * record;
      try (StoreFile file =
          files.open(name.file(SegmentName.SEGMENT), StoreFiles.Mode.CREATE_NEW)) {
        file.write(SegmentFormatV1.header(new SegmentFormatV1.Header(number, name, 0)), 0);
        file.write(ByteBuffer.allocate(1), size - 1);
      }
      EntryList list = new EntryList();
      list.put(0, DurableFixture.NET);
      for (int i = 0; i < count; i++) {
        int start = (int) (1 + (long) i * record / SegmentFormatV1.UNIT);
        list.add(DurableFixture.key(first + i), start, record - 32, 0, 1);
      }
      IndexFileV1.write(files, name, number, size, list);
      bytes += size;
    }
    return bytes;
  }
}
