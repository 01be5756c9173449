package io.tensorcache.internal.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The names of a directory that is held by a descriptor, and of one that is known by its path. */
class HeldNamesTest {
  private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ);
  private static final Set<OpenOption> CREATE =
      Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
  private static final Set<OpenOption> CREATE_NEW =
      Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);

  @TempDir Path directory;

  /** How it is held. */
  enum Kind {
    BY_DESCRIPTOR,
    BY_PATH;

    HeldDirectory hold(Path directory) throws IOException {
      return this == BY_PATH ? new PathDirectory(directory) : HeldDirectory.of(directory);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void areCreatedReplacedAndDeleted(Kind kind) throws IOException {
    try (HeldDirectory held = kind.hold(directory)) {
      assertEquals(List.of(), held.list());
      for (Set<OpenOption> options : List.of(CREATE_NEW, CREATE)) {
        String name = options == CREATE ? "b" : "a";
        try (FileChannel channel = held.open(name, options)) {
          channel.write(ByteBuffer.wrap(new byte[name.equals("a") ? 3 : 1]));
        }
        assertEquals(
            "rw-------",
            PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(name))));
      }
      assertThrows(FileAlreadyExistsException.class, () -> held.open("a", CREATE_NEW));
      assertEquals(Set.of("a", "b"), Set.copyOf(held.list()));
      assertEquals(3, held.attributes("a").size());
      held.replace("a", "b");
      held.forceNames();
      assertEquals(List.of("b"), held.list());
      assertEquals(3, held.attributes("b").size());
      held.delete("b");
      assertEquals(List.of(), held.list());
      assertThrows(NoSuchFileException.class, () -> held.delete("b"));
      assertThrows(NoSuchFileException.class, () -> held.attributes("b"));
      assertThrows(NoSuchFileException.class, () -> held.open("b", READ));
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void linksAreNotFollowed(Kind kind) throws IOException {
    Path outside = Files.write(directory.resolve("outside"), new byte[] {1});
    Files.createSymbolicLink(directory.resolve("link"), outside);
    try (HeldDirectory held = kind.hold(directory)) {
      assertThrows(IOException.class, () -> held.open("link", READ));
      assertThrows(IOException.class, () -> held.open("link", CREATE));
      assertTrue(held.attributes("link").isSymbolicLink());
      held.delete("link");
      assertTrue(Files.exists(outside));
      assertEquals(List.of("outside"), held.list());
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void directoryIsToldFromOthers(Kind kind) throws IOException {
    Object key = Files.readAttributes(directory, BasicFileAttributes.class).fileKey();
    Path other = Files.createDirectory(directory.resolve("other"));
    try (HeldDirectory held = kind.hold(directory);
        HeldDirectory heldToo = kind.hold(other)) {
      assertEquals(key, held.identity());
      assertFalse(held.identity().equals(heldToo.identity()));
    }
  }

  @Test
  void directoryMustBeOne() throws IOException {
    Path file = Files.write(directory.resolve("file"), new byte[1]);
    assertThrows(NotDirectoryException.class, () -> HeldDirectory.of(file));
    assertThrows(NoSuchFileException.class, () -> new PathDirectory(directory.resolve("none")));
  }

  @Test
  void whatIsKnownByAPathIsGoneWithIt() throws IOException {
    Path gone = Files.createDirectory(directory.resolve("gone"));
    try (HeldDirectory held = new PathDirectory(gone)) {
      Files.delete(gone);
      assertThrows(NoSuchFileException.class, held::forceNames);
      assertThrows(NoSuchFileException.class, held::list);
    }
  }

  @Test
  void whatIsLetGoIsClosed() throws IOException {
    HeldDirectory held = HeldDirectory.of(directory);
    held.close();
    assertThrows(ClosedChannelException.class, held::list);
    assertThrows(ClosedChannelException.class, held::identity);
    assertThrows(ClosedChannelException.class, held::forceNames);
    assertThrows(ClosedChannelException.class, () -> held.open("a", CREATE));
    assertThrows(ClosedChannelException.class, () -> held.attributes("a"));
    assertThrows(ClosedChannelException.class, () -> held.delete("a"));
    assertThrows(ClosedChannelException.class, () -> held.replace("a", "b"));
  }
}
