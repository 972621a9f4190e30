/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The queries of a manual page.
 * Benchmarks. The page's text is cut where each title and each query ends.
 */
#include "bench/page.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "text_file.h"

#define EXAMPLES "\n.Sh EXAMPLES\n"
#define TITLE "\n.Ss "
#define BEGIN "\n.Bd -literal"
#define END "\n.Ed"

/* The text behind the line that AT is at the end of. */
static char *next_line(char *at)
{
	return strchr(at + 1, '\n') + 1;
}

/* The query below the title at AT; returns where the next one may begin. */
static char *take_query(struct page *page, char *at)
{
	char *begin = strstr(at, BEGIN);
	char *end = begin ? strstr(begin, END) : NULL;

	if (!end)
		return NULL;
	page->titles[page->n] = at + strlen(TITLE);
	page->queries[page->n++] = next_line(begin);
	*strchr(at + 1, '\n') = '\0';
	*end = '\0';
	return end + 1;
}

int page_read(const char *path, struct page *ret)
{
	struct page page = { .text = text_file_read(path) };

	if (!page.text)
		return ERR_IO;
	for (char *at = strstr(page.text, EXAMPLES); at && page.n < PAGE_QUERIES_MAX;) {
		at = strstr(at, TITLE);
		if (at)
			at = take_query(&page, at);
	}
	*ret = page;
	return ERR_OK;
}

void page_done(struct page *page)
{
	free(page->text);
}
