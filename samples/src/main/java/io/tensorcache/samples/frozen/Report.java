package io.tensorcache.samples.frozen;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The results of one or two runs, for people and for programs. */
final class Report {
  private Report() {}

  /** A table a run; with two runs also how they compare. */
  static String text(List<TrainingRun> runs) {
    StringBuilder text = new StringBuilder();
    for (TrainingRun run : runs) {
      text.append(run.name()).append('\n');
      run.epochs().forEach(epoch -> text.append("  ").append(epoch).append('\n'));
      text.append(
          format(
              "  %.2f s in all, accuracy %.4f, peak resident memory %d MiB%n",
              run.seconds(), run.accuracy(), run.peakBytes() >> 20));
    }
    if (runs.size() == 2) {
      text.append(
          format(
              "%.1f times faster with the cache; the same to the last bit: %s%n",
              runs.get(0).seconds() / runs.get(1).seconds(),
              runs.get(0).learnedTheSameAs(runs.get(1)) ? "yes" : "NO"));
    }
    return text.toString();
  }

  /** One JSON object; losses with all their digits. */
  static String json(List<TrainingRun> runs) {
    String body = runs.stream().map(Report::json).collect(Collectors.joining(","));
    String comparison =
        runs.size() < 2
            ? ""
            : format(
                ",\"speedup\":%.3f,\"identical\":%b",
                runs.get(0).seconds() / runs.get(1).seconds(),
                runs.get(0).learnedTheSameAs(runs.get(1)));
    return "{\"runs\":[" + body + "]" + comparison + "}";
  }

  private static String json(TrainingRun run) {
    String epochs =
        run.epochs().stream()
            .map(
                epoch ->
                    format("{\"epoch\":%d,\"seconds\":%.4f", epoch.number(), epoch.seconds())
                        + (",\"loss\":" + epoch.loss() + ",\"accuracy\":" + epoch.accuracy())
                        + (epoch.hitRate().isPresent()
                            ? ",\"hitRate\":" + epoch.hitRate().getAsDouble()
                            : "")
                        + "}")
            .collect(Collectors.joining(","));
    return format("{\"name\":\"%s\",\"seconds\":%.4f,\"accuracy\":", run.name(), run.seconds())
        + (run.accuracy() + ",\"peakResidentBytes\":" + run.peakBytes())
        + (",\"epochs\":[" + epochs + "]}");
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
