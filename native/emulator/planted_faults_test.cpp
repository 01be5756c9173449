// Whether the emulator notices mistakes: the kernels compiled with all faults of cuda/README.md in them, one switched on at a
// time. argv: if wanted the random seed. Without a fault nothing may be noticed; the faults that an emulator cannot see are
// expected not to be, so that the table in README.md stays true.
#include <sys/wait.h>
#include <unistd.h>

#include "cases.h"
#include "check.h"
#include "fixtures.h"

using namespace tensorcache::cuda;

namespace {

constexpr int kRounds = 20;       // of five launches each, where nothing may be noticed
constexpr int kMostRounds = 400;  // until a fault is noticed

struct Fault {
  int number;
  bool visible;
  const char* what;
};

const Fault kFaults[] = {
    {0, false, "none"},
    {1, true, "no barrier after the key was copied to shared memory"},
    {2, true, "no fence between a block's partial sums and its arrival"},
    {3, true, "the counter of a row is not left at zero"},
    {4, true, "the last step of the sum over a warp is missing"},
    {5, true, "a shuffle over the wrong distance"},
    {6, true, "zero padding to 32 instead of 16 bytes"},
    {7, true, "a misaligned chunk from its first block only"},
    {8, true, "a read beyond the end of a row"},
    {9, true, "the power of a part is one tile off"},
    {10, true, "the last block but one finishes the row"},
    {11, true, "no carry to the next axis within a chunk"},
    {12, false, "the counter is raised without an atomic (a race between blocks)"},
    {13, false, "partial sums read through the L1 (a race between blocks)"},
    {14, true, "no barrier before the shared memory of a unit is used again"},
    {15, true, "no warp barrier before rows are finished side by side"},
    {16, true, "torchcache: the power starts at zero in each warp"},
    {17, true, "no barrier before the unit is read back"},
    {18, true, "no warp barrier between the partial sums and the arrival"},
    {19, true, "gather: a misaligned chunk from its first block only"},
    {20, true, "gather: the last chunk of a row written whole"},
    {21, true, "gather: a read beyond the end of a row"},
    {22, true, "gather: parts counted from the wrong row"},
};

/// What first goes wrong in random launches.
std::string first_failure(std::uint64_t seed, int rounds) {
  const Bytes key_seed = default_seed();
  auto device = std::make_unique<DeviceUnderTest>(key_seed.data());
  Cases cases(*device, key_seed.data(), seed);
  for (int round = 0; round < rounds; round++) {
    for (const std::string& wrong :
         {cases.contiguous_batch(), cases.list(), cases.strided_batch(), cases.torchcache_batch(), cases.gather()}) {
      if (!wrong.empty()) return wrong;
    }
  }
  return "";
}

/// Runs the launches in a process of its own: a fault may well crash it, or never end.
bool shows(const Fault& fault, std::uint64_t seed) {
  std::printf("%2d %s: ", fault.number, fault.what);
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    emulator::planted_fault = fault.number;
    const std::string wrong = first_failure(seed, fault.visible ? kMostRounds : kRounds);
    std::printf("%s\n", wrong.empty() ? "not seen" : ("seen, " + wrong).c_str());
    std::fflush(stdout);
    _exit(wrong.empty() ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) std::printf("seen, signal %d\n", WTERMSIG(status));
  return status != 0;
}

}  // namespace

int main(int count, char** arguments) {
  const std::uint64_t seed = count > 1 ? std::stoull(arguments[1]) : 20261120;
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  for (const Fault& fault : kFaults) {
    const bool seen = shows(fault, seed);
    check(seen == fault.visible, "fault " + std::to_string(fault.number) + ", " + fault.what);
  }
  return report("planted faults");
}
