/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where each section and value was set.
 * Conf layer.
 * A list in the order of reading: a configuration has some dozen lines, and is read once.
 */
#include <string.h>

#include "base/err.h"
#include "conf/conf-parts.h"

int conf_origins_add_file(struct conf_origins *origins, const char *path)
{
	char **files = reallocarray(origins->files, origins->n_files + 1, sizeof(*files));

	if (!files)
		return ERR_NOMEM;
	origins->files = files;

	char *copy = strdup(path);

	if (!copy)
		return ERR_NOMEM;
	files[origins->n_files++] = copy;
	return 0;
}

int conf_origins_add(struct conf_origins *origins, const struct conf_origin *origin)
{
	struct conf_origin *list = reallocarray(origins->list, origins->n + 1, sizeof(*list));

	if (!list)
		return ERR_NOMEM;
	origins->list = list;
	list[origins->n++] = *origin;
	return 0;
}

const struct conf_origin *conf_origins_find(
	const struct conf_origins *origins, const void *section, const struct conf_key *key)
{
	for (size_t i = origins->n; i > 0; i--) {
		const struct conf_origin *origin = &origins->list[i - 1];

		if (origin->section == section && origin->key == key)
			return origin;
	}
	return NULL;
}

struct conf_origins *conf_origins_free(struct conf_origins *origins)
{
	if (!origins)
		return NULL;
	for (size_t i = 0; i < origins->n_files; i++)
		free(origins->files[i]);
	free(origins->files);
	free(origins->list);
	free(origins);
	return NULL;
}
