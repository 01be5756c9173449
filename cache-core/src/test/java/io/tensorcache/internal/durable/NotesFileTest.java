package io.tensorcache.internal.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The file of the notes on functions: what it holds, and that it counts as empty if damaged. */
class NotesFileTest {
  private static final Path DIRECTORY = Path.of("rows");
  private static final Path FILE = DIRECTORY.resolve(NotesFileV1.FILE);
  private static final FunctionNote NOTE =
      new FunctionNote(new Provenance("nét", 11, -12), 10, 20, "code of it");

  private final MemoryFiles memory = new MemoryFiles();
  private final StoreFiles files = memory.hold(DIRECTORY);

  private static FunctionNote note(String function, String code) {
    return new FunctionNote(new Provenance(function, 1, 2), 3, 4, code);
  }

  private List<FunctionNote> written(List<FunctionNote> notes) throws IOException {
    NotesFileV1.write(files, notes);
    return NotesFileV1.read(files);
  }

  @Test
  void givesBackWhatWasWritten() throws IOException {
    assertEquals(List.of(), NotesFileV1.read(files), "no file");
    assertEquals(List.of(), written(List.of()));
    List<FunctionNote> notes = List.of(NOTE, note("b", ""), note("a", "x"));
    assertEquals(notes, written(notes));
    assertEquals(List.of(NOTE), written(List.of(NOTE)), "in the place of what was there");
    assertEquals(List.of(NotesFileV1.FILE), files.list());
  }

  @Test
  void textsMayHave400Bytes() throws IOException {
    FunctionNote longest = note("n".repeat(400), "c".repeat(400));
    assertEquals(List.of(longest), written(List.of(longest)));
    FunctionNote longCode = note("é".repeat(200), "c".repeat(401));
    assertEquals(List.of(note("é".repeat(200), "")), written(List.of(longCode)));
    FunctionNote longName = note("é".repeat(201), "");
    assertEquals(List.of(NOTE), written(List.of(longName, NOTE)));
  }

  @Test
  void theNewestThousandAreKept() throws IOException {
    List<FunctionNote> notes = new ArrayList<>();
    for (int i = 0; i < NotesFileV1.MOST_NOTES + 1; i++) {
      notes.add(note("f" + i, ""));
    }
    assertEquals(notes.subList(1, notes.size()), written(notes));
    assertEquals(notes.subList(1, notes.size()), written(notes.subList(1, notes.size())));
  }

  @Test
  void whatIsDamagedCountsAsEmpty() throws IOException {
    NotesFileV1.write(files, List.of(NOTE));
    byte[] sound = memory.get(FILE);
    for (int bit = 0; bit < 8 * sound.length; bit++) {
      memory.put(FILE, Mutations.flipped(sound, bit));
      assertEquals(List.of(), NotesFileV1.read(files), "bit " + bit);
    }
    for (int length = 0; length < sound.length; length++) {
      memory.put(FILE, Arrays.copyOf(sound, length));
      assertEquals(List.of(), NotesFileV1.read(files), "length " + length);
    }
    memory.put(FILE, sound);
    assertEquals(List.of(NOTE), NotesFileV1.read(files));
  }

  /** With a checksum that is right. */
  private List<FunctionNote> forged(byte[] sound, int at, int value, int bytes) throws IOException {
    byte[] copy = sound.clone();
    ByteBuffer all = ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes == 2) {
      all.putShort(at, (short) value);
    } else {
      all.putInt(at, value);
    }
    all.putInt(4, SegmentFormatV1.sum(all, 8, copy.length));
    memory.put(FILE, copy);
    return NotesFileV1.read(files);
  }

  @Test
  void whatIsForgedIsNotBelieved() throws IOException {
    NotesFileV1.write(files, List.of(NOTE, NOTE));
    byte[] sound = memory.get(FILE);
    assertEquals(List.of(NOTE, NOTE), forged(sound, 8, 1, 2));
    assertEquals(List.of(), forged(sound, 8, 2, 2), "another version");
    assertEquals(List.of(NOTE), forged(sound, 12, 1, 4), "fewer than there are");
    assertEquals(List.of(), forged(sound, 12, 3, 4), "more than there are");
    assertEquals(List.of(), forged(sound, 12, Integer.MAX_VALUE, 4));
    assertEquals(List.of(), forged(sound, 12, -1, 4));
    assertEquals(List.of(), forged(sound, 16, 0xFFFF, 2), "a text longer than the file");
    byte[] large = Arrays.copyOf(sound, 2000);
    assertEquals(List.of(NOTE, NOTE), forged(large, 8, 1, 2));
    assertEquals(List.of(), forged(large, 16, 401, 2), "a text longer than any");
  }

  @Test
  void aFileOfMoreThanAMibCountsAsEmpty() throws IOException {
    NotesFileV1.write(files, List.of(NOTE));
    byte[] sound = memory.get(FILE);
    assertEquals(List.of(NOTE), forged(Arrays.copyOf(sound, 1 << 20), 8, 1, 2));
    assertEquals(List.of(), forged(Arrays.copyOf(sound, (1 << 20) + 1), 8, 1, 2));
  }
}
