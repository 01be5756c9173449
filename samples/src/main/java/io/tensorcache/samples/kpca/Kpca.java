package io.tensorcache.samples.kpca;

import io.tensorcache.Scope;
import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.pytorch.PyTorch;
import io.tensorcache.samples.Output;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Kernel PCA at two levels: what a scope holds before and after, and kerch's printed numbers. */
@Command(
    name = "kpca",
    description = "Kernel PCA whose steps are kept at level light and at level total.",
    mixinStandardHelpOptions = true)
public final class Kpca implements Callable<Integer> {
  @Mixin private Output output = new Output();

  private final Map<String, Object> report = new LinkedHashMap<>();
  private boolean isReproduced;

  /** Made by the command line. */
  public Kpca() {}

  @Override
  @SuppressWarnings("try") // the scope frees the tensors
  public Integer call() {
    try (PointerScope tensors = new PointerScope();
        TensorCache cache = TensorCache.builder("kpca").heap(ByteSize.ofMiB(16)).build()) {
      report.put("light", run(cache, CacheLevel.LIGHT, scope -> {}));
      report.put("total", run(cache, CacheLevel.TOTAL, this::compare));
    }
    output.json(report);
    return isReproduced ? 0 : 1;
  }

  /** Solves and projects; the names of what was kept before, after, and after a reset. */
  private Map<String, Object> run(
      TensorCache cache, CacheLevel level, Consumer<Scope<Tensor>> solved) {
    Map<String, Object> kept = new LinkedHashMap<>();
    try (Scope<Tensor> scope = cache.scopeBuilder("kpca", PyTorch.tensors()).level(level).open()) {
      KernelPca pca = new KernelPca(scope, Points.sample(), Points.WIDTH, 2);
      kept.put("before", show(scope, "before solve and forward"));
      pca.solve();
      pca.forward("test", Points.outOfSample());
      kept.put("after", show(scope, "after solve and forward"));
      solved.accept(scope);
      scope.reset(false, true);
      kept.put("after_reset", show(scope, "after reset"));
    }
    return kept;
  }

  /** Prints what a scope holds; returns the names of the entries. */
  private List<String> show(Scope<Tensor> scope, String when) {
    output.line("-- at level %s, %s", scope.level().name().toLowerCase(Locale.ROOT), when);
    output.line("%s", scope.describe(false));
    List<String> names = new ArrayList<>();
    collect(scope, "", names);
    return names;
  }

  private static void collect(Scope<Tensor> scope, String path, List<String> names) {
    scope.names().forEach(name -> names.add(path + name));
    scope.children().forEach(child -> collect(scope.child(child), path + child + "/", names));
  }

  private void compare(Scope<Tensor> scope) {
    List<Published> numbers = Published.numbers(scope);
    output.line("-- beside the numbers that kerch's documentation prints");
    List<Map<String, Object>> list = new ArrayList<>();
    for (Published number : numbers) {
      output.line("%-26s %s", number.name(), shown(number.computed()));
      output.line(
          "%-26s %s  differ by %.6f", "  printed", shown(number.printed()), number.difference());
      list.add(number.members());
    }
    isReproduced = numbers.stream().allMatch(Published::isReproduced);
    output.line("all within %s: %s", Published.TOLERANCE, isReproduced ? "yes" : "NO");
    report.put("numbers", list);
    report.put("tolerance", Published.TOLERANCE);
    report.put("reproduced", isReproduced);
  }

  private static String shown(List<Double> values) {
    return values.stream()
        .map(value -> String.format(Locale.ROOT, "%8.4f", value))
        .toList()
        .toString();
  }
}
