package io.tensorcache.pytorch;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;

/**
 * Frees what is held of modules that were closed by themselves, without a scope and without a word:
 * whenever the next module is watched. Holds nothing of its own. Safe for use by several threads.
 */
final class LeftOvers {
  /** Of the whole process, as JavaCPP's objects are. Weak: it keeps no watch. */
  private static final Set<ModuleWatch> WATCHES =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  private LeftOvers() {}

  /** Remembers a watch, and lets go of those whose modules are closed. */
  static void add(ModuleWatch watch) {
    List<ModuleWatch> closed = new ArrayList<>();
    synchronized (WATCHES) {
      for (ModuleWatch other : WATCHES) {
        if (other.isOfClosedModule()) {
          closed.add(other);
        }
      }
      closed.forEach(WATCHES::remove);
      WATCHES.add(watch);
    }
    closed.forEach(ModuleWatch::release);
  }
}
