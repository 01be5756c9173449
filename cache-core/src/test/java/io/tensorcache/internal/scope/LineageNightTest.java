package io.tensorcache.internal.scope;

import org.junit.jupiter.api.Tag;

@Tag("nightly")
class LineageNightTest extends LineageTest {
  @Override
  int many() {
    return 100_000;
  }
}
