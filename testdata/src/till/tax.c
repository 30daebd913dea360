// Sales tax, in hundredths of a coin.

volatile long tax_rate = 19;

static inline long round_up(long hundredths) {
  return (hundredths + 99) / 100;
}

long tax_of(long price) {
  if (price < 0)
    return -tax_of(-price);
  return round_up(price * tax_rate);
}

long __vectorcall tax_free(long price) {
  return price - tax_of(price);
}
