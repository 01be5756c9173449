package io.tensorcache.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** The command line says the same whatever the locale of the machine. */
@Isolated("the default locale is that of the JVM")
class LocaleCommandsTest {
  private static final List<String> LOCALES =
      List.of("ar-EG", "fa", "ne", "mr", "bn", "my", "ckb", "dz", "tr");

  /** Other digits, another i, digits of more than two bytes. */
  private static final List<String> FEW = List.of("ar-EG", "tr", "dz");

  @TempDir Path directory;
  private final Locale before = Locale.getDefault();

  @AfterEach
  void restore() {
    Locale.setDefault(before);
  }

  private static List<Run> looks(Path store) {
    String key = SampleStore.rows(store).get(0).key().toString();
    return List.of(
        Run.here("ls", store),
        Run.here("ls", store, "--json"),
        Run.here("ls", store, "--rows"),
        Run.here("ls", store, "--rows", "--json"),
        Run.here("du", store),
        Run.here("du", store, "--json"),
        Run.here("verify", store),
        Run.here("verify", store, "--json"),
        Run.here("why", store, key),
        Run.here("why", store, key, "--json"));
  }

  @Test
  void looksAreTheSame() {
    Locale.setDefault(Locale.ROOT);
    Path store = SampleStore.fillAnew(directory.resolve("cache"));
    List<Run> plain = looks(store);
    plain.forEach(run -> run.assertCode(ExitCode.OK));
    for (String tag : LOCALES) {
      Locale.setDefault(Locale.forLanguageTag(tag));
      assertEquals(plain, looks(store), tag);
    }
  }

  @Test
  void rowsGoOutAndIn() {
    goOutAndIn(FEW);
  }

  @Test
  @Tag("nightly")
  void rowsGoOutAndInForEach() {
    goOutAndIn(LOCALES);
  }

  private void goOutAndIn(List<String> locales) {
    Locale.setDefault(Locale.ROOT);
    Path plain = SampleStore.fillAnew(directory.resolve("plain"));
    for (String tag : locales) {
      Locale.setDefault(Locale.forLanguageTag(tag));
      Path store = SampleStore.fillAnew(directory.resolve(tag));
      assertEquals(
          Run.here("ls", plain, "--json").json().getAsJsonArray("functions").size(),
          Run.here("ls", store, "--json").json().getAsJsonArray("functions").size());
      Path out = directory.resolve("out-" + tag);
      Run.here("export", store, out, "--function", "head").assertCode(ExitCode.OK);
      Path to = directory.resolve("in-" + tag).resolve("rows");
      Locale.setDefault(Locale.ROOT);
      Run.here("import", to, out, "--create").assertCode(ExitCode.OK);
      Run rows = Run.here("ls", to, "--json").assertCode(ExitCode.OK);
      Locale.setDefault(Locale.forLanguageTag(tag));
      assertEquals(rows, Run.here("ls", to, "--json"), tag);
    }
  }
}
