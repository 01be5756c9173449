package io.tensorcache.benchmarks.gpu;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The PyTorch that a Python imports.
 *
 * @param version as it says
 * @param directory with {@code include} and {@code lib}
 * @param cxx11Abi the value of {@code _GLIBCXX_USE_CXX11_ABI} that it was compiled with
 * @param hasCuda whether it sees a CUDA device
 */
record PythonPackage(String version, Path directory, int cxx11Abi, boolean hasCuda) {
  private static final String QUESTION =
      """
      import os, torch
      print('version', torch.__version__)
      print('directory', os.path.dirname(os.path.abspath(torch.__file__)))
      print('abi', int(torch._C._GLIBCXX_USE_CXX11_ABI))
      print('cuda', int(torch.cuda.is_available()))
      """;

  /**
   * Asks a Python.
   *
   * @param out a file for what it says
   * @throws NotMeasuredException if there is no such program or it has no PyTorch
   */
  static PythonPackage find(String python, Path out)
      throws NotMeasuredException, InterruptedException {
    Program asked = Program.run(List.of(python, "-c", QUESTION), out);
    if (asked.exitCode() != 0) {
      throw new NotMeasuredException(python + " cannot import torch: " + asked.lastLine());
    }
    Map<String, String> answers = new HashMap<>();
    for (String line : asked.text().lines().toList()) {
      int space = line.indexOf(' ');
      if (space > 0) {
        answers.put(line.substring(0, space), line.substring(space + 1));
      }
    }
    if (!answers.keySet().containsAll(List.of("version", "directory", "abi", "cuda"))) {
      throw new NotMeasuredException(
          python + " does not say where its torch is: " + asked.lastLine());
    }
    return new PythonPackage(
        answers.getOrDefault("version", ""),
        Path.of(answers.getOrDefault("directory", "")),
        "1".equals(answers.get("abi")) ? 1 : 0,
        "1".equals(answers.get("cuda")));
  }

  /** Where its headers are. */
  List<Path> includes() {
    Path include = directory.resolve("include");
    return List.of(include, include.resolve("torch/csrc/api/include"));
  }

  /** Where its libraries are. */
  Path libraries() {
    return directory.resolve("lib");
  }

  /** The libraries to link with. */
  List<String> libraryNames() {
    List<String> names = new ArrayList<>(List.of("torch", "torch_cpu", "c10"));
    if (libraries().resolve("libtorch_cuda.so").toFile().exists()) {
      names.addAll(List.of("torch_cuda", "c10_cuda"));
    }
    return names;
  }
}
