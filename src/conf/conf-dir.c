/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The system's configuration: a main file and the drop-ins beside it.
 * Conf layer.
 * Knows the names of files, nothing of what stands in them.
 */
#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "conf/conf-parts.h"

#define SUFFIX ".conf"

struct names {
	struct dirent **list;
	int n;
};

static void names_done(struct names *names)
{
	for (int i = 0; i < names->n; i++)
		free(names->list[i]);
	free(names->list);
}

/* Editors and package managers leave hidden and suffixed files behind; those aren't drop-ins. */
static int is_drop_in(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > strlen(SUFFIX) &&
	       strcmp(entry->d_name + len - strlen(SUFFIX), SUFFIX) == 0;
}

/* By bytes, so that the order doesn't change with the locale. */
static int compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int read_in_dir(struct conf *conf, const char *dir, const char *name, struct conf_error *ret_error)
{
	CLEANUP(text_cleanup) char *path = NULL;

	if (asprintf(&path, "%s/%s", dir, name) < 0) {
		path = NULL;
		return conf_fail_nomem(ret_error);
	}
	return conf_file_read(conf, path, ret_error);
}

static int read_drop_ins(struct conf *conf, const char *dir, struct conf_error *ret_error)
{
	CLEANUP(names_done) struct names names = { 0 };
	int r = 0;

	names.n = scandir(dir, &names.list, is_drop_in, compare_names);
	if (names.n < 0) {
		int errnum = errno;

		names = (struct names){ 0 };
		if (errnum == ENOENT)
			return 0;
		return conf_fail(ret_error, ERR_NOT_FOUND, "%s: the folder can't be read: %s", dir, strerror(errnum));
	}
	for (int i = 0; i < names.n && r == 0; i++)
		r = read_in_dir(conf, dir, names.list[i]->d_name, ret_error);
	return r;
}

int conf_load_dir(const char *dir, struct conf **ret, struct conf_error *ret_error)
{
	CLEANUP(text_cleanup) char *drop_ins = NULL;
	CLEANUP(conf_cleanup) struct conf *conf = NULL;

	if (asprintf(&drop_ins, "%s/claimd.conf.d", dir) < 0) {
		drop_ins = NULL;
		return conf_fail_nomem(ret_error);
	}

	int r = conf_new(&conf, ret_error);

	if (r == 0)
		r = read_in_dir(conf, dir, "claimd.conf", ret_error);
	if (r == 0)
		r = read_drop_ins(conf, drop_ins, ret_error);
	if (r == 0)
		r = conf_check(conf, ret_error);
	if (r < 0)
		return r;
	*ret = conf;
	conf = NULL;
	return 0;
}
