"""Times of torchcache on one device: python3 torchcache_gpu.py DEVICE RUNS BATCHES FEATURES ROWS DIM...

Inputs are float32[ROWS, DIM...], cached outputs float32[ROWS, FEATURES], which stay on DEVICE, "cuda" or "cpu". Prints
lines "figure NAME VALUE", times in microseconds. Exit code 3 if torchcache or the device is not here, with the reason
as the last line.
"""
import statistics
import sys
import time

try:
    import torch
    from torchcache import torchcache
except Exception as e:  # whatever an import raises
    print("cannot import torchcache:", " ".join(str(e).split()) or type(e).__name__)
    sys.exit(3)

device = sys.argv[1]
runs, batch_count, features, *shape = map(int, sys.argv[2:])
if device == "cuda" and not torch.cuda.is_available():
    print("this torch has no CUDA device")
    sys.exit(3)


@torchcache(memory_cache_device=device)
class Heads(torch.nn.Module):
    rows_computed = 0

    def forward(self, x):
        Heads.rows_computed += x.shape[0]
        return x.flatten(1)[:, :features].contiguous()


def synchronize():
    if device == "cuda":
        torch.cuda.synchronize()


def median_micros(call, check):
    times = []
    for run in range(2 * batch_count + runs):
        synchronize()
        start = time.perf_counter()
        result = call(run)
        synchronize()
        times.append((time.perf_counter() - start) * 1e6)
        check(result)
    return statistics.median(times[2 * batch_count :])


with torch.no_grad():
    torch.manual_seed(1)
    batches = [torch.randn(*shape, device=device) for _ in range(batch_count)]
    heads = Heads()
    cache = heads.cache_instance
    for batch in batches:
        heads(batch)
    stored, computed = len(cache.cache), Heads.rows_computed

    def keys(run):
        # as its look-up reads them: flattened into a copy, hashed, and asked for one by one
        flat = torch.cat([batches[run % batch_count].flatten(1)], dim=1)
        return [key.item() for key in cache.hash_tensor(flat)]

    def require_known(found):
        assert len(found) == shape[0] and all(key in cache.cache for key in found), "a key of no stored row"

    def require_hit(result):
        # it may have taken one row for another, but it computed none
        assert cache.current_indices_to_embed.shape[0] == 0, "torchcache did not hit"
        assert result.shape == (shape[0], features), result.shape
        assert result.device.type == device, result.device

    print("figure keys_us", median_micros(keys, require_known))
    print("figure hit_us", median_micros(lambda run: heads(batches[run % batch_count]), require_hit))
    assert Heads.rows_computed == computed and len(cache.cache) == stored, "torchcache computed during its hits"
    # rows that it took for others when they came first: a wrong result each
    print("figure rows_confused", batch_count * shape[0] - computed)
