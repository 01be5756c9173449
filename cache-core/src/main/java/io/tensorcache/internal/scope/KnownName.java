package io.tensorcache.internal.scope;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Lineage} knows of one name. A dependent can have been computed from a value of the
 * name if it settled after that one began, so both are kept in the order of these moments: no step
 * looks at all of them. Guarded by the lock of its table.
 */
final class KnownName {
  /** Above all moments: what is under way settles after everything that was. */
  private static final long UNSETTLED = 1L << 62;

  /** Values under way, or kept with sources. */
  private final Set<Ticket> active = new LinkedHashSet<>();

  /** Values that left, by when they began. */
  private final NavigableMap<Long, Ticket> ghosts = new TreeMap<>();

  /** For each set of sources the ghost that began first: it tells all that others of it would. */
  private final Map<Set<String>, Ticket> ghostOfSources = new HashMap<>();

  /** Values that were or are being computed from this name, by when they settled. */
  private final NavigableMap<Long, Ticket> dependents = new TreeMap<>();

  boolean isFree() {
    return active.isEmpty() && ghosts.isEmpty() && dependents.isEmpty();
  }

  boolean hasDependents() {
    return !dependents.isEmpty();
  }

  Collection<Ticket> active() {
    return active;
  }

  void addActive(Ticket ticket) {
    active.add(ticket);
  }

  /** Forgets a value of this name. */
  void remove(Ticket ticket) {
    active.remove(ticket);
    if (ghosts.remove(ticket.began, ticket)) {
      ghostOfSources.remove(Set.copyOf(ticket.sources()), ticket);
    }
  }

  /**
   * Keeps the one of two ghosts of the same sources that began first: what may be from the other
   * may be from that one.
   *
   * @return which of them is not needed; null if there is no other
   */
  @Nullable Ticket addGhost(Ticket ticket) {
    active.remove(ticket);
    Set<String> sources = Set.copyOf(ticket.sources());
    Ticket other = ghostOfSources.get(sources);
    if (other != null && other.began < ticket.began) {
      return ticket;
    }
    ghosts.put(ticket.began, ticket);
    ghostOfSources.put(sources, ticket);
    return other;
  }

  void addDependent(Ticket ticket) {
    dependents.put(UNSETTLED + ticket.began, ticket);
  }

  /** Notes when a dependent settled. If memory runs out here, it counts as unsettled. */
  void settle(Ticket ticket) {
    dependents.put(ticket.settled, ticket);
    dependents.remove(UNSETTLED + ticket.began);
  }

  void removeDependent(Ticket ticket) {
    dependents.remove(UNSETTLED + ticket.began);
    dependents.remove(ticket.settled);
  }

  Collection<Ticket> dependents() {
    return dependents.values();
  }

  /** Dependents that settled after one moment, and not after another. */
  Collection<Ticket> dependents(long after, long upTo) {
    return dependents.subMap(after, false, upTo, true).values();
  }

  /** When the last dependent settled: from a value that began then or later nothing was made. */
  long lastSettled() {
    return dependents.isEmpty() ? Long.MIN_VALUE : dependents.lastKey();
  }

  /** Ghosts that began at one moment or later, but before another. */
  Collection<Ticket> ghosts(long from, long before) {
    return ghosts.subMap(from, true, before, false).values();
  }
}
