// Counts failures, names them, and gives main() its exit status.
#pragma once

#include <cstdio>
#include <string>

inline int checks = 0, failures = 0;

inline void check(bool good, const std::string& what) {
  checks++;
  if (!good && ++failures <= 20) std::printf("FAILED: %s\n", what.c_str());
}

inline int report(const char* name) {
  std::printf("%s: %d checks, %d failed\n", name, checks, failures);
  return failures == 0 && checks > 0 ? 0 : 1;
}
