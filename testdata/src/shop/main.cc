// shop sorts its orders by what they cost, and crashes: one of them is for an
// item that has left the catalogue. A second thread waits meanwhile.

#include <cstdio>
#include <cstdlib>
#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

#include "catalogue.h"
#include "ledger.h"
#include "report.h"

namespace shop {

void give_up(const char *why) {
	std::fprintf(stderr, "shop: %s\n", why);
	std::exit(1);
}

template <typename T> template <typename Less> void Span<T>::sort(Less) const {
	std::qsort(first_, size_, sizeof(T), [](const void *a, const void *b) {
		return Less{}(*static_cast<const T *>(a), *static_cast<const T *>(b));
	});
}

} // namespace shop

namespace {

using shop::Item;
using shop::Order;
using shop::Span;

const Item catalogue[] = {{"anvil", 129900, 10}, {"bell", 2450, 0}, {"candle", 199, 25}};

Order orders[] = {{&catalogue[2], 12}, {&catalogue[0], 1}, {nullptr, 3}, {&catalogue[1], 2}};

int64_t cost(const Order &order) { return order.item->net() * order.count; }

class Till {
public:
	explicit Till(Span<Order> queue) : queue_(queue) {}

	[[gnu::noinline]] int64_t close() {
		if (queue_.size() > 1000)
			shop::give_up("the queue is too long to close the till tonight");
		queue_.sort(shop::By<Order, cost>{});
		queue_.each([this](const Order &order) { ledger_book(&ledger_, order.item->net(), order.count); });
		return ledger_mean(&ledger_);
	}

private:
	Span<Order> queue_;
	ledger ledger_{};
};

sem_t arrived, rush;

[[gnu::noinline]] void wait_for_rush(sem_t *start) {
	while (sem_wait(start) != 0) {
	}
}

void *clerk(void *start) {
	report_thread_runs();
	sem_post(&arrived);
	wait_for_rush(static_cast<sem_t *>(start));
	return nullptr;
}

} // namespace

int main(int argc, char **argv) {
	if (argc != 2)
		shop::give_up("name a file for the crash report");
	report_install(argv[1]);

	pthread_t second;
	if (sem_init(&arrived, 0, 0) != 0 || sem_init(&rush, 0, 0) != 0 || pthread_create(&second, nullptr, clerk, &rush) != 0)
		shop::give_up("no clerk today");
	sem_wait(&arrived);
	usleep(100'000); // by now the clerk waits for the rush

	std::printf("%lld\n", static_cast<long long>(Till{Span<Order>{orders}}.close()));
}
