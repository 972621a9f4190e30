/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A listener to test: a database, a loop, sources of both kinds, an ephemeral port, and another program that may hold the
 * write lock. Component ring: the real store, loop and server.
 */
#ifndef CLAIMD_TESTS_COMPONENT_LISTENER_WORLD_H
#define CLAIMD_TESTS_COMPONENT_LISTENER_WORLD_H

#include <sqlite3.h>

#include "base/address.h"
#include "base/log.h"
#include "listener/listener.h"
#include "raw_client.h"

#define SECRET "s3cret-of-main_0123456789"
#define OTHER_SECRET "other"
#define PATH "/delivery/main/" SECRET
#define GOOD PATH "?updated_ts=2026-09-23T07:44:04.402413%2B00:00&claim_id=abc"

#define SHOP_SECRET "s3cret-of-a-shop_0123456789"
#define OTHER_SHOP_SECRET "other-shop"
#define PUSHES "/market/main/" SHOP_SECRET "/notification"

enum {
	SOURCE_MAIN,
	SOURCE_OTHER,
	SOURCE_SILENT, /* callbacks = no, its secret "silent" all the same */
	SOURCE_SHOP,   /* [market main]; the markets' allow_from is 127.0.0.0/8 and 5.45.207.0/25 */
	SOURCE_OTHER_SHOP,
	SOURCE_SILENT_SHOP,
	SOURCES,
};

struct listener_world {
	struct clock clock;
	struct loop *loop;
	struct store *store;
	struct metrics *metrics;
	struct conf_listen listen;
	struct conf_source conf[SOURCES];
	struct listener_source sources[SOURCES];
	size_t max_waiting;
	struct listener *listener; /* NULL until listener_world_start() */
	char address[ADDRESS_SIZE];
	char *path;
	sqlite3 *other;
	unsigned hints; /* times that on_hints() ran */
	struct raw_client client;
	struct raw_answer answer; /* to the last listener_world_ask() */
};

void listener_world_open(struct listener_world *w);
void listener_world_close(struct listener_world *w);

/* Starts the listener with the settings that stand in W; what listener_new() returned. */
int listener_world_try_start(struct listener_world *w, const char *address);
/* Starts it on an ephemeral port. */
void listener_world_start(struct listener_world *w);
/* Starts it on a socket that is bound already, and then is the listener's. */
void listener_world_start_on(struct listener_world *w, int fd);

/* Runs SQL as another program. */
void listener_world_sql(struct listener_world *w, const char *sql);
/* The first column of the first row, "" for NULL; good until the next call. */
const char *listener_world_value(struct listener_world *w, const char *sql);
/* How many notifications the report shows. */
int listener_world_rows(struct listener_world *w);

/* A request's text; HEADERS are whole lines. Good until the next call. */
const char *listener_world_request(const char *method, const char *target, const char *headers);
/* Asks on a connection of its own, keeps the answer, returns its status. */
unsigned listener_world_ask(struct listener_world *w, const char *method, const char *target, const char *headers);
unsigned listener_world_post(struct listener_world *w, const char *target);
/* Pushes a JSON body, to [market main] where no target is given. HEADERS are whole lines. */
unsigned listener_world_push(struct listener_world *w, const char *headers, const char *body);
unsigned listener_world_push_to(struct listener_world *w, const char *target, const char *headers, const char *body);
/* Sends a push on a new connection, and does not wait for the answer. */
void listener_world_push_open(struct listener_world *w, struct raw_client *client, const char *body);
/* Sends a good callback on a new connection, and does not wait for the answer. */
void listener_world_post_open(struct listener_world *w, struct raw_client *client);
/* Whether the last answer's head has this text. */
bool listener_world_answered(const struct listener_world *w, const char *text);

/* What is logged from now on, down to LEVEL, goes to the descriptor that is returned. */
int listener_world_capture_log(enum log_level level);

#endif
