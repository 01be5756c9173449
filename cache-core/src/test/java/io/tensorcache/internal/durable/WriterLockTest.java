package io.tensorcache.internal.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A writer has a lock that is in its place, whoever tidies the directory meanwhile. */
class WriterLockTest {
  private static final long DEAD = 7;

  @TempDir Path directory;

  /** Another process deletes the first files that are made, before they are locked. */
  private static final class Tidied extends ForwardingFiles {
    final List<String> opened = new ArrayList<>();
    private int left;

    Tidied(StoreFiles files, int deletions) {
      super(files);
      left = deletions;
    }

    @Override
    public StoreFile open(String name, Mode mode) throws IOException {
      opened.add(name);
      return new ForwardingFile(files.open(name, mode)) {
        @Override
        public boolean tryLock() throws IOException {
          if (left-- > 0) {
            files.delete(name);
          }
          return file.tryLock();
        }
      };
    }
  }

  private Tidied files(int deletions) {
    return new Tidied(StoreDirectory.hold(DiskFiles::hold, directory), deletions);
  }

  @Test
  void takesAnotherNumberWhereItsFileWasDeleted() throws IOException {
    try (Tidied files = files(2);
        WriterLock lock = WriterLock.create(files)) {
      assertTrue(lock.isInPlace());
      assertEquals(3, files.opened.size());
      assertEquals(SegmentName.lockName(lock.writer()), files.opened.get(2));
      assertNotEquals(files.opened.get(1), files.opened.get(2));
      assertEquals(List.of(files.opened.get(2)), files.list());
    }
  }

  @Test
  void takesOverNothingByAFileThatWasDeleted() throws IOException {
    try (Tidied files = files(1)) {
      assertNull(WriterLock.takeOver(files, DEAD));
      try (WriterLock lock = WriterLock.takeOver(files, DEAD)) {
        assertTrue(lock != null && lock.isInPlace());
      }
      assertEquals(List.of(), files.list());
    }
  }
}
