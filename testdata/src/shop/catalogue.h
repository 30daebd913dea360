// The shop's goods, and ways to walk over them that an optimiser inlines away.
#pragma once

#include <cstddef>
#include <cstdint>

namespace shop {

struct Item {
	const char *name;
	int64_t cents;
	int64_t discount; // in percent

	int64_t net() const { return cents - cents * discount / 100; }
};

struct Order {
	const Item *item; // null once the item has left the catalogue
	uint32_t count;
};

// A Span is a run of Ts that somebody else owns.
template <typename T> class Span {
public:
	template <size_t N> explicit Span(T (&array)[N]) : first_(array), size_(N) {}

	T *begin() const { return first_; }
	T *end() const { return first_ + size_; }
	size_t size() const { return size_; }

	template <typename F> void each(F f) const {
		for (T &t : *this)
			f(t);
	}

	template <typename Less> void sort(Less) const;

private:
	T *first_;
	size_t size_;
};

// By compares two things by what Key makes of them.
template <typename T, int64_t (*Key)(const T &)> struct By {
	int operator()(const T &a, const T &b) const {
		int64_t x = Key(a), y = Key(b);
		return x < y ? -1 : x > y;
	}
};

[[gnu::cold, noreturn]] void give_up(const char *why);

} // namespace shop
