/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The merchant's callback_url and what Yandex appended to it, taken apart again.
 * Listener layer, pure. Decides nothing about a claim, and checks no secret.
 *
 * Yandex concatenates "updated_ts=TS&claim_id=ID" to whatever callback_url the merchant gave, so a forgotten '?' or
 * '&' glues our first parameter to the end of theirs. Two levels undo that:
 *
 * 1. The lead: an optional '/' and an optional '?' or '&' are cut off the tail; where something follows without a
 * '?' or '&' between, the path itself was glued. What is left is the query, a row of pieces between '&'s. 2. The
 * places: each of our two names is looked for as a piece's exact name; the last one counts, since ours come after
 * the merchant's. Only a name that no piece has is then looked for inside the pieces, as "NAME=" in the raw text,
 * and where it stands a piece is cut in two: the merchant's before, ours after. So "my_claim_id=5" is left alone
 * beside a real claim_id, and an escaped "claim_id%3D5" inside a value never counts.
 *
 * Every piece that is not ours is an own parameter, earlier ones with our names included.
 */
#include "listener/callback.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/timefmt.h"
#include "store/store.h"
#include "wire/params.h"

/* More than any merchant has; bounds the stack. */
#define OWN_PARAMS_MAX 64

/* "2026-09-23T07:44:04.402413+00:00" is 32; a time with more fraction digits than fit is none. */
#define TIME_TEXT_MAX 64

#define NOWHERE SIZE_MAX

enum ours {
	OURS_UPDATED,
	OURS_CLAIM_ID,
	OURS_MAX,
};

/* With the '=' that gluing shows itself by. */
static const char *const ours_text[OURS_MAX] = {
	[OURS_UPDATED] = "updated_ts=",
	[OURS_CLAIM_ID] = "claim_id=",
};

/* Borrowed bytes of the target, still percent-encoded. */
struct piece {
	const char *text;
	size_t len;
};

struct query {
	struct piece raw;
	size_t place[OURS_MAX]; /* where our piece begins in raw; NOWHERE */
	bool glued;
};

static struct piece piece_skip(struct piece piece, size_t n)
{
	return (struct piece){ piece.text + n, piece.len - n };
}

static bool piece_begins(struct piece piece, const char *text)
{
	return piece.len >= strlen(text) && memcmp(piece.text, text, strlen(text)) == 0;
}

static bool is_separator(struct piece piece)
{
	return piece.len > 0 && (piece.text[0] == '?' || piece.text[0] == '&');
}

static struct piece skip_slash(struct piece tail)
{
	return piece_begins(tail, "/") ? piece_skip(tail, 1) : tail;
}

bool callback_tail_fits(const char *tail, size_t len)
{
	struct piece rest = skip_slash((struct piece){ tail, len });

	return rest.len == 0 || is_separator(rest) || piece_begins(rest, ours_text[OURS_UPDATED]) ||
	       piece_begins(rest, ours_text[OURS_CLAIM_ID]);
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Takes one decoded byte off a piece that has one. An escape that is none stands for itself. */
static char decode_next(struct piece *io_piece)
{
	char c = io_piece->text[0];
	int high = c == '%' && io_piece->len > 2 ? hex_value(io_piece->text[1]) : -1;
	int low = high >= 0 ? hex_value(io_piece->text[2]) : -1;

	if (low < 0) {
		*io_piece = piece_skip(*io_piece, 1);
		return c;
	}
	*io_piece = piece_skip(*io_piece, 3);
	return (char)(high * 16 + low);
}

static struct piece piece_name(struct piece piece)
{
	const char *equals = memchr(piece.text, '=', piece.len);

	return equals ? (struct piece){ piece.text, (size_t)(equals - piece.text) } : piece;
}

static struct piece piece_value(struct piece piece)
{
	size_t name_len = piece_name(piece).len;

	return piece_skip(piece, name_len < piece.len ? name_len + 1 : name_len);
}

/* Whether the piece's name, decoded, is this one of ours; nearly always nothing of it is escaped. */
static bool piece_is(struct piece piece, enum ours ours)
{
	if (piece_begins(piece, ours_text[ours]))
		return true;
	struct piece name = piece_name(piece);
	const char *at = ours_text[ours];

	while (name.len > 0 && *at != '=') {
		if (decode_next(&name) != *at++)
			return false;
	}
	return name.len == 0 && *at == '=';
}

static bool is_place(const struct query *query, size_t at)
{
	return at == query->place[OURS_UPDATED] || at == query->place[OURS_CLAIM_ID];
}

/* Where the piece at BEGIN ends: at an '&', or where ours is glued on. */
static size_t piece_end(const struct query *query, size_t begin)
{
	const struct piece *raw = &query->raw;
	const char *separator = memchr(raw->text + begin, '&', raw->len - begin);
	size_t end = separator ? (size_t)(separator - raw->text) : raw->len;

	for (enum ours ours = 0; ours < OURS_MAX; ours++)
		if (query->place[ours] > begin && query->place[ours] < end)
			end = query->place[ours];
	return end;
}

/* The next piece from *io_at on, which is then its end. */
static bool piece_next(const struct query *query, size_t *io_at, struct piece *ret)
{
	const struct piece *raw = &query->raw;
	size_t begin = *io_at;

	while (begin < raw->len && raw->text[begin] == '&')
		begin++;
	if (begin == raw->len)
		return false;
	*io_at = piece_end(query, begin);
	*ret = (struct piece){ raw->text + begin, *io_at - begin };
	return true;
}

static void place_exact(const struct query *query, size_t ret[static OURS_MAX])
{
	struct piece piece;
	size_t at = 0;

	while (piece_next(query, &at, &piece)) {
		for (enum ours ours = 0; ours < OURS_MAX; ours++)
			if (piece_is(piece, ours))
				ret[ours] = (size_t)(piece.text - query->raw.text);
	}
}

static size_t place_glued(const struct query *query, enum ours ours)
{
	for (size_t at = query->raw.len; at-- > 0;) {
		if (piece_begins(piece_skip(query->raw, at), ours_text[ours]))
			return at;
	}
	return NOWHERE;
}

/* Both exact names first: a cut may only be made where no exact name stands. */
static void query_place(struct query *query)
{
	size_t exact[OURS_MAX] = { NOWHERE, NOWHERE };

	place_exact(query, exact);
	for (enum ours ours = 0; ours < OURS_MAX; ours++) {
		query->place[ours] = exact[ours];
		if (exact[ours] != NOWHERE)
			continue;
		query->place[ours] = place_glued(query, ours);
		if (query->place[ours] != NOWHERE && query->raw.text[query->place[ours] - 1] != '?')
			query->glued = true;
	}
}

static struct query query_new(struct piece tail)
{
	struct piece rest = skip_slash(tail);
	bool separated = is_separator(rest);
	struct query query = {
		.raw = separated ? piece_skip(rest, 1) : rest,
		.place = { NOWHERE, NOWHERE },
		.glued = !separated && rest.len > 0,
	};

	query_place(&query);
	return query;
}

/* Our parameter's value, and whether there is one. */
static bool query_value(const struct query *query, enum ours ours, struct piece *ret)
{
	size_t at = query->place[ours];
	struct piece piece;

	if (at == NOWHERE || !piece_next(query, &at, &piece))
		return false;
	*ret = piece_value(piece);
	return true;
}

/* Returns why there is none, NULL for a good one. */
static const char *take_claim_id(const struct query *query, char ret[static EXTERNAL_ID_SIZE])
{
	char id[EXTERNAL_ID_SIZE];
	struct piece value;
	size_t n = 0;

	if (!query_value(query, OURS_CLAIM_ID, &value))
		return "no claim_id parameter";
	if (value.len == 0)
		return "claim_id is empty";
	while (value.len > 0 && n < EXTERNAL_ID_SIZE - 1)
		id[n++] = decode_next(&value);
	if (!external_id_is_valid(id, n))
		return "claim_id has characters outside [0-9A-Za-z_-]";
	if (value.len > 0)
		return "claim_id is longer than 64 characters";
	id[n] = '\0';
	memcpy(ret, id, n + 1);
	return NULL;
}

/* A raw '+' is a plus here, whatever a form would make of it: that is the zone's sign. */
static struct wall take_updated(const struct query *query, unsigned *io_quirks)
{
	char text[TIME_TEXT_MAX];
	struct wall updated;
	struct piece value;
	unsigned odd = 0;
	size_t n = 0;

	if (!query_value(query, OURS_UPDATED, &value))
		value = (struct piece){ "", 0 };
	while (value.len > 0 && n < sizeof(text))
		text[n++] = decode_next(&value);
	if (value.len > 0 || timefmt_parse(text, n, &updated, &odd) < 0) {
		*io_quirks |= HINT_NO_TIME;
		return WALL_NONE;
	}
	if (odd & TIMEFMT_SPACE_ZONE)
		*io_quirks |= HINT_SPACE_ZONE;
	if ((odd & (TIMEFMT_ODD_FRACTION | TIMEFMT_MISSING_ZONE)) || !memchr(text, '.', n))
		*io_quirks |= HINT_ODD_TIME;
	return updated;
}

/* A callback_url that ends in a second '?', as "?my_order_id=123?": the '?' is no part of the merchant's value. */
static struct piece cut_question(const struct query *query, struct piece piece)
{
	size_t end = (size_t)(piece.text - query->raw.text) + piece.len;

	if (is_place(query, end) && piece.text[piece.len - 1] == '?')
		piece.len--;
	return piece;
}

static size_t own_pieces(const struct query *query, struct piece ret[static OWN_PARAMS_MAX])
{
	struct piece piece;
	size_t at = 0;
	size_t n = 0;

	while (n < OWN_PARAMS_MAX && piece_next(query, &at, &piece)) {
		if (is_place(query, (size_t)(piece.text - query->raw.text)))
			continue;
		piece = cut_question(query, piece);
		if (piece.len > 0)
			ret[n++] = piece;
	}
	return n;
}

/* Decodes as forms do, '+' for a space, to *io_at and moves it on; returns how many bytes that made. */
static size_t decode_form(struct piece piece, char **io_at)
{
	char *begin = *io_at;

	while (piece.len > 0) {
		bool plus = piece.text[0] == '+';
		char c = decode_next(&piece);

		*(*io_at)++ = plus ? ' ' : c;
	}
	return (size_t)(*io_at - begin);
}

DEFINE_CLEANUP(bytes, char *, free)

/* *ret is NULL when there are none. */
static int own_encode(const struct query *query, char **ret)
{
	struct piece pieces[OWN_PARAMS_MAX];
	struct wire_param params[OWN_PARAMS_MAX];
	size_t n = own_pieces(query, pieces);
	CLEANUP(bytes_cleanup) char *bytes = NULL;
	char *at;

	if (n == 0) {
		*ret = NULL;
		return ERR_OK;
	}
	assert(query->raw.len > 0);
	at = bytes = malloc(query->raw.len); /* decoding never makes text longer */
	if (!bytes)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		params[i].name = at;
		params[i].name_len = decode_form(piece_name(pieces[i]), &at);
		params[i].value = at;
		params[i].value_len = decode_form(piece_value(pieces[i]), &at);
	}
	return wire_params_encode(params, n, ret);
}

int callback_parse(const char *tail, size_t len, struct callback *ret)
{
	struct query query = query_new((struct piece){ tail, len });
	struct callback callback = { .quirks = query.glued ? HINT_GLUED : 0 };
	int r = own_encode(&query, &callback.own_params);

	if (r < 0)
		return r;
	callback.reason = take_claim_id(&query, callback.claim_id);
	callback.updated = take_updated(&query, &callback.quirks);
	*ret = callback;
	return ERR_OK;
}

void callback_done(struct callback *callback)
{
	free(callback->own_params);
	callback->own_params = NULL;
}
