/* Sums of money, in C. */
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ledger {
	int64_t total;
	int64_t entries;
};

/* ledger_book adds cents, count times, and returns the new total. */
int64_t ledger_book(struct ledger *ledger, int64_t cents, uint32_t count);

/* ledger_mean returns the mean of what was booked. */
int64_t ledger_mean(const struct ledger *ledger);

#ifdef __cplusplus
}
#endif
