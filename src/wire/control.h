/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is said over the control socket: POST /actions asks for one act, and its answer names the actions that were
 * recorded, or says why none was. Each of both documents is written by one program and read by the other.
 * Wire layer. Strict: a request that has anything that does not belong to its kind asks for something else than its sender
 * believes. Any bytes give a result or an error code.
 */
#ifndef CLAIMD_WIRE_CONTROL_H
#define CLAIMD_WIRE_CONTROL_H

#include <stddef.h>
#include <stdint.h>

#include "model/act.h"
#include "model/seen.h"

/* A source's name, as a section of the configuration has it, and a note, one line; each with its NUL. */
#define WIRE_SOURCE_SIZE 33
#define WIRE_NOTE_SIZE 400

/* What is wrong with a request, for people, with its NUL. */
#define WIRE_WHY_SIZE 256

/* What is wanted. A text that is not given, or does not go with the kind, is "", a number NUMBER_NONE. */
struct wire_act {
	enum act_kind kind;
	char id[EXTERNAL_ID_SIZE];       /* the claim or order that it is about */
	char source[WIRE_SOURCE_SIZE];   /* whose; without it the one source that knows the id, or, of a probe, all */
	char argument[STATUS_TEXT_SIZE]; /* as act_argument_is_valid() wants it */
	int64_t version;                 /* of the claim: the one that was looked at */
	char price[DECIMAL_SIZE];        /* with paid, and only with it: the fee that was agreed to */
	int64_t target_id;               /* of resolve: the violation; of retry: the message, where it is not all of them */
	char note[WIRE_NOTE_SIZE];       /* of resolve */
};

/* Reads a request. ERR_INVALID, with RET_WHY saying what is wrong and what would be right, for anything but one JSON object that has
 * each member that its kind wants, and none that it does not know. ERR_NOMEM. */
int wire_act_parse(const char *text, size_t len, struct wire_act *ret, char ret_why[static WIRE_WHY_SIZE]);

/* The request for ACT; *ret is owned by the caller, free(). Nothing is checked: that is the reader's part. ERR_NOMEM. */
int wire_act_encode(const struct wire_act *act, char **ret);

/* An answer: the ids of the actions that were recorded, or, with none, why not. */
struct wire_acts {
	int64_t *ids; /* owned */
	size_t n;
	char code[64]; /* "" where N is not 0 */
	char message[WIRE_WHY_SIZE];
};

/* Reads an answer. ERR_INVALID when it is neither, ERR_NOMEM. */
int wire_acts_parse(const char *text, size_t len, struct wire_acts *ret);
void wire_acts_done(struct wire_acts *acts);

/* {"actions":[...]} and {"error":{"code","message"}}; *ret is owned by the caller, free(). ERR_NOMEM. */
int wire_acts_encode(const int64_t *ids, size_t n, char **ret);
int wire_acts_error_encode(const char *code, const char *message, char **ret);

#endif
