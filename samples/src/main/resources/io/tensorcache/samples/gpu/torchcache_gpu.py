"""Times of torchcache on the first CUDA device: python3 torchcache_gpu.py SCALE RUNS.

Prints lines "figure NAME MICROSECONDS". Exit code 3 if it cannot be imported, with the reason as the last line.
"""
import statistics
import sys
import time

try:
    import torch
    from torchcache import torchcache
except Exception as e:  # whatever an import raises
    print(" ".join(str(e).split()) or type(e).__name__)
    sys.exit(3)

scale, runs = int(sys.argv[1]), int(sys.argv[2])
if not torch.cuda.is_available():
    print("this torch has no CUDA device")
    sys.exit(3)

ROWS, ELEMENTS, FEATURES = 32, max(1, 3 * 224 * 224 // scale), max(1, 100 * 1024 // 4 // scale)
BATCHES = max(4, 32 // scale)


@torchcache(memory_cache_device="cuda")
class Heads(torch.nn.Module):
    def forward(self, x):
        return x[:, :FEATURES].contiguous()


def median_micros(call):
    for run in range(2 * BATCHES):
        call(run)
    torch.cuda.synchronize()
    times = []
    for run in range(runs):
        start = time.perf_counter()
        call(run)
        torch.cuda.synchronize()
        times.append((time.perf_counter() - start) * 1e6)
    return statistics.median(times)


with torch.no_grad():
    torch.manual_seed(1)
    batches = [torch.randn(ROWS, ELEMENTS, device="cuda") for _ in range(BATCHES)]
    heads = Heads()
    keys = heads.cache_instance.hash_tensor
    # as its look-up reads them: one by one on the host
    print("figure keys_us", median_micros(lambda run: keys(batches[run % BATCHES]).tolist()))
    print("figure hit_us", median_micros(lambda run: heads(batches[run % BATCHES])))
