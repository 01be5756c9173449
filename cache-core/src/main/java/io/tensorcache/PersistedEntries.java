package io.tensorcache;

import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.durable.DurableLookup;
import io.tensorcache.internal.durable.Provenance;
import io.tensorcache.internal.scope.Flights;
import io.tensorcache.internal.scope.RowValues;
import io.tensorcache.internal.scope.ValueType;
import io.tensorcache.tensor.TensorKey;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The persisting entries of one scope in the durable store. The key of an entry is a digest of the
 * path of the scope, the name and the fingerprint. Safe for use by several threads.
 */
final class PersistedEntries {
  private final PersistedRows rows;
  private final Flights flights;
  private final Fingerprint fingerprint;
  private final String domain;
  private final String path;

  PersistedEntries(
      PersistedRows rows, Flights flights, Fingerprint fingerprint, List<String> path) {
    this.rows = rows;
    this.flights = flights;
    this.fingerprint = fingerprint;
    this.path = String.join("/", path);
    StringBuilder text = new StringBuilder("tensorcache scope 1:").append(path.size());
    path.forEach(name -> text.append(':').append(name.length()).append(':').append(name));
    this.domain = text.append(':').toString();
  }

  private TensorKey key(String name) {
    return fingerprint.and(domain + name).digest();
  }

  private Provenance provenance(String name) {
    TensorKey digest = fingerprint.digest();
    return new Provenance(path + "/" + name, digest.hi(), digest.lo());
  }

  /** What the entry of this name consists of; null if it is not here. */
  @Nullable RowSchema schema(String name) {
    return rows.schema(key(name));
  }

  boolean contains(String name) {
    return rows.contains(key(name));
  }

  /** A fresh value; null if it is not here, or cannot be read, which was told. */
  <V> @Nullable V read(String name, RowSchema schema, ValueType<V> type) {
    TensorKey key = key(name);
    return RowValues.read(type, schema, target -> rows.read(key, target) == DurableLookup.HIT);
  }

  /**
   * Writes a row in place of what is there.
   *
   * @param isCurrent whether the row is still that of the entry: the last of several threads that
   *     change one entry is right
   */
  void write(String name, Row row, BooleanSupplier isCurrent) {
    Provenance provenance = provenance(name);
    TensorKey key = key(name);
    exclusively(
        name,
        () -> {
          if (isCurrent.getAsBoolean()) {
            rows.remove(key);
            rows.store(key, row, provenance);
          }
        });
  }

  /** Removes the row of an entry, unless an entry that persists has come since. */
  void remove(String name, BooleanSupplier isWanted) {
    TensorKey key = key(name);
    exclusively(
        name,
        () -> {
          if (!isWanted.getAsBoolean()) {
            rows.remove(key);
          }
        });
  }

  /** The names of the entries in the files that are this scope's and this fingerprint's. */
  List<String> names() {
    List<String> names = new ArrayList<>();
    TensorKey digest = fingerprint.digest();
    rows.forEach(
        stored -> {
          Provenance from = stored.provenance();
          if (from.fingerprintHi() == digest.hi()
              && from.fingerprintLo() == digest.lo()
              && from.function().startsWith(path + "/")) {
            String name = from.function().substring(path.length() + 1);
            if (key(name).equals(stored.key())) {
              names.add(name);
            }
          }
        });
    return names;
  }

  /**
   * One thread at a time for each name, without a lock: a failure is told while this runs. An
   * interrupt waits until it is done. If the thread before hangs, the row is removed instead:
   * computing an entry again is better than an entry that may be of former inputs.
   */
  private void exclusively(String name, Runnable action) {
    String writing = name + '\n'; // no entry has such a name
    boolean wasInterrupted = false;
    try {
      while (true) {
        Flights.Flight flight =
            flights.start(this, "writing of " + path + "/" + name, writing, true);
        if (flight.isMine()) {
          try (flight) {
            action.run();
          }
          return;
        }
        wasInterrupted |= Thread.interrupted();
        flights.await(flight);
        if (!flight.hasLanded() && !Thread.currentThread().isInterrupted()) {
          rows.remove(key(name));
          return;
        }
      }
    } finally {
      if (wasInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
