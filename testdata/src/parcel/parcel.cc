// parcel is built the many ways in which debug information is stored: see
// parcel.sh. It needs no C library and is never run.
#include "parcel.h"

namespace {

struct Label {
	virtual long print(long n) const {
		depot::Wrap<long, 3> wrap;
		return wrap.each(n, [n](long layer) {
			depot::Box b{layer, n};
			return depot::volume(b);
		});
	}
};

__attribute__((noinline, cold)) long refuse(long n) {
	for (long i = 0; i < n; i++)
		asm volatile("" ::: "memory");
	return -n;
}

} // namespace

long stamp(long n) {
	if (__builtin_expect(n < 0, 0))
		return refuse(n) * refuse(n + 1);
	static const Label label;
	const Label *l = &label;
	asm volatile("" : "+r"(l));
	return l->print(n);
}

extern "C" void _start() {
	depot::Box b{3, 4};
	volatile long sum = stamp(b.weigh(5));
	for (;;)
		sum = sum + 1;
}
