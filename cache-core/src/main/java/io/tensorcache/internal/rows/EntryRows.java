package io.tensorcache.internal.rows;

import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.durable.Provenance;
import io.tensorcache.tensor.TensorKey;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What the store is to do about rows of entries, of all scopes of a cache: the last order for a key
 * is the one that counts, and who reads looks here first. Orders are noted as entries change, with
 * their table locked, and carried out afterwards by one thread for each key, without a lock. Safe
 * for use by several threads.
 */
public final class EntryRows {
  private final PersistedRows rows;
  private final Map<TensorKey, Order> orders = new ConcurrentHashMap<>();

  /** Keys whose order is being carried out, by whatever thread; done when it is. */
  private final Map<TensorKey, CompletableFuture<Void>> underWay = new ConcurrentHashMap<>();

  /** Some orders were noted by a thread that must not use the store. */
  private final AtomicBoolean someAreLeft = new AtomicBoolean();

  EntryRows(PersistedRows rows) {
    this.rows = rows;
  }

  /** One order; two of them are never equal. */
  public static final class Order {
    private final @Nullable Row row;
    private final Provenance provenance;

    private Order(@Nullable Row row, Provenance provenance) {
      this.row = row;
      this.provenance = provenance;
    }

    /** The row that is to be there; null if none is. */
    public @Nullable Row row() {
      return row;
    }
  }

  /** Notes what is to be there: a row, or none. Calls nothing. */
  public void order(TensorKey key, @Nullable Row row, Provenance provenance) {
    orders.put(key, new Order(row, provenance));
  }

  /** The order that is not carried out yet; null if the store is up to date. */
  public @Nullable Order of(TensorKey key) {
    return orders.get(key);
  }

  /** Visits the rows that are still to be given to the store. */
  public void forEachRow(BiConsumer<TensorKey, Provenance> visitor) {
    orders.forEach(
        (key, order) -> {
          if (order.row != null) {
            visitor.accept(key, order.provenance);
          }
        });
  }

  /**
   * Carries out the order for a key, unless another thread is at it: that one looks again. On a
   * thread that is telling a failure of the store the order is left to the next one.
   */
  public void carryOut(TensorKey key) {
    if (orders.isEmpty()) {
      return;
    }
    if (rows.isTelling()) {
      someAreLeft.set(true);
      return;
    }
    carryOutAll(key);
    if (someAreLeft.getAndSet(false)) {
      orders.keySet().forEach(this::carryOutAll);
    }
  }

  private void carryOutAll(TensorKey key) {
    while (orders.containsKey(key)) {
      CompletableFuture<Void> done = new CompletableFuture<>();
      Runnable end =
          () -> {
            underWay.remove(key, done);
            done.complete(null);
          };
      try {
        if (underWay.putIfAbsent(key, done) != null) {
          return; // it looks again when it is done
        }
        Order order = orders.get(key);
        if (order == null) {
          end.run();
        } else {
          rows.replace(key, order.row, order.provenance, () -> orders.remove(key, order), end);
        }
      } catch (RuntimeException | Error e) {
        end.run(); // nobody waits for what will not come
        throw e;
      }
    }
  }

  /** Returns when every order that was noted before the call is carried out. */
  void carryOutAll() {
    if (rows.isTelling()) {
      return;
    }
    for (Map.Entry<TensorKey, Order> noted : orders.entrySet()) {
      while (orders.get(noted.getKey()) == noted.getValue()) {
        carryOutAll(noted.getKey());
        CompletableFuture<Void> other = underWay.get(noted.getKey());
        if (other != null) {
          other.join();
        }
      }
    }
  }
}
