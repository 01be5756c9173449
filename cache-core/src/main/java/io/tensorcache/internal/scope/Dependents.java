package io.tensorcache.internal.scope;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which names were computed from which, by name, so that the order in which values come and go does
 * not matter. A change of a source is counted, so that a value that was being computed from the
 * former one is known as stale. Safe for use by several threads.
 */
final class Dependents {
  private final Map<String, Source> sources = new HashMap<>(); // guarded by this
  private volatile boolean isEmpty = true;

  private static final class Source {
    long changes;
    final Set<String> dependents = new LinkedHashSet<>();
  }

  /** The state of all sources of a value when its computation began. */
  final class Ticket {
    private final Map<String, Long> changes;

    private Ticket(Map<String, Long> changes) {
      this.changes = changes;
    }

    /** False if a source changed since. */
    boolean isValid() {
      synchronized (Dependents.this) {
        return changes.entrySet().stream()
            .allMatch(seen -> source(seen.getKey()).changes == seen.getValue());
      }
    }
  }

  /** Notes that a name is about to be computed from others. */
  synchronized Ticket register(String name, List<String> from) {
    Map<String, Long> changes = new HashMap<>();
    for (String each : from) {
      Source source = source(each);
      source.dependents.add(name);
      changes.put(each, source.changes);
    }
    isEmpty = false;
    return new Ticket(changes);
  }

  private Source source(String name) {
    return sources.computeIfAbsent(name, key -> new Source());
  }

  /** Counts a change of this name and returns all that was computed from it, directly or not. */
  Set<String> changed(String name) {
    return isEmpty ? Set.of() : allFrom(name);
  }

  private synchronized Set<String> allFrom(String name) {
    Set<String> found = new LinkedHashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(name));
    while (!open.isEmpty()) {
      Source source = sources.get(open.remove());
      if (source != null) {
        source.changes++;
        for (String dependent : source.dependents) {
          if (found.add(dependent)) {
            open.add(dependent);
          }
        }
        // They come back when they are computed again; a name in a circle with this one has to
        // stay.
        source.dependents.removeIf(dependent -> !dependent.equals(name));
      }
    }
    found.remove(name);
    return found;
  }
}
