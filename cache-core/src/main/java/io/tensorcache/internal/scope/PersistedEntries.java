package io.tensorcache.internal.scope;

import io.tensorcache.internal.codec.Lookup;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.durable.Provenance;
import io.tensorcache.internal.key.ComputationDigest;
import io.tensorcache.internal.rows.EntryRows;
import io.tensorcache.internal.rows.PersistedRows;
import io.tensorcache.tensor.TensorKey;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The persisting entries of one scope in the durable store. The key of an entry is a digest of the
 * path of the scope, the name and the fingerprint. What is ordered or queued counts as stored. Safe
 * for use by several threads.
 */
final class PersistedEntries {
  private final PersistedRows rows;
  private final EntryRows orders;
  private final ComputationDigest fingerprint;
  private final String domain;
  private final String path;

  PersistedEntries(PersistedRows rows, ComputationDigest fingerprint, List<String> path) {
    this.rows = rows;
    this.orders = rows.entries();
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

  boolean contains(String name) {
    TensorKey key = key(name);
    EntryRows.Order order = orders.of(key);
    return order == null ? rows.contains(key) : order.row() != null;
  }

  /**
   * A fresh value; null if it is not here, or cannot be read, which was told. While another thread
   * changes the entry it may seem not to be here: whoever reads knows by a ticket.
   *
   * @param check refuses a row of another type
   */
  <V> @Nullable V read(String name, ValueType<V> type, Consumer<RowSchema> check) {
    TensorKey key = key(name);
    EntryRows.Order order = orders.of(key);
    if (order != null) {
      Row row = order.row();
      if (row == null) {
        return null;
      }
      check.accept(row.schema());
      return RowValues.of(type, row);
    }
    RowSchema schema = rows.schema(key);
    if (schema == null) {
      return null;
    }
    check.accept(schema);
    return RowValues.read(type, schema, target -> rows.read(key, target) == Lookup.DURABLE_HIT);
  }

  /**
   * Notes what is to be stored for an entry: a row, or nothing. With the table of the scope locked,
   * so that the orders for an entry come in the order of its changes; {@link #carryOut} follows.
   */
  void order(String name, @Nullable Row row) {
    orders.order(key(name), row, provenance(name));
  }

  /** Carries out what was ordered for an entry. Without a lock. */
  void carryOut(String name) {
    orders.carryOut(key(name));
  }

  /** The names of the entries that are this scope's and this fingerprint's. */
  Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    // in the order in which a row goes on, so that none is missed
    orders.forEachRow((key, provenance) -> addName(names, key, provenance));
    rows.forEachQueued((key, provenance) -> addName(names, key, provenance));
    rows.forEach(stored -> addName(names, stored.key(), stored.provenance()));
    return names;
  }

  private void addName(Set<String> names, TensorKey key, Provenance from) {
    TensorKey digest = fingerprint.digest();
    if (from.fingerprintHi() == digest.hi()
        && from.fingerprintLo() == digest.lo()
        && from.function().startsWith(path + "/")) {
      String name = from.function().substring(path.length() + 1);
      if (key(name).equals(key)) {
        names.add(name);
      }
    }
  }
}
