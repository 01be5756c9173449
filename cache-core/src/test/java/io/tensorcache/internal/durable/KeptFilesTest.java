package io.tensorcache.internal.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.internal.durable.StoreFiles.Mode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Files that are closed and opened again as need be, and what happens where descriptors end. */
class KeptFilesTest {
  private static final Path DIRECTORY = Path.of("rows");
  private static final int FILES = 10;

  private final MemoryFiles memory = new MemoryFiles();
  private final AtomicInteger open = new AtomicInteger();
  private final FileSystemException refusal =
      new FileSystemException("x", null, "Too many open files");

  @BeforeEach
  void fill() {
    for (int i = 0; i < FILES; i++) {
      memory.put(DIRECTORY.resolve("f" + i), new byte[] {(byte) i});
    }
  }

  /** Keeps so many open, of a system that has so many descriptors. */
  private OpenFiles files(int most, int descriptors) {
    return new OpenFiles(
        new LimitedFiles(memory.hold(DIRECTORY), open, descriptors, () -> refusal), most);
  }

  private static int byteOf(StoreFile file) throws IOException {
    ByteBuffer one = ByteBuffer.allocate(1);
    assertEquals(1, file.read(one, 0));
    return one.get(0);
  }

  private static List<OpenFiles.Kept> keep(OpenFiles files, int count) throws IOException {
    List<OpenFiles.Kept> kept = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      kept.add(files.keep("f" + i));
    }
    return kept;
  }

  @Test
  void asManyAreOpenAsMayBe() throws IOException {
    OpenFiles files = files(4, 100);
    List<OpenFiles.Kept> kept = keep(files, 4);
    assertEquals(4, files.count());
    assertEquals(4, open.get());
    kept.addAll(keep(files, FILES));
    assertEquals(4, files.count());
    assertEquals(4, open.get());
    for (int i = 0; i < 4; i++) {
      assertEquals(i, byteOf(kept.get(i)));
    }
    kept.forEach(OpenFiles.Kept::close);
    assertEquals(0, files.count());
    assertEquals(0, open.get());
    assertEquals(2, keepAll(files(0, 100)), "two at least");
  }

  private static int keepAll(OpenFiles files) throws IOException {
    keep(files, FILES);
    return files.count();
  }

  @Test
  void halfIsGivenBackWhereDescriptorsEnd() throws IOException {
    OpenFiles files = files(8, 8);
    List<OpenFiles.Kept> kept = keep(files, 8);
    StoreFile more = files.open("f9", Mode.READ);
    assertEquals(9, byteOf(more));
    assertEquals(4, files.count());
    for (int i = 0; i < 8; i++) {
      assertEquals(i, byteOf(kept.get(i)));
    }
    assertEquals(4, files.count(), "no more from now on");
  }

  @Test
  void namesAreListedWhereDescriptorsEnd() throws IOException {
    OpenFiles files = files(8, 8);
    keep(files, 8);
    assertEquals(FILES, files.list().size());
    assertEquals(4, files.count());
    assertEquals(FILES, files.list().size());
    assertEquals(4, files.count());
  }

  @Test
  void aSegmentIsOpenedAgainWhereDescriptorsEnd() throws IOException {
    OpenFiles files = files(8, 8);
    List<OpenFiles.Kept> kept = keep(files, 6);
    StoreFile[] others = {files.open("f8", Mode.READ), files.open("f9", Mode.READ)};
    assertEquals(7, byteOf(files.keep("f7")));
    assertTrue(files.count() <= 4, "open " + files.count());
    assertEquals(8, byteOf(others[0]));
    assertEquals(0, byteOf(kept.get(0)));
  }

  @Test
  void isThrownWhereNothingCanBeGivenBack() {
    OpenFiles files = files(8, 0);
    assertSame(refusal, assertThrows(IOException.class, () -> files.open("f1", Mode.READ)));
    assertSame(refusal, assertThrows(IOException.class, () -> files.keep("f1")));
    assertSame(refusal, assertThrows(IOException.class, files::list));
  }

  @Test
  void nothingIsGivenBackForOtherReasons() throws IOException {
    OpenFiles files = files(8, 100);
    keep(files, 8);
    assertThrows(NoSuchFileException.class, () -> files.open("none", Mode.READ));
    assertThrows(NoSuchFileException.class, () -> files.keep("none"));
    assertThrows(FileAlreadyExistsException.class, () -> files.create("f1"));
    assertThrows(FileAlreadyExistsException.class, () -> files.open("f1", Mode.CREATE_NEW));
    assertTrue(files.count() >= 7, "open " + files.count());
  }

  @Test
  void whatIsWrittenStaysOpenUntilItIsDone() throws IOException {
    OpenFiles files = files(2, 100);
    OpenFiles.Kept written = files.create("new");
    assertEquals(0, files.count());
    assertEquals(1, open.get());
    keep(files, FILES);
    assertEquals(3, open.get());
    written.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), 0);
    written.force();
    written.truncate(3);
    assertEquals(3, written.size());
    assertEquals(1, byteOf(written));
    written.unpin();
    assertEquals(2, files.count());
    assertEquals(2, open.get());
    written.unpin();
    assertEquals(2, files.count(), "once");
    keep(files, FILES);
    assertEquals(2, open.get());
    assertEquals(3, written.size(), "opened again");
    assertThrows(UnsupportedOperationException.class, written::tryLock);
    written.close();
    assertThrows(ClosedChannelException.class, written::size);
    assertThrows(ClosedChannelException.class, () -> byteOf(written));
    written.unpin();
  }
}
