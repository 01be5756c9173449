package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tensorcache.ClosableTensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ValueTypesTest {
  record Count(int count) {}

  record Other(int count) {}

  record Listed(List<String> names) {}

  private final KeepableTensors adapter = new KeepableTensors();
  private final MapType<ClosableTensor> named = new MapType<>(adapter);
  private final ValueTypes<ClosableTensor> types = new ValueTypes<>(adapter, named);

  @Test
  void aRecordHasOneTypeHoweverOftenItIsAskedFor() {
    RecordType<ClosableTensor, Count> type = types.record(Count.class);
    assertSame(type, types.record(Count.class));
    assertSame(adapter, types.adapter());
  }

  @Test
  void knowsTheKindOfWhatIsHeld() {
    ClosableTensor tensor = KeepableTensors.of(1);
    assertSame(types.tensor(), types.of(tensor));
    assertSame(types.tuple(), types.of(List.of(tensor)));
    assertSame(named, types.of(Map.of("q", tensor)));
    RecordType<ClosableTensor, Count> count = types.record(Count.class);
    assertSame(count, types.of(new Count(1)));
  }

  @Test
  void knowsNoKindOfWhatNobodyAskedFor() {
    types.record(Count.class);
    assertNull(types.of(new Other(1)));
    assertNull(types.of("text"));
  }

  @Test
  void aRefusedRecordIsRefusedEachTime() {
    assertThrows(IllegalArgumentException.class, () -> types.record(Listed.class));
    assertThrows(IllegalArgumentException.class, () -> types.record(Listed.class));
    assertNull(types.of(new Listed(List.of())));
  }
}
