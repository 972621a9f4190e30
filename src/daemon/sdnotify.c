/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A message to the service manager.
 * Daemon layer.
 */
#include "daemon/sdnotify.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/err.h"

bool sdnotify_is_wanted(void)
{
	return getenv("NOTIFY_SOCKET");
}

/* A path, or after an @ a name that is in no file system. */
static int find_manager(struct sockaddr_un *ret, socklen_t *ret_len)
{
	const char *name = getenv("NOTIFY_SOCKET");
	size_t len = name ? strlen(name) : 0;

	if (len == 0 || (name[0] != '/' && name[0] != '@') || len >= sizeof(ret->sun_path))
		return ERR_INVALID;
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(ret->sun_path, name, len);
	*ret_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	if (name[0] == '@')
		ret->sun_path[0] = '\0';
	else
		++*ret_len;
	return ERR_OK;
}

static int send_text(const char *text)
{
	struct sockaddr_un un;
	socklen_t len;
	int r = find_manager(&un, &len);

	if (r)
		return r;

	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return ERR_IO;
	if (sendto(fd, text, strlen(text), MSG_NOSIGNAL, (const struct sockaddr *)&un, len) < 0)
		r = errno == EAGAIN ? ERR_BUSY : ERR_IO;
	close(fd);
	return r;
}

int sdnotify_send(const char *fmt, ...)
{
	char *text = NULL;
	va_list args;

	if (!sdnotify_is_wanted())
		return ERR_OK;
	va_start(args, fmt);
	int n = vasprintf(&text, fmt, args);
	va_end(args);
	if (n < 0)
		return ERR_NOMEM;

	int r = send_text(text);

	free(text);
	return r;
}
