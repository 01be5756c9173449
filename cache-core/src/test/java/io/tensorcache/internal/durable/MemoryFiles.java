package io.tensorcache.internal.durable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Files in memory, for tests that open very many. One process only: every lock is free. */
final class MemoryFiles implements StoreFiles.Source {
  private final Map<Path, Content> contents = new ConcurrentHashMap<>();

  private static final class Content {
    private byte[] bytes = {};
    private int size;

    synchronized int read(ByteBuffer dst, long position) {
      int count = (int) Math.max(0, Math.min(dst.remaining(), size - position));
      if (count > 0) {
        dst.put(bytes, (int) position, count);
      }
      return count;
    }

    synchronized void write(ByteBuffer src, long position) {
      int end = Math.toIntExact(position + src.remaining());
      if (end > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(end, 2 * bytes.length));
      }
      src.get(bytes, (int) position, src.remaining());
      size = Math.max(size, end);
    }

    synchronized long size() {
      return size;
    }

    synchronized void truncate(long to) {
      bytes = Arrays.copyOf(bytes, (int) Math.min(size, to));
      size = bytes.length;
    }

    synchronized byte[] copy() {
      return Arrays.copyOf(bytes, size);
    }
  }

  /** The bytes of a file. */
  byte[] get(Path file) {
    return contents.get(file).copy();
  }

  void put(Path file, byte[] bytes) {
    Content content = new Content();
    content.write(ByteBuffer.wrap(bytes), 0);
    contents.put(file, content);
  }

  void clear() {
    contents.clear();
  }

  /** The paths of the files with this suffix, in order. */
  List<Path> all(String suffix) {
    return contents.keySet().stream()
        .filter(path -> path.toString().endsWith(suffix))
        .sorted()
        .toList();
  }

  private Content existing(Path file) throws NoSuchFileException {
    Content content = contents.get(file);
    if (content == null) {
      throw new NoSuchFileException(file.toString());
    }
    return content;
  }

  @Override
  public StoreFiles hold(Path directory) {
    return new Held(directory);
  }

  private final class Held implements StoreFiles {
    private final Path directory;

    Held(Path directory) {
      this.directory = directory;
    }

    @Override
    public StoreFile open(String name, Mode mode) throws IOException {
      Path file = directory.resolve(name);
      Content fresh = new Content();
      return switch (mode) {
        case CREATE -> new MemoryFile(contents.computeIfAbsent(file, path -> fresh));
        case CREATE_NEW -> {
          if (contents.putIfAbsent(file, fresh) != null) {
            throw new FileAlreadyExistsException(file.toString());
          }
          yield new MemoryFile(fresh);
        }
        default -> new MemoryFile(existing(file));
      };
    }

    @Override
    public List<String> list() {
      List<String> names = new ArrayList<>();
      contents.keySet().forEach(path -> names.add(path.getFileName().toString()));
      return names;
    }

    @Override
    public boolean isSpecial(String name) {
      return false;
    }

    @Override
    public @Nullable Object identity(String name) {
      return contents.get(directory.resolve(name));
    }

    @Override
    public long size(String name) {
      Content content = contents.get(directory.resolve(name));
      return content == null ? 0 : content.size();
    }

    @Override
    public long modifiedMillis(String name) {
      return 0;
    }

    @Override
    public void delete(String name) {
      contents.remove(directory.resolve(name));
    }

    @Override
    public void replace(String from, String to) throws IOException {
      contents.put(directory.resolve(to), existing(directory.resolve(from)));
      contents.remove(directory.resolve(from));
    }

    @Override
    public void forceNames() {}

    @Override
    public void requireInPlace() {}

    @Override
    public void allocating(long byteCount) {}

    @Override
    public void close() {}
  }

  private static final class MemoryFile implements StoreFile {
    private final Content content;
    private volatile boolean closed;

    MemoryFile(Content content) {
      this.content = content;
    }

    private Content content() throws ClosedChannelException {
      if (closed) {
        throw new ClosedChannelException();
      }
      return content;
    }

    @Override
    public int read(ByteBuffer dst, long position) throws IOException {
      return content().read(dst, position);
    }

    @Override
    public void write(ByteBuffer src, long position) throws IOException {
      content().write(src, position);
    }

    @Override
    public void force() {}

    @Override
    public long size() throws IOException {
      return content().size();
    }

    @Override
    public void truncate(long size) throws IOException {
      content().truncate(size);
    }

    @Override
    public boolean tryLock() {
      return true;
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
