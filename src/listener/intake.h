/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What happens to one request: refused at its head, or parsed, stored as a hint, and answered by the commit's result.
 * Listener layer: the handlers behind the listener's server; owns no socket.
 */
#ifndef CLAIMD_LISTENER_INTAKE_H
#define CLAIMD_LISTENER_INTAKE_H

#include "listener/listener.h"
#include "loop/server.h"

struct intake;

/* CONFIG is copied; its fd is not looked at. */
int intake_new(struct loop *loop, struct store *store, const struct listener_config *config, struct intake **ret);

/* Answers 503 to what waits for a commit: the step before server_free(). */
void intake_close(struct intake *intake);

/* After server_free(), which reports the last requests gone. Takes NULL, returns NULL. */
struct intake *intake_free(struct intake *intake);

/* The server's handlers; CLS is the intake. */
void intake_on_head(struct request *request, void *cls);
void intake_on_request(struct request *request, void *cls);
void intake_on_gone(struct request *request, void *cls);
void intake_on_fault(enum server_fault fault, const struct sockaddr *sa, void *cls);
bool intake_is_exempt(const struct sockaddr *sa, void *cls);

/* The sources that there are from now on, which outlive the intake or the next call. */
void intake_set_sources(struct intake *intake, const struct listener_source *sources, size_t n);

/* Commits what has come in. Returns whether no request is left between its head and its end. */
bool intake_flush(struct intake *intake);

/* A request waits for a commit that nobody makes any more. */
bool intake_is_stuck(const struct intake *intake, struct mono now);

DEFINE_CLEANUP(intake, struct intake *, intake_free)

#endif
