package io.tensorcache.samples.frozen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static final double LOSS = 0.1 + 0.2;

  private final TrainingRun plain = run("without cache", 4, LOSS, OptionalDouble.empty());

  private static TrainingRun run(String name, double seconds, double loss, OptionalDouble hits) {
    TrainingRun.Epoch epoch = new TrainingRun.Epoch(1, seconds, loss, 0.5, hits);
    return new TrainingRun(name, List.of(epoch), 3 << 20);
  }

  @Test
  void jsonKeepsEveryDigitOfTheLoss() {
    assertEquals(
        "{\"runs\":[{\"name\":\"without cache\",\"seconds\":4.0000,\"accuracy\":0.5,"
            + "\"peakResidentBytes\":3145728,\"epochs\":[{\"epoch\":1,\"seconds\":4.0000,"
            + "\"loss\":0.30000000000000004,\"accuracy\":0.5}]}]}",
        Report.json(List.of(plain)));
  }

  @Test
  void saysWhetherBothLearnedTheSame() {
    TrainingRun same = run("with cache", 1, LOSS, OptionalDouble.of(0.875));
    TrainingRun other = run("with cache", 1, Math.nextUp(LOSS), OptionalDouble.of(0.875));
    assertTrue(Report.text(List.of(plain, same)).contains("4.0 times faster"));
    assertTrue(Report.text(List.of(plain, same)).contains("last bit: yes"));
    assertTrue(Report.text(List.of(plain, other)).contains("last bit: NO"));
    assertTrue(Report.text(List.of(plain, same)).contains("hits  87.5 %"));
    assertTrue(Report.json(List.of(plain, same)).contains("\"identical\":true"));
    assertTrue(Report.json(List.of(plain, other)).contains("\"identical\":false"));
    assertTrue(Report.json(List.of(plain, same)).contains("\"hitRate\":0.875"));
  }
}
