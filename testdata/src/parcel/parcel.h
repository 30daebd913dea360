// What both sources of parcel share: calls that inline into one another, and a
// class that each of them describes.
#pragma once

#define INLINE static inline __attribute__((always_inline))

namespace depot {

struct Box {
	long width, height;
	long weigh(long filling) const;
};

INLINE long surface(const Box &b) { return 2 * (b.width + b.height) * b.height; }

INLINE long volume(const Box &b) {
	long v = b.width * b.height;
	return v + surface(b) / 7;
}

template <typename T, int Layers> struct Wrap {
	template <typename F> long each(T t, F f) const {
		long sum = 0;
		for (int i = 0; i < Layers; i++)
			sum += f(t + i);
		return sum;
	}
};

} // namespace depot
