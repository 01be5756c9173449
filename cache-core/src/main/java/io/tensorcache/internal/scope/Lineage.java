package io.tensorcache.internal.scope;

import java.util.ArrayDeque;
import java.util.ArrayList;
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

  private final Map<String, Node> nodes = new HashMap<>();

  /** Ghosts from which nothing was computed, oldest first. */
  private final Set<Ticket> idle = new LinkedHashSet<>();

  /** One name. */
  private static final class Node {
    /** Of values of this name: under way, kept with sources, or ghosts. */
    final Set<Ticket> own = new LinkedHashSet<>();

    /** Of values that were or are being computed from this name. */
    final Set<Ticket> dependents = new LinkedHashSet<>();

    boolean isFree() {
      return own.isEmpty() && dependents.isEmpty();
    }
  }

  private long changes;

  private Node node(String name) {
    return nodes.computeIfAbsent(name, key -> new Node());
  }

  /** The number of this moment, above all that were given. */
  long now() {
    return ++changes;
  }

  boolean hasDependents(String name) {
    Node node = nodes.get(name);
    return node != null && !node.dependents.isEmpty();
  }

  /** How many names are known. */
  int size() {
    return nodes.size();
  }

  /** A call begins. */
  void begin(Ticket ticket) {
    ticket.began = ++changes;
    if (!ticket.isTracked()) {
      return;
    }
    node(ticket.name).own.add(ticket);
    for (String source : ticket.sources()) {
      Node node = node(source);
      node.dependents.add(ticket);
      if (!idle.isEmpty()) {
        node.own.forEach(idle::remove); // it may be computed from a ghost that a program holds
      }
    }
  }

  /** Its value entered. What has no sources needs not be known. */
  void kept(Ticket ticket, Entry entry) {
    ticket.settled = ++changes;
    ticket.land();
    if (ticket.sources().isEmpty()) {
      drop(ticket);
      trim();
    } else {
      ticket.entry = entry;
      ticket.state = Ticket.State.KEPT;
    }
  }

  /** The call ended; nothing if its value is kept. */
  void end(Ticket ticket) {
    if (ticket.state == Ticket.State.UNDER_WAY) {
      ticket.settled = ++changes;
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

  private void becomeGhost(Ticket ticket) {
    ticket.entry = null;
    ticket.state = Ticket.State.GHOST;
    Node node = ticket.sources().isEmpty() ? null : node(ticket.name);
    if (node == null || node.own.stream().anyMatch(other -> isOlderGhost(other, ticket))) {
      drop(ticket);
    } else if (node.dependents.stream().noneMatch(other -> mayBeFrom(ticket, other))) {
      idle.add(ticket);
    }
  }

  /**
   * True if all that is asked of the one is known by the other: it has the same sources, and what
   * may be from a value may be from one that began before it, but not from one that began after.
   */
  private static boolean isOlderGhost(Ticket other, Ticket than) {
    return other.state == Ticket.State.GHOST
        && other.began < than.began
        && other.hasSourcesOf(than);
  }

  private void trim() {
    while (idle.size() > IDLE) {
      drop(idle.iterator().next());
    }
  }

  /** True if a dependent can have been computed from this value of its name. */
  private static boolean mayBeFrom(Ticket source, Ticket dependent) {
    return dependent.settled > source.began;
  }

  /** Nobody needs to know of it any more; {@link #trim} follows. */
  private void drop(Ticket ticket) {
    ticket.state = Ticket.State.DONE;
    ticket.entry = null;
    idle.remove(ticket);
    Node own = nodes.get(ticket.name);
    if (own != null) {
      own.own.remove(ticket);
      free(ticket.name, own);
    }
    for (String source : ticket.sources()) {
      Node node = nodes.get(source);
      if (node != null && node.dependents.remove(ticket)) {
        if (node.dependents.isEmpty()) {
          node.own.stream().filter(each -> each.state == Ticket.State.GHOST).forEach(idle::add);
        }
        free(source, node);
      }
    }
  }

  private void free(String name, Node node) {
    if (node.isFree()) {
      nodes.remove(name);
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
    if (!nodes.containsKey(name)) {
      return List.of();
    }
    List<Entry> entries = new ArrayList<>();
    Set<Ticket> seen = new HashSet<>();
    Deque<Ticket> open = new ArrayDeque<>(dependents(name));
    open.removeIf(ticket -> ticket.began >= before);
    while (!open.isEmpty()) {
      Ticket ticket = open.remove();
      if (ticket == self || !seen.add(ticket)) {
        continue;
      }
      if (ticket.entry != null) {
        entries.add(ticket.entry);
      }
      for (Ticket dependent : dependents(ticket.name)) {
        if (mayBeFrom(ticket, dependent)) {
          open.add(dependent);
        }
      }
      outdate(ticket);
    }
    trim();
    return entries;
  }

  private List<Ticket> dependents(String name) {
    Node node = nodes.get(name);
    return node == null ? List.of() : List.copyOf(node.dependents);
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
    Set<String> names = new LinkedHashSet<>();
    for (String name : nodes.keySet()) {
      for (Ticket ticket : underWay(name)) {
        if (isOthers(ticket) && selected.test(ticket.terms)) {
          if (isComputed(ticket)) {
            names.add(name);
          }
          ticket.outdate();
        }
      }
    }
    return names;
  }

  private List<Ticket> underWay(String name) {
    Node node = nodes.get(name);
    return node == null
        ? List.of()
        : node.own.stream()
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
