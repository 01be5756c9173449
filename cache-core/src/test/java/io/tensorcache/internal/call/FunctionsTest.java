package io.tensorcache.internal.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.durable.FunctionNote;
import io.tensorcache.internal.durable.Provenance;
import io.tensorcache.internal.key.ComputationDigest;
import io.tensorcache.internal.rows.Group;
import io.tensorcache.internal.rows.OpenRows;
import io.tensorcache.stats.FunctionStats;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a cache knows of its functions. */
class FunctionsTest {
  @TempDir Path directory;
  private final OpenCalls.Doubling doubling = new OpenCalls.Doubling();
  private OpenCalls open = OpenCalls.inMemory();

  @AfterEach
  void close() {
    open.close();
  }

  private FunctionState state() {
    return open.functions.open("f", OpenCalls.ROWS);
  }

  /** In its group, served by this code. */
  private FunctionState served(String code) {
    FunctionState state = state();
    Group group = state.group(open.rows.rows.groups(), ComputationDigest.of(new TensorKey(1, 1)));
    group.servedBy(code);
    return state;
  }

  private FunctionStats stats(FunctionState of) {
    return of.stats(open.rows.rows.groups());
  }

  private static FunctionNote note(long rows, long nanos) {
    return new FunctionNote(new Provenance("f", 1, 1), rows, nanos, "earlier code");
  }

  @Test
  void oneNameIsOneFunctionWithOneSetOfSettings() {
    assertSame(state(), state());
    FunctionSettings other =
        OpenCalls.with(
            OpenCalls.ROWS.level(),
            OpenCalls.ROWS.granularity(),
            OpenCalls.ROWS.partialMiss(),
            new RowChecks(0.5, 0, OpenCalls.ROWS.checks().onMismatch(), -1));
    String message =
        assertThrows(IllegalStateException.class, () -> open.functions.open("f", other))
            .getMessage();
    assertTrue(message.startsWith("function \"f\" is wrapped twice with other settings"), message);
    assertNotSame(state(), open.functions.open("g", other));
    message =
        assertThrows(
                IllegalStateException.class, () -> open.functions.open("p", OpenCalls.persisting()))
            .getMessage();
    assertTrue(message.startsWith("function \"p\" is persisting and cache \"c\""), message);
    open.rows.state.close();
    assertThrows(IllegalStateException.class, this::state);
    assertThrows(IllegalStateException.class, () -> open.functions.flush());
  }

  @Test
  void areToldByName() {
    for (String name : List.of("b", "c", "a")) {
      open.functions.open(name, OpenCalls.ROWS);
    }
    assertEquals(
        List.of("a", "b", "c"),
        open.stats().functions().stream().map(FunctionStats::name).toList());
  }

  @Test
  void settingsAreEqualOptionByOption() {
    FunctionSettings rows = OpenCalls.ROWS;
    assertEquals(rows, state().settings());
    assertFalse(rows.equals(OpenCalls.persisting()));
    assertEquals(DType.FLOAT32, rows.storedDType(DType.FLOAT32));
    FunctionSettings narrow =
        new FunctionSettings(
            rows.tensorType(),
            rows.level(),
            rows.granularity(),
            rows.partialMiss(),
            DType.BFLOAT16,
            false,
            rows.checks());
    assertFalse(rows.equals(narrow));
    assertEquals(DType.BFLOAT16, narrow.storedDType(DType.FLOAT32));
    assertEquals(DType.BFLOAT16, narrow.storedDType(DType.FLOAT64));
    assertEquals(DType.INT32, narrow.storedDType(DType.INT32));
    assertEquals(DType.FLOAT16, narrow.storedDType(DType.FLOAT16));
  }

  @Test
  void theLastSchemaIsShared() {
    FunctionState state = state();
    RowSchema first = RowSchema.of(TensorSpec.of(DType.FLOAT32, 2));
    RowSchema equal = RowSchema.of(TensorSpec.of(DType.FLOAT32, 2));
    RowSchema other = RowSchema.of(TensorSpec.of(DType.FLOAT32, 3));
    assertSame(first, state.shared(first));
    assertSame(first, state.shared(equal));
    assertSame(other, state.shared(other));
    assertSame(equal, state.shared(equal));
  }

  @Test
  void codeIsProbedOnceUntilThereIsTooMuch() {
    FunctionState state = state();
    for (int i = 0; i < 64; i++) {
      assertFalse(state.isProbed("code " + i));
      state.probed("code " + i);
    }
    assertTrue(state.isProbed("code 0") && state.isProbed("code 63"));
    state.probed("code 64");
    assertTrue(state.isProbed("code 64"));
    assertFalse(state.isProbed("code 0"), "forgotten");
    assertTrue(state.beginProbe());
    assertFalse(state.beginProbe(), "a function that calls itself");
    state.endProbe();
    assertTrue(state.beginProbe());
  }

  @Test
  void theCostOfARowIsMeasuredOverPrograms() {
    FunctionState state = served("code");
    assertEquals(OptionalDouble.empty(), stats(state).rowNanos());
    state.isKnownFromEarlier(null);
    state.isKnownFromEarlier(note(0, 7));
    assertEquals(OptionalDouble.empty(), stats(state).rowNanos());
    state.isKnownFromEarlier(note(10, 1000));
    assertEquals(OptionalDouble.of(100), stats(state).rowNanos());
    open.functions.recorder().computed(state, 30, 1000);
    assertEquals(OptionalDouble.of(50), stats(state).rowNanos());
    assertEquals(30, stats(state).rowsComputed());
    assertEquals(1000, stats(state).computeNanos());
  }

  @Test
  void isNotedWhenThereIsNews() {
    assertNull(state().note(false), "nothing served it");
    FunctionState state = served("a.B$$Lambda/7");
    FunctionNote first = state.note(true);
    assertNotNull(first);
    assertEquals("a lambda in a.B", first.code());
    assertEquals(0, first.rows());
    open.functions.recorder().computed(state, 1, 50);
    assertNull(state.note(true), "one row is not twice as many");
    open.functions.recorder().computed(state, 9, 450);
    FunctionNote ten = state.note(true);
    assertNotNull(ten);
    assertEquals(10, ten.rows());
    assertEquals(500, ten.nanos());
    open.functions.recorder().computed(state, 9, 500);
    assertNull(state.note(true), "19 are not twice as many");
    FunctionNote all = state.note(false);
    assertNotNull(all);
    assertEquals(19, all.rows());
  }

  @Test
  void whatIsOldCountsHalf() {
    FunctionState state = served("code");
    state.isKnownFromEarlier(note(900_000, 2_000));
    open.functions.recorder().computed(state, 100_000, 1_000);
    FunctionNote most = state.note(false);
    assertNotNull(most);
    assertEquals(1_000_000, most.rows());
    assertEquals(3_000, most.nanos());
    open.functions.recorder().computed(state, 2, 1_000);
    FunctionNote old = state.note(false);
    assertNotNull(old);
    assertEquals(500_001, old.rows());
    assertEquals(2_000, old.nanos());
    assertEquals("code", old.code());
  }

  @Test
  void aLaterProgramKnowsWhatItCost() {
    open.close();
    open = new OpenCalls(OpenRows.persisting(10, directory));
    WrappedFunction<HostTensor> function = open.wrap("f", OpenCalls.persisting(), doubling);
    Group group = function.group(function.watch().look());
    open.functions.use().begins(function.state(), group, doubling);
    OpenCalls.call(function, 1, 2, 3);
    open.functions.saveUse(false);
    open.close();
    open = new OpenCalls(OpenRows.persisting(10, directory));
    WrappedFunction<HostTensor> later = open.wrap("f", OpenCalls.persisting(), doubling);
    assertEquals(OptionalDouble.empty(), stats(later.state()).rowNanos());
    Group same = later.group(later.watch().look());
    open.functions.use().begins(later.state(), same, doubling);
    assertTrue(stats(later.state()).rowNanos().isPresent());
    assertTrue(same.mayWarn(), "it is the same code");
  }

  @Test
  void otherCodeUnderOneFingerprintIsWarnedOfOnce() {
    WrappedFunction<HostTensor> function = open.wrap("f", OpenCalls.ROWS, doubling);
    Group group = function.group(function.watch().look());
    open.functions.use().begins(function.state(), group, doubling);
    open.functions.use().begins(function.state(), group, new OpenCalls.Doubling());
    assertEquals(OpenCalls.Doubling.class.getName(), group.code());
    NamedOperation<HostTensor> other =
        new NamedOperation<>() {
          @Override
          public NamedTensors<HostTensor> apply(NamedTensors<HostTensor> inputs) {
            return inputs;
          }

          @Override
          public Object code() {
            return this;
          }
        };
    open.functions.use().begins(function.state(), group, other);
    assertEquals(other.getClass().getName(), group.code());
    assertFalse(group.mayWarn(), "that was said");
  }
}
