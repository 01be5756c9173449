// Streams: queues of operations, run in random order of the streams by one thread that belongs to nobody else. So a caller that
// does not wait sees what it would see of a device: nothing, or half of it.
#include <random>
#include <thread>
#include <vector>

#include "standin.h"

namespace standin {
namespace {

bool can_start(const Stream* stream) {
  return !stream->queue.empty() && (!stream->queue.front().can_start || stream->queue.front().can_start());
}

void run_for_ever() {
  State& all = state();
  std::mt19937_64 random{std::random_device{}()};
  std::unique_lock<std::mutex> lock(all.mutex);
  for (;;) {
    std::vector<Stream*> ready;
    for (Stream* stream : all.streams) {
      if (!all.held && can_start(stream)) ready.push_back(stream);
    }
    if (ready.empty()) {
      all.changed.wait(lock);
      continue;
    }
    Stream* stream = ready[random() % ready.size()];
    const Operation operation = std::move(stream->queue.front());
    stream->queue.pop_front();
    stream->running = true;
    Context* context = stream->context;
    const bool dead = context->sticky != kSuccess;
    lock.unlock();
    const Result result = dead ? kSuccess : operation.run();
    lock.lock();
    if (result != kSuccess) context->sticky = result;
    if (operation.complete != nullptr) *operation.complete = true;
    stream->running = false;
    if (stream->destroyed && stream->queue.empty()) all.streams.erase(stream);
    all.changed.notify_all();
  }
}

}  // namespace

State& state() {
  static State* all = new State;  // never destroyed: its thread may still run when the process ends
  return *all;
}

void enqueue(Stream* stream, std::function<Result()> run, Event* event, std::function<bool()> can_start) {
  static bool started = false;
  if (!started) std::thread(run_for_ever).detach();
  started = true;
  std::shared_ptr<bool> complete;
  if (event != nullptr) event->complete = complete = std::make_shared<bool>(false);
  stream->queue.push_back({std::move(can_start), std::move(run), complete});
  state().changed.notify_all();
}

bool is_idle(const Stream* stream) { return stream->queue.empty() && !stream->running; }

void wait_until_idle(std::unique_lock<std::mutex>& lock, const Stream* stream) {
  state().changed.wait(lock, [&] { return state().streams.count(const_cast<Stream*>(stream)) == 0 || is_idle(stream); });
}

}  // namespace standin
