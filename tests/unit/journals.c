/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Makes journals word by word.
 * Tests, unit ring.
 */
#include "unit/journals.h"

/* Like the field's own: operations grow, and lie apart. */
#define OPERATION_FIRST 80
#define OPERATION_STEP 2

/* A journal that is being made. */
struct journal {
	const struct alphabet *alphabet;
	const char *const *words;
	size_t length;
	journal_fn fn;
	struct arrivals arrivals;
};

/* Where it stands, from event to event. */
struct place {
	struct order_key key;
	int status; /* what was told last without straying; STATUS_UNKNOWN: nothing */
	size_t n_strays;
};

static const char *const *all_words(void)
{
	static const char *words[MODEL_STATUS_MAX + 2];

	for (size_t i = 0; i < model_claims.n_statuses; i++)
		words[i] = model_claims.statuses[i].name;
	words[model_claims.n_statuses] = "teleported";
	return words;
}

/* False when WORD strays once too often. */
static bool move(const struct alphabet *alphabet, struct place *place, const char *word)
{
	int to = model_status(&model_claims, word);
	bool strays = to == STATUS_UNKNOWN ||
	              (place->status != STATUS_UNKNOWN && !model_has_edge(&model_claims, place->status, to));

	if (!strays)
		place->status = to;
	place->n_strays += strays;
	return place->n_strays <= alphabet->n_strays;
}

static struct arrival make_arrival(const struct journal *journal, const struct place *place, const char *word)
{
	int64_t revision = journal->alphabet->revised ? place->key.revision : NUMBER_NONE;
	struct arrival arrival = { .seen = make_event(word, revision, place->key.updated.us) };

	arrival.seen.operation_id = OPERATION_FIRST + OPERATION_STEP * (int64_t)journal->arrivals.n;
	return arrival;
}

static void extend(struct journal *journal, const struct place *from);

static void tell(struct journal *journal, const struct place *from, const char *word)
{
	struct place place = *from;

	if (!move(journal->alphabet, &place, word))
		return;

	struct arrival arrival = make_arrival(journal, &place, word);

	arrivals_add(&journal->arrivals, &arrival);
	journal->fn(&journal->arrivals);
	extend(journal, &place);
	arrivals_drop(&journal->arrivals);
}

static void extend(struct journal *journal, const struct place *from)
{
	const struct alphabet *alphabet = journal->alphabet;
	size_t n_gaps = journal->arrivals.n > 0 ? alphabet->n_gaps : 1;

	if (journal->arrivals.n == journal->length)
		return;
	for (size_t i = 0; i < n_gaps; i++) {
		struct place place = *from;

		if (journal->arrivals.n > 0) {
			place.key.revision += alphabet->gaps[i].revisions;
			place.key.updated.us += alphabet->gaps[i].us;
		}
		for (const char *const *word = journal->words; *word; word++)
			tell(journal, &place, *word);
	}
}

void journals_each(const struct alphabet *alphabet, size_t shorter, journal_fn fn)
{
	static struct journal journal;
	static struct ledger blank;
	const struct place begin = { .key = { .revision = 1 }, .status = STATUS_UNKNOWN };

	ledger_init(&blank);
	blank.policy = alphabet->policy;
	blank.now = moment(alphabet->now_us);
	journal = (struct journal){
		.alphabet = alphabet,
		.words = alphabet->words ? alphabet->words : all_words(),
		.length = arrivals_length(alphabet->length, alphabet->exhausting) - shorter,
		.fn = fn,
	};
	arrivals_begin(&journal.arrivals, &blank);
	extend(&journal, &begin);
	arrivals_done(&journal.arrivals, alphabet->name);
}
