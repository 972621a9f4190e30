/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory that gives out.
 * Memory ring. Stands before the allocator of libc, or of a sanitizer: what they export under a second name does the work.
 */
#include "scarce.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SCARCE_UNDER_ASAN
#endif
#endif

#if defined(SCARCE_UNDER_ASAN) || defined(__SANITIZE_ADDRESS__)
#define REAL(name) __interceptor_##name
#else
#define REAL(name) __libc_##name
#endif

#define CALLER __builtin_return_address(0)

void *REAL(malloc)(size_t size);
void *REAL(calloc)(size_t n, size_t size);
void *REAL(realloc)(void *block, size_t size);
void REAL(free)(void *block);

/* Where this program's own code begins and ends, by the linker's word. */
extern const char __executable_start[];
extern const char etext[];

static struct {
	bool counts;
	struct scarcity scarcity;
	size_t left; /* allocations that are still granted */
	bool failed;
	long kept;
} memory;

void scarce_begin(struct scarcity scarcity, size_t nth)
{
	memory.scarcity = scarcity;
	memory.left = nth - 1;
	memory.failed = false;
	memory.kept = 0;
	memory.counts = true;
}

bool scarce_end(void)
{
	memory.counts = false;
	return memory.failed;
}

long scarce_kept(void)
{
	return memory.kept;
}

const char *scarce_text(struct scarcity scarcity, size_t nth)
{
	static char text[64];

	(void)snprintf(text, sizeof(text), "allocation %zu%s fails%s", nth, scarcity.ours ? " of ours" : "",
	               scarcity.for_good ? " for good" : "");
	return text;
}

/* Whether the allocation that CALLER asks for now fails. */
static bool fails(const char *caller)
{
	if (!memory.counts || (memory.scarcity.ours && (caller < __executable_start || caller >= etext)))
		return false;
	if (memory.left > 0) {
		memory.left--;
		return false;
	}
	if (memory.failed && !memory.scarcity.for_good)
		return false;
	memory.failed = true;
	errno = ENOMEM;
	return true;
}

static void *count(void *block)
{
	memory.kept += memory.counts && block;
	return block;
}

/* A block that only grows counts as the one that it was. */
static void *grow(const char *caller, void *block, size_t size)
{
	if (fails(caller))
		return NULL;
	return block ? REAL(realloc)(block, size) : count(REAL(malloc)(size));
}

static char *copy(const char *caller, const char *text, size_t len)
{
	char *block = grow(caller, NULL, len + 1);

	if (!block)
		return NULL;
	block[len] = '\0';
	return memcpy(block, text, len);
}

void *malloc(size_t size)
{
	return grow(CALLER, NULL, size);
}

void *calloc(size_t n, size_t size)
{
	return fails(CALLER) ? NULL : count(REAL(calloc)(n, size));
}

void *realloc(void *block, size_t size)
{
	return grow(CALLER, block, size);
}

void free(void *block)
{
	memory.kept -= memory.counts && block;
	REAL(free)(block);
}

/* libc makes these of the ones above, but a sanitizer has its own, which do not come by here. */
void *reallocarray(void *block, size_t n, size_t size)
{
	size_t bytes;

	if (!__builtin_mul_overflow(n, size, &bytes))
		return grow(CALLER, block, bytes);
	errno = ENOMEM;
	return NULL;
}

char *strdup(const char *text)
{
	return copy(CALLER, text, strlen(text));
}

char *strndup(const char *text, size_t max)
{
	return copy(CALLER, text, strnlen(text, max));
}
