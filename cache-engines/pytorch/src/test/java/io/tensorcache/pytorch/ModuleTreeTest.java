package io.tensorcache.pytorch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.ReLUImpl;
import org.bytedeco.pytorch.SequentialImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A tree that is looked at in its bytes, and one by calls. */
class ModuleTreeTest {
  private static final class Own extends Module {}

  private PointerScope scope;
  private final List<Module> levels = new ArrayList<>();

  @BeforeEach
  void open() {
    scope = new PointerScope();
    for (int i = 0; i < 4; i++) {
      Module level = new Module();
      if (i > 0) {
        levels.get(i - 1).register_module("level", level);
      }
      level.register_module("linear", new LinearImpl(2, 2));
      level.register_module("relu", new ReLUImpl());
      levels.add(level);
    }
    levels.get(0).train(false);
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private ModuleTree tree(boolean isCalled) {
    ModuleTree tree = ModuleTree.of(levels.get(0), isCalled ? null : layout());
    assertEquals(isCalled, tree.isCalled());
    assertTrue(tree.isCurrent());
    assertEquals(isCalled, tree.isCalled());
    return tree;
  }

  private static ModuleLayout layout() {
    return Objects.requireNonNull(ModuleLayout.get(), "no layout found in this PyTorch");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void seesWhatIsRegisteredAtAnyDepth(boolean isCalled) {
    for (Module level : levels) {
      try (ModuleTree tree = tree(isCalled)) {
        level.register_module("other", new ReLUImpl());
        assertFalse(tree.isCurrent(), "one more");
        assertFalse(tree.isCurrent(), "still");
      }
      try (ModuleTree tree = tree(isCalled)) {
        level.unregister_module("other");
        assertFalse(tree.isCurrent(), "one less");
      }
      try (ModuleTree tree = tree(isCalled)) {
        level.unregister_module("relu");
        level.register_module("relu", new ReLUImpl());
        assertFalse(tree.isCurrent(), "as many, another one");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsRegisteredAndTakenBackIsNoChange(boolean isCalled) {
    try (ModuleTree tree = tree(isCalled)) {
      for (Module level : levels) {
        for (int i = 0; i < 20; i++) { // the list moves to a larger block
          level.register_module("other" + i, new ReLUImpl());
        }
        assertFalse(tree.isCurrent());
        for (int i = 0; i < 20; i++) {
          level.unregister_module("other" + i);
        }
        for (int i = 0; i < 3; i++) {
          assertTrue(tree.isCurrent());
          assertFalse(tree.isTraining());
        }
        level.register_module("last", new ReLUImpl());
        assertFalse(tree.isCurrent());
        level.unregister_module("last");
        assertTrue(tree.isCurrent());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void knowsTheModeOfTheLastLook(boolean isCalled) {
    try (ModuleTree tree = tree(isCalled)) {
      for (Module level : levels) {
        for (boolean isOn : new boolean[] {true, false, true, false}) {
          level.train(isOn);
          assertTrue(tree.isCurrent());
          assertEquals(isOn, tree.isTraining());
          assertEquals(isCalled, tree.isCalled());
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void knowsTheModeOfAModuleOfAnotherClass(boolean isCalled) {
    Own own = new Own();
    levels.get(3).register_module("own", own);
    try (ModuleTree tree = tree(isCalled)) {
      for (boolean isOn : new boolean[] {true, false, true}) {
        own.train(isOn);
        assertTrue(tree.isCurrent());
        assertEquals(isOn, tree.isTraining());
      }
    }
  }

  /** Without submodules, with one list that moved, and with a module in two places. */
  @Test
  void readsListsOfAllLengths() {
    LinearImpl twice = new LinearImpl(2, 2);
    SequentialImpl net = new SequentialImpl();
    for (int i = 0; i < 40; i++) {
      try (ModuleTree tree = ModuleTree.of(net, layout())) {
        assertFalse(tree.isCalled());
        assertEquals(1 + i, tree.nodes().size());
      }
      net.push_back("layer" + i, i % 2 == 0 ? twice : new LinearImpl(2, 2));
    }
  }

  @Test
  void anotherLayoutIsNoneOrIsNotBelieved() {
    ModuleLayout right = layout();
    assertNull(ModuleLayout.find(0), "unknown size");
    assertNull(ModuleLayout.find(right.children()), "the list is not there");
    assertNull(ModuleLayout.find(right.children() + 3 * Long.BYTES), "the mode is not there");
    assertNotNull(ModuleLayout.find(right.moduleBytes()));
    for (int at = 0; at < right.moduleBytes() - 2 * Long.BYTES; at += Long.BYTES) {
      if (at != right.children()) {
        ModuleLayout wrong =
            new ModuleLayout(right.moduleBytes(), at, right.itemBytes(), right.pointer());
        try (ModuleTree tree = ModuleTree.of(levels.get(0), wrong)) {
          assertTrue(tree.isCalled(), "at " + at);
          assertTrue(tree.isCurrent());
        }
      }
    }
  }
}
