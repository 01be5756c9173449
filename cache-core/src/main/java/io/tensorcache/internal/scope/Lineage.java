package io.tensorcache.internal.scope;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who is at work on which name, and which values were computed from which names. Knows a name only
 * as long as something of it is under way, or something that is there was computed from it; and the
 * sources of the last {@link #IDLE} values that left with nothing computed from them, because a
 * program may still hold one and compute from it. Guarded by the lock of its table.
 */
final class Lineage {
  static final int IDLE = 1024;

  private final Map<String, KnownName> names = new HashMap<>();

  /** Ghosts from which nothing was computed, oldest first. */
  private final Set<Ticket> idle = new LinkedHashSet<>();

  private long changes;

  private KnownName known(String name) {
    return names.computeIfAbsent(name, key -> new KnownName());
  }

  /** The number of this moment, above all that were given. */
  long now() {
    return ++changes;
  }

  boolean hasDependents(String name) {
    KnownName known = names.get(name);
    return known != null && known.hasDependents();
  }

  /** How many names are known. */
  int size() {
    return names.size();
  }

  /** A call begins. */
  void begin(Ticket ticket) {
    ticket.began = ++changes;
    if (!ticket.isTracked()) {
      return;
    }
    known(ticket.name).addActive(ticket);
    for (String source : ticket.sources()) {
      KnownName known = known(source);
      long before = known.lastSettled();
      known.addDependent(ticket); // it may be computed from a ghost that a program holds
      arrange(known, before);
    }
  }

  /** Its value entered. What has no sources needs not be known. */
  void kept(Ticket ticket, Entry entry) {
    ticket.settled = ++changes;
    ticket.land();
    if (ticket.sources().isEmpty()) {
      drop(ticket);
    } else {
      ticket.entry = entry;
      ticket.state = Ticket.State.KEPT;
      settle(ticket);
    }
    trim();
  }

  /** The call ended; nothing if its value is kept. */
  void end(Ticket ticket) {
    if (ticket.state == Ticket.State.UNDER_WAY) {
      ticket.settled = ++changes;
      settle(ticket);
      becomeGhost(ticket);
      trim();
    }
  }

  /** A kept value left, and what was computed from it is right still. */
  void left(Ticket ticket) {
    if (ticket.state == Ticket.State.KEPT) {
      becomeGhost(ticket);
      trim();
    }
  }

  private void settle(Ticket ticket) {
    for (String source : ticket.sources()) {
      KnownName known = known(source);
      long before = known.lastSettled();
      known.settle(ticket);
      arrange(known, before);
    }
  }

  private void becomeGhost(Ticket ticket) {
    ticket.entry = null;
    ticket.state = Ticket.State.GHOST;
    if (ticket.sources().isEmpty()) {
      drop(ticket);
      return;
    }
    KnownName known = known(ticket.name);
    Ticket needless = known.addGhost(ticket);
    if (needless != ticket && ticket.began >= known.lastSettled()) {
      idle.add(ticket);
    }
    if (needless != null) {
      drop(needless);
    }
  }

  /** The dependents of a name are others now: so are the ghosts from which nothing was computed. */
  private void arrange(KnownName known, long before) {
    long now = known.lastSettled();
    if (before < now) {
      known.ghosts(before, now).forEach(idle::remove);
    } else if (now < before) {
      idle.addAll(known.ghosts(now, before));
    }
  }

  private void trim() {
    while (idle.size() > IDLE) {
      drop(idle.iterator().next());
    }
  }

  /** Nobody needs to know of it any more; {@link #trim} follows. */
  private void drop(Ticket ticket) {
    ticket.state = Ticket.State.DONE;
    ticket.entry = null;
    idle.remove(ticket);
    KnownName own = names.get(ticket.name);
    if (own != null) {
      own.remove(ticket);
      free(ticket.name, own);
    }
    for (String source : ticket.sources()) {
      KnownName known = names.get(source);
      if (known != null) {
        long before = known.lastSettled();
        known.removeDependent(ticket);
        arrange(known, before);
        free(source, known);
      }
    }
  }

  private void free(String name, KnownName known) {
    if (known.isFree()) {
      names.remove(name);
    }
  }

  /**
   * A name has another value now, or none: all that was or is being computed from it, directly or
   * not, is outdated.
   *
   * @param self what changes it, which is spared
   * @return the entries among them
   */
  List<Entry> changed(String name, @Nullable Ticket self) {
    return changed(name, self, Long.MAX_VALUE);
  }

  /**
   * A value of the name left: what was or is being computed from it, and began before, is outdated.
   */
  List<Entry> changed(String name, @Nullable Ticket self, long before) {
    KnownName changed = names.get(name);
    if (changed == null) {
      return List.of();
    }
    List<Entry> entries = new ArrayList<>();
    Set<Ticket> seen = new HashSet<>();
    Map<String, Long> reached = new HashMap<>();
    Deque<Ticket> open = new ArrayDeque<>(changed.dependents());
    open.removeIf(ticket -> ticket.began >= before);
    while (!open.isEmpty()) {
      Ticket ticket = open.remove();
      if (ticket == self || !seen.add(ticket)) {
        continue;
      }
      if (ticket.entry != null) {
        entries.add(ticket.entry);
      }
      open.addAll(dependents(ticket, reached));
      outdate(ticket);
    }
    trim();
    return entries;
  }

  /**
   * What may be computed from a value.
   *
   * @param reached for each name the moment after which all that settled was returned before
   */
  private Collection<Ticket> dependents(Ticket of, Map<String, Long> reached) {
    KnownName known = names.get(of.name);
    long upTo = reached.getOrDefault(of.name, Long.MAX_VALUE);
    if (known == null || upTo <= of.began) {
      return List.of();
    }
    reached.put(of.name, of.began);
    return known.dependents(of.began, upTo);
  }

  private void outdate(Ticket ticket) {
    ticket.outdate();
    if (ticket.state != Ticket.State.UNDER_WAY) {
      drop(ticket);
    }
  }

  /**
   * The entry of a name was put or removed: what other calls have under way for it comes before
   * that. What this thread computes around the change comes after it.
   *
   * @param self what changes it, which is spared; null for a removal
   * @return how many values were being computed
   */
  int supersede(String name, @Nullable Ticket self) {
    int computing = 0;
    for (Ticket ticket : underWay(name)) {
      if (ticket != self && isOthers(ticket) && !isLaterOverwrite(self, ticket)) {
        computing += isComputed(ticket) ? 1 : 0;
        ticket.supersede();
      }
    }
    return computing;
  }

  /** The entry of a name was taken: who reads it is late; who overwrites it comes after that. */
  void taken(String name) {
    for (Ticket ticket : underWay(name)) {
      if (isOthers(ticket) && ticket.purpose != Ticket.Purpose.OVERWRITE) {
        ticket.outdate();
      }
    }
  }

  /** Outdates what other threads have under way on such terms; the names of what was computed. */
  Set<String> outdate(Predicate<Terms> selected) {
    Set<String> computing = new LinkedHashSet<>();
    for (String name : names.keySet()) {
      for (Ticket ticket : underWay(name)) {
        if (isOthers(ticket) && selected.test(ticket.terms)) {
          if (isComputed(ticket)) {
            computing.add(name);
          }
          ticket.outdate();
        }
      }
    }
    return computing;
  }

  private List<Ticket> underWay(String name) {
    KnownName known = names.get(name);
    return known == null
        ? List.of()
        : known.active().stream()
            .filter(ticket -> ticket.state == Ticket.State.UNDER_WAY)
            .filter(ticket -> ticket.purpose != Ticket.Purpose.PUT)
            .toList();
  }

  private static boolean isOthers(Ticket ticket) {
    return ticket.purpose == Ticket.Purpose.READ || ticket.owner != Thread.currentThread();
  }

  private static boolean isComputed(Ticket ticket) {
    return ticket.purpose != Ticket.Purpose.READ && ticket.isValid();
  }

  private static boolean isLaterOverwrite(@Nullable Ticket self, Ticket ticket) {
    return self != null
        && self.purpose == Ticket.Purpose.OVERWRITE
        && ticket.purpose == Ticket.Purpose.OVERWRITE
        && ticket.began > self.began;
  }
}
