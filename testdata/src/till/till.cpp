// till sells a few things and gives change, on Windows and without a C library.

#include "drawer.h"

extern "C" long tax_of(long price);
extern "C" long __vectorcall tax_free(long price);

namespace {

volatile long sold;

struct Sale {
  virtual long price() const = 0;
};

struct Apple : Sale {
  long price() const override { return 30 + tax_free(sold); }
};

struct Crate : Sale {
  explicit Crate(long apples) : apples(apples) {}
  long price() const override { return apples * Apple().price() + deposit(); }
  __attribute__((noinline)) static long deposit() { return sold > 3 ? 150 : 310; }
  long apples;
};

__attribute__((noinline)) long ring_up(const Sale& sale) {
  long price = sale.price();
  sold = sold + 1;
  return price + tax_of(price);
}

}  // namespace

extern "C" int start() {
  till::Drawer<3> drawer = {{{1, 50}, {10, 20}, {100, 5}}};
  long owed = 0;
  for (long apples = 1; drawer.total() > 0 && owed == 0; apples++)
    owed = drawer.pay(ring_up(Crate(apples)) % drawer.total());
  *(volatile long*)(long long)owed = sold;
  return 0;
}
