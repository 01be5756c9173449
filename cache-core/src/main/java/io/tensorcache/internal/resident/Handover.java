package io.tensorcache.internal.resident;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Hands rows that have to leave to the host where they are wanted there. Confined to one thread.
 */
public final class Handover<K, A> {
  private static final long PIECE_BYTES = 32L << 20; // copied at once

  private final Departures<K, A> departures;
  private final Function<List<ResidentRow<K, A>>, List<byte[][]>> copier;

  public Handover(
      Departures<K, A> departures, Function<List<ResidentRow<K, A>>, List<byte[][]>> copier) {
    this.departures = departures;
    this.copier = copier;
  }

  /** Marks the rows that the host has taken. All stay where they are. */
  public void of(List<ResidentRow<K, A>> leaving) {
    List<ResidentRow<K, A>> piece = new ArrayList<>();
    long bytes = 0;
    for (ResidentRow<K, A> row : leaving) {
      if (departures.wants(row.about)) {
        piece.add(row);
        bytes += row.byteCount;
      }
      if (bytes > PIECE_BYTES) {
        copy(piece);
        piece.clear();
        bytes = 0;
      }
    }
    copy(piece);
  }

  private void copy(List<ResidentRow<K, A>> rows) {
    if (rows.isEmpty()) {
      return;
    }
    List<byte[][]> copies = copier.apply(rows);
    for (int i = 0; i < rows.size(); i++) {
      ResidentRow<K, A> row = rows.get(i);
      row.isDemoted =
          row.isHeld && departures.take(row.key, row.about, copies.get(i), () -> row.isHeld);
    }
  }
}
