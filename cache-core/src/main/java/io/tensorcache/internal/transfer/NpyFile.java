package io.tensorcache.internal.transfer;

import io.tensorcache.error.ImportRefusedException;
import io.tensorcache.error.StorageException;
import io.tensorcache.internal.json.PlainText;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorSpec;
import java.io.IOException;
import java.nio.file.Path;
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
    try (InputFile file = InputFile.open(path)) {
      NpyHeader header = NpyHeader.read(file);
      DType dtype = dtype(header, bitsOf, name);
      TensorSpec spec = spec(dtype, header, name);
      if (spec.byteCount() != file.size() - header.dataOffset()
          || spec.byteCount() > Integer.MAX_VALUE) {
        throw new ImportRefusedException(
            name + " has " + file.size() + " bytes, which is not " + spec + " of at most 2 GiB");
      }
      HostTensor tensor = HostTensor.zeros(spec);
      file.fill(tensor.bytes(), header.dataOffset());
      return tensor;
    } catch (ImportRefusedException e) { // with what the file says
      throw new ImportRefusedException(PlainText.line(String.valueOf(e.getMessage())), e);
    } catch (IOException e) {
      throw new StorageException(path + " cannot be read: " + e, e);
    }
  }

  private static DType dtype(NpyHeader header, @Nullable DType bitsOf, String name) {
    DType own = FileTypes.ofNpy(header.descr());
    int bytes = own == null ? FileTypes.bytesOfUnknown(header.descr()) : own.byteSize();
    if (bytes == 0) {
      throw new ImportRefusedException(name + " has elements of type " + header.descr());
    }
    if (bitsOf != null && bitsOf.byteSize() != bytes) {
      throw new ImportRefusedException(
          name + " has elements of " + bytes + " bytes, " + bitsOf + " has others");
    }
    DType dtype = bitsOf == null ? own : bitsOf;
    if (dtype == null) {
      throw new ImportRefusedException(
          name
              + " has elements of "
              + bytes
              + " bytes that numpy has no name for: say of which dtype");
    }
    return dtype;
  }

  private static TensorSpec spec(DType dtype, NpyHeader header, String name) {
    try {
      long[] shape = header.shape().stream().mapToLong(Long::longValue).toArray();
      return TensorSpec.of(dtype, shape);
    } catch (IllegalArgumentException e) {
      throw new ImportRefusedException(name + ": " + e.getMessage(), e);
    }
  }
}
