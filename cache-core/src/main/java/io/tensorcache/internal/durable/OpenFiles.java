package io.tensorcache.internal.durable;

import io.tensorcache.internal.lock.Rank;
import io.tensorcache.internal.lock.RankedLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a bounded number of segment files open: one that was not read lately is closed for another,
 * and opened again when it is read. Where the system has no more descriptors, half of them are
 * given back and what failed is tried once more. Safe for use by several threads.
 */
final class OpenFiles extends ForwardingFiles {
  private static final int FEWEST = 2;

  /** How often a file may be closed for another one while something is done with it. */
  private static final int MOST_ATTEMPTS = 1000;

  private final RankedLock lock = new RankedLock(Rank.OPEN_FILES);

  /** The files that may be closed, those first that were opened longest ago. Guarded by lock. */
  private final ArrayDeque<Kept> open = new ArrayDeque<>();

  private int most; // guarded by lock

  OpenFiles(StoreFiles files, int most) {
    super(files);
    this.most = Math.max(FEWEST, most);
  }

  /** A file that is closed and opened again as need be. */
  final class Kept implements StoreFile {
    private final String name;
    private volatile @Nullable StoreFile file;
    private volatile boolean closed;

    /** Read since it was last considered for closing. */
    private volatile boolean isUsed;

    private boolean isPinned; // guarded by lock

    private Kept(String name) {
      this.name = name;
    }

    /** It need not stay open any more. */
    void unpin() {
      try {
        lock.lock();
        if (isPinned && file != null) {
          isPinned = false;
          makeRoom(most - 1);
          open.add(this);
        }
      } finally {
        lock.unlock();
      }
    }

    @Override
    public int read(ByteBuffer dst, long position) throws IOException {
      StoreFile now = file;
      if (now != null) {
        if (!isUsed) {
          isUsed = true;
        }
        int start = dst.position();
        try {
          return now.read(dst, position);
        } catch (ClosedChannelException e) {
          dst.position(start); // closed for another one just now
        }
      }
      return use(
          reopened -> {
            int start = dst.position();
            try {
              return reopened.read(dst, position);
            } catch (ClosedChannelException e) {
              dst.position(start);
              throw e;
            }
          });
    }

    private <T> T use(Use<T> use) throws IOException {
      for (int attempt = 1; ; attempt++) {
        StoreFile now = reopened(this);
        try {
          return use.on(now);
        } catch (ClosedChannelException e) {
          if (closed || isPinned(this) || attempt == MOST_ATTEMPTS) {
            throw e;
          }
        }
      }
    }

    @Override
    public void write(ByteBuffer src, long position) throws IOException {
      use(
          now -> {
            now.write(src, position);
            return true;
          });
    }

    @Override
    public void force() throws IOException {
      use(
          now -> {
            now.force();
            return true;
          });
    }

    @Override
    public long size() throws IOException {
      return use(StoreFile::size);
    }

    @Override
    public void truncate(long size) throws IOException {
      use(
          now -> {
            now.truncate(size);
            return true;
          });
    }

    @Override
    public boolean tryLock() {
      throw new UnsupportedOperationException("a file that may be closed keeps no lock");
    }

    @Override
    public void close() {
      closed = true;
      try {
        lock.lock();
        open.remove(this);
        shut(this);
      } finally {
        lock.unlock();
      }
    }
  }

  private interface Use<T> {
    T on(StoreFile file) throws IOException;
  }

  /** Opens a segment to be read. */
  Kept keep(String name) throws IOException {
    Kept kept = new Kept(name);
    reopened(kept);
    return kept;
  }

  /** Creates a segment, which stays open until {@link Kept#unpin}. */
  Kept create(String name) throws IOException {
    Kept kept = new Kept(name);
    kept.isPinned = true;
    kept.file = open(name, Mode.CREATE_NEW);
    return kept;
  }

  private boolean isPinned(Kept kept) {
    try {
      lock.lock();
      return kept.isPinned;
    } finally {
      lock.unlock();
    }
  }

  private StoreFile reopened(Kept kept) throws IOException {
    try {
      lock.lock();
      StoreFile there = kept.file;
      if (kept.closed) {
        throw new ClosedChannelException();
      }
      if (there != null) {
        return there;
      }
      makeRoom(most - 1);
      StoreFile file = open(kept.name, Mode.READ);
      kept.isUsed = true;
      kept.file = file;
      open.add(kept);
      return file;
    } finally {
      lock.unlock();
    }
  }

  /** With the lock: closes files until no more than so many are open. */
  private void makeRoom(int files) {
    while (open.size() > files) {
      Kept oldest = open.remove();
      if (oldest.isUsed) {
        oldest.isUsed = false; // a second chance
        open.add(oldest);
      } else {
        shut(oldest);
      }
    }
  }

  private static void shut(Kept kept) {
    StoreFile file = kept.file;
    kept.file = null;
    if (file != null) {
      try {
        file.close();
      } catch (IOException e) {
        return; // nothing of it waits to be written
      }
    }
  }

  /** How many segments are open, those that are written not counted. */
  int count() {
    try {
      lock.lock();
      return open.size();
    } finally {
      lock.unlock();
    }
  }

  /** Tries again with half of the files where the reason may be that there are too many. */
  private <T> T withFewer(Callable<T> attempt) throws IOException {
    try {
      return call(attempt);
    } catch (NoSuchFileException
        | FileAlreadyExistsException
        | AccessDeniedException
        | SpecialFileException
        | DirectoryGoneException
        | ClosedChannelException e) {
      throw e;
    } catch (IOException e) {
      if (!giveBackHalf()) {
        throw e;
      }
      return call(attempt);
    }
  }

  private static <T> T call(Callable<T> attempt) throws IOException {
    try {
      return attempt.call();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  private boolean giveBackHalf() {
    if (lock.isHeld()) {
      return closeHalf();
    }
    try {
      lock.lock();
      return closeHalf();
    } finally {
      lock.unlock();
    }
  }

  /** With the lock. */
  private boolean closeHalf() {
    int before = open.size();
    if (before == 0) {
      return false;
    }
    most = Math.max(FEWEST, before / 2);
    makeRoom(before / 2);
    return true;
  }

  @Override
  public StoreFile open(String name, Mode mode) throws IOException {
    return withFewer(() -> files.open(name, mode));
  }

  @Override
  public List<String> list() throws IOException {
    return withFewer(files::list);
  }

  @Override
  public void forceNames() throws IOException {
    withFewer(
        () -> {
          files.forceNames();
          return true;
        });
  }
}
