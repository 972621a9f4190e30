/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Opening and removing the control socket's file.
 * Daemon layer. Whatever fails here is told and survived.
 */
#include "daemon/doorway.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"
#include "entry/entry.h"
#include "loop/listen.h"

/* The socket itself says who may connect. */
#define FOLDER_MODE 0755

DEFINE_CLEANUP(text, char *, free)

/* Makes the folder that PATH is in where nobody has; whoever may connect must get through it, whatever the umask is. */
static void make_folder(const char *path)
{
	CLEANUP(text_cleanup) char *folder = strdup(path);
	char *end = folder ? strrchr(folder, '/') : NULL;

	if (!end || end == folder)
		return;
	*end = '\0';
	if (mkdir(folder, FOLDER_MODE) == 0 && chmod(folder, FOLDER_MODE) < 0)
		log_warning("%s: its mode stays as it is: %s", folder, strerror(errno));
}

static int open_socket(const char *path, int *ret_fd)
{
	CLEANUP(text_cleanup) char *address = NULL;
	char actual[ADDRESS_SIZE];

	if (asprintf(&address, "unix:%s", path) < 0) {
		address = NULL;
		return ERR_NOMEM;
	}
	make_folder(path);
	return listen_open(address, ret_fd, actual);
}

static const char *why_not(int error)
{
	switch (error) {
	case ERR_BUSY:
		return "another program listens there, or it is a file of another kind";
	case ERR_NOT_FOUND:
	case ERR_REFUSED:
		return "its folder must be there, and claimd must be allowed to write in it";
	default:
		return err_text(error);
	}
}

static void tell_closed(const char *path, const char *why)
{
	entry_tell(LOG_LEVEL_ERROR, &(struct entry){ .event = EVENT_NO_CONTROL_SOCKET, .path = path, .reason = why },
	           "can't open the control socket %s: %s; claimctl can only read until that is mended and claimd restarted", path, why);
}

int doorway_open(const char *path, int *ret_fd)
{
	int r = open_socket(path, ret_fd);

	if (r < 0)
		tell_closed(path, why_not(r));
	else
		log_notice("serving claimctl on %s", path);
	return r;
}

void doorway_remove(const char *path)
{
	if (unlink(path) < 0)
		log_warning("%s stays behind: %s", path, strerror(errno));
}

void doorway_close(const char *path, int fd)
{
	doorway_remove(path);
	close(fd);
	tell_closed(path, "it can't be served");
}
