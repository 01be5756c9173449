package io.tensorcache.internal.resident;

import io.tensorcache.internal.device.Devices;
import io.tensorcache.internal.device.Standin;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Rows of the stand-in's device under test, numbered; row i has bytes that follow from i. Confined
 * to one thread, but what it demotes may come from any.
 */
final class RowsOnDevice implements AutoCloseable, Departures<Integer, String> {
  final Map<Integer, byte[][]> demoted = new LinkedHashMap<>(); // guarded by itself
  final List<Integer> dropped = new ArrayList<>(); // guarded by demoted
  final List<Integer> refused = new ArrayList<>();
  final ResidentRows<Integer, String> rows;
  final int rowBytes;
  boolean demotes;
  int timesWithoutMemory;
  int timesLost;

  RowsOnDevice(int device, int rowBytes, long limit, long reserve, boolean keepFirst) {
    this.rowBytes = rowBytes;
    RowGate<Integer, String> gate = keepFirst ? FixedGate.keepsFirst() : FixedGate.letsAllIn();
    this.rows = new ResidentRows<>(Devices.get().device(device), limit, reserve, gate, this);
  }

  byte[] bytesOf(int row) {
    byte[] bytes = new byte[rowBytes];
    new Random(row).nextBytes(bytes);
    return bytes;
  }

  /** Adds rows from a block of the caller's, which is freed at once after what is in its stream. */
  Set<Integer> add(long stream, int... numbers) {
    byte[] all = new byte[numbers.length * rowBytes];
    for (int i = 0; i < numbers.length; i++) {
      System.arraycopy(bytesOf(numbers[i]), 0, all, i * rowBytes, rowBytes);
    }
    int device = rows.device().ordinal();
    long block = Standin.allocate(device, Math.max(1, all.length));
    Standin.write(stream, block, all);
    List<NewRow<Integer, String>> fresh = new ArrayList<>();
    for (int i = 0; i < numbers.length; i++) {
      long[] from = {block + (long) i * rowBytes};
      fresh.add(new NewRow<>(numbers[i], "row " + numbers[i], from, new long[] {rowBytes}));
    }
    Set<Integer> here = rows.add(fresh, stream);
    blocks.add(block);
    return here;
  }

  private final List<Long> blocks = new ArrayList<>();

  /** Gathers rows that must be here to a fresh block, whose address it returns. */
  long gather(long stream, int... numbers) {
    long block = Standin.allocate(rows.device().ordinal(), (long) numbers.length * rowBytes);
    blocks.add(block);
    try (DeviceHits<Integer, String> found = rows.find(Arrays.stream(numbers).boxed().toList())) {
      for (int i = 0; i < numbers.length; i++) {
        found.copy(i, 0, block + (long) i * rowBytes);
      }
      found.gather(stream, numbers.length);
    }
    return block;
  }

  /** A row copied to the host; null if it is not here. */
  @Nullable RowOnHost<String> onHost(int number) {
    try (DeviceHits<Integer, String> found = rows.find(List.of(number))) {
      return found.onHost(0);
    }
  }

  /** What is at an address after everything in the stream, as rows. */
  byte[][] read(long stream, long address, int count) {
    byte[] all = new byte[count * rowBytes];
    Standin.read(stream, address, all);
    byte[][] result = new byte[count][];
    for (int i = 0; i < count; i++) {
      result[i] = Arrays.copyOfRange(all, i * rowBytes, (i + 1) * rowBytes);
    }
    return result;
  }

  @Override
  public boolean wants(String about) {
    return demotes;
  }

  @Override
  public boolean take(Integer key, String about, byte[][] parts, BooleanSupplier isHeld) {
    synchronized (demoted) {
      demoted.put(key, parts);
    }
    return true;
  }

  @Override
  public void dropped(Integer key, String about) {
    synchronized (demoted) {
      dropped.add(key);
    }
  }

  @Override
  public void refused(Integer key) {
    refused.add(key);
  }

  @Override
  public void lost(String about) {
    timesLost++;
  }

  @Override
  public void noMemory(int device) {
    timesWithoutMemory++;
  }

  @Override
  public void close() {
    Standin.hold(false);
    rows.close();
    blocks.forEach(block -> Standin.free(rows.device().ordinal(), block));
  }
}
