package io.tensorcache.benchmarks.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("fork")
class BenchGpuTest {
  private static final String TORCH = "PyTorch epoch of a frozen backbone";
  private static final String TORCHCACHE = "torchcache, same batch, rows kept on the device";

  @TempDir private Path temporary;

  /** A python3 that answers as the script does where torchcache is there, or is not. */
  private String pathWithPython(String body) throws Exception {
    Path directory = Files.createDirectory(temporary.resolve("path"));
    Path python = Files.writeString(directory.resolve("python3"), "#!/bin/sh\n" + body);
    assertTrue(python.toFile().setExecutable(true));
    return directory + File.pathSeparator + System.getenv("PATH");
  }

  private Run run(String libraries, String path, String... arguments) throws Exception {
    return runWith(System.getProperty("java.class.path"), libraries, path, arguments);
  }

  private Run runWith(String classPath, String libraries, String path, String... arguments)
      throws Exception {
    return Run.forked(
        Map.of("LD_LIBRARY_PATH", libraries, "PATH", path), temporary, classPath, arguments);
  }

  private static String standin() {
    Path standin = Path.of("../../cache-core/target/standin").toAbsolutePath().normalize();
    if (!Files.exists(standin.resolve("libcuda.so.1"))) {
      String missing = "no stand-in for the CUDA driver in " + standin;
      assumeTrue(
          "on".equals(System.getProperty("tests.native")), "requirement 'native': " + missing);
      fail("-Dtc.native=on, but " + missing);
    }
    return standin.toString();
  }

  private static void assertAnswered(Map<String, JsonObject> figures, String name, String... of) {
    String found =
        figures.keySet().stream().filter(each -> each.startsWith(name)).findFirst().orElse("");
    assertTrue(!found.isEmpty(), name + " is not in " + figures.keySet());
    for (String member : of) {
      assertTrue(Double.isFinite(figures.get(found).get(member).getAsDouble()), found);
    }
  }

  private static void requirePythonTorch() throws Exception {
    int exitCode;
    try {
      exitCode =
          new ProcessBuilder("python3", "-c", "import torch")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor();
    } catch (IOException e) {
      exitCode = 127;
    }
    assumeTrue(exitCode == 0, "requirement 'python torch': python3 cannot import torch");
  }

  /** The epochs of both uses, each beside the others. */
  private void assertMeasuresEpochsOnTheCpu(String torch, String path, String description)
      throws Exception {
    JsonObject json =
        run(
                "",
                path,
                "--torch",
                torch,
                "--torch-device",
                "cpu",
                "--scale",
                "10000",
                "--runs",
                "1",
                "--json")
            .json();
    assertEquals("host memory", json.get("device").getAsString());
    Map<String, JsonObject> figures = byName(json);
    assertEquals(2, figures.size(), figures.keySet().toString());
    for (String use : new String[] {"nothing but features", "training a linear head"}) {
      String name = figures.keySet().stream().filter(each -> each.endsWith(use)).findFirst().get();
      assertTrue(name.startsWith(TORCH + ", " + description), name);
      assertAnswered(figures, name, "without_us", "with_us", "by_hand_us", "without_per_with");
      JsonObject found = figures.get(name);
      assertEquals(
          found.get("with_us").getAsDouble() / found.get("by_hand_us").getAsDouble(),
          found.get("with_per_by_hand").getAsDouble(),
          1e-9);
    }
  }

  /** Features from the cache and those kept by hand train to the last bit as computed ones do. */
  @Test
  void measuresEpochsOnTheCpuWithPyTorchForJava() throws Exception {
    assertMeasuresEpochsOnTheCpu("java", System.getenv("PATH"), "PyTorch for Java on cpu");
  }

  /** The same through the C ABI, which is compiled against the PyTorch of this machine. */
  @Test
  void measuresEpochsOnTheCpuWithThePyTorchOfPython() throws Exception {
    requirePythonTorch();
    assertMeasuresEpochsOnTheCpu("python", System.getenv("PATH"), "PyTorch ");
    try (Stream<Path> left = Files.list(temporary)) {
      assertEquals(0, left.filter(file -> file.getFileName().toString().contains("bench")).count());
    }
  }

  /** As on a machine to which only jars without natives were carried. */
  @Test
  void choosesPythonWherePyTorchForJavaHasNoNatives() throws Exception {
    String path = pathWithPython("exit 1\n");
    String jars = withoutPyTorchNatives();
    Run run = runWith(jars, "", path, "--torch-device", "cpu", "--runs", "1");
    assertEquals(0, run.exitCode(), run.toString());
    assertTrue(run.out().contains(TORCH + ": not measured: python3 cannot import torch"));
    run = runWith(jars, "", path, "--torch-device", "cpu", "--torch", "java");
    assertEquals(0, run.exitCode(), run.toString());
    assertTrue(
        run.out().contains(TORCH + ": not measured: PyTorch for Java cannot be loaded: "),
        run.toString());
  }

  private static String withoutPyTorchNatives() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(each -> !each.matches(".*/(pytorch|openblas)-[^/]*-linux-[^/]*\\.jar"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  @Test
  void saysInOneLineWhyEpochsAreNotMeasured() throws Exception {
    String path = pathWithPython("echo \"No module named 'torch'\"; exit 1\n");
    Run run = run("", path, "--torch", "python", "--torch-device", "cpu", "--runs", "1");
    assertEquals(0, run.exitCode(), run.toString());
    assertEquals(
        TORCH + ": not measured: python3 cannot import torch: No module named 'torch'",
        run.out().lines().toList().get(2));
    assertEquals(3, run.out().lines().count(), run.out());
    assertEquals("", run.err());
  }

  private static Map<String, JsonObject> byName(JsonObject json) {
    Map<String, JsonObject> figures = new TreeMap<>();
    for (JsonElement each : json.getAsJsonArray("figures")) {
      figures.put(each.getAsJsonObject().get("name").getAsString(), each.getAsJsonObject());
    }
    return figures;
  }

  /** The stand-in has no times that mean anything: only that each is there. */
  @Test
  void measuresEverythingThatTheTargetsSpeakOf() throws Exception {
    String path = pathWithPython("echo figure keys_us 1.5; echo figure hit_us 2.5\n");
    JsonObject json = run(standin(), path, "--scale", "1000", "--runs", "1", "--json").json();
    assertEquals(1000, json.get("scale").getAsInt());
    assertTrue(json.get("device").getAsString().contains("Stand-in 0"), json.toString());
    Map<String, JsonObject> figures = byName(json);
    assertEquals(13, figures.size(), figures.keySet().toString());
    assertAnswered(figures, "copy on the device", "copy_us", "read_plus_written_gb_per_s");
    for (String spec : new String[] {"float32[32, 150]", "float16[32, 150]", "float32[32, 512]"}) {
      assertAnswered(figures, "keys of " + spec, "kernel_us", "read_gb_per_s", "call_us");
    }
    assertAnswered(figures, "keys of float32[1, 9633]", "kernel_us", "read_gb_per_s", "call_us");
    assertAnswered(figures, "fingerprint of 200 tensors", "call_us", "read_gb_per_s");
    assertAnswered(figures, "change check of 200 tensors", "call_us", "read_gb_per_s");
    for (String tier : new String[] {"DEVICE", "OFF_HEAP", "DURABLE"}) {
      String name = "hit of float32[32, 25] from " + tier;
      assertAnswered(figures, name, "hit_us", "copy_us", "beyond_us");
    }
    assertAnswered(figures, "epoch of 4 batches", "cached_us", "by_hand_us", "ratio");
    assertEquals(1.5, figures.get(TORCHCACHE).get("keys_us").getAsDouble());
    assertEquals(2.5, figures.get(TORCHCACHE).get("hit_us").getAsDouble());
    double ours = figures.get("hit of float32[32, 25] from DEVICE").get("hit_us").getAsDouble();
    assertEquals(2.5 / ours, figures.get(TORCHCACHE).get("hit_per_ours").getAsDouble(), 1e-9);
    assertEquals(
        "python3 does not say where its torch is: figure hit_us 2.5",
        figures.get(TORCH).get("not_measured").getAsString());
    try (Stream<Path> left = Files.list(temporary)) {
      assertEquals(0, left.filter(file -> file.getFileName().toString().contains("bench")).count());
    }
  }

  @Test
  void printsALineForEach() throws Exception {
    String path = pathWithPython("echo \"No module named 'torchcache'\"; exit 3\n");
    Run run = run(standin(), path, "--scale", "2000", "--runs", "1");
    assertEquals(0, run.exitCode(), run.toString());
    for (String start :
        new String[] {
          "driver 13.0; device 0 Stand-in 0",
          "medians, runs: 1, sizes divided by: 2000",
          "copy on",
          "keys of",
          "fingerprint of",
          "change check of",
          "hit of",
          "epoch of",
          TORCH + ": not measured: python3 cannot import torch: No module named 'torchcache'",
          "torchcache: not measured: No module named 'torchcache'"
        }) {
      assertTrue(run.out().lines().anyMatch(line -> line.startsWith(start)), start + run);
    }
  }

  @Test
  void refusesWithoutADriverInOneLine() throws Exception {
    Run run = run("", System.getenv("PATH"));
    assumeTrue(run.exitCode() != 0, "requirement 'no gpu': there is a device here");
    assertEquals(1, run.exitCode(), run.toString());
    assertEquals("", run.out());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().startsWith("no CUDA device: "), run.err());
  }

  @Test
  void refusesAScaleOutOfRange() {
    Run.here("--scale", "0").assertRefused("--scale 0: must be from 1 to 10000");
    Run.here("--runs", "0").assertRefused("--runs 0: must be from 1 to 1000000");
  }
}
