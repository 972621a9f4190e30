/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An input as a text or a file.
 * Tests: knows no layer.
 */
#include "tests/fuzz/input.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

char *input_text(const void *bytes, size_t size)
{
	char *text = strndup(bytes, size);

	FUZZ_REQUIRE(text);
	return text;
}

int input_file(const void *bytes, size_t size, char ret_path[static INPUT_PATH_SIZE])
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	FUZZ_REQUIRE(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
	(void)snprintf(ret_path, INPUT_PATH_SIZE, "/dev/fd/%d", fd);
	return fd;
}

char *input_line(char **rest)
{
	return *rest ? strsep(rest, "\n") : NULL;
}
