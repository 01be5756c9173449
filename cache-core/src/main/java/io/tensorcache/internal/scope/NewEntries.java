package io.tensorcache.internal.scope;

import java.lang.ref.ReferenceQueue;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the entries of one table. Asks the program's clock, so without a lock. */
final class NewEntries {
  private final Uses uses;
  private final InstantSource clock;
  private final ReferenceQueue<Object> collected;

  NewEntries(Uses uses, InstantSource clock, ReferenceQueue<Object> collected) {
    this.uses = uses;
    this.clock = clock;
    this.collected = collected;
  }

  /** For the value of a ticket. */
  Entry of(Ticket ticket, Terms terms, Entry.Holding holding) {
    boolean hasSources = !ticket.sources().isEmpty();
    Entry.Special special =
        terms.areSpecial() || hasSources
            ? new Entry.Special(expires(terms), terms.group(), hasSources ? ticket : null)
            : null;
    return of(ticket.name(), terms, holding, special);
  }

  /** With another holding of the same value. */
  Entry like(Entry before, Entry.Holding holding) {
    Terms terms =
        new Terms(
            before.level(),
            before.isPersisting(),
            before.isForced(),
            null,
            before.group(),
            List.of());
    Entry entry = of(before.name(), terms, holding, before.special());
    entry.isRead = before.isRead;
    return entry;
  }

  private Entry of(
      String name, Terms terms, Entry.Holding holding, Entry.@Nullable Special special) {
    Entry entry = new Entry(name, terms, holding, special, uses.places(collected));
    entry.used = uses.tick();
    return entry;
  }

  private long expires(Terms terms) {
    return terms.timeToLive() == null
        ? Long.MAX_VALUE
        : saturated(clock.millis(), terms.timeToLive().toMillis());
  }

  private static long saturated(long now, long more) {
    return more > Long.MAX_VALUE - 1 - now ? Long.MAX_VALUE - 1 : now + more;
  }
}
