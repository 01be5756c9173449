package io.tensorcache.cli;

import io.tensorcache.KeyBuilder;
import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.error.NativeLibraryException;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints the keys of rows that lie in a file as raw bytes, one line each. */
@Command(
    name = "key",
    description = "Prints the key of each row in a file of raw little-endian elements.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    sortOptions = false)
public final class KeyCommand implements Callable<Integer> {
  @Option(names = "--dtype", required = true, description = "Element type: f32, bf16, u8, i64, ...")
  private DType dtype = DType.FLOAT32;

  @Option(
      names = "--shape",
      split = ",",
      description = "Shape of one row, such as 3,8,8; left out: a scalar a row.")
  private long[] shape = {};

  @Option(names = "--backend", description = "Who computes: auto, java or native.")
  private KeyBackend backend = KeyBackend.AUTO;

  @Option(names = "--algorithm", description = "tch1 or torchcache.")
  private KeyAlgorithm algorithm = KeyAlgorithm.TCH1;

  @Option(names = "--samples", description = "Elements a row that count; left out: all.")
  private @Nullable Integer samples;

  @Option(names = "--domain", description = "Text mixed into the key.")
  private String domain = "";

  @Parameters(paramLabel = "FILE", description = "The file: one or several rows.")
  private Path file = Path.of("");

  @Spec private CommandSpec spec = CommandSpec.create();

  /** Made by the command line. */
  public KeyCommand() {}

  @Override
  public Integer call() {
    try {
      print(keys());
      return 0;
    } catch (IOException e) {
      throw new ParameterException(spec.commandLine(), file + " cannot be read: " + e, e);
    } catch (IllegalArgumentException | NativeLibraryException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private void print(List<TensorKey> keys) {
    PrintWriter out = spec.commandLine().getOut();
    keys.forEach(out::println);
    out.flush();
  }

  private List<TensorKey> keys() throws IOException {
    TensorSpec row = TensorSpec.of(dtype, shape);
    ByteBuffer bytes = read();
    KeyBuilder keys =
        new KeyBuilder()
            .backend(backend)
            .algorithm(algorithm)
            .domain(domain.getBytes(StandardCharsets.UTF_8));
    if (samples != null) {
      if (samples < 1) {
        throw new IllegalArgumentException("--samples " + samples + ": must be >= 1");
      }
      keys.samplesPerRow(samples);
    }
    TensorView batch = TensorView.of(row.batch(rows(row, bytes)), HostMemory.of(bytes));
    return keys.rowKeys(batch);
  }

  private long rows(TensorSpec row, ByteBuffer bytes) {
    long rowBytes = row.byteCount();
    if (rowBytes == 0) {
      return 1;
    }
    if (bytes.capacity() == 0 || bytes.capacity() % rowBytes != 0) {
      throw new ParameterException(
          spec.commandLine(),
          file + " has " + bytes.capacity() + " bytes; a row of " + row + " has " + rowBytes);
    }
    return bytes.capacity() / rowBytes;
  }

  private ByteBuffer read() throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new ParameterException(spec.commandLine(), file + " is not a file");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (channel.size() > Integer.MAX_VALUE) {
        throw new ParameterException(
            spec.commandLine(), file + " has " + channel.size() + " bytes; at most 2 GiB");
      }
      ByteBuffer bytes = ByteBuffer.allocateDirect((int) channel.size());
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
        // until the file ends
      }
      return bytes;
    }
  }
}
