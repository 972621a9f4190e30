/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The queries of a manual page's examples: what stands between .Bd -literal and .Ed below each .Ss.
 * For the benchmarks.
 */
#ifndef CLAIMD_TESTS_BENCH_PAGE_H
#define CLAIMD_TESTS_BENCH_PAGE_H

#include <stddef.h>

#define PAGE_QUERIES_MAX 32

struct page {
	char *text;
	size_t n;
	const char *titles[PAGE_QUERIES_MAX]; /* within text */
	const char *queries[PAGE_QUERIES_MAX];
};

int page_read(const char *path, struct page *ret);
void page_done(struct page *page);

#endif
