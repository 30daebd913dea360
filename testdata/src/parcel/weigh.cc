#include "parcel.h"

namespace depot {

long Box::weigh(long filling) const {
	Wrap<int, 2> wrap;
	long sum = wrap.each(int(filling), [this](int i) { return volume(*this) + i; });
	return filling > 100 ? sum - surface(*this) : sum;
}

} // namespace depot

void operator delete(void *, unsigned long) {}
extern "C" void __cxa_pure_virtual() {}
