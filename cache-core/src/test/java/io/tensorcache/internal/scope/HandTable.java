package io.tensorcache.internal.scope;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.scope.RemovalCause;
import io.tensorcache.scope.Retention;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A table with a clock that is set by hand, which writes down what it tells. */
final class HandTable implements Leaving {
  /** What left, with its cause, in order: told with the table locked. */
  final List<String> leaving = new ArrayList<>();

  /** The same, told without a lock. */
  final List<String> left = new ArrayList<>();

  /** What they held last. */
  final List<@Nullable Object> held = new ArrayList<>();

  /** Orders to the store: names with whether they were kept. */
  final List<String> orders = new ArrayList<>();

  long nowMillis = 1000;
  int clockReads;
  final EntryTable table;

  HandTable() {
    this(Retention.STRONG, CacheLevel.NORMAL, Bounds.NONE);
  }

  HandTable(Retention retention, CacheLevel level, Bounds bounds) {
    this.table = new EntryTable(retention, level, bounds, this::now, this);
  }

  static HandTable ofEntries(long most) {
    return new HandTable(Retention.STRONG, CacheLevel.NORMAL, new Bounds(most, Long.MAX_VALUE));
  }

  static HandTable ofBytes(long most) {
    return new HandTable(Retention.STRONG, CacheLevel.NORMAL, new Bounds(Long.MAX_VALUE, most));
  }

  private Instant now() {
    clockReads++;
    return Instant.ofEpochMilli(nowMillis);
  }

  @Override
  public void leaves(Entry entry, RemovalCause cause) {
    leaving.add(entry.name() + " " + cause);
  }

  @Override
  public void left(Entry entry, @Nullable Object value, RemovalCause cause) {
    left.add(entry.name() + " " + cause);
    held.add(value);
  }

  @Override
  public IllegalStateException whenClosed() {
    return new IllegalStateException("closed");
  }

  /** Writes down what the store is told of this name. */
  StoreOrder order(String name) {
    return isKept -> orders.add(name + (isKept ? " kept" : " gone"));
  }

  Ticket begin(Ticket.Purpose purpose, String name, String... sources) {
    return table.begin(purpose, name, SampleEntries.from(sources), null);
  }

  @Nullable Entry enter(Ticket ticket, Entry.Holding holding) {
    return table.enter(ticket, ticket.terms(), holding, order(ticket.name()));
  }

  @Nullable Entry put(String name, Terms terms, Entry.Holding holding) {
    try (Ticket ticket = table.begin(Ticket.Purpose.PUT, name, terms, null)) {
      return enter(ticket, holding);
    }
  }

  @Nullable Entry put(String name, String... sources) {
    return put(name, SampleEntries.from(sources), SampleEntries.strongly("value of " + name));
  }

  @Nullable Boolean remove(String name) {
    return table.remove(name, null, order(name));
  }

  /** The names of what is there, without a look-up of any. */
  List<String> names() {
    return table.list(true).stream().map(Entry::name).toList();
  }
}
