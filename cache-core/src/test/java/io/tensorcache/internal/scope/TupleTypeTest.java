package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.ClosableTensor;
import io.tensorcache.internal.codec.Row;
import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Several tensors: by position, and by name. */
class TupleTypeTest {
  private static final TensorSpec SPEC = TensorSpec.of(DType.FLOAT32, 2);

  private final KeepableTensors adapter = new KeepableTensors();
  private final ListType<ClosableTensor> list = new ListType<>(adapter);
  private final MapType<ClosableTensor> map = new MapType<>(adapter);
  private final ClosableTensor first = KeepableTensors.of(1, 2);
  private final ClosableTensor second = KeepableTensors.of(3);

  private Map<String, ClosableTensor> named() {
    Map<String, ClosableTensor> named = new LinkedHashMap<>();
    named.put("q", first);
    named.put("a", second);
    return named;
  }

  private static RowSchema schema(String... names) {
    return new RowSchema(
        Arrays.stream(names).map(name -> new RowSchema.Part(name, SPEC, DType.FLOAT32)).toList());
  }

  @Test
  void aListIsNamedByPositions() {
    List<ValueType.Part> parts = list.parts(List.of(first, second));
    assertEquals(List.of("0", "1"), parts.stream().map(ValueType.Part::name).toList());
    assertEquals(SPEC, parts.get(0).view().spec());
    assertEquals(TensorSpec.of(DType.FLOAT32, 1), parts.get(1).view().spec());
  }

  @Test
  void theSameTensorTwiceHasTwoPositions() {
    assertEquals(2, list.parts(List.of(first, first)).size());
  }

  @Test
  void namesKeepTheirOrder() {
    List<ValueType.Part> parts = map.parts(named());
    assertEquals(List.of("q", "a"), parts.stream().map(ValueType.Part::name).toList());
    Row row = RowValues.copy(parts, 1);
    assertNotNull(row);
    Map<String, ClosableTensor> read = RowValues.of(map, row);
    assertEquals(List.of("q", "a"), new ArrayList<>(read.keySet()));
    assertArrayEquals(new float[] {3}, read.get("a").tensor().floats());
  }

  @Test
  void aTupleWithoutATensorIsRefused() {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> list.parts(List.of()));
    assertEquals("a tuple without a tensor; it needs at least one", refused.getMessage());
    refused = assertThrows(IllegalArgumentException.class, () -> map.parts(Map.of()));
    assertEquals("a map without a tensor; it needs at least one", refused.getMessage());
  }

  @Test
  @SuppressWarnings({"unchecked", "rawtypes"}) // as an unchecked program would
  void whatIsNoTensorIsNamed() {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> list.parts(Arrays.asList(first, null)));
    assertEquals("\"1\" is null; it must be a io.tensorcache.ClosableTensor", refused.getMessage());
    Map<String, ClosableTensor> strange = named();
    ((Map) strange).put("a", "text");
    refused = assertThrows(IllegalArgumentException.class, () -> map.parts(strange));
    assertEquals(
        "\"a\" is a java.lang.String; it must be a io.tensorcache.ClosableTensor",
        refused.getMessage());
  }

  @Test
  void aListOfTensorsOnlyIsAccepted() {
    List<ClosableTensor> pair = List.of(first, second);
    assertSame(pair, list.accept(pair));
    assertNull(list.accept(List.of(first, "text")));
    assertNull(list.accept(first));
    assertNull(list.accept("text"));
  }

  @Test
  void oneClosedTensorMakesItUnusable() {
    List<ClosableTensor> pair = List.of(first, second);
    assertTrue(list.isUsable(pair));
    second.close();
    assertFalse(list.isUsable(pair));
  }

  @Test
  void eachTensorIsAskedWhetherItMayBeKept() {
    list.checkCopy(List.of(first, second));
    List<ClosableTensor> refused = List.of(first, KeepableTensors.of(-1));
    assertThrows(IllegalArgumentException.class, () -> list.checkCopy(refused));
  }

  @Test
  void movesEachTensor() {
    List<ClosableTensor> pair = List.of(first, second);
    assertSame(pair, list.movedTo(pair, "cpu"));
    List<ClosableTensor> moved = list.movedTo(pair, "elsewhere");
    assertEquals(
        List.of("elsewhere", "elsewhere"), moved.stream().map(ClosableTensor::device).toList());
    assertArrayEquals(new float[] {3}, moved.get(1).tensor().floats());
    Map<String, ClosableTensor> movedMap = map.movedTo(named(), "elsewhere");
    assertEquals(List.of("q", "a"), List.copyOf(movedMap.keySet()));
  }

  @Test
  void oneTensorThatMovesMakesAnotherTuple() {
    ClosableTensor there = list.movedTo(List.of(first), "elsewhere").get(0);
    List<ClosableTensor> moved = list.movedTo(List.of(there, second), "elsewhere");
    assertSame(there, moved.get(0));
    assertEquals("elsewhere", moved.get(1).device());
  }

  @Test
  void matchesRowsOfNamedTensors() {
    assertTrue(list.matches(schema("0", "1")));
    assertTrue(list.matches(schema("0")));
    assertFalse(list.matches(RowSchema.of(SPEC)), "a single tensor has no name");
    assertFalse(list.matches(schema("a", "")));
    assertFalse(list.matches(schema("a", "Fit\u001fbias")), "a record's");
  }

  @Test
  void isReadAsItWasWritten() {
    Row row = RowValues.copy(list.parts(List.of(first, second)), 1);
    assertNotNull(row);
    List<ClosableTensor> read = RowValues.of(list, row);
    assertArrayEquals(new float[] {1, 2}, read.get(0).tensor().floats());
    assertArrayEquals(new float[] {3}, read.get(1).tensor().floats());
    assertThrows(UnsupportedOperationException.class, () -> read.add(first));
  }
}
