package io.tensorcache.internal.transfer;

import io.tensorcache.error.ImportRefusedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The elements of one tensor of an import, row by row. Confined to one thread. */
final class Column implements AutoCloseable {
  private final InputFile file;
  private final long dataOffset;
  private final int rowBytes;

  private Column(InputFile file, long dataOffset, int rowBytes) {
    this.file = file;
    this.dataOffset = dataOffset;
    this.rowBytes = rowBytes;
  }

  /**
   * What a tensor must be.
   *
   * @param tensor its name in a safetensors file
   * @param type what the format calls its dtype
   * @param shape rows first
   */
  record Expected(String file, String tensor, String type, List<Long> shape, long rowBytes) {
    long rows() {
      return shape.get(0);
    }
  }

  static Column ofNpy(Path directory, Expected expected) throws IOException {
    InputFile file = InputFile.open(directory.resolve(expected.file()));
    try {
      NpyHeader header = NpyHeader.read(file);
      require(expected, header.descr(), header.shape());
      return of(file, expected, header.dataOffset(), file.size() - header.dataOffset());
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  static Column ofSafetensors(Path directory, Expected expected) throws IOException {
    InputFile file = InputFile.open(directory.resolve(expected.file()));
    try {
      SafetensorsHeader header = SafetensorsHeader.read(file);
      SafetensorsHeader.Entry tensor = header.tensor(expected.tensor());
      if (tensor == null) {
        throw new ImportRefusedException(
            expected.file() + " has no tensor \"" + expected.tensor() + "\"");
      }
      require(expected, tensor.dtype(), tensor.shape());
      long from = header.dataOffset() + tensor.from();
      return of(file, expected, from, tensor.to() - tensor.from());
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static void require(Expected expected, String type, List<Long> shape) {
    if (!type.equals(expected.type()) || !shape.equals(expected.shape())) {
      throw new ImportRefusedException(
          String.format(
              Locale.ROOT,
              "%s holds %s%s, the manifest says %s%s",
              expected.file(),
              type,
              shape,
              expected.type(),
              expected.shape()));
    }
  }

  /** Nothing is allocated for a row before the file is known to have all of them. */
  private static Column of(InputFile file, Expected expected, long from, long bytes) {
    boolean fits =
        expected.rowBytes() == 0
            ? bytes == 0
            : bytes % expected.rowBytes() == 0 && bytes / expected.rowBytes() == expected.rows();
    if (!fits || expected.rowBytes() > Integer.MAX_VALUE - 4096) {
      throw new ImportRefusedException(
          String.format(
              Locale.ROOT,
              "%s has %d bytes of elements where %d rows of %d bytes belong",
              expected.file(),
              bytes,
              expected.rows(),
              expected.rowBytes()));
    }
    return new Column(file, from, (int) expected.rowBytes());
  }

  /** A copy of one row. */
  byte[] row(long i) throws IOException {
    byte[] row = new byte[rowBytes];
    file.fill(ByteBuffer.wrap(row), dataOffset + i * rowBytes);
    return row;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
