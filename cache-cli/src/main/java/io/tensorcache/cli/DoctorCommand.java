package io.tensorcache.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Says what is here, tests it, and says why something is missing. */
@Command(
    name = "doctor",
    description = {
      "Says which key back ends are here, tests them, and why one is missing.",
      "With STORE also whether that store is in order, without reading its rows."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class DoctorCommand extends JsonCommand {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "STORE",
      description = "The directory of a store.")
  private @Nullable Path path;

  DoctorCommand() {}

  @Override
  Answer answer() {
    List<HealthCheck> checks = new ArrayList<>(HealthChecks.run());
    if (path != null) {
      Path store = path.toAbsolutePath().normalize();
      Path directory = store.getParent();
      if (directory == null) {
        throw new ParameterException(spec().commandLine(), path + " is no directory of a store");
      }
      checks.addAll(StoreHealth.of(directory, String.valueOf(store.getFileName())));
    }
    boolean isOk = checks.stream().allMatch(HealthCheck::isOk);
    Answer answer = new Answer().put("ok", isOk);
    answer.put("checks", checks.stream().map(DoctorCommand::object).toList());
    checks.forEach(check -> answer.line(check.toString()));
    return isOk ? answer : answer.failed();
  }

  private static Map<String, @Nullable Object> object(HealthCheck of) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("name", of.name());
    object.put("ok", of.isOk());
    object.put("found", of.found());
    return object;
  }
}
