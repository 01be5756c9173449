package io.tensorcache.internal.durable;

import io.tensorcache.config.ByteSize;
import io.tensorcache.error.CorruptEntryException;
import io.tensorcache.store.Verification;
import io.tensorcache.store.Verification.BadRow;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Reads and checks rows of a store. Confined to one thread. */
public final class RowVerifier {
  private final StoreBrowser browser;
  private final Predicate<StoredEntry> wanted;
  private final LongConsumer progress;
  private final List<BadRow> bad = new ArrayList<>();
  private long sound;
  private long corrupt;
  private long unreadable;
  private long bytes;

  public RowVerifier(StoreBrowser browser, Predicate<StoredEntry> wanted, LongConsumer progress) {
    this.browser = browser;
    this.wanted = wanted;
    this.progress = progress;
  }

  /** {@code problems} gives what went wrong with files, asked at the end. */
  public Verification run(Supplier<List<String>> problems) {
    browser.forEach(
        entry -> {
          if (wanted.test(entry)) {
            check(entry);
            progress.accept(sound + corrupt + unreadable);
          }
        });
    return new Verification(
        sound, corrupt, unreadable, ByteSize.ofBytes(bytes), bad, problems.get());
  }

  private void check(StoredEntry entry) {
    try {
      browser.row(entry.key(), entry.place());
      sound++;
      bytes += entry.byteCount();
    } catch (CorruptEntryException e) {
      corrupt++;
      list(entry, e);
    } catch (ClosedChannelException | NoSuchFileException e) {
      return; // dropped to make room since it was listed: no row of the store any more
    } catch (IOException e) {
      unreadable++;
      list(entry, e);
    }
  }

  private void list(StoredEntry entry, Exception why) {
    if (bad.size() < Verification.MOST_LISTED) {
      bad.add(
          new BadRow(
              entry.key(),
              entry.provenance().function(),
              entry.segment(),
              entry.offset(),
              String.valueOf(why.getMessage())));
    }
  }
}
