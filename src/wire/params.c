/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Own callback parameters to JSON text.
 * Wire layer. Values stay strings: "007" must not become 7.
 */
#include "wire/params.h"

#include <stdlib.h>

#include "base/err.h"
#include "wire/doc.h"
#include "wire/utf8.h"

DEFINE_CLEANUP(text, char *, free)

static int param_add(struct json_object *doc, const struct wire_param *param)
{
	CLEANUP(text_cleanup) char *name = NULL;
	CLEANUP(text_cleanup) char *value = NULL;
	int err = utf8_repair(param->name, param->name_len, &name);

	if (err == ERR_OK)
		err = utf8_repair(param->value, param->value_len, &value);
	if (err == ERR_OK)
		doc_add(doc, name, json_object_new_string(value), &err);
	return err;
}

int wire_params_encode(const struct wire_param *params, size_t n, char **ret)
{
	CLEANUP(doc_cleanup) struct json_object *doc = json_object_new_object();
	int err = doc ? ERR_OK : ERR_NOMEM;

	for (size_t i = 0; i < n && err == ERR_OK; i++)
		err = param_add(doc, &params[i]);
	return err < 0 ? err : doc_print(doc, ret);
}
