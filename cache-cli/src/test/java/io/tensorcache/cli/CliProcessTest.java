package io.tensorcache.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a shell sees: exit codes, streams that end early, other locales. */
@Tag("fork")
class CliProcessTest {
  @TempDir private Path directory;

  private Path store() {
    return SampleStore.fill(directory.resolve("cache"));
  }

  @Test
  void endsWithTheCodeOfTheCommand() throws Exception {
    Path store = store();
    Run sound = CliProcess.run(Map.of(), "verify", store).assertCode(ExitCode.OK);
    assertTrue(sound.out().startsWith("ok: 35 rows sound"), sound.toString());
    assertEquals("", sound.err(), "no log of the libraries");
    SampleStore.damage(store, SampleStore.rows(store).get(0));
    CliProcess.run(Map.of(), "verify", store).assertCode(ExitCode.FAILED);
    Run.here("verify").assertRefused("STORE");
  }

  /** Without an answer from standard input nothing is removed. */
  @Test
  void removesNothingWhenNobodyCanBeAsked() throws Exception {
    Path store = store();
    Run run = CliProcess.run(Map.of(), "clear", store).assertCode(ExitCode.OK);
    assertTrue(run.out().startsWith("would remove 35 rows"), run.toString());
    assertEquals("", run.err());
    assertEquals(35, SampleStore.rows(store).size());
  }

  @Test
  void writesUtf8WhateverTheLocaleIs() throws Exception {
    SampleStore.fillNamed(directory.resolve("cache"), "größe中", 2);
    Path store = directory.resolve("cache/rows");
    List<Object[]> commands =
        List.of(new Object[] {"ls", store, "--json"}, new Object[] {"ls", store});
    for (String locale : new String[] {"C", "tr_TR.ISO-8859-9"}) {
      List<Run> runs = CliProcess.runEach(Map.of("LC_ALL", locale), null, commands);
      JsonObject json = runs.get(0).json();
      String name =
          json.getAsJsonArray("functions").get(0).getAsJsonObject().get("function").getAsString();
      assertEquals("größe中", name, locale);
      assertTrue(runs.get(1).out().contains("größe中"), runs.get(1).toString());
    }
  }

  /** Writes to {@code /dev/full} fail as on a full disk. */
  @Test
  void anAnswerThatCannotBeWrittenIsNoSuccess() throws Exception {
    File full = new File("/dev/full");
    assumeTrue(full.exists(), "requirement '/dev/full': this system has none");
    Path store = store();
    Path segment = store.resolve(SampleStore.rows(store).get(0).segment() + ".tcs");
    List<Object[]> commands =
        List.of(
            new Object[] {"ls", store},
            new Object[] {"ls", store, "--rows", "--json"},
            new Object[] {"verify", store, "--json"},
            new Object[] {"doctor"},
            new Object[] {"--help"},
            new Object[] {"key", "--dtype", "u8", segment});
    for (Run run : CliProcess.runEach(Map.of(), full, commands)) {
      assertEquals(ExitCode.FAILED, run.exitCode(), run.toString());
      assertEquals(1, run.err().lines().count(), run.err());
      assertTrue(run.err().contains("standard output ended before the answer did"), run.err());
    }
  }

  /** As {@code ls --rows | head -1} does it. */
  @Test
  void stopsReadingWhenTheReaderOfItsPipeIsGone() throws Exception {
    Path cache = directory.resolve("cache");
    SampleStore.fillNamed(cache, "many", 2_000);
    Path err = directory.resolve("err.txt");
    Process process =
        CliProcess.start(Map.of(), null, err.toFile(), "ls", cache.resolve("rows"), "--rows");
    process.getOutputStream().close();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      assertTrue(lines.readLine().startsWith("key "));
    }
    assertEquals(ExitCode.FAILED, process.waitFor());
    String said = Files.readString(err);
    assertEquals(1, said.lines().count(), said);
    assertTrue(said.contains("a closed pipe, or a full disk"), said);
    assertFalse(said.contains("Exception"), said);
  }

  /** A bar is on standard error; standard output is the same for everyone. */
  @Test
  void aPersonSeesABarBesideTheAnswer() throws Exception {
    Path store = store();
    List<Object[]> commands =
        List.of(
            new Object[] {"verify", store},
            new Object[] {"stats", store},
            new Object[] {"verify", store, "--json"});
    Map<String, String> terminal = Map.of(CliProcess.AT_A_TERMINAL, "yes");
    List<Run> program = CliProcess.runEach(Map.of(), null, commands);
    List<Run> person = CliProcess.runEach(terminal, null, commands);
    for (int i = 0; i < 2; i++) {
      program.get(i).assertCode(ExitCode.OK);
      person.get(i).assertCode(ExitCode.OK);
      assertEquals(program.get(i).out(), person.get(i).out());
      assertEquals("", program.get(i).err());
      assertTrue(person.get(i).err().contains("35/35"), person.get(i).err());
    }
    Run json = person.get(2).assertCode(ExitCode.OK);
    assertTrue(json.json().get("ok").getAsBoolean());
    assertEquals("", json.err(), "no bar beside JSON");
  }
}
