// Leaves one stack for another. ucontext does it too, but asks the system for its signal mask each time, which takes longer than
// what a fiber does in between.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)

namespace emulator {

/// Where a stack stands that does not run: below what a called function has to keep.
struct Context {
  std::uint64_t* top;
};

/// Pushes what a called function has to keep, changes the stack, and pops the same from there.
__attribute__((naked, noinline)) static void switch_stacks(std::uint64_t** /*left*/, std::uint64_t* /*entered*/) {
  asm("pushq %rbp\n\t"
      "pushq %rbx\n\t"
      "pushq %r12\n\t"
      "pushq %r13\n\t"
      "pushq %r14\n\t"
      "pushq %r15\n\t"
      "movq %rsp, (%rdi)\n\t"
      "movq %rsi, %rsp\n\t"
      "popq %r15\n\t"
      "popq %r14\n\t"
      "popq %r13\n\t"
      "popq %r12\n\t"
      "popq %rbx\n\t"
      "popq %rbp\n\t"
      "ret");
}

/// The next to go to the context runs this function on the stack. It must not return.
inline void prepare(Context& context, char* stack, std::size_t bytes, void (*function)()) {
  const std::uintptr_t end = (reinterpret_cast<std::uintptr_t>(stack) + bytes) / 16 * 16;
  std::uint64_t* top = reinterpret_cast<std::uint64_t*>(end);
  *--top = 0;  // where the function would return to
  *--top = reinterpret_cast<std::uintptr_t>(function);
  for (int kept = 0; kept < 6; kept++) *--top = 0;
  context.top = top;
}

/// Goes on there, and here when somebody goes to the context that is left.
inline void go(Context& left, const Context& entered) { switch_stacks(&left.top, entered.top); }

}  // namespace emulator

#else

#include <ucontext.h>

namespace emulator {

using Context = ucontext_t;

inline void prepare(Context& context, char* stack, std::size_t bytes, void (*function)()) {
  getcontext(&context);
  context.uc_stack.ss_sp = stack;
  context.uc_stack.ss_size = bytes;
  context.uc_link = nullptr;
  makecontext(&context, function, 0);
}

inline void go(Context& left, const Context& entered) { swapcontext(&left, &entered); }

}  // namespace emulator

#endif
