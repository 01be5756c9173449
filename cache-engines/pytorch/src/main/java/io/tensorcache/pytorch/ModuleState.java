package io.tensorcache.pytorch;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.StringTensorDict;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The parameters and buffers of a module as they were at one moment, with the marks by which a
 * later change is noticed. Immutable; safe for use by several threads while nobody changes the
 * module.
 *
 * <p>A tensor is the one its layer computes with. In the presets {@code conv.weight(other)} sets
 * only the member of the layer and leaves {@code named_parameters()} as it was; this class reads
 * the member wherever the layer has one of that name.
 */
final class ModuleState implements AutoCloseable {
  private final ModuleTree tree;
  private final List<WatchedTensor> parameters = new ArrayList<>();
  private final List<WatchedTensor> buffers = new ArrayList<>();
  private final List<Tensor> owned = new ArrayList<>();
  private final StringBuilder options = new StringBuilder(); // complete before it is shared

  private ModuleState(ModuleTree tree) {
    this.tree = tree;
  }

  /** Reads the names and marks of all tensors, none of their values. */
  @SuppressWarnings("try") // the scope frees what is made inside
  static ModuleState of(Module module) {
    requireOpen(module);
    ModuleState state = new ModuleState(ModuleTree.of(module));
    try (PointerScope scope = new PointerScope()) {
      for (ModuleTree.Node node : state.tree.nodes()) {
        Module layer = typed(node.module());
        state.options.append(node.path()).append(LayerOptions.of(layer)).append('\n');
        state.watch(node, layer, node.module().named_parameters(false), state.parameters);
        state.watch(node, layer, node.module().named_buffers(false), state.buffers);
      }
    }
    return state;
  }

  /**
   * Refuses a module whose native object is gone.
   *
   * @throws IllegalArgumentException with what to do
   */
  static void requireOpen(Module module) {
    if (Pointer.isNull(module)) {
      throw new IllegalArgumentException(
          "the module is closed: close it, or the PointerScope it is in, after its last use");
    }
  }

  private void watch(
      ModuleTree.Node node, Module layer, StringTensorDict named, List<WatchedTensor> watched) {
    for (long i = 0; i < named.size(); i++) {
      String name = named.get(i).key().getString();
      Tensor registered = named.get(i).value();
      Tensor member = member(layer, name);
      Tensor live = member == null || !member.defined() ? own(registered) : member;
      watched.add(new WatchedTensor(node.path().isEmpty() ? name : node.path() + "." + name, live));
    }
  }

  /** The dictionary is a copy: a tensor in it needs an owner of its own, a member has its layer. */
  private Tensor own(Tensor registered) {
    Tensor tensor = Unscoped.keep(() -> new Tensor(registered));
    owned.add(tensor);
    return tensor;
  }

  /** The module as the class of its layer, {@code Conv2dImpl} for example, or as it is. */
  private static Module typed(Module module) {
    String name = module.name().getString();
    String simple = name.substring(name.lastIndexOf(':') + 1);
    if (name.startsWith("torch::nn::") && simple.endsWith("Impl")) {
      String cast = "as" + simple.substring(0, simple.length() - "Impl".length());
      if (invoke(module, cast) instanceof Module layer && !layer.isNull()) {
        return layer;
      }
    }
    return module;
  }

  private static @Nullable Tensor member(Module layer, String name) {
    return layer.getClass() != Module.class && invoke(layer, name) instanceof Tensor tensor
        ? tensor
        : null;
  }

  private static @Nullable Object invoke(Module module, String name) {
    try {
      Method method = module.getClass().getMethod(name);
      return method.invoke(module);
    } catch (NoSuchMethodException e) {
      return null;
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("cannot read '" + name + "' of " + module, e);
    }
  }

  /** Name to tensor, the parameters before the buffers, in the order of registration. */
  Map<String, Tensor> tensors() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    parameters.forEach(watched -> tensors.put(watched.name(), watched.tensor()));
    buffers.forEach(watched -> tensors.put(watched.name(), watched.tensor()));
    return tensors;
  }

  /** The type of each module, as text. */
  String layers() {
    return tree.layers() + "\n" + options;
  }

  /** Whether the module has the same submodules and tensors, unchanged, as when this was read. */
  boolean isCurrent() {
    return tree.isCurrent() && areUnchanged(parameters) && areUnchanged(buffers);
  }

  private static boolean areUnchanged(List<WatchedTensor> tensors) {
    for (WatchedTensor tensor : tensors) {
      if (!tensor.isUnchanged()) {
        return false;
      }
    }
    return true;
  }

  /** Whether the module or one of its submodules is in training mode. */
  boolean isTraining() {
    return tree.isTraining();
  }

  /**
   * Refuses a module with a parameter that requires gradients: they would end at the cache.
   *
   * @throws IllegalStateException with the first such parameter and what to do
   */
  void requireFrozen() {
    for (WatchedTensor parameter : parameters) {
      if (parameter.tensor().requires_grad()) {
        throw new IllegalStateException(
            "parameter '"
                + parameter.name()
                + "' requires gradients, and a cached output cannot pass them back; freeze the"
                + " module: parameters().get(i).requires_grad_(false) for each i");
      }
    }
  }

  /**
   * Lets go of the submodules and of memory that the module no longer uses, which otherwise waits
   * for a collection. Neither this nor its tensors may be used afterwards.
   */
  @Override
  public void close() {
    parameters.forEach(WatchedTensor::close);
    buffers.forEach(WatchedTensor::close);
    owned.forEach(Tensor::close);
    tree.close();
  }
}
