package io.tensorcache.internal.durable;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An open file, read and written by position. Safe for use by several threads; an interrupt of one
 * of them does not close it.
 */
interface StoreFile extends AutoCloseable {
  /** Reads until {@code dst} is full or the file ends; returns the number of bytes. */
  int read(ByteBuffer dst, long position) throws IOException;

  /** Writes all of {@code src}. */
  void write(ByteBuffer src, long position) throws IOException;

  /** Returns when everything written is on the disk itself. */
  void force() throws IOException;

  long size() throws IOException;

  void truncate(long size) throws IOException;

  /** Locks the file against other processes until it is closed; false if another holds it. */
  boolean tryLock() throws IOException;

  @Override
  void close() throws IOException;
}
