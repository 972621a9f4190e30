/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A merchant's own callback parameters as a JSON object, so that SQL can read them with json_extract().
 * Wire layer.
 */
#ifndef CLAIMD_WIRE_PARAMS_H
#define CLAIMD_WIRE_PARAMS_H

#include <stddef.h>

/* One name and value, as bytes; not NUL-terminated. */
struct wire_param {
	const char *name;
	size_t name_len;
	const char *value;
	size_t value_len;
};

/* {"my_order_id":"123",...}; values are strings, of two equal names the last stands, bytes that are no UTF-8 become
 * U+FFFD. *ret is owned by the caller, free(). */
int wire_params_encode(const struct wire_param *params, size_t n, char **ret);

#endif
