package io.tensorcache.pytorch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TripletMarginWithDistanceLossImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every option of every layer class of the presets is part of the fingerprint. */
class OptionPairsTest {
  /** Options that cannot be read: their layers are refused. */
  private static final Set<String> UNREADABLE =
      Set.of("TripletMarginWithDistanceLossOptions.distance_function");

  private PointerScope scope;

  @BeforeEach
  void open() {
    scope = new PointerScope();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  @Test
  void everyOptionOfEveryLayerClassIsReadOrItsLayerRefused() throws Exception {
    Set<String> unread = new TreeSet<>();
    Set<String> seen = new TreeSet<>();
    for (Class<? extends Module> layer : LayerClasses.all()) {
      for (Class<?> options : LayerClasses.optionsOf(layer)) {
        for (Method getter : OptionReader.getters(options)) {
          String name = options.getSimpleName() + "." + getter.getName();
          seen.add(name);
          if (!Pointer.class.isAssignableFrom(getter.getReturnType())
              || !OptionReader.canRead(getter)) {
            unread.add(name);
          }
        }
      }
    }
    assertTrue(seen.size() > 300, "only " + seen.size() + " options were found");
    assertEquals(UNREADABLE, unread);
  }

  @Test
  void twoLayersThatDifferInOneOptionHaveOtherFingerprints() throws Exception {
    List<String> equal = new ArrayList<>();
    Set<String> notBuilt = new TreeSet<>();
    Set<String> notVaried = new TreeSet<>();
    int pairs = 0;
    for (Class<? extends Module> type : LayerClasses.all()) {
      Module layer = LayerClasses.build(type);
      if (layer == null) {
        notBuilt.add(type.getSimpleName());
        continue;
      }
      for (Tensor parameter : layer.parameters().get()) {
        parameter.requires_grad_(false);
      }
      layer.eval();
      for (Pointer options : LayerOptions.pointers(layer)) {
        for (Method getter : OptionReader.getters(options.getClass())) {
          String name = type.getSimpleName() + "." + getter.getName();
          if (UNREADABLE.contains(options.getClass().getSimpleName() + "." + getter.getName())) {
            continue;
          }
          List<Runnable> changes = OptionChanges.of(options, getter);
          if (changes.isEmpty()) {
            notVaried.add(name);
          }
          for (Runnable change : changes) {
            ModuleFingerprint watched = fingerprint(layer);
            Object before = watched == null ? text(layer) : watched.current();
            change.run();
            pairs++;
            Object after = watched == null ? text(layer) : PyTorch.fingerprint(layer).current();
            if (before.equals(after)) {
              equal.add(name);
            }
          }
        }
      }
    }
    assertEquals(List.of(), equal, "of " + pairs + " pairs");
    assertTrue(pairs > 400, "only " + pairs + " pairs");
    assertEquals(NOT_BUILT, notBuilt);
    assertEquals(NOT_VARIED, notVaried);
  }

  /** Null for a layer that is refused for another of its options. */
  private static ModuleFingerprint fingerprint(Module layer) {
    return layer instanceof TripletMarginWithDistanceLossImpl ? null : PyTorch.fingerprint(layer);
  }

  private static String text(Module layer) {
    StringBuilder text = new StringBuilder();
    for (Pointer options : LayerOptions.pointers(layer)) {
      for (Method getter : OptionReader.getters(options.getClass())) {
        text.append(OptionReader.read(options, getter)).append(' ');
      }
    }
    return text.toString();
  }

  /** The presets have no way to make these. */
  private static final Set<String> NOT_BUILT = Set.of();

  /** Values of these types cannot be set through the presets. */
  private static final Set<String> NOT_VARIED =
      Set.of(
          "TransformerDecoderImpl.norm",
          "TransformerEncoderImpl.norm",
          "TransformerImpl.custom_decoder",
          "TransformerImpl.custom_encoder",
          "UnflattenImpl.dimname",
          "UnflattenImpl.namedshape");

  @Test
  void aLayerWithAnOptionThatCannotBeReadIsRefusedByName() {
    Module loss = new TripletMarginWithDistanceLossImpl();
    String message =
        assertThrows(IllegalArgumentException.class, () -> PyTorch.fingerprint(loss).current())
            .getMessage();
    assertTrue(
        message.contains("distance_function")
            && message.contains("TripletMarginWithDistanceLoss")
            && message.contains("Fingerprint.version"),
        message);
    assertFalse(message.isEmpty());
    assertNotEquals("", message);
  }
}
