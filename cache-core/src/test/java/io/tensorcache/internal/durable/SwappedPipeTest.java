package io.tensorcache.internal.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.RandomAccessFile;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A name is that of a file when it is looked at, and of a pipe when it is opened. */
class SwappedPipeTest {
  private static final int PATIENCE_MILLIS = 30_000;

  @TempDir Path directory;
  private Path pipe = Path.of("");
  private Path name = Path.of("");

  @BeforeEach
  void makePipe() throws Exception {
    Path mkfifo = Path.of("/usr/bin/mkfifo");
    assumeTrue(Files.isExecutable(mkfifo), "needs mkfifo");
    pipe = directory.resolve("pipe");
    assertEquals(0, new ProcessBuilder(mkfifo.toString(), pipe.toString()).start().waitFor());
    name =
        Files.write(Files.createDirectory(directory.resolve("rows")).resolve("name"), new byte[9]);
  }

  /** In which the pipe takes the place of the file just before it is opened. */
  private StoreFiles files() throws Exception {
    HeldDirectory real = HeldDirectory.of(directory.resolve("rows"));
    Object swapping =
        Proxy.newProxyInstance(
            HeldDirectory.class.getClassLoader(),
            new Class<?>[] {HeldDirectory.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("open")) {
                Path next = Files.createLink(directory.resolve("next"), pipe);
                Files.move(next, name, StandardCopyOption.ATOMIC_MOVE);
              }
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
    return new DiskFiles(directory.resolve("rows"), (HeldDirectory) swapping);
  }

  @ParameterizedTest
  @EnumSource(names = {"READ", "WRITE", "CREATE"})
  void isRefusedAndNotWaitedFor(StoreFiles.Mode mode) throws Exception {
    boolean waits;
    try (StoreFiles files = files()) {
      Thread opening =
          new Thread(
              () -> assertThrows(SpecialFileException.class, () -> files.open("name", mode)));
      Throwable[] thrown = new Throwable[1];
      opening.setUncaughtExceptionHandler((thread, e) -> thrown[0] = e);
      opening.start();
      opening.join(PATIENCE_MILLIS);
      waits = opening.isAlive();
      try (RandomAccessFile writer = new RandomAccessFile(pipe.toFile(), "rw")) {
        opening.join(); // whom a writer lets go on
        assertEquals(null, thrown[0], () -> writer + " let go " + thrown[0]);
      }
    }
    assertFalse(waits, "waited for a pipe");
  }

  /** What may only be read is opened to be read. */
  @Test
  void aFileThatIsNotOursToWriteIsRead() throws Exception {
    Path file = directory.resolve("rows").resolve("read-only");
    Files.write(file, new byte[] {7});
    assumeTrue(file.toFile().setWritable(false), "needs permissions");
    try (StoreFiles files = DiskFiles.hold(directory.resolve("rows"))) {
      try (StoreFile open = files.open("read-only", StoreFiles.Mode.READ)) {
        assertEquals(1, open.size());
      }
    }
  }
}
