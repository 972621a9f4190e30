/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The configuration as text: what results, the sample, and the manual's list.
 * Conf layer.
 * Adds no words of its own about a key: all of them stand in conf.def.
 */
#include <string.h>

#include "conf/conf-parts.h"
#include "conf/conf-value.h"

#define KEY_WIDTH 15 /* the equals signs stand below each other; a longer key moves its own */
#define LINE_WIDTH 78

/* The example's name in the sample, and the placeholder's in the manual. */
#define SAMPLE_NAME "main"
#define MANUAL_NAME "NAME"

static void print_section(enum conf_section type, const void *section, FILE *out)
{
	for (size_t i = 0; i < conf_n_keys; i++) {
		const struct conf_key *key = &conf_keys[i];

		if (key->section != type)
			continue;
		fprintf(out, "%-*s = ", KEY_WIDTH, key->name);
		conf_value_write(key, conf_key_field_const(key, section), out);
		fputc('\n', out);
	}
}

void conf_print(const struct conf *conf, FILE *out)
{
	fputs("[daemon]\n", out);
	print_section(CONF_SECTION_daemon, &conf->daemon, out);
	fputs("\n[listen]\n", out);
	print_section(CONF_SECTION_listen, &conf->listen, out);
	fputs("\n[admin]\n", out);
	print_section(CONF_SECTION_admin, &conf->admin, out);
	for (size_t i = 0; i < conf->n_sources; i++) {
		const struct conf_source *source = conf->sources[i];

		fprintf(out, "\n[%s %s]\n", conf_source_kind_text(source->kind), source->name);
		print_section(conf_source_section(source), source, out);
	}
}

/* A paragraph of lines that begin with PREFIX and end between words; with SENTENCES also after each full stop. */
static void print_paragraph(const char *text, const char *prefix, bool sentences, FILE *out)
{
	size_t column = 0;

	while (*text != '\0') {
		size_t len = strcspn(text, " ");

		if (column > 0 && column + 1 + len > LINE_WIDTH) {
			fputc('\n', out);
			column = 0;
		}
		column += (size_t)fprintf(out, "%s%.*s", column == 0 ? prefix : " ", (int)len, text);
		if (sentences && text[len] != '\0' && text[len - 1] == '.') {
			fputc('\n', out);
			column = 0;
		}
		text += len + strspn(text + len, " ");
	}
	fputc('\n', out);
}

static void print_default(const struct conf_key *key, const char *section_name, FILE *out)
{
	CLEANUP(text_cleanup) char *text = NULL;

	if (*key->fallback != '\0' && conf_key_fallback(key, section_name, &text) == 0)
		fprintf(out, " %s", text);
}

static const char fixed_text[] = "A change takes effect at a restart.";

/* Sample. */

static void print_sample_key(const struct conf_key *key, FILE *out)
{
	char min[CONF_QUANTITY_SIZE], max[CONF_QUANTITY_SIZE];

	fputc('\n', out);
	print_paragraph(key->explanation, "# ", false, out);
	if (conf_key_format_limits(key, min, max))
		fprintf(out, "# From %s to %s.\n", min, max);
	else if (strchr(conf_key_form(key), '|'))
		fprintf(out, "# %s\n", conf_key_form(key));
	if (conf_key_is_fixed(key))
		fprintf(out, "# %s\n", fixed_text);
	fprintf(out, ";%-*s =", KEY_WIDTH, key->name);
	print_default(key, SAMPLE_NAME, out);
	fputc('\n', out);
}

static void print_sample_section(enum conf_section type, FILE *out)
{
	const struct conf_section_type *section = &conf_section_types[type];

	fputc('\n', out);
	print_paragraph(section->explanation, "# ", false, out);
	/* A named section stands for something that must exist, so it is only an example. */
	if (section->named)
		fprintf(out, ";[%s %s]\n", section->name, SAMPLE_NAME);
	else
		fprintf(out, "[%s]\n", section->name);
	for (size_t i = 0; i < conf_n_keys; i++)
		if (conf_keys[i].section == type)
			print_sample_key(&conf_keys[i], out);
}

void conf_print_sample(FILE *out)
{
	fputs("# The configuration of claimd(8); claimd.conf(5) explains it.\n"
	      "# Each key stands here with its default, behind a semicolon; take that away to change it.\n"
	      "# Durations take ms, s, min, h or d, sizes B, KiB or MiB. ${NAME} is replaced from the environment.\n",
		out);
	for (enum conf_section type = 0; type < CONF_SECTION_MAX; type++)
		print_sample_section(type, out);
}

/* Manual. */

static void print_mdoc_key(const struct conf_key *key, FILE *out)
{
	const char *form = conf_key_form(key);
	char min[CONF_QUANTITY_SIZE], max[CONF_QUANTITY_SIZE];

	/* Words to be written as they are, or a word that stands for something. */
	fprintf(out, ".It Ic %s No = %s %s\n", key->name, strchr(form, '|') ? "Cm" : "Ar", form);
	print_paragraph(key->explanation, "", true, out);
	if (conf_key_format_limits(key, min, max))
		fprintf(out, "From %s to %s.\n", min, max);
	if (conf_key_is_fixed(key))
		fprintf(out, "%s\n", fixed_text);
	if (*key->fallback == '\0') {
		fputs("Empty by default.\n", out);
		return;
	}
	fputs("The default is\n.Li", out);
	print_default(key, MANUAL_NAME, out);
	fputs(" .\n", out);
}

void conf_print_mdoc(FILE *out)
{
	for (enum conf_section type = 0; type < CONF_SECTION_MAX; type++) {
		const struct conf_section_type *section = &conf_section_types[type];

		fprintf(out, ".Ss [%s%s]\\&\n", section->name, section->named ? " " MANUAL_NAME : "");
		print_paragraph(section->explanation, "", true, out);
		fputs(".Bl -tag -width indent\n", out);
		for (size_t i = 0; i < conf_n_keys; i++)
			if (conf_keys[i].section == type)
				print_mdoc_key(&conf_keys[i], out);
		fputs(".El\n", out);
	}
}
