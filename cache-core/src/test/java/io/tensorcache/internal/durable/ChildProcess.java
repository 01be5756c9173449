package io.tensorcache.internal.durable;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Another JVM that writes to a store and says on its output what was acknowledged. */
final class ChildProcess implements AutoCloseable {
  private final Process process;
  private final Thread reader;
  private final CountDownLatch started = new CountDownLatch(1);
  private volatile int acknowledged = -1;
  private final List<String> other = java.util.Collections.synchronizedList(new ArrayList<>());

  ChildProcess(Class<?> main, Path directory, Object... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    command.addAll(List.of("-Xmx96m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.add("-Dslf4j.provider=org.slf4j.helpers.NOP_FallbackServiceProvider");
    command.add("-Dslf4j.internal.verbosity=WARN"); // it would say so on standard error
    command.addAll(List.of("-XX:-UsePerfData", "-cp", System.getProperty("java.class.path")));
    command.add(main.getName());
    command.add(directory.toString());
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    process = new ProcessBuilder(command).redirectErrorStream(true).start();
    reader = new Thread(this::read, "child-output");
    reader.start();
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line; (line = lines.readLine()) != null; ) {
        if (line.startsWith("ack ") && line.endsWith(".")) {
          acknowledged = Integer.parseInt(line.substring(4, line.length() - 1));
          started.countDown();
        } else {
          other.add(line);
        }
      }
    } catch (IOException e) {
      other.add(e.toString());
    } finally {
      started.countDown();
    }
  }

  /** Returns when the first rows are acknowledged. */
  void awaitStart() throws InterruptedException {
    if (!started.await(60, TimeUnit.SECONDS)) {
      throw new AssertionError("the child says nothing: " + other);
    }
  }

  /** The last number that was acknowledged, or -1. */
  int acknowledged() {
    return acknowledged;
  }

  /** kill -9. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
    reader.join();
  }

  /** Waits for a child that ends by itself; it must succeed. */
  void awaitEnd() throws InterruptedException {
    if (!process.waitFor(120, TimeUnit.SECONDS)) {
      throw new AssertionError("the child does not end: " + other);
    }
    reader.join();
    if (process.exitValue() != 0) {
      throw new AssertionError("the child failed: " + String.join("\n", other));
    }
  }

  /** What it said besides. */
  List<String> output() {
    return other;
  }

  @Override
  public void close() {
    try {
      kill();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
