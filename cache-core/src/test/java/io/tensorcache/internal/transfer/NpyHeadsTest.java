package io.tensorcache.internal.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.error.ImportRefusedException;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Heads of .npy files that numpy reads though it writes others. */
class NpyHeadsTest {
  @TempDir Path directory;

  private Path file(String head, int bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    out.write(new byte[] {(byte) (head.length() + 1), 0});
    out.write((head + "\n").getBytes(StandardCharsets.ISO_8859_1));
    for (int i = 0; i < bytes; i++) {
      out.write(i);
    }
    return Files.write(directory.resolve("x.npy"), out.toByteArray());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "'<u1'; UINT8",
        "'>u1'; UINT8",
        "'=i1'; INT8",
        "'<b1'; BOOL",
        "'|?'; BOOL",
        "'?'; BOOL",
        "'u1'; UINT8",
        "'f4'; FLOAT32",
        "'=f4'; FLOAT32",
        "'|f4'; FLOAT32",
        "'c16'; COMPLEX128",
        "\"<i8\"; INT64",
      })
  void elementTypes(String descr, DType dtype) throws IOException {
    String head = "{'descr': " + descr + ", 'fortran_order': False, 'shape': (2, 3), }";
    HostTensor read = NpyFile.read(file(head, 6 * dtype.byteSize()), null);
    assertEquals(TensorSpec.of(dtype, 2, 3), read.spec());
    assertEquals(5, read.bytes().get(5));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{\"descr\": \"<f4\", \"fortran_order\": False, \"shape\": (2, 3)}",
        "{'shape': (2L, 3L), 'fortran_order': False, 'descr': '<f4'}",
        "{'descr':'<f4','fortran_order':False,'shape':(2,3)}",
        "{ 'descr' : '<f4' , 'fortran_order' : False , 'shape' : ( 2 , 3 , ) }",
      })
  void spelling(String head) throws IOException {
    assertEquals(TensorSpec.of(DType.FLOAT32, 2, 3), NpyFile.read(file(head, 24), null).spec());
  }

  /** As numpy writes bfloat16 and float8 of another library: it knows their bytes only. */
  @Test
  void typesThatNumpyHasNoNameFor() throws IOException {
    String two = "{'descr': '<V2', 'fortran_order': False, 'shape': (3,), }";
    assertEquals(
        TensorSpec.of(DType.BFLOAT16, 3), NpyFile.read(file(two, 6), DType.BFLOAT16).spec());
    assertRefused(
        file(two, 6), null, "elements of 2 bytes that numpy has no name for: say of which dtype");
    assertRefused(file(two, 6), DType.FLOAT32, "elements of 2 bytes, FLOAT32 has others");
    String one = "{'descr': '|V1', 'fortran_order': False, 'shape': (3,), }";
    assertEquals(
        TensorSpec.of(DType.FLOAT8_E4M3, 3), NpyFile.read(file(one, 3), DType.FLOAT8_E4M3).spec());
  }

  @Test
  void whatIsNotReadIsRefusedInPlainText() throws IOException {
    for (String descr :
        new String[] {"'>f4'", "'|O'", "'O'", "'<U5'", "'<M8'", "[('a', '<f4')]", "'<V7'"}) {
      String head = "{'descr': " + descr + ", 'fortran_order': False, 'shape': (2,), }";
      assertRefused(file(head, 8), null, "x.npy");
    }
    assertRefused(file("{'descr': \u001b[2J", 0), null, "\\u001b[2J");
    String shape = "{'descr': '<f4', 'fortran_order': False, 'shape': (LL,), }";
    assertRefused(file(shape, 8), null, "x.npy");
  }

  private static void assertRefused(Path file, DType bitsOf, String why) {
    var e = assertThrows(ImportRefusedException.class, () -> NpyFile.read(file, bitsOf));
    assertTrue(e.getMessage().contains(why), e.getMessage());
  }
}
