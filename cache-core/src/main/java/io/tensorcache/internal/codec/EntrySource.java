package io.tensorcache.internal.codec;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The bytes of one entry, wherever they lie. */
@FunctionalInterface
public interface EntrySource {
  /**
   * Fills {@code dst} from position to limit with the bytes from {@code offset} of the entry. The
   * position may be moved.
   *
   * @throws IOException if they cannot be read
   * @throws io.tensorcache.error.CorruptEntryException if they are not there
   */
  void read(int offset, ByteBuffer dst) throws IOException;
}
