#include "ledger.h"

static inline int64_t scaled(int64_t cents, uint32_t count)
{
	return cents * (int64_t)count;
}

static inline void add(struct ledger *ledger, int64_t amount)
{
	ledger->total += amount;
	ledger->entries++;
}

int64_t ledger_book(struct ledger *ledger, int64_t cents, uint32_t count)
{
	add(ledger, scaled(cents, count));
	return ledger->total;
}

int64_t ledger_mean(const struct ledger *ledger)
{
	if (ledger->entries == 0)
		return 0;
	return ledger->total / ledger->entries;
}
