package io.tensorcache.samples.frozen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.samples.digits.Backbone;
import io.tensorcache.samples.digits.Digits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FrozenTest {
  private PointerScope scope;

  @BeforeEach
  void open() {
    scope = new PointerScope();
    torch.set_num_threads(1);
  }

  @AfterEach
  void close() {
    scope.close();
  }

  @Test
  void learnsTheSameFromStoredRowsToTheLastBit() throws Exception {
    Backbone backbone = new Backbone(1);
    Digits train = Digits.train().first(50);
    Digits heldOut = Digits.heldOut().first(20);
    for (boolean augment : new boolean[] {false, true}) {
      Trainer trainer = new Trainer(3, 16, 1, augment, train, heldOut);
      TrainingRun plain = trainer.train("plain", backbone::forward);
      StoredRows stored = new StoredRows(backbone);
      TrainingRun fromRows = trainer.train("stored", stored);
      assertTrue(plain.hasTheLossesOf(fromRows), plain + " and " + fromRows);
      assertEquals(plain.accuracy(), fromRows.accuracy());
      assertTrue(stored.hits > 0);
      assertTrue(plain.epochs().get(2).loss() < plain.epochs().get(0).loss());
    }
  }

  @Test
  void otherSeedLearnsOtherwise() throws Exception {
    Backbone backbone = new Backbone(1);
    Digits some = Digits.train().first(64);
    TrainingRun one = new Trainer(1, 32, 1, false, some, some).train("one", backbone::forward);
    TrainingRun two = new Trainer(1, 32, 2, false, some, some).train("two", backbone::forward);
    assertFalse(one.hasTheLossesOf(two));
    assertTrue(one.peakBytes() > 0);
  }

  @Test
  void shiftsMoveImagesByAFractionOfAPixel() {
    Tensor images = torch.zeros(50, 1, 32, 32);
    images.narrow(2, 16, 1).narrow(3, 16, 1).fill_(new Scalar(1));
    Tensor moved = Shifts.of(images, new Random(3));
    assertTrue(moved.equal(Shifts.of(images, new Random(3))), "same seed, same shifts");
    assertEquals(50, torch.unique_dim(moved.flatten(1, 3), 0).get0().size(0), "no two alike");
    Tensor sums = moved.sum(2, 3);
    assertTrue(sums.sub(new Scalar(1)).abs().max().item_float() < 1e-4, "the dot stays whole");
    Tensor near = moved.narrow(2, 14, 5).narrow(3, 14, 5);
    assertTrue(near.sum(2, 3).allclose(sums), "within two pixels");
  }

  /**
   * What a cache does, in the simplest way: each distinct row is computed once, in other company:
   * of those that are missing in a batch the last one alone, the others together, backwards.
   */
  private static final class StoredRows implements Features {
    private final Backbone backbone;
    private final Map<String, Tensor> rows = new HashMap<>();
    private long hits;

    StoredRows(Backbone backbone) {
      this.backbone = backbone;
    }

    @Override
    public Tensor of(Tensor images) {
      List<String> keys = new ArrayList<>();
      Map<String, Long> missing = new LinkedHashMap<>();
      for (long i = images.size(0) - 1; i >= 0; i--) {
        String key = key(images.narrow(0, i, 1).contiguous());
        keys.add(0, key);
        if (rows.containsKey(key)) {
          hits++;
        } else {
          missing.put(key, i);
        }
      }
      compute(images, missing);
      TensorVector found = new TensorVector();
      keys.forEach(key -> found.push_back(rows.get(key)));
      return torch.cat(found);
    }

    /** The row of the first key alone, and the others together. */
    private void compute(Tensor images, Map<String, Long> missing) {
      List<String> all = List.copyOf(missing.keySet());
      int alone = Math.min(1, all.size());
      for (List<String> some : List.of(all.subList(0, alone), all.subList(alone, all.size()))) {
        long[] at = some.stream().mapToLong(missing::get).toArray();
        if (at.length > 0) {
          Tensor computed = backbone.forward(images.index_select(0, torch.tensor(at)));
          for (int row = 0; row < at.length; row++) {
            rows.put(some.get(row), keep(computed.narrow(0, row, 1)));
          }
        }
      }
    }

    private static Tensor keep(Tensor row) {
      row.retainReference();
      PointerScope.getInnerScope().detach(row);
      return row;
    }

    private static String key(Tensor image) {
      byte[] bytes = new byte[(int) image.nbytes()];
      new BytePointer(image.data_ptr()).get(bytes);
      return new String(Base64.getEncoder().encode(bytes), StandardCharsets.US_ASCII);
    }
  }
}
