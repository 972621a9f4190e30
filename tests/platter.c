/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files as bytes that are safe and writes that wait.
 * Tests: linked into each program of each ring; knows no layer.
 */
#include "platter.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "suite.h"

/* What a disk writes as a whole, if it is well. */
#define SECTOR 512

struct image {
	unsigned char *bytes;
	size_t size;
};

/* A write, or, without bytes, the end of the file at OFFSET. */
struct waiting {
	struct waiting *next;
	bool cuts;
	size_t offset;
	size_t size;
	unsigned char bytes[];
};

struct platter_file {
	struct platter_file *next;
	struct image safe;
	struct waiting *first;
	struct waiting **end;
};

struct name {
	struct name *next;
	struct platter_file *now;  /* for whoever opens it; NULL: there is none */
	struct platter_file *safe; /* on the disk */
	char text[];
};

struct platter {
	struct platter_file *files;
	struct name *names;
};

/* --- Images */

static void image_resize(struct image *image, size_t size)
{
	unsigned char *bytes = realloc(image->bytes, size + 1);

	ck_assert_ptr_nonnull(bytes);
	if (size > image->size)
		memset(bytes + image->size, 0, size - image->size);
	*image = (struct image){ .bytes = bytes, .size = size };
}

static void image_write(struct image *image, size_t offset, const unsigned char *bytes, size_t size)
{
	if (!image->bytes || offset + size > image->size)
		image_resize(image, offset + size);
	memcpy(image->bytes + offset, bytes, size);
}

static void image_take(struct image *image, const struct waiting *waiting)
{
	if (waiting->cuts)
		image_resize(image, waiting->offset);
	else
		image_write(image, waiting->offset, waiting->bytes, waiting->size);
}

/* Of six sectors one is not written, and one only to a part; of two truncations one is made. */
static void image_take_by_chance(struct image *image, const struct waiting *waiting, unsigned *seed)
{
	enum { LOST, TORN, CHANCES = 6 };

	if (waiting->cuts) {
		if (rand_r(seed) % 2)
			image_take(image, waiting);
		return;
	}
	for (size_t at = 0, part; at < waiting->size; at += part) {
		int chance = rand_r(seed) % CHANCES;

		part = SECTOR - (waiting->offset + at) % SECTOR;
		if (part > waiting->size - at)
			part = waiting->size - at;
		if (chance == TORN)
			image_write(image, waiting->offset + at, waiting->bytes + at, (size_t)rand_r(seed) % part);
		else if (chance != LOST)
			image_write(image, waiting->offset + at, waiting->bytes + at, part);
	}
}

/* --- Files */

static void forget_waiting(struct platter_file *file)
{
	while (file->first) {
		struct waiting *waiting = file->first;

		file->first = waiting->next;
		free(waiting);
	}
	file->end = &file->first;
}

static struct platter_file *file_new(struct platter *platter)
{
	struct platter_file *file = calloc(1, sizeof(*file));

	ck_assert_ptr_nonnull(file);
	file->end = &file->first;
	file->next = platter->files;
	platter->files = file;
	return file;
}

static void wait_for_sync(struct platter_file *file, const struct waiting *like, const void *bytes)
{
	struct waiting *waiting = malloc(sizeof(*waiting) + like->size);

	ck_assert_ptr_nonnull(waiting);
	*waiting = *like;
	memcpy(waiting->bytes, bytes, like->size);
	*file->end = waiting;
	file->end = &waiting->next;
}

void platter_write(struct platter_file *file, size_t offset, const void *bytes, size_t size)
{
	wait_for_sync(file, &(struct waiting){ .offset = offset, .size = size }, bytes);
}

void platter_truncate(struct platter_file *file, size_t size)
{
	wait_for_sync(file, &(struct waiting){ .cuts = true, .offset = size }, "");
}

void platter_sync(struct platter_file *file)
{
	for (const struct waiting *waiting = file->first; waiting; waiting = waiting->next)
		image_take(&file->safe, waiting);
	forget_waiting(file);
}

void platter_lose(struct platter_file *file)
{
	forget_waiting(file);
}

/* --- Names */

static struct name *find_name(struct platter *platter, const char *text)
{
	for (struct name *name = platter->names; name; name = name->next)
		if (strcmp(name->text, text) == 0)
			return name;

	size_t size = strlen(text) + 1;
	struct name *name = calloc(1, sizeof(*name) + size);

	ck_assert_ptr_nonnull(name);
	memcpy(name->text, text, size);
	name->next = platter->names;
	return platter->names = name;
}

struct platter_file *platter_find(struct platter *platter, const char *name)
{
	return find_name(platter, name)->now;
}

struct platter_file *platter_create(struct platter *platter, const char *name)
{
	return find_name(platter, name)->now = file_new(platter);
}

struct platter_file *platter_adopt(struct platter *platter, const char *name, const void *bytes, size_t size)
{
	struct platter_file *file = platter_create(platter, name);

	image_write(&file->safe, 0, bytes, size);
	find_name(platter, name)->safe = file;
	return file;
}

void platter_remove(struct platter *platter, const char *name)
{
	find_name(platter, name)->now = NULL;
}

void platter_sync_names(struct platter *platter)
{
	for (struct name *name = platter->names; name; name = name->next)
		name->safe = name->now;
}

/* --- Landing */

static void write_file(const char *path, const struct image *image)
{
	FILE *stream = fopen(path, "wb");

	ck_assert_msg(stream, "%s: %m", path);
	ck_assert_uint_eq(fwrite(image->bytes, 1, image->size, stream), image->size);
	ck_assert_int_eq(fclose(stream), 0);
}

static void land_file(const struct platter_file *file, unsigned *seed, const char *path)
{
	struct image image = { 0 };

	image_write(&image, 0, file->safe.bytes ? file->safe.bytes : (const unsigned char *)"", file->safe.size);
	if (*seed)
		for (const struct waiting *waiting = file->first; waiting; waiting = waiting->next)
			image_take_by_chance(&image, waiting, seed);
	write_file(path, &image);
	free(image.bytes);
}

void platter_land(struct platter *platter, unsigned seed, const char *folder)
{
	for (const struct name *name = platter->names; name; name = name->next) {
		const struct platter_file *file = seed && rand_r(&seed) % 2 ? name->now : name->safe;
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", folder, name->text);
		unlink(path);
		if (file)
			land_file(file, &seed, path);
	}
}

/* --- Life */

struct platter *platter_new(void)
{
	struct platter *platter = calloc(1, sizeof(*platter));

	ck_assert_ptr_nonnull(platter);
	return platter;
}

struct platter *platter_free(struct platter *platter)
{
	while (platter && platter->files) {
		struct platter_file *file = platter->files;

		platter->files = file->next;
		forget_waiting(file);
		free(file->safe.bytes);
		free(file);
	}
	while (platter && platter->names) {
		struct name *name = platter->names;

		platter->names = name->next;
		free(name);
	}
	free(platter);
	return NULL;
}
