package io.tensorcache.internal.scope;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one call needs to change an entry: taken before it reads or computes anything, and outdated
 * by whoever changes the entry or what it is computed from. With the table's lock held it is asked
 * once whether the value may enter; there is no other way in. Confined to one thread, but for what
 * the lock of its table guards.
 */
public final class Ticket implements AutoCloseable {
  /** What the value comes from, and so what outdates it. */
  public enum Purpose {
    /** Computed because the entry was not there. */
    COMPUTE,
    /** Computed to take the place of what is there. */
    OVERWRITE,
    /** Given by the program, in place of what is there: outdated by a change of a source only. */
    PUT,
    /** Read from the store. */
    READ
  }

  /** Where its value is. */
  enum State {
    /** On its way. */
    UNDER_WAY,
    /** In the table. */
    KEPT,
    /** No more in the table, but others were computed from it. */
    GHOST,
    /** Nobody asks any more. */
    DONE
  }

  private final Consumer<Ticket> end;
  final Purpose purpose;
  final String name;
  final Terms terms;
  final Thread owner = Thread.currentThread();
  final Flights.@Nullable EntryFlight flight;

  /** When its call began, in changes of its table. Guarded by the lock of the table. */
  long began;

  /** When its value entered, or was known not to. Guarded by the lock of the table. */
  long settled = Long.MAX_VALUE;

  /** Guarded by the lock of the table. */
  State state = State.UNDER_WAY;

  /** The one before it that could not be ended in its time; see {@link Contents#endLater}. */
  @Nullable Ticket unendedBefore;

  /** What it became. Guarded by the lock of the table. */
  @Nullable Entry entry;

  private volatile boolean outdated;

  /** Guarded by the lock of the table. */
  private boolean superseded;

  /**
   * @param end what its table does at its end; must throw nothing and need no memory
   */
  Ticket(
      Consumer<Ticket> end,
      Purpose purpose,
      String name,
      Terms terms,
      Flights.@Nullable EntryFlight flight) {
    this.end = end;
    this.purpose = purpose;
    this.name = name;
    this.terms = terms;
    this.flight = flight;
  }

  /** What it is computed from. */
  List<String> sources() {
    return terms.sources();
  }

  /** False if nothing can outdate it. */
  boolean isTracked() {
    return purpose != Purpose.PUT || !terms.sources().isEmpty();
  }

  /** True if it is to be ended. Asked by its own thread, which is who settles it. */
  boolean isUnderWay() {
    return isTracked() && state == State.UNDER_WAY;
  }

  public String name() {
    return name;
  }

  public Terms terms() {
    return terms;
  }

  /** True if the value takes the place of what is there. */
  public boolean isReplacing() {
    return purpose == Purpose.OVERWRITE || purpose == Purpose.PUT;
  }

  /** False if the entry or a source of it was changed since. */
  public boolean isValid() {
    return !outdated;
  }

  /** True if another value was put, or the entry removed, after this one was asked for. */
  boolean isSuperseded() {
    return superseded;
  }

  /** The entry was changed by another call: this one comes before it. */
  void supersede() {
    superseded = true;
    outdate();
  }

  /** Who asks from now on does not wait for it: it is in the table, or outdated. */
  void land() {
    if (flight != null) {
      flight.abandon();
    }
  }

  /** The value does not enter, and nobody waits for it anew. With the table locked. */
  void outdate() {
    outdated = true;
    land();
  }

  /** Ends it; what did not enter never does. Throws nothing where memory has run out. */
  @Override
  public void close() {
    end.accept(this);
  }
}
