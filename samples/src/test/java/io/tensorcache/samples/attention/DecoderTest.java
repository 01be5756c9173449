package io.tensorcache.samples.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DecoderTest {
  private static final String TEXT =
      "Four score and seven years ago our fathers brought forth on this continent";
  private static final int LAYERS = 2;

  private PointerScope scope;
  private Decoder decoder;
  private int computed;

  @BeforeEach
  void open() {
    scope = new PointerScope();
    torch.set_num_threads(1);
    decoder = new Decoder(LAYERS, 32, 2, 128, 1);
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private Decoder.Memory remembering(Map<String, KeysAndValues> blocks) {
    return (layer, prefix, compute) ->
        blocks.computeIfAbsent(
            layer + prefix,
            absent -> {
              computed++;
              return compute.get();
            });
  }

  @Test
  void scoresAreEqualToTheLastBitWithRememberedBlocks() {
    Map<String, KeysAndValues> blocks = new HashMap<>();
    for (int length = 1; length <= TEXT.length(); length++) {
      String text = TEXT.substring(0, length);
      Tensor expected = decoder.next(text, Decoder.Memory.none());
      assertTrue(decoder.next(text, remembering(blocks)).equal(expected), "length " + length);
      assertEquals(LAYERS * ((length - 1) / Decoder.BLOCK), computed, "length " + length);
    }
  }

  @Test
  void computesOnlyTheLayersThatAreForgotten() {
    Map<String, KeysAndValues> blocks = new HashMap<>();
    Tensor expected = decoder.next(TEXT, remembering(blocks));
    blocks.keySet().removeIf(key -> key.startsWith("1"));
    computed = 0;
    assertTrue(decoder.next(TEXT, remembering(blocks)).equal(expected));
    assertEquals(TEXT.length() / Decoder.BLOCK, computed);
  }

  @Test
  void scoresDependOnEveryEarlierCharacterAndOnTheSeed() {
    Tensor expected = decoder.next(TEXT, Decoder.Memory.none());
    String other = "G" + TEXT.substring(1);
    assertFalse(decoder.next(other, Decoder.Memory.none()).equal(expected));
    assertFalse(
        new Decoder(LAYERS, 32, 2, 128, 2).next(TEXT, Decoder.Memory.none()).equal(expected));
  }

  @Test
  void laterTokensDoNotChangeWhatWasRemembered() {
    Map<String, KeysAndValues> blocks = new HashMap<>();
    decoder.next(TEXT.substring(0, 40), remembering(blocks));
    Map<String, KeysAndValues> longer = new HashMap<>();
    decoder.next(TEXT, remembering(longer));
    blocks.forEach(
        (key, block) -> {
          assertTrue(block.keys().equal(longer.get(key).keys()), key);
          assertTrue(block.values().equal(longer.get(key).values()), key);
        });
    assertEquals(LAYERS * 2, blocks.size());
  }
}
