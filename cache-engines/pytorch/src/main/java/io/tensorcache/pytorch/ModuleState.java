package io.tensorcache.pytorch;

import io.tensorcache.internal.key.MemoryPieces;
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
 * The parameters, buffers and options of a module as they were at one moment, with the marks by
 * which a later change is noticed. Confined to one thread at a time.
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
  private final MemoryPieces marks = new MemoryPieces(); // and options
  private final MemoryPieces bytes = new MemoryPieces(); // of small tensors
  private final List<WatchedTensor> called = new ArrayList<>(); // those whose marks are no pieces
  private final List<WatchedTensor> small = new ArrayList<>(); // in the order of their bytes
  private final List<WatchedTensor> large = new ArrayList<>();
  private final boolean isTorn; // it was changed while the marks were taken
  private final ProbedWords words;
  private final GradientMarks gradients;
  private final WindowTurn turn;

  /**
   * A change.
   *
   * @param isLate whether earlier looks should have seen it
   * @param what in words
   */
  record Change(boolean isLate, String what) {}

  @SuppressWarnings("try") // the scope frees what is made inside
  private ModuleState(Module module) {
    this.tree = ModuleTree.of(module);
    try (PointerScope scope = new PointerScope()) {
      List<Module> layers = new ArrayList<>();
      for (ModuleTree.Node node : tree.nodes()) {
        Module layer = typed(node.module());
        layers.add(layer);
        WatchedOptions.add(layer, marks);
        watch(node, layer, node.module().named_parameters(false), parameters);
        watch(node, layer, node.module().named_buffers(false), buffers);
      }
      marks.remember(); // before anything is read: what is written meanwhile is seen by a look
      this.isTorn = !areAsFound(parameters) || !areAsFound(buffers);
      this.gradients = new GradientMarks(parameters.stream().map(WatchedTensor::tensor).toList());
      for (int i = 0; i < layers.size(); i++) {
        String path = tree.nodes().get(i).path();
        options.append(path).append(LayerOptions.of(path, layers.get(i))).append('\n');
      }
      parameters.forEach(this::read);
      buffers.forEach(this::read);
      bytes.remember();
      this.words = new ProbedWords(large.stream().map(WatchedTensor::large).toList());
      this.turn = WindowTurn.of(large);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** Reads all tensors once, for the marks. */
  static ModuleState of(Module module) {
    requireOpen(module);
    return new ModuleState(module);
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

  private static boolean areAsFound(List<WatchedTensor> tensors) {
    return tensors.stream().allMatch(WatchedTensor::isAsFound);
  }

  private void watch(
      ModuleTree.Node node, Module layer, StringTensorDict named, List<WatchedTensor> watched) {
    for (long i = 0; i < named.size(); i++) {
      String name = named.get(i).key().getString();
      Tensor registered = named.get(i).value();
      Tensor member = member(layer, name);
      Tensor live = member == null || !member.defined() ? own(registered) : member;
      String path = node.path().isEmpty() ? name : node.path() + "." + name;
      WatchedTensor tensor = new WatchedTensor(path, live, marks);
      watched.add(tensor);
      if (!tensor.areMarksPieces()) {
        called.add(tensor);
      }
    }
  }

  private void read(WatchedTensor tensor) {
    int before = bytes.count();
    tensor.read(bytes);
    if (bytes.count() > before) {
      small.add(tensor);
    }
    if (tensor.large() != null) {
      large.add(tensor);
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

  /**
   * Looks for a change since this was made: at the modules, the options, the marks of all tensors,
   * the bytes of small ones, and of large ones some words and the next windows. Null if there is
   * none.
   */
  @Nullable Change look() {
    if (isTorn || !tree.isCurrent() || marks.firstChanged() >= 0 || !areUncounted(called)) {
      return new Change(false, "the module was changed");
    }
    // Only now: a storage that was resized has freed what these would read.
    int written = bytes.firstChanged();
    if (written >= 0) {
      return written(small.get(written));
    }
    int probed = words.firstChanged();
    if (probed >= 0) {
      return written(large.get(probed));
    }
    String late = turn.next();
    return late == null ? null : new Change(true, late);
  }

  private static boolean areUncounted(List<WatchedTensor> tensors) {
    for (WatchedTensor tensor : tensors) {
      if (!tensor.isUncounted()) {
        return false;
      }
    }
    return true;
  }

  private static Change written(WatchedTensor tensor) {
    return new Change(false, "'" + tensor.name() + "' was written past its version counter");
  }

  /** Whether every byte of all tensors is watched. */
  boolean isOnHost() {
    return parameters.stream().allMatch(WatchedTensor::isOnHost)
        && buffers.stream().allMatch(WatchedTensor::isOnHost);
  }

  /**
   * After a {@link #look} that saw no change: whether there is none in host memory. Reads it all.
   */
  boolean areAllBytesUnchanged() {
    return parameters.stream().allMatch(WatchedTensor::areAllBytesUnchanged)
        && buffers.stream().allMatch(WatchedTensor::areAllBytesUnchanged);
  }

  /** Whether {@link #look} sees no change. */
  boolean isCurrent() {
    return look() == null;
  }

  /** Whether the last look ended a turn over all windows; true at each look if there are none. */
  boolean isTurnComplete() {
    return turn.isComplete();
  }

  /** Looks in a turn. */
  int looksPerTurn() {
    return turn.looks();
  }

  /** Starts a turn anew. */
  void restartTurn() {
    turn.restart();
  }

  /**
   * The first large tensor whose old memory is not as it was, or cannot prove it any more; null if
   * all of it is, so that no look so far has missed a write. Reads all of it.
   */
  @Nullable Change unverified() {
    for (List<WatchedTensor> tensors : List.of(parameters, buffers)) {
      for (WatchedTensor tensor : tensors) {
        if (tensor.large() != null && !tensor.isMemoryUnchanged()) {
          return new Change(
              tensor.isUncounted(), "'" + tensor.name() + "' was written past its version counter");
        }
      }
    }
    return null;
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
    if (gradients.showNone()) {
      return;
    }
    gradients.remember();
    for (WatchedTensor parameter : parameters) {
      if (parameter.tensor().requires_grad()) {
        throw new IllegalStateException(
            "parameter '"
                + parameter.name()
                + "' requires gradients, and a cached output cannot pass them back; freeze the"
                + " module: parameters().get(i).requires_grad_(false) for each i");
      }
    }
    gradients.areKnown();
  }

  /**
   * Lets go of the submodules and of memory that the module no longer uses, which otherwise waits
   * for a collection. Neither this nor its tensors may be used afterwards.
   */
  @Override
  public void close() {
    marks.close();
    bytes.close();
    if (words != null) {
      words.close();
    }
    if (gradients != null) {
      gradients.close();
    }
    parameters.forEach(WatchedTensor::close);
    buffers.forEach(WatchedTensor::close);
    owned.forEach(Tensor::close);
    tree.close();
  }
}
