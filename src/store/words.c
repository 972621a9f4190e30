/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Words to enums, by the same texts that write them.
 * Store layer.
 */
#include "store/words.h"

#include <string.h>

enum via words_via(const char *text)
{
	for (int via = 0; text && via < VIA_MAX; via++)
		if (strcmp(via_text((enum via)via), text) == 0)
			return (enum via)via;
	return VIA_SWEEP;
}

enum verdict words_verdict(const char *text)
{
	for (int verdict = 0; text && verdict < VERDICT_MAX; verdict++)
		if (strcmp(verdict_text((enum verdict)verdict), text) == 0)
			return (enum verdict)verdict;
	return VERDICT_SAME;
}

enum ruling words_ruling(const char *text)
{
	for (int ruling = RULING_ADOPTED; text && ruling < RULING_MAX; ruling++)
		if (strcmp(ruling_text((enum ruling)ruling), text) == 0)
			return (enum ruling)ruling;
	return RULING_NONE;
}

const struct model *words_model(const char *text)
{
	return text ? model_by_name(text) : NULL;
}

const char *words_model_text(const struct model *model)
{
	return model ? model->name : NULL;
}
