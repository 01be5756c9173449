package io.tensorcache.benchmarks.gpu;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.bytedeco.javacpp.tools.Builder;
import org.bytedeco.javacpp.tools.Logger;

/**
 * Compiles libtorch_abi.cpp and JavaCPP's glue against the PyTorch that a Python imports, and loads
 * the library. There can be one libtorch in a JVM.
 *
 * @param python the program that imports torch
 * @param compiler a g++
 * @param javaHome where {@code include/jni.h} is
 * @param directory a private one, for sources and library
 */
record LibtorchBuild(String python, String compiler, Path javaHome, Path directory) {
  private static final List<String> SOURCES = List.of("libtorch_abi.h", "libtorch_abi.cpp");

  /**
   * The backbone on that PyTorch.
   *
   * @param cuda on the first CUDA device, or else in host memory
   * @throws NotMeasuredException if something that is needed is missing or does not work
   */
  PythonTorch open(boolean cuda) throws NotMeasuredException, InterruptedException {
    requireNoOther();
    PythonPackage torch = PythonPackage.find(python, directory.resolve("python.txt"));
    if (cuda && !torch.hasCuda()) {
      throw new NotMeasuredException(
          "PyTorch " + torch.version() + " of " + python + " sees no CUDA device");
    }
    load(compile(torch));
    return new PythonTorch(torch.version(), cuda);
  }

  static void load(Path library) throws NotMeasuredException {
    try {
      System.load(library.toString());
    } catch (UnsatisfiedLinkError e) {
      throw new NotMeasuredException("what was compiled cannot be loaded: " + e.getMessage());
    }
  }

  /** Two of them in one process take each other's symbols. */
  private static void requireNoOther() throws NotMeasuredException {
    try (Stream<String> mapped = Files.lines(Path.of("/proc/self/maps"))) {
      if (mapped.anyMatch(line -> line.contains("/libtorch_cpu.so"))) {
        throw new NotMeasuredException("another PyTorch is loaded in this JVM already");
      }
    } catch (IOException e) {
      throw new NotMeasuredException("cannot tell which libraries are loaded: " + e.getMessage());
    }
  }

  Path compile(PythonPackage torch) throws NotMeasuredException, InterruptedException {
    Path jni = javaHome.resolve("include");
    if (!Files.exists(jni.resolve("jni.h"))) {
      throw new NotMeasuredException(
          "no jni.h in " + jni + ": run with a JDK, or copy the include directory of one there");
    }
    Path library = directory.resolve("lib" + LibtorchBinding.NAME + ".so");
    List<String> command = new ArrayList<>();
    command.addAll(List.of(compiler, "-std=c++2a", "-O1", "-shared", "-fPIC", "-w"));
    command.add("-D_GLIBCXX_USE_CXX11_ABI=" + torch.cxx11Abi());
    torch.includes().forEach(include -> command.add("-I" + include));
    command.addAll(List.of("-I" + directory, "-I" + jni, "-I" + jni.resolve("linux")));
    sources().forEach(source -> command.add(source.toString()));
    command.addAll(List.of("-o", library.toString(), "-L" + torch.libraries()));
    // nothing refers to the CUDA part, which registers itself when it is loaded
    command.addAll(List.of("-Wl,--no-as-needed", "-Wl,-rpath," + torch.libraries()));
    torch.libraryNames().forEach(name -> command.add("-l" + name));
    Program compiled = Program.run(command, directory.resolve("compiler.txt"));
    if (compiled.exitCode() != 0) {
      throw new NotMeasuredException(
          compiler
              + " cannot compile against PyTorch "
              + torch.version()
              + ": "
              + compiled.firstError());
    }
    return library;
  }

  /** What is to be compiled: the C ABI and JavaCPP's glue. */
  private List<Path> sources() throws NotMeasuredException, InterruptedException {
    List<Path> sources = new ArrayList<>();
    for (String name : SOURCES) {
      Path file = directory.resolve(name);
      write(name, file);
      if (name.endsWith(".cpp")) {
        sources.add(file);
      }
    }
    try {
      Builder glue =
          new Builder(new Silent())
              .classesOrPackages(LibtorchBinding.class.getName())
              .outputDirectory(directory.toFile())
              .compile(false)
              .deleteJniFiles(false);
      Arrays.stream(glue.build()).forEach(file -> sources.add(file.toPath()));
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception | LinkageError e) { // whatever a generator and its reflection throw
      throw new NotMeasuredException("JavaCPP cannot generate its glue: " + e);
    }
    return sources;
  }

  /** It would tell standard error of each file. */
  private static final class Silent extends Logger {
    @Override
    public void info(String text) {}
  }

  private static void write(String name, Path file) {
    try (InputStream in = LibtorchBuild.class.getResourceAsStream(name)) {
      Files.write(file, Objects.requireNonNull(in, name).readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
