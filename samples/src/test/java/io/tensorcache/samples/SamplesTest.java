package io.tensorcache.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SamplesTest {
  @Test
  void listsTheCommandsWhenNoneIsGiven() {
    for (String[] arguments : new String[][] {{}, {"--help"}}) {
      Run run = Run.here(arguments);
      assertEquals(0, run.exitCode());
      for (String command :
          new String[] {
            "first ",
            "train ",
            "frozen ",
            "frozen-kotlin ",
            "kpca ",
            "kpca-kotlin ",
            "qr ",
            "layers ",
            "batches ",
            "attention ",
            "multilevel ",
            "key ",
            "doctor ",
            "cli ",
            "script ",
            "bench ",
            "bench-gpu "
          }) {
        assertTrue(run.out().contains("\n  " + command), run.out());
      }
    }
  }

  @Test
  void helpShowsTheOptionsAndTheirDefaults() {
    for (String program : new String[] {"frozen", "frozen-kotlin"}) {
      Run run = Run.here(program, "--help");
      assertEquals(0, run.exitCode());
      for (String option :
          new String[] {"--epochs", "--heap", "--off-heap", "--seed", "--augment", "--json"}) {
        assertTrue(run.out().contains(option), run.out());
      }
      assertTrue(run.out().contains("64 MiB"), run.out());
    }
  }

  @Test
  void everySampleWithFiguresHasHelpAndJson() {
    for (String program :
        new String[] {
          "kpca", "kpca-kotlin", "qr", "layers", "batches", "attention", "multilevel"
        }) {
      Run run = Run.here(program, "--help");
      assertEquals(0, run.exitCode());
      assertTrue(run.out().contains("--json"), run.out());
      Run.here(program, "--nonsense").assertRefused("--nonsense");
      Run.here(program, "extra").assertRefused("extra");
    }
  }

  @Test
  void refusesUnknownCommand() {
    Run.here("freezer").assertRefused("freezer");
  }

  @Test
  void refusesWrongOptionsOfBothProgramsInOneLine() {
    for (String program : new String[] {"frozen", "frozen-kotlin"}) {
      Run.here(program, "--epochs", "0").assertRefused("--epochs 0: must be >= 1");
      Run.here(program, "--epochs", "many").assertRefused("--epochs");
      Run.here(program, "--batch", "1").assertRefused("--batch 1: must be >= 2");
      Run.here(program, "--images", "1439").assertRefused("--images 1439: must be from 2 to 1438");
      Run.here(program, "--held-out", "0").assertRefused("--held-out 0: must be from 1 to 359");
      Run.here(program, "--threads", "0").assertRefused("--threads 0");
      Run.here(program, "--heap", "1banana").assertRefused("'--heap': byte size \"1banana\"");
      Run.here(program, "--nonsense").assertRefused("--nonsense");
      Run.here(program, "extra").assertRefused("extra");
      Run.here(program, "--kill-at", "60%").assertRefused("--kill-at needs --directory");
      Run.here(program, "--kill-at", "0%").assertRefused("--kill-at 0%: must be from 1% to 100%");
      Run.here(program, "--kill-at", "60").assertRefused("--kill-at 60: must be from 1% to 100%");
      Run.here(program, "--directory", "/dev/null")
          .assertRefused("--directory /dev/null: is not a");
    }
  }

  @Test
  void refusesTiersThatCannotBeHadInOneLine() {
    for (String program : new String[] {"frozen", "frozen-kotlin"}) {
      Run.here(program, "--off-heap", "100KiB").assertRefused("off-heap tier of 100 KiB");
      Run.here(program, "--off-heap", "1000000GiB").assertRefused("-XX:MaxDirectMemorySize");
      Run.here(program, "--heap", "1000000GiB").assertRefused("raise -Xmx");
    }
  }
}
