package io.tensorcache.pytorch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BatchNorm2dImpl;
import org.bytedeco.pytorch.BatchNormOptions;
import org.bytedeco.pytorch.Conv2dImpl;
import org.bytedeco.pytorch.Conv2dOptions;
import org.bytedeco.pytorch.InputArchive;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.OutputArchive;
import org.bytedeco.pytorch.ReLUImpl;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.SequentialImpl;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModuleStateTest {
  private PointerScope scope;
  private SequentialImpl net;
  private Conv2dImpl conv;
  // The presets free a BatchNorm with its Java object, even inside a Sequential: keep it.
  private BatchNorm2dImpl norm;

  @BeforeEach
  void open() {
    scope = new PointerScope();
    torch.manual_seed(1);
    conv = new Conv2dImpl(new Conv2dOptions(1, 4, new LongPointer(3, 3)));
    norm = new BatchNorm2dImpl(new BatchNormOptions(4));
    net = new SequentialImpl();
    net.push_back("conv", conv);
    net.push_back("norm", norm);
    net.push_back("relu", new ReLUImpl());
    freeze(net);
    net.eval();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static void freeze(Module module) {
    for (Tensor parameter : module.parameters().get()) {
      parameter.requires_grad_(false);
    }
  }

  @Test
  void namesParametersThenBuffersInOrder() {
    assertEquals(
        List.of(
            "conv.weight",
            "conv.bias",
            "norm.weight",
            "norm.bias",
            "norm.running_mean",
            "norm.running_var",
            "norm.num_batches_tracked"),
        List.copyOf(ModuleState.of(net).tensors().keySet()));
    assertEquals(List.of("weight", "bias"), List.copyOf(ModuleState.of(conv).tensors().keySet()));
  }

  @Test
  void isCurrentWhileNothingChanges() {
    ModuleState state = ModuleState.of(net);
    net.forward(torch.rand(2, 1, 8, 8));
    assertTrue(state.isCurrent());
    assertTrue(state.isCurrent());
  }

  @Test
  @SuppressWarnings("try") // a scope acts by being open
  void outlivesTheScopeItWasReadIn() {
    ModuleState state;
    try (PointerScope inner = new PointerScope()) {
      state = ModuleState.of(net);
    }
    assertTrue(state.isCurrent());
    Tensor weight = state.tensors().get("conv.weight");
    assertArrayEquals(
        RowMajor.read(PyTorch.tensors().view(conv.weight())),
        RowMajor.read(PyTorch.tensors().view(weight)));
  }

  @Test
  void noticesInPlaceOperation() {
    assertNoticed(module -> conv.weight().add_(new Scalar(1)));
  }

  @Test
  void noticesCopyIntoOneElement() {
    assertNoticed(module -> conv.weight().view(-1).select(0, 5).fill_(new Scalar(3)));
  }

  @Test
  void noticesOptimizerStep() {
    conv.weight().requires_grad_(true);
    ModuleState state = ModuleState.of(net);
    SGD optimizer = new SGD(net.parameters(), new SGDOptions(0.1));
    net.forward(torch.rand(2, 1, 8, 8)).sum().backward();
    assertTrue(state.isCurrent(), "gradients are not weights");
    optimizer.step();
    assertFalse(state.isCurrent());
  }

  @Test
  void noticesOtherMemoryBehindTheParameter() {
    assertNoticed(module -> conv.weight().set_data(torch.rand(4, 1, 3, 3)));
  }

  @Test
  void noticesOtherStridesOverTheSameMemory() {
    LinearImpl square = new LinearImpl(3, 3);
    ModuleState state = ModuleState.of(square);
    square.weight().set_data(square.weight().data().t());
    assertFalse(state.isCurrent());
  }

  @Test
  void noticesStorageThatWasResizedThereAndBack() {
    assertNoticed(
        module -> {
          conv.weight().resize_(4096, 1024);
          conv.weight().resize_(4, 1, 3, 3);
        });
  }

  @Test
  void noticesWriteToAllElementsPastTheVersionCounter() {
    assertNoticed(module -> conv.weight().data().copy_(torch.rand(4, 1, 3, 3)));
  }

  @Test
  void noticesAndReadsTensorSetAnewInItsLayer() {
    ModuleState state = ModuleState.of(net);
    Tensor other = torch.rand(4, 1, 3, 3);
    conv.weight(other);
    assertFalse(state.isCurrent());
    ModuleState now = ModuleState.of(net);
    assertTrue(now.tensors().get("conv.weight").is_same(other), "what the layer computes with");
    assertTrue(now.isCurrent());
  }

  @Test
  void noticesLoad(@TempDir java.nio.file.Path directory) {
    String file = directory.resolve("net.pt").toString();
    OutputArchive out = new OutputArchive();
    net.save(out);
    out.save_to(file);
    InputArchive in = new InputArchive();
    in.load_from(file);
    assertNoticed(module -> module.load(in));
  }

  @Test
  void noticesRunningStatistics() {
    assertNoticed(
        module -> {
          module.train(true);
          net.forward(torch.rand(2, 1, 8, 8));
          module.eval();
        });
  }

  @Test
  void noticesOtherDType() {
    assertNoticed(module -> module.to(torch.ScalarType.Double, false));
  }

  @Test
  void noticesAddedAndReplacedSubmodules() {
    Module parent = new Module();
    parent.register_module("head", new LinearImpl(2, 2));
    ModuleState state = ModuleState.of(parent);
    parent.unregister_module("head");
    assertFalse(state.isCurrent(), "one module less");
    parent.register_module("head", new LinearImpl(2, 2));
    assertFalse(state.isCurrent(), "as many modules, another one");
    ModuleState replaced = ModuleState.of(parent);
    assertTrue(replaced.isCurrent());
    parent.register_module("second", new LinearImpl(2, 2));
    assertFalse(replaced.isCurrent());
  }

  @SuppressWarnings("try") // the guard acts by being open
  private void assertNoticed(Consumer<Module> change) {
    ModuleState state = ModuleState.of(net);
    assertTrue(state.isCurrent());
    try (NoGradGuard guard = new NoGradGuard()) {
      change.accept(net);
    }
    assertFalse(state.isCurrent());
    assertTrue(ModuleState.of(net).isCurrent());
  }

  @Test
  void knowsTrainingModeOfEverySubmodule() {
    assertFalse(ModuleState.of(net).isTraining());
    norm.train(true);
    assertTrue(ModuleState.of(net).isTraining());
  }

  @Test
  void refusesParameterThatRequiresGradients() {
    ModuleState.of(net).requireFrozen();
    norm.bias().requires_grad_(true);
    String message =
        assertThrows(IllegalStateException.class, () -> ModuleState.of(net).requireFrozen())
            .getMessage();
    assertTrue(message.contains("'norm.bias'"), message);
    assertTrue(message.contains("requires_grad_(false)"), message);
  }

  /** The second time the bytes are compared that said so. */
  @Test
  void seesGradientsThatAreSwitchedOnAndOff() {
    assertTrue(GradientMarks.areLaidOutAsExpected());
    ModuleState state = ModuleState.of(net);
    for (Tensor parameter : net.parameters().get()) {
      for (int i = 0; i < 3; i++) {
        state.requireFrozen();
        state.requireFrozen();
        parameter.requires_grad_(true);
        assertThrows(IllegalStateException.class, state::requireFrozen);
        assertThrows(IllegalStateException.class, state::requireFrozen);
        parameter.requires_grad_(false);
      }
    }
    state.requireFrozen();
    assertTrue(state.isCurrent());
  }

  /** A parameter that never required gradients has no object that says so. */
  @Test
  void seesGradientsOfAParameterThatNeverHadAny() {
    Module module = new Module();
    Tensor parameter = module.register_parameter("p", torch.rand(3), false);
    module.eval();
    ModuleFingerprint fingerprint = PyTorch.fingerprint(module);
    assertEquals(fingerprint.current(), fingerprint.current());
    parameter.requires_grad_(true);
    assertThrows(IllegalStateException.class, fingerprint::current);
    assertThrows(IllegalStateException.class, fingerprint::current);
    parameter.requires_grad_(false);
    assertEquals(fingerprint.current(), fingerprint.current());
  }

  @Test
  void noticesOtherStridesOfManyAxes() {
    Module module = new Module();
    Tensor six = module.register_buffer("six", torch.ones(2, 3, 1, 2, 1, 2));
    ModuleState state = ModuleState.of(module);
    assertTrue(state.isCurrent());
    six.set_data(six.data().transpose(0, 3));
    assertFalse(state.isCurrent());
  }

  @Test
  void refusesInferenceTensors() {
    Module module = new Module();
    try (org.bytedeco.pytorch.InferenceMode mode = new org.bytedeco.pytorch.InferenceMode(true)) {
      assertFalse(mode.isNull());
      module.register_buffer("table", torch.rand(3));
    }
    String message =
        assertThrows(IllegalArgumentException.class, () -> ModuleState.of(module)).getMessage();
    assertTrue(message.contains("'table'") && message.contains("inference"), message);
  }

  @Test
  void tensorsReadAreTheOnesOfTheModule() {
    Map<String, Tensor> tensors = ModuleState.of(net).tensors();
    assertTrue(tensors.get("norm.running_var").is_same(norm.running_var()));
    assertEquals(7, tensors.size());
  }
}
