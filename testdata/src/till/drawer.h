// A drawer holds coins of a few kinds.
#pragma once

namespace till {

struct Coin {
  long value;
  long count;
  __attribute__((always_inline)) long worth() const { return value * count; }
};

template <int Kinds>
class Drawer {
 public:
  __attribute__((always_inline)) long total() const {
    long sum = 0;
    for (int i = 0; i < Kinds; i++)
      sum += coins_[i].worth();
    return sum;
  }

  // Takes coins out, the big ones first, and returns what could not be paid.
  __attribute__((noinline)) long pay(long due) {
    each([&due](Coin& coin) {
      while (coin.count > 0 && coin.value <= due) {
        coin.count--;
        due -= coin.value;
      }
    });
    return due;
  }

  Coin coins_[Kinds];

 private:
  template <typename F>
  __attribute__((always_inline)) void each(F take) {
    for (int i = Kinds - 1; i >= 0; i--)
      take(coins_[i]);
  }
};

}  // namespace till
