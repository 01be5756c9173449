package io.tensorcache.internal.durable;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A file that does what another does, and forces nothing. */
abstract class ForwardingFile implements StoreFile {
  final StoreFile file;

  ForwardingFile(StoreFile file) {
    this.file = file;
  }

  @Override
  public int read(ByteBuffer dst, long position) throws IOException {
    return file.read(dst, position);
  }

  @Override
  public void write(ByteBuffer src, long position) throws IOException {
    file.write(src, position);
  }

  @Override
  public void force() throws IOException {}

  @Override
  public long size() throws IOException {
    return file.size();
  }

  @Override
  public void truncate(long size) throws IOException {
    file.truncate(size);
  }

  @Override
  public boolean tryLock() throws IOException {
    return file.tryLock();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
