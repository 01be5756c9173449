package io.tensorcache.benchmarks.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What is missing for a library over python3's PyTorch is said in one line. */
class LibtorchBuildTest {
  private static final PythonPackage PACKAGE =
      new PythonPackage("9.9", Path.of("/nowhere/torch"), 1, false);

  @TempDir private Path temporary;

  /** A program that does what this shell script says. */
  private String program(String body) throws Exception {
    Path file = Files.createTempFile(temporary, "program", "");
    Files.writeString(file, "#!/bin/sh\n" + body);
    assertTrue(file.toFile().setExecutable(true));
    return file.toString();
  }

  private LibtorchBuild build(String compiler) {
    Path home = Path.of(System.getProperty("java.home"));
    return new LibtorchBuild("python3", compiler, home, temporary);
  }

  private static String reason(Executable call) {
    String reason = assertThrows(NotMeasuredException.class, call).getMessage();
    assertEquals(1, reason.lines().count(), reason);
    return reason;
  }

  private String reasonOfPython(String python) {
    return reason(() -> PythonPackage.find(python, temporary.resolve("out")));
  }

  @Test
  void takesWhatPythonSays() throws Exception {
    String answers =
        "echo a warning\necho version 2.9.1+cu130\necho directory /a b/torch\necho abi 1\necho cuda 1\n";
    PythonPackage found = PythonPackage.find(program(answers), temporary.resolve("out"));
    assertEquals(new PythonPackage("2.9.1+cu130", Path.of("/a b/torch"), 1, true), found);
    assertEquals(Path.of("/a b/torch/lib"), found.libraries());
    assertEquals(Path.of("/a b/torch/include"), found.includes().get(0));
  }

  @Test
  void linksTheCudaPartWhereThereIsOne() throws Exception {
    assertEquals(List.of("torch", "torch_cpu", "c10"), PACKAGE.libraryNames());
    Files.createFile(Files.createDirectory(temporary.resolve("lib")).resolve("libtorch_cuda.so"));
    assertEquals(
        List.of("torch", "torch_cpu", "c10", "torch_cuda", "c10_cuda"),
        new PythonPackage("9.9", temporary, 1, true).libraryNames());
  }

  @Test
  void saysThatThereIsNoPython() {
    String missing = temporary.resolve("python3").toString();
    assertTrue(reasonOfPython(missing).startsWith("no " + missing + ": "));
  }

  @Test
  void saysThatPythonHasNoTorch() throws Exception {
    String python = program("echo Traceback; echo \"No module named 'torch'\" >&2; exit 1\n");
    assertEquals(python + " cannot import torch: No module named 'torch'", reasonOfPython(python));
  }

  @Test
  void saysThatPythonAnswersSomethingElse() throws Exception {
    for (String answer :
        new String[] {"", "echo hello", "echo version 2; echo abi 1; echo cuda 1"}) {
      String python = program(answer + "\n");
      String reason = reasonOfPython(python);
      assertTrue(reason.startsWith(python + " does not say where its torch is: "), reason);
    }
  }

  @Test
  void saysThatThereIsNoCompiler() {
    String missing = temporary.resolve("g++").toString();
    String reason = reason(() -> build(missing).compile(PACKAGE));
    assertTrue(reason.startsWith("no " + missing + ": "), reason);
  }

  @Test
  void saysWhatTheCompilerSays() throws Exception {
    String compiler =
        program("echo In file included from; echo 'x.cpp:1: fatal error: no'; exit 1\n");
    assertEquals(
        compiler + " cannot compile against PyTorch 9.9: x.cpp:1: fatal error: no",
        reason(() -> build(compiler).compile(PACKAGE)));
  }

  /** The sources are there: what is compiled is the C ABI and the glue that JavaCPP generated. */
  @Test
  void compilesTheAbiAndItsGlue() throws Exception {
    Path library = build(program("echo \"$@\" > " + temporary + "/asked\n")).compile(PACKAGE);
    assertEquals(temporary.resolve("libjnitclibtorch.so"), library);
    String asked = Files.readString(temporary.resolve("asked"));
    for (String source : new String[] {"libtorch_abi.cpp", "jnitclibtorch.cpp", "jnijavacpp.cpp"}) {
      assertTrue(asked.contains(" " + temporary.resolve(source) + " "), asked);
      assertTrue(Files.size(temporary.resolve(source)) > 0, source);
    }
    assertTrue(asked.contains("-I/nowhere/torch/include "), asked);
    assertTrue(asked.contains("-D_GLIBCXX_USE_CXX11_ABI=1"), asked);
    assertTrue(asked.contains("-Wl,-rpath,/nowhere/torch/lib"), asked);
  }

  @Test
  void saysThatThisJavaHasNoHeaders() {
    LibtorchBuild build = new LibtorchBuild("python3", "g++", temporary, temporary);
    String reason = reason(() -> build.compile(PACKAGE));
    assertTrue(reason.startsWith("no jni.h in " + temporary.resolve("include")), reason);
  }

  @Test
  void saysThatTheLibraryCannotBeLoaded() throws Exception {
    Path library = Files.writeString(temporary.resolve("garbage.so"), "not a library");
    String reason = reason(() -> LibtorchBuild.load(library));
    assertTrue(reason.startsWith("what was compiled cannot be loaded: "), reason);
  }

  @Test
  void refusesASecondPyTorchInOneJvm() throws Exception {
    assertTrue(torch.get_num_threads() > 0); // PyTorch for Java is loaded
    assertEquals(
        "another PyTorch is loaded in this JVM already", reason(() -> build("g++").open(false)));
  }
}
