#pragma once
// std::visit with one lambda an alternative: a new event fails to compile until it is handled.
namespace drydock {
template <class... Fs>
struct overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
overloaded(Fs...) -> overloaded<Fs...>;
}  // namespace drydock
