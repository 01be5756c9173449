package io.tensorcache.pytorch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.SharedModuleVector;
import org.bytedeco.pytorch.StringSharedModuleDict;

/**
 * A module and its submodules at one moment, in the order of registration. Immutable; keeps the
 * submodules alive.
 */
final class ModuleTree {
  /** A module and its dotted name; the root's is empty. */
  record Node(String path, Module module) {}

  private final Module root;
  private final List<Node> nodes;

  private ModuleTree(Module root, List<Node> nodes) {
    this.root = root;
    this.nodes = List.copyOf(nodes);
  }

  /** Reads the tree. Does not copy the modules. */
  @SuppressWarnings("try") // the scope frees what is made inside
  static ModuleTree of(Module root) {
    List<Node> nodes = new ArrayList<>();
    nodes.add(new Node("", root));
    try (PointerScope scope = new PointerScope()) {
      // Without the root, which need not be held by a shared_ptr.
      StringSharedModuleDict named = root.named_modules("", false);
      SharedModuleVector modules = named.values();
      for (long i = 0; i < named.size(); i++) {
        long at = i;
        String path = named.get(i).key().getString();
        nodes.add(new Node(path, Unscoped.keep(() -> modules.get(at))));
      }
    }
    return new ModuleTree(root, nodes);
  }

  /** The root first, then its submodules, depth first. */
  List<Node> nodes() {
    return nodes;
  }

  /** Whether the root still has these submodules, in this order. */
  boolean isCurrent() {
    try (SharedModuleVector now = root.modules(false)) {
      long count = now.size();
      if (count != nodes.size() - 1) {
        return false;
      }
      for (int i = 0; i < count; i++) {
        try (Module module = now.get(i)) {
          if (module.address() != nodes.get(i + 1).module().address()) {
            return false;
          }
        }
      }
      return true;
    }
  }

  /** Whether any module is in training mode. */
  boolean isTraining() {
    for (Node node : nodes) {
      if (node.module().is_training()) {
        return true;
      }
    }
    return false;
  }
}
