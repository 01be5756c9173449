package io.tensorcache.internal.call;

import io.tensorcache.internal.durable.FunctionNote;
import io.tensorcache.internal.rows.CacheRows;
import io.tensorcache.internal.rows.Group;
import io.tensorcache.internal.rows.PersistedRows;
import java.util.Collection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of the code and the cost of functions, from this program and from earlier ones that
 * used the store. Safe for use by several threads.
 */
public final class FunctionUse {
  private static final Logger log = LoggerFactory.getLogger(FunctionUse.class);

  private final CacheRows rows;
  private final @Nullable PersistedRows persisted;

  FunctionUse(CacheRows rows) {
    this.rows = rows;
    this.persisted = rows.persisted();
  }

  /**
   * An operation begins to serve the rows of a group; not called for each call. Warns once where
   * other code computed them, as far as {@link WrappedCode} can tell.
   */
  public void begins(FunctionState function, Group group, NamedOperation<?> operation) {
    String code = WrappedCode.of(operation);
    String before = group.servedBy(code);
    if (before == null) {
      rows.begins(group);
      FunctionNote note = persistedNote(function, group);
      function.isKnownFromEarlier(note);
      if (note != null && note.rows() > 0) {
        group.isKnownToTake((double) note.nanos() / note.rows());
      }
      boolean isOther =
          note != null && !note.code().isEmpty() && !note.code().equals(WrappedCode.lasting(code));
      if (isOther && group.mayWarn()) {
        warn(function, group, note.code(), WrappedCode.lasting(code));
      }
    } else if (!before.equals(code) && group.mayWarn()) {
      warn(function, group, before, code);
    }
  }

  private @Nullable FunctionNote persistedNote(FunctionState function, Group group) {
    boolean mayBe = persisted != null && function.settings().persisting();
    return mayBe ? persisted.note(group.provenance()) : null;
  }

  private static void warn(FunctionState function, Group group, String before, String now) {
    log.warn(
        "function \"{}\" is wrapped with {} now, and was with {} under the same fingerprint {}:"
            + " rows of the earlier code are served. If they differ, change the version in the"
            + " fingerprint or the name; if the code is the same, wrap it in one place",
        function.name(),
        now,
        before,
        group.fingerprint());
  }

  /** Gives what was learned to the store; {@code onlyNews} where little changed is not written. */
  void save(Collection<FunctionState> functions, boolean onlyNews) {
    if (persisted == null) {
      return;
    }
    for (FunctionState function : functions) {
      FunctionNote note = function.settings().persisting() ? function.note(onlyNews) : null;
      if (note != null) {
        persisted.note(note);
      }
    }
  }
}
