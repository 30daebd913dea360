/* A crash reporter that lives in the process it reports. */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/* report_install arranges for a fatal signal to write an event to path before
 * the process dies of it. The calling thread is the main one. */
void report_install(const char *path);

/* report_thread_runs enters the calling thread into the reports. */
void report_thread_runs(void);

#ifdef __cplusplus
}
#endif
