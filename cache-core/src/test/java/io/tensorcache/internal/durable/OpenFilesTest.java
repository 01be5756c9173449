package io.tensorcache.internal.durable;

import static io.tensorcache.internal.durable.DurableFixture.found;
import static io.tensorcache.internal.durable.DurableFixture.read;
import static io.tensorcache.internal.durable.DurableFixture.store;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.StoreConfig;
import io.tensorcache.config.WhenFull;
import io.tensorcache.internal.codec.Lookup;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** However many segments there are, few are open. */
class OpenFilesTest {
  private static final int FILES = 50;

  @TempDir Path directory;
  private final DurableFixture.Events events = new DurableFixture.Events();

  private void fill() throws IOException {
    for (int i = 0; i < FILES; i++) {
      Files.write(directory.resolve("f" + i), new byte[] {(byte) i});
    }
  }

  private static int byteOf(StoreFile file) throws IOException {
    ByteBuffer one = ByteBuffer.allocate(1);
    assertEquals(1, file.read(one, 0));
    return one.get(0);
  }

  private static List<OpenFiles.Kept> keepAll(OpenFiles files) throws IOException {
    List<OpenFiles.Kept> kept = new ArrayList<>();
    for (int i = 0; i < FILES; i++) {
      kept.add(files.keep("f" + i));
      assertTrue(files.count() <= 5, "open " + files.count());
    }
    return kept;
  }

  @Test
  void fewAreOpenAndAllCanBeRead() throws IOException {
    fill();
    try (OpenFiles files = new OpenFiles(DiskFiles.hold(directory), 5)) {
      List<OpenFiles.Kept> kept = keepAll(files);
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < FILES; i++) {
          assertEquals(i, byteOf(kept.get(i)));
          assertEquals(1, kept.get(i).size());
        }
      }
      assertTrue(files.count() <= 5);
      kept.forEach(OpenFiles.Kept::close);
      assertEquals(0, files.count());
      assertThrows(ClosedChannelException.class, () -> byteOf(kept.get(0)));
    }
  }

  /** Each attempt finds it closed, as where the system closes it all the time. */
  @Test
  void whatCannotBeReadIsNotTriedForEver() throws IOException {
    fill();
    FaultyFiles closing = new FaultyFiles();
    AtomicInteger attempts = new AtomicInteger();
    closing.fault =
        (operation, file) -> {
          if (operation == FaultyFiles.Operation.READ) {
            attempts.incrementAndGet();
            throw new ClosedChannelException();
          }
        };
    try (OpenFiles files = new OpenFiles(closing.hold(directory), 5)) {
      OpenFiles.Kept kept = files.keep("f0");
      kept.unpin();
      assertThrows(ClosedChannelException.class, () -> byteOf(kept));
      assertTrue(attempts.get() > 100, "tried again while another one may have closed it");
    }
  }

  @Test
  void whatIsReadOftenStaysOpen() throws IOException {
    fill();
    AtomicInteger opened = new AtomicInteger();
    FaultyFiles counting = new FaultyFiles();
    counting.fault =
        (operation, file) -> {
          if (operation == FaultyFiles.Operation.OPEN && file.endsWith("f0")) {
            opened.incrementAndGet();
          }
        };
    try (OpenFiles files = new OpenFiles(counting.hold(directory), 5)) {
      OpenFiles.Kept often = files.keep("f0");
      for (int i = 1; i < FILES; i++) {
        OpenFiles.Kept other = files.keep("f" + i);
        assertEquals(0, byteOf(often));
        assertEquals(i, byteOf(other));
      }
      assertTrue(opened.get() <= FILES / 4, "opened " + opened);
    }
  }

  /** Readers of a file that is closed under them read it again. */
  @Tag("slow")
  @Test
  void manyThreadsReadManyFiles() throws Exception {
    fill();
    AtomicLong reads = new AtomicLong();
    List<Throwable> thrown = java.util.Collections.synchronizedList(new ArrayList<>());
    try (OpenFiles files = new OpenFiles(DiskFiles.hold(directory), 2)) {
      List<OpenFiles.Kept> kept = keepAll(files);
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        Random random = new Random(t);
        threads.add(
            new Thread(
                () -> {
                  try {
                    for (int k = 0; k < 5_000; k++) {
                      int i = random.nextInt(FILES);
                      if (random.nextInt(10) == 0) {
                        Thread.currentThread().interrupt(); // closes a plain channel for all
                      }
                      assertEquals(i, byteOf(kept.get(i)));
                      reads.incrementAndGet();
                    }
                  } catch (IOException | AssertionError e) {
                    thrown.add(e);
                  }
                }));
      }
      threads.forEach(Thread::start);
      for (Thread thread : threads) {
        thread.join();
      }
    }
    assertEquals(List.of(), thrown);
    assertEquals(20_000, reads.get());
  }

  @Test
  void interruptStaysWithItsThread() throws IOException {
    fill();
    try (StoreFiles files = DiskFiles.hold(directory);
        StoreFile file = files.open("f7", StoreFiles.Mode.WRITE)) {
      for (int i = 0; i < 3; i++) {
        Thread.currentThread().interrupt();
        assertEquals(7, byteOf(file));
        assertTrue(Thread.interrupted());
        Thread.currentThread().interrupt();
        file.write(ByteBuffer.wrap(new byte[] {7}), 0);
        assertEquals(1, file.size());
        file.force();
        assertTrue(Thread.interrupted());
      }
    }
  }

  @Test
  void deletedFileIsGoneWhenItWouldBeOpenedAgain() throws IOException {
    fill();
    try (OpenFiles files = new OpenFiles(DiskFiles.hold(directory), 2)) {
      List<OpenFiles.Kept> kept = keepAll(files);
      Files.delete(directory.resolve("f0"));
      assertThrows(NoSuchFileException.class, () -> byteOf(kept.get(0)));
    }
  }

  /** Segments of 4 KiB, and only so many descriptors that some must be given back. */
  @Tag("slow")
  @Test
  void storeGoesOnWhereDescriptorsEnd() throws IOException {
    int most = 30;
    AtomicInteger open = new AtomicInteger();
    AtomicBoolean ended = new AtomicBoolean();
    StoreFiles.Source few =
        path ->
            new LimitedFiles(
                DiskFiles.hold(path),
                open,
                most,
                () -> {
                  ended.set(true);
                  return new FileSystemException("x", null, "Too many open files");
                });
    StoreConfig config = DurableFixture.config(1 << 20, WhenFull.EVICT, 4);
    int rows = 300;
    try (DurableStore store =
        DurableStore.open(directory, "rows", config, events, few, System::currentTimeMillis)) {
      for (int i = 0; i < rows; i++) {
        assertTrue(store(store, i));
        if (i % 10 == 0) {
          assertTrue(store.flush());
        }
      }
      assertTrue(store.flush());
      assertEquals(rows, found(store, 0, rows));
      assertTrue(store.use().segments() > 2 * most, "" + store.use());
    }
    assertTrue(ended.get(), "there were enough");
    assertEquals(0, open.get(), "left open");
    try (DurableStore store =
        DurableStore.open(directory, "rows", config, events, few, System::currentTimeMillis)) {
      for (int i = rows - 1; i >= 0; i--) {
        assertEquals(Lookup.DURABLE_HIT, read(store, i));
      }
    }
    assertEquals(List.of(), events.failures);
  }

  @Test
  void limitIsAnEighthOfWhatTheProcessMay() {
    String limits =
        "Max cpu time  unlimited unlimited seconds\nMax open files            %s      4096     files\n";
    assertEquals(128, DescriptorLimit.of(String.format(Locale.ROOT, limits, "1024")));
    assertEquals(8, DescriptorLimit.of(String.format(Locale.ROOT, limits, "30")));
    assertEquals(1024, DescriptorLimit.of(String.format(Locale.ROOT, limits, "1048576")));
    assertEquals(1024, DescriptorLimit.of(String.format(Locale.ROOT, limits, "unlimited")));
    assertEquals(128, DescriptorLimit.of(""));
  }
}
