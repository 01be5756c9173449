package io.tensorcache.samples;

import io.tensorcache.cli.HealthCheck;
import io.tensorcache.cli.HealthChecks;
import io.tensorcache.pytorch.PyTorch;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.bytedeco.pytorch.global.torch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What the command line's doctor says of keys, and whether PyTorch is here. */
@Command(
    name = "doctor",
    description = "Says which key back ends are here, tests them, and why one is missing.",
    mixinStandardHelpOptions = true)
public final class DoctorCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  /** Made by the command line. */
  public DoctorCommand() {}

  @Override
  public Integer call() {
    List<HealthCheck> checks = new ArrayList<>(HealthChecks.run());
    checks.add(pytorch());
    PrintWriter out = spec.commandLine().getOut();
    checks.forEach(out::println);
    out.flush();
    return checks.stream().allMatch(HealthCheck::isOk) ? 0 : 1;
  }

  private static HealthCheck pytorch() {
    try {
      String from = PyTorch.load();
      return new HealthCheck(
          "pytorch", true, "ok, " + torch.get_num_threads() + " threads, " + from);
    } catch (LinkageError e) {
      String why = e.toString().lines().findFirst().orElse("");
      return new HealthCheck("pytorch", false, "cannot be loaded: " + why);
    }
  }
}
