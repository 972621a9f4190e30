/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The claimd that is soaked: the built program as a child, with a folder, a configuration and secrets that change in the course of
 * the month. Its public socket outlives it, as one of systemd's does.
 * The soak.
 */
#ifndef CLAIMD_TESTS_SOAK_DAEMON_H
#define CLAIMD_TESTS_SOAK_DAEMON_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/address.h"
#include "soak/conductor.h"

#define DAEMON_PATH_SIZE 512
#define DAEMON_KEY_SIZE 64

/* The secret part of the URLs by which it is called: http://ADDRESS/delivery/main/SECRET and http://ADDRESS/market/shop/SECRET. */
#define DAEMON_SECRET "0123456789abcdef-soaked"

struct daemon {
	struct conductor *conductor;
	char folder[DAEMON_PATH_SIZE / 2];
	char build[DAEMON_PATH_SIZE / 2]; /* where the programs are */
	char database[DAEMON_PATH_SIZE];
	char address[ADDRESS_SIZE];       /* of its public side */
	char base_url[DAEMON_PATH_SIZE];  /* of the simulator */
	int retention_days;
	unsigned variant;                 /* of the configuration: there are a few, which differ in limits and intervals */
	char token[DAEMON_KEY_SIZE];      /* as the secret files have them */
	char api_key[DAEMON_KEY_SIZE];
	int socket;
	pid_t pid;                        /* 0: it does not run */
	int pidfd;
	bool ends_by_us;                  /* it was told to end */
	unsigned fuse;                    /* killed when it has been met busy so often; 0: it is not to be killed */
	unsigned n_starts;
};

/* FOLDER must be there. ERR_IO. */
int daemon_open(struct daemon *daemon, const char *folder, const char *build);
void daemon_close(struct daemon *daemon);

/* Writes configuration and secrets as they are now. ERR_IO. */
int daemon_configure(const struct daemon *daemon);

/* ERR_IO. What it says goes to claimd.log in its folder. */
int daemon_start(struct daemon *daemon);
bool daemon_runs(const struct daemon *daemon);

/* SIGTERM; SIGHUP. */
void daemon_stop(struct daemon *daemon);
void daemon_reload(const struct daemon *daemon);
/* SIGKILL, in the middle of something: when it has been met busy N times more. */
void daemon_kill_soon(struct daemon *daemon, unsigned n);
/* It has been met busy; the conductor's on_busy. */
void daemon_met_busy(struct daemon *daemon);

/* It has ended. Whether it should have, and as it should have; a line for people if not. */
bool daemon_bury(struct daemon *daemon, char *ret_why, size_t size);

struct daemon_usage {
	int64_t resident_bytes;
	int64_t anonymous_bytes; /* of these: its own, without what it has mapped of files */
	int64_t descriptors;
	int64_t database_bytes;
	int64_t wal_bytes;
};
void daemon_measure(const struct daemon *daemon, struct daemon_usage *ret);

#endif
