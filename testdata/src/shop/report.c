/*
 * A crash reporter that lives in the process it reports: on a fatal signal it
 * writes an event in Sentry's format, with bare addresses only.
 *
 * It shows what a real crash looks like and is no model for one's own: a real
 * reporter uses only what is safe in a signal handler. Registers come from the
 * kernel's signal frame, return addresses from the unwinder of libgcc, images
 * from the dynamic loader. Works on x86_64 and aarch64.
 */
#define _GNU_SOURCE
#include "report.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

#if defined __x86_64__
#define ARCH "x86_64"
#elif defined __aarch64__
#define ARCH "arm64"
#else
#error "no register names for this machine"
#endif

enum { MAX_THREADS = 8, MAX_FRAMES = 64 };

struct thread {
	pid_t id;
	ucontext_t context;
	uintptr_t frames[MAX_FRAMES]; /* newest first */
	int count;
};

static struct thread threads[MAX_THREADS];
static int thread_count;
static sem_t walked;
static const char *report_path;
static char executable[4096];

/* --- one thread's stack --- */

static uintptr_t pc_of(const ucontext_t *context)
{
#if defined __x86_64__
	return context->uc_mcontext.gregs[REG_RIP];
#else
	return context->uc_mcontext.pc;
#endif
}

/* on_frame keeps a frame's address, once the walk has left the handler: the
 * first frame to keep is the one that the signal interrupted. */
static _Unwind_Reason_Code on_frame(struct _Unwind_Context *frame, void *arg)
{
	struct thread *t = arg;
	uintptr_t pc = _Unwind_GetIP(frame);
	if (pc == 0 || t->count == MAX_FRAMES)
		return _URC_END_OF_STACK;
	if (t->count > 0 || pc == pc_of(&t->context))
		t->frames[t->count++] = pc;
	return _URC_NO_REASON;
}

static struct thread *self(void)
{
	pid_t id = syscall(SYS_gettid);
	for (int i = 0; i < thread_count; i++)
		if (threads[i].id == id)
			return &threads[i];
	return NULL;
}

static struct thread *walk(const ucontext_t *context)
{
	struct thread *t = self();
	if (t == NULL)
		return NULL;
	t->context = *context;
	_Unwind_Backtrace(on_frame, t);
	return t;
}

static void on_walk(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)info;
	walk(context);
	sem_post(&walked);
}

/* --- the event --- */

static void print_registers(FILE *out, const ucontext_t *context)
{
	fputs("{", out);
#if defined __x86_64__
	static const struct { const char *name; int index; } registers[] = {
		{"rax", REG_RAX}, {"rbx", REG_RBX}, {"rcx", REG_RCX}, {"rdx", REG_RDX}, {"rsi", REG_RSI}, {"rdi", REG_RDI},
		{"rbp", REG_RBP}, {"rsp", REG_RSP}, {"r8", REG_R8}, {"r9", REG_R9}, {"r10", REG_R10}, {"r11", REG_R11},
		{"r12", REG_R12}, {"r13", REG_R13}, {"r14", REG_R14}, {"r15", REG_R15}, {"rip", REG_RIP},
	};
	for (size_t i = 0; i < sizeof registers / sizeof *registers; i++)
		fprintf(out, "%s\"%s\": \"0x%llx\"", i ? ", " : "", registers[i].name,
			(unsigned long long)context->uc_mcontext.gregs[registers[i].index]);
#else
	for (int i = 0; i < 29; i++)
		fprintf(out, "\"x%d\": \"0x%llx\", ", i, (unsigned long long)context->uc_mcontext.regs[i]);
	fprintf(out, "\"fp\": \"0x%llx\", \"lr\": \"0x%llx\", \"sp\": \"0x%llx\", \"pc\": \"0x%llx\"",
		(unsigned long long)context->uc_mcontext.regs[29], (unsigned long long)context->uc_mcontext.regs[30],
		(unsigned long long)context->uc_mcontext.sp, (unsigned long long)context->uc_mcontext.pc);
#endif
	fputs("}", out);
}

/* print_stack writes a stacktrace as events have it: oldest frame first. */
static void print_stack(FILE *out, const char *indent, const struct thread *t)
{
	fprintf(out, "{\n%s\t\"frames\": [", indent);
	for (int i = t->count - 1; i >= 0; i--)
		fprintf(out, "%s\n%s\t\t{\"instruction_addr\": \"0x%lx\"}", i < t->count - 1 ? "," : "", indent, (unsigned long)t->frames[i]);
	fprintf(out, "\n%s\t],\n%s\t\"registers\": ", indent, indent);
	print_registers(out, &t->context);
	fprintf(out, "\n%s}", indent);
}

static void print_hex(FILE *out, const unsigned char *bytes, size_t n)
{
	while (n-- > 0)
		fprintf(out, "%02x", *bytes++);
}

/* print_ids writes the code id, which is the build id, and the debug id, which
 * is its first 16 bytes read as a GUID of this little-endian machine. */
static void print_ids(FILE *out, const unsigned char *id, size_t size)
{
	fputs("\"code_id\": \"", out);
	print_hex(out, id, size);
	fputs("\", \"debug_id\": \"", out);
	if (size >= 16) {
		fprintf(out, "%02x%02x%02x%02x-%02x%02x-%02x%02x-", id[3], id[2], id[1], id[0], id[5], id[4], id[7], id[6]);
		print_hex(out, id + 8, 2);
		fputs("-", out);
		print_hex(out, id + 10, 6);
	}
	fputs("\", ", out);
}

static void print_build_id(FILE *out, const struct dl_phdr_info *info, const ElfW(Phdr) *segment)
{
	const char *note = (const char *)(info->dlpi_addr + segment->p_vaddr), *end = note + segment->p_memsz;
	while (end - note >= (long)sizeof(ElfW(Nhdr))) {
		const ElfW(Nhdr) *header = (const void *)note;
		const char *name = note + sizeof *header;
		const char *desc = name + (header->n_namesz + 3 & ~3u);
		if (header->n_type == NT_GNU_BUILD_ID && header->n_namesz == 4 && memcmp(name, "GNU", 4) == 0)
			print_ids(out, (const unsigned char *)desc, header->n_descsz);
		note = desc + (header->n_descsz + 3 & ~3u);
	}
}

struct image_list {
	FILE *out;
	int count;
};

static int on_image(struct dl_phdr_info *info, size_t size, void *arg)
{
	(void)size;
	struct image_list *list = arg;
	uintptr_t start = UINTPTR_MAX, end = 0;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		if (segment->p_type != PT_LOAD)
			continue;
		uintptr_t first = info->dlpi_addr + (segment->p_vaddr & -segment->p_align);
		uintptr_t last = info->dlpi_addr + segment->p_vaddr + segment->p_memsz;
		start = first < start ? first : start;
		end = last > end ? last : end;
	}
	if (start >= end)
		return 0;
	end = end + 0xfff & ~0xffful;
	const char *path = *info->dlpi_name ? info->dlpi_name : executable;
	fprintf(list->out, "%s\n\t\t\t{\"type\": \"elf\", \"arch\": \"" ARCH "\", ", list->count++ ? "," : "");
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_NOTE)
			print_build_id(list->out, info, &info->dlpi_phdr[i]);
	fprintf(list->out, "\"code_file\": \"%s\", \"image_addr\": \"0x%lx\", \"image_size\": %lu}", path, (unsigned long)start,
		(unsigned long)(end - start));
	return 0;
}

static const char *code_name(const siginfo_t *info)
{
	switch (info->si_code) {
	case SEGV_MAPERR:
		return "SEGV_MAPERR";
	case SEGV_ACCERR:
		return "SEGV_ACCERR";
	}
	return "unknown";
}

static void print_event(FILE *out, const struct thread *crashed, const siginfo_t *info)
{
	fprintf(out, "{\n\t\"platform\": \"native\",\n\t\"level\": \"fatal\",\n");
	fprintf(out, "\t\"contexts\": {\"os\": {\"name\": \"Linux\"}, \"device\": {\"arch\": \"" ARCH "\"}},\n");
	fprintf(out, "\t\"exception\": {\"values\": [{\n\t\t\"type\": \"SIGSEGV\",\n\t\t\"value\": \"invalid access at 0x%lx\",\n",
		(unsigned long)(uintptr_t)info->si_addr);
	fprintf(out, "\t\t\"mechanism\": {\"type\": \"signalhandler\", \"handled\": false, \"meta\": {\"signal\": "
		"{\"number\": %d, \"name\": \"SIGSEGV\", \"code\": %d, \"code_name\": \"%s\"}}},\n", info->si_signo, info->si_code, code_name(info));
	fprintf(out, "\t\t\"thread_id\": 1,\n\t\t\"stacktrace\": ");
	print_stack(out, "\t\t", crashed);
	fprintf(out, "\n\t}]},\n\t\"threads\": {\"values\": [\n\t\t{\"id\": 1, \"name\": \"main\", \"crashed\": true, \"current\": true}");
	for (int i = 0; i < thread_count; i++) {
		if (&threads[i] == crashed)
			continue;
		fprintf(out, ",\n\t\t{\"id\": %d, \"name\": \"clerk\", \"crashed\": false, \"current\": false, \"stacktrace\": ", i + 1);
		print_stack(out, "\t\t", &threads[i]);
		fputs("}", out);
	}
	fputs("\n\t]},\n\t\"debug_meta\": {\"images\": [", out);
	struct image_list list = {.out = out};
	dl_iterate_phdr(on_image, &list);
	fputs("\n\t]}\n}\n", out);
}

static void on_crash(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	struct thread *crashed = walk(context);
	for (int i = 0; i < thread_count; i++) {
		if (&threads[i] == crashed)
			continue;
		syscall(SYS_tgkill, getpid(), threads[i].id, SIGUSR1);
		while (sem_wait(&walked) != 0 && errno == EINTR) {
		}
	}
	FILE *out = fopen(report_path, "w");
	if (out != NULL && crashed != NULL) {
		print_event(out, crashed, info);
		fclose(out);
	}
	_exit(128 + info->si_signo);
}

/* --- setting up --- */

void report_thread_runs(void)
{
	if (thread_count < MAX_THREADS)
		threads[thread_count++].id = syscall(SYS_gettid);
}

void report_install(const char *path)
{
	report_path = path;
	if (readlink("/proc/self/exe", executable, sizeof executable - 1) < 0)
		strcpy(executable, "unknown");
	sem_init(&walked, 0, 0);
	threads[thread_count++].id = syscall(SYS_gettid);
	struct sigaction action = {.sa_flags = SA_SIGINFO};
	action.sa_sigaction = on_crash;
	sigaction(SIGSEGV, &action, NULL);
	action.sa_sigaction = on_walk;
	sigaction(SIGUSR1, &action, NULL);
}
