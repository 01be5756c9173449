package io.tensorcache.internal.durable;

import io.tensorcache.error.CorruptEntryException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Map;

/** Everything in one segment: from its index file, or from itself while it has none. */
final class EntrySet {
  private final EntryList entries;

  private EntrySet(EntryList entries) {
    this.entries = entries;
  }

  static EntrySet of(StoreFiles files, Catalog catalog, Segment segment) throws IOException {
    if (segment.isSealed) {
      try (IndexFileV1 stored = IndexFileV1.open(files, segment.name, segment.file().size())) {
        EntryList all = new EntryList();
        stored.provenances().forEach(all::put);
        stored.forEach(all::add);
        return new EntrySet(all);
      } catch (CorruptEntryException | NoSuchFileException | SpecialFileException e) {
        return new EntrySet(catalog.contents(segment, false));
      }
    }
    return new EntrySet(catalog.contents(segment, false));
  }

  Map<Integer, Provenance> provenances() {
    return entries.provenances();
  }

  void forEach(EntryList.Visitor visitor) {
    entries.forEach(visitor);
  }
}
