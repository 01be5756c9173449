package io.tensorcache.internal.durable;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * The file of the notes on functions, format 1; FORMAT.md draws it. It holds nothing that a right
 * value depends on: one that is damaged, of another version or too large counts as empty.
 * Stateless.
 */
final class NotesFileV1 {
  static final String FILE = "functions.tcf";
  static final String TEMPORARY = "functions.tmp";
  static final int MOST_NOTES = 1_000;

  private static final int MAGIC = 0x31464354; // "TCF1"
  private static final int HEAD = 16;
  private static final int LARGEST = 1 << 20;
  private static final int LONGEST_TEXT = 400; // bytes; longer names are not noted

  private NotesFileV1() {}

  /** What is noted, the oldest first; nothing if there is no sound file. */
  static List<FunctionNote> read(StoreFiles files) throws IOException {
    long size = files.size(FILE);
    if (size < HEAD || size > LARGEST) {
      return List.of();
    }
    ByteBuffer bytes = SegmentFormatV1.buffer((int) size);
    try (StoreFile file = files.open(FILE, StoreFiles.Mode.READ)) {
      file.read(bytes, 0);
    } catch (NoSuchFileException e) {
      return List.of();
    }
    bytes.flip();
    return parse(bytes);
  }

  private static List<FunctionNote> parse(ByteBuffer bytes) {
    boolean isSound =
        bytes.limit() >= HEAD
            && bytes.getInt(0) == MAGIC
            && bytes.getInt(4) == SegmentFormatV1.sum(bytes, 8, bytes.limit())
            && bytes.getShort(8) == 1;
    if (!isSound) {
      return List.of();
    }
    List<FunctionNote> notes = new ArrayList<>();
    try {
      int count = Math.min(bytes.getInt(12), MOST_NOTES);
      bytes.position(HEAD);
      for (int i = 0; i < count; i++) {
        String function = text(bytes);
        Provenance of = new Provenance(function, bytes.getLong(), bytes.getLong());
        notes.add(new FunctionNote(of, bytes.getLong(), bytes.getLong(), text(bytes)));
      }
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      return List.of(); // a checksum that was forged
    }
    return notes;
  }

  private static String text(ByteBuffer bytes) {
    byte[] text = new byte[Short.toUnsignedInt(bytes.getShort())];
    if (text.length > LONGEST_TEXT) {
      throw new IllegalArgumentException("a text of " + text.length + " bytes");
    }
    bytes.get(text);
    return new String(text, StandardCharsets.UTF_8);
  }

  /**
   * Replaces the file; under the lock of the store, as the name of what it writes first is fixed.
   */
  static void write(StoreFiles files, Collection<FunctionNote> notes) throws IOException {
    ByteBuffer bytes = SegmentFormatV1.buffer(LARGEST);
    bytes.position(HEAD);
    int count = 0;
    List<FunctionNote> newest = new ArrayList<>(notes);
    for (FunctionNote note :
        newest.subList(Math.max(0, newest.size() - MOST_NOTES), newest.size())) {
      byte[] function = note.of().function().getBytes(StandardCharsets.UTF_8);
      byte[] code = note.code().getBytes(StandardCharsets.UTF_8);
      if (function.length <= LONGEST_TEXT) {
        put(bytes, function);
        bytes.putLong(note.of().fingerprintHi()).putLong(note.of().fingerprintLo());
        bytes.putLong(note.rows()).putLong(note.nanos());
        put(bytes, code.length <= LONGEST_TEXT ? code : new byte[0]);
        count++;
      }
    }
    bytes.flip();
    bytes.putInt(0, MAGIC).putShort(8, (short) 1).putInt(12, count);
    bytes.putInt(4, SegmentFormatV1.sum(bytes, 8, bytes.limit()));
    files.delete(TEMPORARY);
    try (StoreFile out = files.open(TEMPORARY, StoreFiles.Mode.CREATE_NEW)) {
      out.write(ByteBuffer.wrap(Arrays.copyOf(bytes.array(), bytes.limit())), 0);
    }
    files.replace(TEMPORARY, FILE);
  }

  private static void put(ByteBuffer bytes, byte[] text) {
    bytes.putShort((short) text.length).put(text);
  }
}
