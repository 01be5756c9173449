package io.tensorcache.samples.attention;

import io.tensorcache.Scope;
import io.tensorcache.TensorCache;
import io.tensorcache.pytorch.PyTorch;
import io.tensorcache.samples.kit.Sample;
import io.tensorcache.samples.kit.ScopeReport;
import io.tensorcache.scope.Retention;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Continues texts that begin alike, with keys and values computed each time, and with them held.
 */
@Command(
    name = "attention",
    description = "A small decoder whose keys and values are held by layer and prefix.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    sortOptions = false)
public final class Attention extends Sample {
  private static final int WIDTH = 128;
  private static final int HEADS = 4;
  private static final String SPEECH =
      "Four score and seven years ago our fathers brought forth on this continent, a new nation, "
          + "conceived in Liberty, and dedicated to the proposition that all men are created equal. ";
  private static final List<String> TEXTS =
      List.of(SPEECH + "Now we are", SPEECH + "We are met", SPEECH + "But, in a larger sense");

  @Option(names = "--tokens", description = "How many are added to each of three texts.")
  private int tokens = 32;

  @Option(names = "--layers", description = "Of the decoder.")
  private int layers = 4;

  @Option(names = "--capacity", description = "Blocks of 16 tokens that each layer holds at most.")
  private int capacity = 64;

  @Option(names = "--seed", description = "Decides the weights and the tokens.")
  private long seed = 1;

  /** Made by the command line. */
  public Attention() {}

  @Override
  protected void settle() {
    output.require("--tokens", tokens, 1, 1024);
    output.require("--layers", layers, 1, 32);
    output.require("--capacity", capacity, 1, Integer.MAX_VALUE);
  }

  @Override
  protected boolean run() {
    try (TensorCache cache = TensorCache.builder("attention").build()) {
      Decoder decoder = new Decoder(layers, WIDTH, HEADS, SPEECH.length() + 32 + tokens, seed);
      Scope<Tensor> scope =
          cache
              .scopeBuilder("attention", PyTorch.tensors())
              .retention(Retention.STRONG)
              .maxEntries(capacity)
              .open();
      List<Continuation> without = run("without", decoder, Decoder.Memory.none());
      HeldBlocks blocks = new HeldBlocks(scope, layers);
      List<Continuation> with = run("with", decoder, blocks);
      output.member("layers", ScopeReport.write(output, blocks.layers()));
      output.line("");
      return output.verdict(
          "identical",
          "scores of all tokens equal to the last bit",
          Continuation.areIdentical(without, with));
    }
  }

  private List<Continuation> run(String name, Decoder decoder, Decoder.Memory memory) {
    List<Continuation> continuations = new ArrayList<>();
    long start = System.nanoTime();
    for (String text : TEXTS) {
      continuations.add(Continuation.of(text, tokens, seed, decoder, memory));
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    double perSecond = TEXTS.size() * tokens / seconds;
    output.line("%-7s held blocks: %8.1f tokens a second", name, perSecond);
    output.member("tokens_per_second_" + name, perSecond);
    return continuations;
  }
}
