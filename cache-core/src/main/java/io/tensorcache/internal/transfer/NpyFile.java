package io.tensorcache.internal.transfer;

import io.tensorcache.error.ImportRefusedException;
import io.tensorcache.error.StorageException;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Reads whole {@code .npy} files. Stateless. */
public final class NpyFile {
  private NpyFile() {}

  /**
   * The tensor of a file; a copy, the caller's.
   *
   * @param bitsOf the dtype whose bits the file has as unsigned integers; null for the file's own
   * @throws ImportRefusedException if it is no such file or has more than 2 GiB
   * @throws StorageException if it cannot be read
   */
  public static HostTensor read(Path path, @Nullable DType bitsOf) {
    String name = String.valueOf(path.getFileName());
    if (!Files.isRegularFile(path)) {
      throw new ImportRefusedException(path + " is not a file");
    }
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      NpyHeader header = NpyHeader.read(file, name);
      DType own = FileTypes.ofNpy(header.descr());
      if (own == null) {
        throw new ImportRefusedException(name + " has elements of type " + header.descr());
      }
      DType dtype = bitsOf == null ? own : bitsOf;
      if (dtype.byteSize() != own.byteSize()) {
        throw new ImportRefusedException(
            name + " has elements of " + own.byteSize() + " bytes, " + dtype + " has others");
      }
      TensorSpec spec = spec(dtype, header, name);
      if (spec.byteCount() != file.size() - header.dataOffset()
          || spec.byteCount() > Integer.MAX_VALUE) {
        throw new ImportRefusedException(
            name + " has " + file.size() + " bytes, which is not " + spec + " of at most 2 GiB");
      }
      return read(file, header, spec);
    } catch (IOException e) {
      throw new StorageException(path + " cannot be read: " + e, e);
    }
  }

  private static TensorSpec spec(DType dtype, NpyHeader header, String name) {
    try {
      long[] shape = header.shape().stream().mapToLong(Long::longValue).toArray();
      return TensorSpec.of(dtype, shape);
    } catch (IllegalArgumentException e) {
      throw new ImportRefusedException(name + ": " + e.getMessage(), e);
    }
  }

  private static HostTensor read(FileChannel file, NpyHeader header, TensorSpec spec)
      throws IOException {
    HostTensor tensor = HostTensor.zeros(spec);
    ByteBuffer bytes = tensor.bytes();
    while (bytes.hasRemaining()) {
      if (file.read(bytes, header.dataOffset() + bytes.position()) < 0) {
        throw new ImportRefusedException("the file became shorter while it was read");
      }
    }
    return tensor;
  }
}
