package io.tensorcache.internal.transfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.store.ExportFormat;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written is, byte for byte, what numpy and safetensors write (see make_golden.py). */
class GoldenTransferTest {
  private static final int ROWS = 3;

  @TempDir Path directory;

  private static Row floats(int i) {
    ByteBuffer bytes = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
    for (int k = 0; k < 8; k++) {
      bytes.putFloat(8 * i + k + 0.5f);
    }
    return Row.of(
        RowSchema.of(TensorSpec.of(DType.FLOAT32, 2, 4)), 0, new byte[][] {bytes.array()});
  }

  private static Row labelAndVector(int i) {
    RowSchema schema =
        new RowSchema(
            List.of(
                new RowSchema.Part("vector", TensorSpec.of(DType.FLOAT32, 5), DType.BFLOAT16),
                new RowSchema.Part("label", TensorSpec.of(DType.INT64), DType.INT64)));
    ByteBuffer vector = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
    for (int k = 0; k < 5; k++) {
      vector.putShort((short) (16256 + 5 * i + k));
    }
    ByteBuffer label = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(i - 1);
    return Row.of(schema, 0, new byte[][] {vector.array(), label.array()});
  }

  @Test
  void writesWhatNumpyWrites() throws IOException {
    try (TransferFixture from = new TransferFixture(directory)) {
      for (int i = 0; i < ROWS; i++) {
        from.put(TransferFixture.goldenKey(i), floats(i));
      }
      Path to = directory.resolve("npy");
      assertEquals(
          List.of("keys.npy", "rows.npy", "manifest.json"),
          from.exportTo(to, ExportFormat.NPY).files());
      for (String file : new String[] {"keys.npy", "rows.npy"}) {
        assertArrayEquals(TransferFixture.resource(file), Files.readAllBytes(to.resolve(file)));
      }
    }
  }

  @Test
  void writesWhatSafetensorsWrites() throws IOException {
    try (TransferFixture from = new TransferFixture(directory)) {
      for (int i = 0; i < ROWS; i++) {
        from.put(TransferFixture.goldenKey(i), floats(i));
      }
      Path to = directory.resolve("one");
      from.exportTo(to, ExportFormat.SAFETENSORS);
      assertArrayEquals(
          TransferFixture.resource("one.safetensors"),
          Files.readAllBytes(to.resolve("rows.safetensors")));
    }
  }

  @Test
  void writesSeveralOutputsAndBfloat16AsSafetensorsDoes() throws IOException {
    try (TransferFixture from = new TransferFixture(directory)) {
      for (int i = 0; i < ROWS; i++) {
        from.put(TransferFixture.goldenKey(i), labelAndVector(i));
      }
      Path to = directory.resolve("several");
      from.exportTo(to, ExportFormat.SAFETENSORS);
      assertArrayEquals(
          TransferFixture.resource("several.safetensors"),
          Files.readAllBytes(to.resolve("rows.safetensors")));
    }
  }

  @Test
  void writesAndReadsTheHeadsThatNumpyWrites() throws IOException {
    String lines = new String(TransferFixture.resource("npy-headers.txt"), StandardCharsets.UTF_8);
    assertEquals(84, lines.lines().count());
    for (String line : lines.lines().toList()) {
      String[] words = line.split(" ", -1);
      List<Long> shape =
          Arrays.stream(words[1].split(","))
              .filter(dim -> !dim.isEmpty())
              .map(Long::valueOf)
              .toList();
      byte[] golden = HexFormat.of().parseHex(words[2]);
      assertArrayEquals(golden, NpyHeader.bytes(words[0], shape), line);
      Path file = Files.write(directory.resolve("head.npy"), golden);
      try (InputFile in = InputFile.open(file)) {
        assertEquals(new NpyHeader(words[0], shape, golden.length), NpyHeader.read(in));
      }
    }
  }

  @Test
  void readsWhatSafetensorsWrites() throws IOException {
    Path file = directory.resolve("golden");
    Files.write(file, TransferFixture.resource("several.safetensors"));
    try (InputFile in = InputFile.open(file)) {
      SafetensorsHeader header = SafetensorsHeader.read(in);
      assertEquals(
          List.of("output.label", "output.vector", "keys"), List.copyOf(header.tensors().keySet()));
      assertEquals(
          new SafetensorsHeader.Entry("BF16", List.of(3L, 5L), 24, 54),
          header.tensor("output.vector"));
    }
  }
}
