package io.tensorcache.internal.durable;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What the writer does now and then: looks what other processes did, takes over from dead ones,
 * drops what is too old. Confined to the writer's thread.
 */
final class Upkeep {
  private static final int TAKEOVER_TICKS = 5;

  private final StoreParts parts;
  private final Room room;
  private final Takeover takeover;
  private int ticks;

  Upkeep(StoreParts parts, Room room) {
    this.parts = parts;
    this.room = room;
    this.takeover = parts.takeover();
  }

  /** {@code segment} is null where nothing is written. */
  void tick(@Nullable SegmentWriter segment) {
    parts.catalog().poll();
    if (segment == null || parts.health().isRefusalFinal()) {
      return;
    }
    parts.health().retryIfDue();
    try {
      if (++ticks % TAKEOVER_TICKS == 0) {
        takeOver(segment);
      }
      parts.ledger().change(used -> used);
      room.dropExpired(parts.clock().millis());
      if (parts.newRows().wantsNext()) {
        room.sayWhatIsNext();
      }
    } catch (IOException e) {
      parts.health().refuse("the durable store cannot be kept in order: " + e, e, false);
    }
  }

  /** A dead process may have left reservations too. */
  private void takeOver(SegmentWriter open) throws IOException {
    if (takeover.run()) {
      parts.ledger().recount(open.indexBytes());
    }
  }
}
