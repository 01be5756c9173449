package io.tensorcache.samples.multilevel;

import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import io.tensorcache.samples.digits.Digits;
import io.tensorcache.samples.digits.FeatureNet;
import io.tensorcache.samples.kit.Sample;
import java.util.List;
import java.util.Locale;
import org.bytedeco.pytorch.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Serves the same look-ups from scopes under a memory limit and from a map that keeps all. */
@Command(
    name = "multilevel",
    description = "Features of three levels of importance in scopes, beside a map that keeps all.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    sortOptions = false)
public final class Multilevel extends Sample {
  private static final int WARM_UP = 100;

  @Option(names = "--visits", description = "How often an image is visited, 24 look-ups each.")
  private int visits = 1000;

  @Option(names = "--images", description = "How many real digits there are.")
  private int images = Digits.TRAINING_IMAGES;

  @Option(names = "--skew", description = "Of the visits; 0: all images alike, 1: Zipf's law.")
  private double skew = 1;

  @Option(names = "--limit", description = "Bytes of intermediate features that are held.")
  private ByteSize limit = ByteSize.ofMiB(4);

  @Option(names = "--shown", description = "Images whose temporary features the program shows.")
  private int shown = 32;

  @Option(names = "--seed", description = "Decides the network, the favourites and the order.")
  private long seed = 1;

  /** Made by the command line. */
  public Multilevel() {}

  @Override
  protected void settle() {
    output.require("--visits", visits, 1, 1_000_000);
    output.require("--images", images, 1, Digits.TRAINING_IMAGES);
    output.require("--skew", skew, 0, 10);
    output.require("--limit", limit, ByteSize.ofKiB(16)); // one of them
    output.require("--shown", shown, 2, Digits.TRAINING_IMAGES);
  }

  @Override
  protected boolean run() {
    List<List<Visits.LookUp>> lookUps = new Visits(images, visits, skew, seed).all();
    try (TensorCache cache = TensorCache.builder("multilevel").build()) {
      Tensor digits = Digits.train().first(images).images();
      FeatureNet net = new FeatureNet(seed);
      List<List<Visits.LookUp>> first = lookUps.subList(0, Math.min(WARM_UP, visits));
      inScopes("warm-up", first, digits, net, cache);
      inMap(first, digits, net);
      Replay scopes = inScopes("scopes", lookUps, digits, net, cache);
      Replay map = inMap(lookUps, digits, net);
      print(scopes, map);
      return output.verdict("identical", "features equal", scopes.checksum() == map.checksum());
    }
  }

  private Replay inScopes(
      String name,
      List<List<Visits.LookUp>> lookUps,
      Tensor digits,
      FeatureNet net,
      TensorCache cache) {
    LiveBytes live = new LiveBytes();
    try (ScopeStore store = new ScopeStore(cache, limit, shown, live)) {
      return Replay.of(name, lookUps, new Features(store, live, digits, net), live);
    }
  }

  private static Replay inMap(List<List<Visits.LookUp>> lookUps, Tensor digits, FeatureNet net) {
    LiveBytes live = new LiveBytes();
    try (MapStore store = new MapStore(live)) {
      return Replay.of("map", lookUps, new Features(store, live, digits, net), live);
    }
  }

  private void print(Replay scopes, Replay map) {
    output.line("%,d look-ups of %,d images", visits * 24, images);
    output.line("%-32s %14s %14s", "", "scopes", "map of all");
    line("peak bytes of features", "%,d", scopes.peakBytes(), map.peakBytes());
    line("growth of resident memory", "%,d", scopes.residentBytes(), map.residentBytes());
    line("seconds", "%.3f", scopes.seconds(), map.seconds());
    line("hit rate", "%.4f", scopes.hitRate(), map.hitRate());
    for (Importance importance : Importance.values()) {
      String name = importance.name().toLowerCase(Locale.ROOT);
      LookUps some = scopes.counts().get(importance);
      LookUps all = map.counts().get(importance);
      line(name + ": hit rate", "%.4f", some.hitRate(), all.hitRate());
      line(name + ": ms a hit", "%.5f", some.accessMillis(), all.accessMillis());
      output.member(name, some.members());
    }
    output.line(
        "peak memory saved: %.1f %%, of resident memory %.1f %%",
        scopes.savedPercent(map), scopes.savedResidentPercent(map));
    output.member("resident_saved_percent", scopes.savedResidentPercent(map));
    output.member("memory_saved_percent", scopes.savedPercent(map));
    output.member("hit_rate", scopes.hitRate());
    output.member("hit_rate_map", map.hitRate());
    output.member("peak_bytes", scopes.peakBytes());
    output.member("peak_bytes_map", map.peakBytes());
    output.member("resident_bytes", scopes.residentBytes());
    output.member("resident_bytes_map", map.residentBytes());
    output.member("seconds", scopes.seconds());
    output.member("seconds_map", map.seconds());
  }

  private void line(String name, String pattern, Object scopes, Object map) {
    output.line(
        "%-32s %14s %14s",
        name,
        String.format(Locale.ROOT, pattern, scopes),
        String.format(Locale.ROOT, pattern, map));
  }
}
